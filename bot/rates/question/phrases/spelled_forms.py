"""Writes what a question names in the usual words, so that later steps know one form of it.

claims                  `that don't qualify for usmca`, `mexico non-originating` -> `not usmca`
codes and laws          `hs 85 41 43`, `ch. 72`, `76.01`, `sec 232`, `s232`
origins                 `ex china` -> `from china`, `coo: china` -> `origin china`
origin of metal         `melted and poured in mexico` -> `made in mexico`
materials               `jackets, 100% leather` -> `leather jackets`
laws of one economy     `under mexico's new tariff law` -> `by mexico's new tariffs`
days                    `and what do we pay now` -> `and today`
quantities, packages and shipments are left out: `20 pallets of`, `in bottles`, `our order arrives`
"""

import re

from bot.rates.question.wording import NOISE, PROGRAM

_DATES = re.compile(
    r"(?<!tariff )(?<!duty )(?<!key )(?<!the )(?<!end )(?<!start )(?<!new )(?<!entry )(?<!what )"
    r"(?<!which )(?<!effective )\bdates\b(?! (?:of|for|when|fruit|\(fruit))"
)
_OTHER_TIMES = re.compile(
    r"\b(?:date|deadlines?|upcoming|calendar|when|changes?|events?|next|coming|effective|important"
    r"|expir\w+|ics|measures?|truce|talks?|deals?|hearings?|negotiations?|scheduled?"
    r"|courts?|release|delivery|arrival|vessel)\b"
)
"""Words of a calendar, in which `dates` are days and no fruit."""
_OF_MATERIAL = re.compile(
    r"\b(?P<goods>chairs?|tables?|desks?|stools?|benche?s?|beds?|doors?|furniture|toys?|spoons?"
    r"|boxes|shelves|frames?) (?:(?:made )?(?:of|from|out of)) (?P<of>wood|metal|plastic|glass)\b"
)
_IT_GOODS = re.compile(
    r"(?<!\bis )(?<!\bdoes )\bit(?= (?:products|equipment|hardware|goods)\b)"
    r"|\binformation technology\b"
)
_NOT_CLAIMED = re.compile(
    r"\b(?:that |which |who )?(?:(?:(?:do|does|did|is|are|was|were|could|would|wo|ca)(?:n't| not)"
    r"|cannot|never|fails? to|failing to|not) (?:be )?(?:(?:qualif|compl|originat|enter|meet|claim)"
    r"[a-z]*|eligible|covered) (?:(?:for|with|under|by|as) )?(?:the )?"
    r"|(?:is|are|was|were)(?:n't| not) (?:under )?(?:the )?|(?:without|no|lacking) "
    r"(?:(?:a |an |any |the )|(?=(?:usmca|cusma) (?:claim|certificat|origin))))"
    r"(?P<claim>usmca|cusma)\b"
    r"(?: (?:eligible|compliant|qualifying|origin|originating|rules|requirements?|certified"
    r"|certificates?|certification|claim)\b)?"
)
"""A claim that is denied in other words: `that don't qualify for usmca`."""
_NOT_ORIGINATING = re.compile(
    r"\bnon-? ?(?:originating|qualifying|conforming|eligible|compliant)\b"
    r"|\bnot (?:originating|qualifying|compliant)\b(?! (?:under|for|with))"
)
_USMCA_PARTNER = re.compile(r"🇲🇽|🇨🇦|\bmexic\w*|\bcanad\w*|\bmx\b|\bca\b")
"""Of goods of these two economies, `non-originating` denies USMCA."""
_CLAIM_DIFFERENCE = re.compile(
    rf"\b{PROGRAM}\b.*\b(?:how much (?:more|less|cheaper|extra)|the difference|than if)\b"
    rf"|\b(?:how much (?:more|less|cheaper|extra)|difference|save|saved?|savings?)\b.*{PROGRAM}\b"
)
"""A question about the difference that a claim makes. An answer without a claim has both totals."""
_ANY_CLAIM = re.compile(
    rf"\b(?:(?:if|when) (?:it|they|we)(?:'s|'re)? )?"
    r"(?:(?:not|no|non|without|with|under|using|by|claiming|claim"
    rf"|(?:it |they )?qualif\w+ (?:for|under)) )*(?:a |an |the )?{PROGRAM}\b"
    r"(?: (?:claim|origin|certificate|preference))?"
)
_SECTION = re.compile(
    r"\b(?:sec|sect)\.?\s*(?=\d{3}\b)|(?<![\w.'$/-])s\.?(?=(?:122|201|232|301|337|338)\b)"
)
_NEXT_GOODS = re.compile(r"\s*(?:[?;]+\s*(?:and )?also|;|, (?:and )?also|\band also)\s+")
_AND_PRESENTLY = re.compile(
    r"\s*(?:,|\band\b|&|\bvs\.?|\+)(?: and)? (?:at present|at the moment|nowadays|presently"
    r"|as of (?:now|today)|these days)\b"
    r"|,? ?\band (?:what|how much) (?:is|are|do|does|would)\b[^,;?]{0,30}"
    r"\b(?:now|today|currently|nowadays)\b"
)
_COMPARED_TO = re.compile(
    r"\b(?:compar(?:e|ed|es|ing) (?:to|with|against)|as opposed to|relative to)\b"
)
_SHIPMENT = re.compile(
    r"\b(?:my|our|the|this|their) (?:container|shipment|consignment)s?\b"
    r"(?=.*\b(?:loaded|arriv|sail|left|land|clear|enter|on the water))"
)
_QUALIFIED = re.compile(
    r"\b(?:that |which )?(?:qualif(?:y|ies|ying|ied)|eligible)(?= (?:for|under)\b)"
)
_MELTED = re.compile(
    r"\b(?:(?:that|which) )?(?:(?:is|was|are|were|(?:has|have) been) )?"
    r"(?:melted(?: (?:and|&) | ?/ ?)poured|smelt(?:ed)?(?: (?:and|&) | ?/ ?)cast)(?= in\b)"
)
"""The origin of metal: `melted and poured in mexico`."""
_LAW_OF_METALS, _COPPER = re.compile(r"\b(?:s|sec|section)?\.? ?232\b"), re.compile(r"\bcu\b")
"""With Section 232, `cu` is the metal and not the code of Cuba."""
_DOTTED_HEADING = re.compile(
    r"(?<![\w.,$-])(0[1-9]|[1-9]\d)\.(?![05]0)(\d\d)(?![\w.,%/-])"
    r"(?! ?(?:%|percent|pct|usd|dollars|eur|kg|m\b))"
)
"""A heading as other countries write it: `76.01`."""
_SPACED_CODE = re.compile(
    r"\b(?P<head>(?:hs|hts|htsus)(?: code)?:?) (?P<a>\d\d) (?P<b>\d\d)(?: (?P<c>\d\d))?"
    r"(?: (?P<d>\d\d))?\b(?![.%])"
)
"""A code with spaces: `hs 85 41 43`."""
_CHAPTER = re.compile(r"\b(?:ch|chap)\.\s*(?=\d{1,2}\b)")
_CHAPTERS = re.compile(r"\bchapters (?P<list>\d{2}(?:(?:,| and| or| &)+ ?\d{2})+)\b(?![.%])")
_ADJECTIVES = {"wood": "wooden"}
_QUANTITY = re.compile(
    r"(?<![\w$€£,.])(?<!usd )(?:\d[\d,.]*|an?|my|our|one|two|three) ?"
    r"(?:pairs?|units?|pcs|pieces|kgs?|kilos?|tons?"
    r"|tonnes|lbs?|pounds?|containers?|cartons?|pallets?|dozens?|boxes|bottles|lit(?:er|re)s?|shipments?"
    r"|truckloads?|loads?) of\b"
    r"|(?<![\w$€£,.])(?<!usd )\d[\d,.]* ?(?:pallets?|cartons?|containers?|kgs?|kilos?|tons?|tonnes"
    r"|lbs?|pounds?|pcs|pieces|units?|dozens?|boxes|pairs?|truckloads?)"
    r" (?!(?:from|to|in|at|by|on|for|per|via|and|or|of|exw|fob|cif|ddp)\b)(?=[a-z])"
)
_CONTAINER = re.compile(
    r"\b(?:(?:glass|plastic|steel|alumini?um|metal|paper|cardboard|wooden|tin|big|small) )*"
    r"(?:cans?|bottles?|box(?:es)?|bags?|sacks?|drums?|barrels?|jars?|packs?|packets?|cartons?"
    r"|crates?|containers?|kegs?|tins?|cases?|pallets?|bundles?|loads?) of "
    r"(?!(?:the )?(?:plastics?|steel|alumini?um|glass|metal|paper|cardboard|wood|leather|cotton"
    r"|jute|textiles?|polyethylene|iron|tin|copper|heading|chapter|hs)\b)"
)
"""A container of other goods, which are the goods: `aluminum cans of beer`."""
_EX = re.compile(r"\bex[ -](?!works\b|post\b|ante\b)(?=[a-z])")
"""`ex china`, as the trade writes for goods from China."""
_COO = re.compile(
    r"\b(?:coo\b(?:\s*[:=])?|(?:ctry|cntry) (?:of )?orig(?:in)?\b\.?(?:\s*[:=])?"
    r"|country of origin\b(?=\s*(?:is\b|[:=])|\s+(?!rul(?:es?|ings?)\b|mark|label|law|require)"
    r"[a-z]+\s*(?:[,;&+]|and\b|with\b|but\b|$)))"
)
_IN_CONTAINERS = re.compile(
    r" in (?:(?:glass|plastic|steel|alumini?um|metal|paper|cardboard|wooden|tin|big|\d+ ?\w*) )*"
    r"(?:cans|bottles|boxes|bags|sacks|drums|barrels|jars|packs|cartons|crates|containers|kegs|tins"
    r"|bulk)\b"
)
_SHARE = re.compile(
    r"(?:(?P<goods>[a-z'-]{3,}),? (?:(?:of|in|with|from) )?)?(?<![\w.])\d{1,3} ?"
    r"(?:%|percent|pct)[ -](?:pure |organic |real )?"
    r"(?P<of>cotton|polyester|wool|cashmere|silk|linen|nylon|viscose|rayon"
    r"|acrylic|spandex|elastane|leather)\b"
    r"(?P<end>(?=\s*(?:$|[,;/+?.)]|\d|(?:from|and|in|of|with|to|made)\b)))?"
)
"""The share of a material, which is no rate: `jackets, 100% leather`."""
_MOVED = re.compile(
    r"(?P<from>\b(?:mov|shift|relocat|switch|transfer)[a-z]*\b[^.?;]{0,60}"
    r"\bfrom\b[^.?;]{1,60}?) to\b"
)
"""Production that moves from one origin to another, so both are compared."""
_TARIFF_LAW = re.compile(
    r"\b(?:tariffs?|customs|dut(?:y|ies)|import tax)[- ]"
    r"(?:laws?|reforms?|decrees?|legislation|bill|package|hikes?|increases?|rises?)\b"
)
"""The law by which an economy set its duties: `mexico's new tariff law`."""
_UNDER_ITS = re.compile(
    r"\b(?:under|because of|due to|as a result of|thanks to|through) "
    r"(?=(?:the )?(?:(?:new|recent|own|latest|higher) )*"
    r"(?:[a-z]+'s|[a-z]+(?:ese|ians?|eans?|icans?|ish)|thai) "
    r"(?:(?:new|recent|own|latest|higher|import|additional) )*tariffs\b)"
)
"""Words before the economy that charges: `more expensive under mexico's tariffs`."""
_AGREED = re.compile(
    r"\bwhat (?:else )?(?:did|has|have|does|do) (?:the )?"
    r"(?P<who>[^\s,;?]+(?: [^\s,;?]+)?) (?:also )?"
    r"(?:agreed? to|agreed? on|agreed?(?= with| in)|promised?|commit(?:ted)? to|committed|pledged?"
    r"|conceded?|offered?|sign(?:ed)?(?= with)|negotiated?)\b"
    r"(?: (?:with|in exchange|in return|to invest|to buy)\b"
    r"(?: (?:the )?(?:us|usa|trump|washington|🇺🇸)\b)?)?"
)
"""What an economy agreed to: a question about its deal."""
_OIL_OF_INDIA = re.compile(
    r"\b(?:for|over|because of|due to|on account of|related to|linked to) (?:its |their |the )?"
    r"(?:buying|purchas(?:es?|ing)|imports?|importing)(?: of)? (?:russian|russia's) (?:oil|crude)\b"
    r"(?: oil)?(?: (?:tariffs?|dut(?:y|ies)|penalty))?"
)
"""The reason of the former duty on India, by which it is named: `for buying russian oil`."""
_ASKS_TIME = re.compile(r"\b(?:when|since|how long|history|start\w*|stop\w*|end(?:s|ed)?)\b")
_INDIA = re.compile(r"🇮🇳|\bindia\w*")
_OWN_SHIPMENT = re.compile(
    r"\b(?:when|if|after|once|before|while|and|because|since)? ?(?:our|my|the|a|your|their|this) "
    r"(?:\w+ )?(?:containers?|shipments?|consignments?|vessels?|ships?|cargo|orders?|entry) "
    r"(?:(?:was|were|is|are|has|had|been|will|be|should|get|gets|got|finally|already) )*"
    r"(?:entered|enters|enter|arrives?|arrived|landed|lands|land|cleared|clears?|left|leaves|leave"
    r"|sailed|sails|sail|departed|departs|depart|shipped|released|imported)\b"
)
"""A clause about a shipment, which names no goods: `when our container was entered`."""


