"""The names that people use for laws, sectors, cases and customs topics find the right card."""

from datetime import date

import pytest

from bot.rates.ledger import Ledger
from bot.rates.question.parse import parse_query
from bot.rates.question.query import QueryKind

TODAY = date(2026, 11, 30)

NAMES: dict[str, str] = {
    "section-122": "s122; section122; §122; the surcharge; is the 10% surcharge over; "
    "10% global tariff; 150 day tariff; balance of payments tariff; US section 122 duties",
    "section-201": "safeguards; solar safeguard; global safeguard; quartz safeguard; sec 201",
    "section-232": "s232; 232 tariffs; national security tariffs",
    "section-232-metals": "steel and aluminum tariffs; aluminum derivatives; copper 232; "
    "what are the steel tariffs now; metals tariffs; what is on annex I-B",
    "section-232-cars": "section 232 autos; auto tariffs; car tariffs; car parts tariffs",
    "section-232-trucks": "heavy truck 232; truck tariffs; bus tariffs",
    "section-232-wood": "timber and lumber 232; kitchen cabinets 232; furniture tariffs; "
    "lumber tariffs",
    "section-232-medicines": "section 232 pharmaceuticals; pharma tariffs; drug tariffs",
    "section-232-chips": "section 232 chips; chip tariffs; semiconductor tariffs",
    "section-232-solar": "polysilicon 232; solar tariffs; polysilicon tariffs",
    "section-232-drones": "232 UAS; drone tariffs",
    "section-232-aircraft": "aircraft 232",
    "critical-minerals": "critical minerals tariffs; processed critical minerals",
    "section-232-investigations": "robotics 232; pending 232 investigations; medical devices 232",
    "section-301": "301; 301 tariffs; excess capacity; overcapacity",
    "section-301-forced-labor": "forced labour; forced labor tariff; forced labor 301",
    "section-301-lists": "china lists; list 3; what is list 4A; list 4b; mature node chips 301",
    "section-301-review": "four year review; 301 review",
    "section-301-action-brazil": "brazil section 301 investigation",
    "section-301-action-nicaragua": "nicaragua section 301 action",
    "average-rates": "average tariff; effective tariff rate; trade-weighted average tariff",
    "usmca-review": "usmca talks; usmca joint review; usmca renegotiation; cusma review",
    "port-fees": "port fees; port fees on chinese ships; "
    "what are the port fees for chinese-built vessels",
    "section-301-maritime": "maritime 301; ship to shore cranes 301",
    "replacement-laws": "which law can replace the ieepa tariffs; plan b for the tariffs",
    "rate-ceilings": "15% ceiling; all-in rates",
    "section-337": "337 investigation; itc exclusion order; is section 337 a duty",
    "section-338": "338; canada import ban; has section 338 ever been used",
    "ieepa": "what's happening with the IEEPA case; emergency tariffs; ieepa ruling",
    "reciprocal": "liberation day; baseline tariff; when did liberation day tariffs end",
    "fentanyl": "fentanyl tariffs; trafficking tariffs",
    "de-minimis": "section 321; 800 dollar exemption; temu parcels; de minimis china; "
    "is de minimis coming back; postal shipments",
    "usmca": "CUSMA; T-MEC; will usmca be extended; does usmca exempt from 232",
    "refunds": "CAPE portal; what is CAPE; do I get a refund if liquidated; protest deadline; "
    "how do i get my money back; fentanyl tariff refund; were the reciprocal tariffs refunded; "
    "refund by ach; post summary correction; refund on china ieepa",
    "exclusions": "301 exclusions; 232 exclusions; china exclusions",
    "vos-selections": "V.O.S. Selections; VOS Selections v. Trump; federal circuit",
    "learning-resources": "Learning Resources; scotus; what did the supreme court say",
    "atmus-filtration": "Atmus; freestyle world; euro-notions",
    "section-122-case": "Oregon v. Trump; burlap and barrel; is section 122 being appealed",
    "axle-of-dearborn": "detroit axle; de minimis case",
    "forced-labor-cases": "forced labor lawsuit; section 301 lawsuit; "
    "has the court ruled on forced labor; court of international trade",
    "stacking": "does section 232 stack with section 301; tariff stacking; stacking rules",
    "in-transit": "goods in transit; on the water exemption; goods on water; on the water; "
    "my goods were loaded before the tariff, they arrive next week; container already at sea",
    "importer-of-record": "who has to pay the tariff, exporter or importer; importer of record; "
    "does the exporter pay the tariff; do foreign countries pay the tariffs; "
    "who is liable for the duty; does the chinese exporter pay",
    "goods-returned": "9801; american goods returned; hts 9801.00.10; us goods returned",
    "alerts": "how do I get alerts about copper; be notified; how can i be notified of changes; "
    "notify me when the china tariff changes",
    "last-checks": "when did you last check; how sure are you; how accurate is your data",
    "eu-countermeasures": "suspended retaliation list; when does the suspension lapse; "
    "are the eu countermeasures suspended",
    "foreign-trade-zones": "FTZ; foreign trade zone; bonded warehouse",
    "tariffwire": "about; who made you; tariff wire bot",
    "export-controls": "export controls; china rare earth controls; entity list",
    "first-sale": "first sale rule; transaction value",
    "transshipment": "transhipment; 40% transshipment; goods relabeled in vietnam",
    "origin-rules": "rules of origin; country of origin rules; substantial transformation; "
    "which country's tariff applies to goods of chinese parts; "
    "chinese goods that enter through canada; is it still chinese origin if assembled in mexico; "
    "does the duty follow the country of export or of origin",
    "us-content": "us content exemption; is there an exemption for us content above 20 percent; "
    "does 20% us content reduce the duty on machines from japan",
    "refund-claimants": "can the customer claim the refund; "
    "who gets the refund if ups was importer",
    "classification": "how do i classify a lamp with a speaker; what is the hs code for lamps",
    "personal-and-temporary-imports": "gift from germany under $100; samples of no commercial "
    "value; ata carnet; duty free allowance of a traveler; temporary importation bond",
    "processing-fees": "MPF and HMF; merchandise processing fee; harbor maintenance tax; "
    "what is the mpf maximum",
    "column-2": "column two; which countries are column 2; pntr",
    "uflpa": "UFLPA; uyghur act; xinjiang; withhold release order; is uflpa a tariff",
    "agency-rules": "cpsc fees; FDA fees; lacey act; usda fees; import permits",
    "antidumping": "AD/CVD; anti-dumping; cvd; countervailing duties",
    "drawback": "can i claim drawback on 232; is there a drawback on section 122",
    "tariff-rate-quotas": "TRQ; sugar trq; what is a tariff-rate quota",
    "preferences": "AGOA renewal; is gsp expired; agoa and gsp; qiz; cbera",
    "trade-agreements": "trade deals; which countries have signed a reciprocal trade agreement; "
    "list of trade agreements; tariff deals",
    "deal-japan": "japan trade deal; did the japanese deal lower tariffs",
    "deal-eu": "eu trade deal; agreement between the us and the european union; turnberry deal",
    "deal-south-korea": "south korea deal; korean trade agreement",
    "deal-uk": "uk trade deal; what is in the british agreement; economic prosperity deal",
    "deal-switzerland": "swiss deal; switzerland framework",
    "deal-taiwan": "taiwan deal; trade agreement with taiwan",
    "deal-india": "india trade deal; is the deal with india in force",
    "deal-indonesia": "trade deal indonesia; has the us a trade agreement with indonesia",
    "deal-vietnam": "vietnam deal",
    "deal-malaysia": "malaysia agreement",
    "deal-cambodia": "cambodia trade agreement",
    "deal-thailand": "thai framework",
    "deal-argentina": "argentina trade deal",
    "deal-ecuador": "ecuador framework",
    "deal-guatemala": "guatemala deal",
    "deal-el-salvador": "el salvador deal",
    "deal-jordan": "jordan agreement",
    "cbam": "cbam; eu carbon border tax; carbon levy on steel",
    "eu-parcel-levy": "eu parcel levy; 3 euro duty; how does the 3-euro parcel levy in the eu work",
    "eu-steel-quotas": "eu steel quota 2026; european steel safeguard",
    "wto": "wto ruling; what did the wto decide; wto panel on steel",
    "other-agreements": "eu mercosur agreement; rcep",
    "binding-rulings": "binding ruling; how do i ask cbp for a ruling letter; cross database",
    "customs-bonds": "continuous bond; is my bond amount enough; surety",
    "textile-origin": "textile origin rule; fabric from china sewn in jordan; yarn forward",
    "supply-management": "supply management; canada dairy quota",
    "refund-interest": "interest on refunds; do ieepa refunds come with interest",
    "inclusions": "inclusion process; section 232 inclusion round",
    "iran-cuba-venezuela-tariffs": "buying venezuelan oil; "
    "25% tariff on countries trading with iran; iran secondary tariffs",
    "presidential-orders": "executive orders; text of the executive order",
    "chapter-99": "chapter 99 headings; 9903.81.91",
    "several-goods": "several hts codes at once; one invoice with three tariff lines at once",
    "us-china-truce": "china truce; has the truce between washington and beijing been prolonged; "
    "is the us china truce still on; trade truce china; board of trade",
    "announced-tariffs": "movie tariffs; is the 100% on movies made abroad in force; "
    "threatened tariffs; tariffs on films; brics tariffs; tariff threat over greenland; "
    "airbus dispute; which announced tariffs were never implemented",
    "customs-revenue": "customs revenue; how much tariff revenue did the us collect in october; "
    "trade deficit with china",
    "section-301-investigations": "section 301 investigations opened this year; 301 probes; "
    "excess capacity investigation; which 16 economies are in the excess capacity investigation",
    "russia-energy-act": "who must pay for buying russian oil; does india pay for russian oil act; "
    "secondary tariffs; russian oil tariffs; h.r. 5334",
}
NO_CARDS = (
    *("us steel tariffs", "steel tariffs on canada", "canada steel tariffs", "tariffs on steel"),
    *(
        "toy tariffs",
        "annex II",
        "metal furniture",
        "patent leather shoes",
        "cheapest origin for shoes",
        "us china list 3",
    ),
    *("china 301 lists", "subcribe court-rulings", "section 301 on brazil"),
)


@pytest.mark.parametrize(
    ("text", "card"),
    [(text, card) for card, texts in NAMES.items() for text in texts.split("; ")],
)
def test_a_usual_name_finds_its_card(ledger: Ledger, text: str, card: str) -> None:
    asked = parse_query(text, ledger.parties, TODAY, ledger.reader, ledger.cards)
    assert (asked.kind, asked.card) == (QueryKind.CARD, card)


@pytest.mark.parametrize(
    ("text", "card"),
    [
        ("9903.01.25", "reciprocal"),
        ("what is 9903.82.02", "section-232-metals"),
        ("HTS 9903.88.03", "section-301-lists"),
        ("9903.81.91", "chapter-99"),
    ],
)
def test_a_heading_of_chapter_99_finds_the_card_of_its_measures(
    ledger: Ledger, text: str, card: str | None
) -> None:
    assert ledger.cards.find(text.lower()) == card


@pytest.mark.parametrize("text", NO_CARDS)
def test_a_question_about_goods_or_an_economy_finds_no_card(ledger: Ledger, text: str) -> None:
    assert ledger.cards.find(text) is None


def test_every_shipped_card_has_a_usual_name(ledger: Ledger) -> None:
    assert set(NAMES) == set(ledger.cards.by_id)
