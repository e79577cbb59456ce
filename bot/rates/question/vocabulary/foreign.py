"""Translates the usual words of short French, Spanish, German and Italian questions.

A question is translated if it has a word for duties that English questions do not have, such as
`zoll`, or two words of the tables, of which one is not a small word: `vin de france`. Words that
English questions have too, such as `auto`, do not count. Names of economies that no English word
resembles are replaced in English questions too.
"""

import re

_GOODS = {
    "steel": "acier acero stahl acciaio",
    "aluminum": "aluminio alluminio",
    "copper": "cuivre cobre kupfer rame",
    "wine": "vin vins vino vinos wein weine vini",
    "cheese": "fromage fromages queso quesos kase kaese formaggio formaggi",
    "beer": "biere cerveza cervezas bier birra",
    "cars": "voitures voiture coches coche automoviles autos auto wagen pkw fahrzeuge carros",
    "car parts": "autopartes autoteile",
    "shoes": "chaussures zapatos calzado schuhe scarpe",
    "clothing": "vetements ropa kleidung bekleidung",
    "furniture": "meubles muebles mobel moebel mobili",
    "wood": "bois madera holz legno",
    "machinery": "machines maquinaria maquinas maschinen macchinari",
    "medicines": "medicaments medicamentos arzneimittel medikamente farmaci",
    "toys": "jouets juguetes spielzeug giocattoli",
    "tomatoes": "tomates tomaten pomodori",
    "avocados": "aguacates avocats",
    "coffee": "cafe kaffee caffe",
    "meat": "viande carne fleisch",
    "beef": "boeuf rindfleisch",
    "fish": "poisson pescado fisch pesce",
    "olive oil": "huile-d'olive olivenol",
    "sugar": "sucre azucar zucker zucchero",
    "rice": "riz arroz reis riso",
    "paper": "papier papel carta",
    "glass": "verre vidrio glas vetro",
    "watches": "montres relojes uhren orologi",
    "tires": "pneus llantas neumaticos reifen pneumatici",
    "trucks": "camions camiones lkw lastwagen camion",
    "batteries": "pilas baterias batterien batterie",
    "semiconductors": "semi-conducteurs semiconductores halbleiter semiconduttori",
    "tools": "outils herramientas werkzeuge werkzeug",
}
_ECONOMIES = {
    "united states": "etats-unis eeuu usa estados-unidos vereinigte-staaten",
    "mexico": "mexique mexiko messico mejico",
    "china": "chine cina chinois chinoise chinesische chinesischen",
    "germany": "allemagne alemania deutschland germania",
    "france": "francia frankreich",
    "french": "francais francaise franzosische franzosischen franceses",
    "german": "allemand allemande allemands allemandes aleman alemana alemanes deutsche deutschen",
    "italian": "italienne italiano italiana italiani italienische italienischen",
    "mexican": "mexicain mexicaine mexicano mexicana mexicanos mexicanas mexikanische",
    "canadian": "canadien canadienne canadiense kanadische",
    "japanese": "japonais japonaise japones japonesa japanische japanischen",
    "brazilian": "bresilien bresilienne brasileno brasilena",
    "chinese": "chino chinos chinas",
    "american": "americain americaine americano americana amerikanische",
    "spain": "espagne espana spanien spagna",
    "italy": "italie italia italien",
    "japan": "japon giappone",
    "canada": "kanada",
    "brazil": "bresil brasil brasilien brasile",
    "south korea": "coree corea sudkorea",
    "india": "inde indien",
    "switzerland": "suisse suiza schweiz svizzera",
    "united kingdom": "royaume-uni reino-unido grossbritannien",
    "turkey": "turquie turquia turkei turchia",
    "morocco": "maroc marruecos marokko marocco",
    "european union": "ue",
}
_CERTAIN_DUTIES = (
    "droits douane douanes arancel aranceles aduana zoll zolle zolltarif zollsatz dazi"
)
"""Words for duties of which one shows that a question is not English."""
_OTHER_DUTIES = "droit tarif tarifs taxe taxes dazio"
_OTHERS = {
    "from": "de du des d' desde aus von vom da dal dalla di del della",
    "to": "vers aux au hacia para nach ins verso agli",
    "on": "sur sobre auf fur su sui sugli",
    "": "le la les l' un une el los las uno una der die das den dem ein eine il lo gli i quel "
    "quels quelle combien cuanto cuanta cual cuales que wie hoch welche welcher ist sind es son "
    "sont est quanto quale et y und en in im a pour por bitte merci gracias s'il vous plait favor",
}
_MEANS = {
    word: english
    for table in (_OTHERS, _GOODS, _ECONOMIES)
    for english, words in table.items()
    for word in words.split()
} | dict.fromkeys((*_CERTAIN_DUTIES.split(), *_OTHER_DUTIES.split()), "tariff")
_ALWAYS = {
    word: english
    for english, words in _ECONOMIES.items()
    for word in words.split()
    if len(word) > 4 and english not in {"french", "india", "chinese", "american", "mexican"}
}
"""Names of economies that no English word resembles."""
_OF_HOME = re.compile(
    r"\b(?:tarifs?|arancel(?:es)?|droits?(?: de douane)?|zoll|dazi)"
    r" (?:de |des |del |della )?(?:los |las )?(?:eeuu|usa|etats-unis|estados-unidos)\b"
)
_ARTICLE = re.compile(r"\b([dl])'(?=[a-z])")
_NAMES = re.compile(r"\b(etats|estados|royaume|reino|vereinigte) (unis|unidos|uni|unido|staaten)\b")
_WORD = re.compile(r"[a-z][a-z'-]*")
_CERTAIN = frozenset(_CERTAIN_DUTIES.split())
_MAX_IN_ENGLISH = 1
"""Maximum words of the tables in an English question, small ones included."""
_KNOWN_ENGLISH = frozenset(str.split("taxes tarif auto autos usa carne carta rame machines"))
"""Words for goods, economies and duties that an English question may have."""


def translate(text: str) -> str:
    """The text in English, if it is in another language that the list has; otherwise the text."""
    joined = _NAMES.sub(r"\1-\2", _ARTICLE.sub(r"\1' ", text))
    words = _WORD.findall(joined)
    named = {word for word in words if word in _MEANS and _MEANS[word] not in _OTHERS}
    certain = named - _KNOWN_ENGLISH
    small = {word for word in words if word in _MEANS and _MEANS[word] in _OTHERS}
    is_foreign = bool(certain & _CERTAIN) or (
        certain and len(certain) + len(small) > _MAX_IN_ENGLISH
    )
    if not is_foreign:
        return _WORD.sub(lambda word: _ALWAYS.get(word.group(), word.group()), text)
    joined = _OF_HOME.sub("usa tarif", joined)
    translated = _WORD.sub(lambda word: _MEANS.get(word.group(), word.group()), joined)
    return " ".join(translated.split())
