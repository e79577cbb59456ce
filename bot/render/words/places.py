"""Where the customs authorities of economies publish all their duties, for those that we lack."""

_PLACES = {
    "AU": "the Working Tariff of the Australian Border Force (abf.gov.au)",
    "BR": "Siscomex (portalunico.siscomex.gov.br)",
    "CA": "the Customs Tariff of the CBSA (cbsa-asfc.gc.ca)",
    "CH": "Tares (xtares.admin.ch)",
    "CN": "the tariff search of China's customs (online.customs.gov.cn)",
    "EU": "TARIC (taxation-customs.ec.europa.eu)",
    "GB": "the UK Trade Tariff (trade-tariff.service.gov.uk)",
    "IN": "the tariff of the CBIC (cbic.gov.in)",
    "JP": "the tariff schedule of Japan Customs (customs.go.jp)",
    "KR": "UNIPASS (unipass.customs.go.kr)",
    "MX": "SNICE (snice.gob.mx)",
}


def describe_tariff_source(imposer: str) -> str:
    """A sentence that begins with a space, `For all its duties, see TARIC.`; empty if we know no
    source."""
    place = _PLACES.get(imposer)
    return f" For all its duties, see {place}." if place else ""