def spell_out(text: str) -> str:
    """The text with the usual words for what the table of this module lists."""
    text = _DOTTED_HEADING.sub(r"\1\2", " ".join(text.split()))
    text = _SPACED_CODE.sub(
        lambda at: f"{at['head']} {''.join(filter(None, at.groups()[1:]))}", text
    )
    text = _CHAPTER.sub("chapter ", text)
    text = _UNDER_ITS.sub("by ", _TARIFF_LAW.sub("tariffs", text))
    text = _AND_PRESENTLY.sub(" and today", text)
    text = _COMPARED_TO.sub(" vs ", _SHIPMENT.sub("goods", text))
    text = _SECTION.sub("section ", _NEXT_GOODS.sub(", ", text))
    text = _CHAPTERS.sub(lambda match: re.sub(r"(?=\d\d)", "chapter ", match["list"]), text)
    text = _NOT_CLAIMED.sub(r"not \g<claim>", text)
    if _USMCA_PARTNER.search(text) and "usmca" not in text:
        text = _NOT_ORIGINATING.sub("not usmca", text)
    if _CLAIM_DIFFERENCE.search(text):
        text = _ANY_CLAIM.sub(" ", text)
    text = _AGREED.sub(r"\g<who> deal", text)
    if _INDIA.search(text) and _ASKS_TIME.search(text):
        text = _OIL_OF_INDIA.sub(" oil penalty ", text)
    if _LAW_OF_METALS.search(text):
        text = _COPPER.sub("copper", text)
    text = _spell_out_shares(text)
    text = _QUANTITY.sub(" ", _QUALIFIED.sub(" ", text))
    text = _COO.sub("origin", _EX.sub("from ", text))
    text = _IN_CONTAINERS.sub(" ", _MOVED.sub(r"\g<from> vs ", text))
    text = _CONTAINER.sub("", _OWN_SHIPMENT.sub(" ", text))
    if not _OTHER_TIMES.search(text):
        text = _DATES.sub("date fruit", text)
    text = _OF_MATERIAL.sub(lambda at: f"{_ADJECTIVES.get(at['of'], at['of'])} {at['goods']}", text)
    return _IT_GOODS.sub("ict", _MELTED.sub("made", text))


def _spell_out_shares(text: str) -> str:
    """The text with materials before their goods: `leather jackets` for `jackets, 100% leather`."""
    while (share := _SHARE.search(text)) is not None:
        material, goods = share["of"], share["goods"] or ""
        is_named = material in text[: share.start("of")].replace(goods, " ")
        if share["end"] is None:
            written = f"{goods} {material}"
        elif is_named or goods in NOISE:
            written = goods
        else:
            written = f"{material} {goods}"
        text = f"{text[: share.start()]}{written}{text[share.end() :]}"
    return text
