"""Refuses questions that cannot be read with certainty, and asks which reading is meant.

Each function raises QueryError, UnknownParty with similar names, NoEconomyNamed with complete
questions, or UnclearQuestion with a complete question for each reading.
"""

import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import NoReturn

from bot.errors import NoEconomyNamed, QueryError, UnclearQuestion, UnknownParty
from bot.parties import WORLD, Parties
from bot.rates.cards.index import CardIndex
from bot.rates.question.parties import DUTIES, FOOD_NAMES, TokenizedQuestion
from bot.rates.question.product.parsed import ParsedProduct
from bot.rates.question.product.reader import ProductReader
from bot.rates.question.query import (
    HOME,
    QueryKind,
    RateQuery,
    Uncovered,
    format_party,
    format_query,
)
from bot.rates.question.reading.question import (
    WORDS_OF_SENTENCE,
    Vocabulary,
    cut_label,
    trim_product,
)
from bot.rates.question.stemming import stem_words
from bot.rates.question.vocabulary.origins import list_likely_origins
from bot.rates.schedule.search import FoundHeading

_SHIPPING = frozenset(
    str.split(
        "container containers pallet pallets teu teus feu fcl lcl ft foot feet ocean sea air cargo "
        "vessel ship truck rail port box boxes shipment load"
    )
)
"""Words of a question about freight that name no goods."""
_WHERE_TO_LOOK = {
    Uncovered.FREIGHT: "A freight forwarder quotes them, and indexes such as the Freightos Baltic "
    "Index and the Drewry World Container Index publish averages.",
    Uncovered.TAXES: "The tax authority of the importing country publishes them. The US charges "
    "no value-added tax on imports.",
    Uncovered.EXCHANGE: "CBP publishes the exchange rates for customs values.",
}
_MAX_OFFERED = 3
"""Maximum number of goods that are offered, next to all goods, if the goods are unclear."""
_MAX_MEANINGS = 4
_ASIAN_ORIGINS = ("CN", "JP", "KR")
_NEW_MEXICO = re.compile(r"\bnew mexico\b")
_OF_ORIGIN = frozenset({"from", "of", "on", "in", "the", "made"})
_REGION = re.compile(
    r"\b(?:(?:south[- ]?east|south|east|central|western) asia|asia|(?:central|latin|south) america"
    r"|(?:sub-saharan |north |west |east )?africa|middle east|scandinavia|the balkans|caribbean)\b"
)
_REGION_ADJECTIVE = re.compile(
    r"\b(?:(?:south[- ]?east |south |east |central |western )?asian"
    r"|(?:latin|central|south|north) american"
    r"|middle eastern|scandinavian|african(?! growth)|(?:of |from |on )?non[- ]?"
    r"(?:fta|free[- ]trade)(?: agreement)?(?: (?:countries|country|partners?|origins?|economies))?"
    r"|(?:countries )?without (?:an? )?(?:fta|free[- ]trade agreement|trade agreement))\b"
)
"""Words before goods of many economies: `asian cars`, `non-fta countries cars`."""
_TERRITORY = re.compile(r"\b(?:puerto rico|guam|us virgin islands|american samoa)\b")
_EXCLUSION = re.compile(r"\b(?:not|except|excluding|without|besides|no(?!\.?\s*\d))\b")
_OTHER_THAN = re.compile(
    r"\b(?:other than|apart from|aside from|except(?:ing)?(?: for)?|minus"
    r"|but not(?! (?:(?:yet|actually|really|ever) )*\w+ed\b)(?! (?:for|on|from|in|if|under)\b))\s+"
    r"(?P<goods>[a-z][^,;?.]*?)(?=\s+(?:from|in|of|into|to|made|out)\b|[,;?.]|$)"
)
SETS = frozenset({"set", "sets", "kit", "kits", "suite", "suites", "pieces", "units", "items"})
_MAX_REPEATED = 6
"""Maximum words of goods that a question back repeats."""
MEANINGLESS = frozenset(
    str.split(
        "rate rates tariff tariffs duty duties on from the a an is are it i pay pays paid "
        "charge import imports imported at by to currently me do does"
    )
)
"""Words that are removed from a product if it keeps its meaning."""


def refuse_misspelled_card(text: str, vocabulary: Vocabulary) -> None:
    """Raises UnknownParty if the text is almost the name of a law or topic."""
    reader, cards = vocabulary.reader, vocabulary.cards
    if cards is None or (reader is not None and reader.understands(text)):
        return
    if near := cards.suggest(text):
        raise UnknownParty(" ".join(text.split()), near, "not a law or topic we know")


def refuse_other_costs(
    costs: Sequence[Uncovered], words: TokenizedQuestion, vocabulary: Vocabulary
) -> None:
    """Raises UnclearQuestion for a question about costs that are no duties.

    With an economy and goods, or with two economies, the question is about duties too.
    """
    kept = words.other_words
    if costs[0] is Uncovered.FREIGHT:
        kept = [word for word in kept if word not in _SHIPPING]
    rest, reader = trim_product(kept) or "", vocabulary.reader
    about_goods = bool(words.codes) and reader is not None and reader.names_goods(rest)
    is_cost = costs[0] is Uncovered.FREIGHT and not rest and DUTIES.isdisjoint(words.words)
    if about_goods or (len(words.codes) > 1 and not is_cost):
        return
    name = costs[0]
    options = [("Customs fees (MPF, HMF)", "mpf"), ("All cards", "cards")]
    for code in [one for one in words.codes if one not in (HOME, WORLD)][:1]:
        flag = format_party(code)
        options.insert(0, (f"Duties of {code}", f"tariffs by {flag}"))
        options.insert(0, (f"{HOME} duties on {code}", f"{format_party(HOME)} on {flag}"))
    raise UnclearQuestion(
        name,
        f"{name[:1].upper()}{name[1:]} are not in our data. {_WHERE_TO_LOOK[name]}",
        options,
    )


def ask_for_goods(
    asked: Callable[..., RateQuery],
    goods: Sequence[str],
    codes: Sequence[str],
    vocabulary: Vocabulary,
) -> None:
    """Raises UnclearQuestion if each origin has its own goods: `thai rice and indian tea`."""
    if len(goods) != len(codes) or not all(goods):
        return
    options = [
        (
            cut_label(f"{each} from {vocabulary.parties.get(code).name}"),
            format_query(asked(kind=QueryKind.PAIR, imposer=HOME, partner=code, product=each)),
        )
        for each, code in zip(goods, codes, strict=True)
    ]
    raise UnclearQuestion(" and ".join(goods), "Which goods first?", options)


def ask_for_origins(asked: Callable[..., RateQuery], first: str, second: str) -> NoReturn:
    """Raises UnclearQuestion for `china and india toys`: two origins, or importer and origin."""
    pair = partial(asked, kind=QueryKind.PAIR)
    both = partial(asked, kind=QueryKind.COMPARE, imposer=HOME, imposer_assumed=True)
    options = [
        (f"{HOME} on {first} and {second}", both(partner=first, versus=(second,))),
        (f"{first} on {second}", pair(imposer=first, partner=second)),
        (f"{second} on {first}", pair(imposer=second, partner=first)),
    ]
    raise UnclearQuestion(
        "the importing country",
        "Who imports?",
        [(label, format_query(one)) for label, one in options],
    )


def ask_for_importer(
    asked: Callable[..., RateQuery], importers: Sequence[str], partner: str
) -> NoReturn:
    """Raises UnclearQuestion for `eu and us tariffs on china`: an answer has one importer."""
    on = "" if partner == WORLD else f" on {format_party(partner)}"
    by = "tariffs by " if partner == WORLD else ""
    place = "all countries" if partner == WORLD else partner
    query = asked(kind=QueryKind.PAIR)
    goods = f" {query.product}" if query.product else ""
    # Without economies, the text has the days, the goods and the value.
    days, rest = format_query(query.model_copy(update={"product": None})), goods
    options = [
        (
            f"{code} on {place}{goods}",
            " ".join(f"{days} {by}{format_party(code)}{on}{rest}".split()),
        )
        for code in importers
    ]
    raise UnclearQuestion("the importing country", "Which importing country first?", options)


def list_origin_options(
    asked: Callable[..., RateQuery], product: str, vocabulary: Vocabulary
) -> list[tuple[str, str]]:
    """The name of each likely origin of the product, and the question about its duties."""
    parties, reader = vocabulary.parties, vocabulary.reader
    codes = reader.list_codes(product) if reader is not None else ()
    return [
        (
            parties.get(code).name,
            format_query(asked(kind=QueryKind.PAIR, imposer=HOME, partner=code)),
        )
        for code in list_likely_origins(codes)
        if code in parties
    ]


def ask_for_origin(
    asked: Callable[..., RateQuery],
    product: str,
    vocabulary: Vocabulary,
    unread: Sequence[str] = (),
) -> NoReturn:
    """Raises UnclearQuestion for goods without an origin, because most origins pay other duties."""
    options = list_origin_options(asked, product, vocabulary)
    every = asked(kind=QueryKind.PAIR, imposer=HOME, partner=WORLD, partner_implied=True)
    options.append(("Duties on all origins", format_query(every)))
    said = f"Not read: {', '.join(unread)}. " if unread else ""
    raise UnclearQuestion(product, f"{said}Which origin do you mean for {product}?", options)


def build_no_economy(
    product: str | None,
    words: TokenizedQuestion,
    uncovered: Sequence[str],
    vocabulary: Vocabulary,
) -> QueryError:
    """The error for a question that names no economy."""
    parties, reader = vocabulary.parties, vocabulary.reader
    if product is None and uncovered:
        return NoEconomyNamed(uncovered[0], "not covered", ("us china",))
    if product and reader is not None and reader.names_goods(product):
        return NoEconomyNamed(product, "names goods but no economy", (f"us {product}",))
    if product and reader is not None and reader.names_any(product) and vocabulary.has_home:
        questions = (f"us china {product}",) if "CN" in parties else (f"us {product}",)
        return NoEconomyNamed(product, "names a duty but no economy", questions)
    if product and (near := parties.suggest(product)):
        return UnknownParty(product, near)
    if product:
        cards = vocabulary.cards
        if len(words.words) >= WORDS_OF_SENTENCE and cards is not None:
            named = cards.read(" ".join(words.words)).named[:_MAX_OFFERED]
            if named:
                return _offer_cards(named, product, cards)
        return UnknownParty(product, ())
    thing = " ".join(words.other_words) or "the question"
    return QueryError(thing, "names no economy", "Try: us china")


def _offer_cards(named: Sequence[str], product: str, cards: CardIndex) -> UnclearQuestion:
    """The error for a sentence without goods and economies: the cards that it may be about."""
    options = [(cards.by_id[one].title, f"card {one}") for one in named]
    options += [("Upcoming changes", "upcoming"), ("All cards", "cards")]
    return UnclearQuestion(
        product,
        "We found neither goods nor an economy in this question. Which do you want?",
        options[:_MAX_MEANINGS],
    )


def refuse_new_mexico(text: str) -> None:
    """Raises UnclearQuestion for `new mexico steel`: a US state, or a new tariff on Mexico."""
    if _NEW_MEXICO.search(text):
        meant = " ".join(_NEW_MEXICO.sub("mexico", text).split())
        raise UnclearQuestion(
            "new mexico",
            "New Mexico is a state of the US, without duties of its own. Do you mean Mexico?",
            [("Mexico", meant)],
        )


def refuse_regions(words: TokenizedQuestion, vocabulary: Vocabulary) -> None:
    """Raises QueryError for a region or a US territory, which is no economy of our data.

    With goods, raises UnclearQuestion with their duties on all countries.
    """
    text = " ".join(words.other_words)
    if not any(words.are_origins):
        _ask_for_goods_of_region(text, words.codes, vocabulary)
    if words.codes not in ([], [HOME]):
        return
    if region := _REGION.search(text):
        raise QueryError(
            region.group(), "a region, and duties are set by economy", "Try: us vietnam"
        )
    if territory := _TERRITORY.search(text):
        raise QueryError(
            territory.group(),
            "the customs status of US territories is not in our data",
            "Try: cards",
        )


def _ask_for_goods_of_region(text: str, codes: Sequence[str], vocabulary: Vocabulary) -> None:
    """Raises UnclearQuestion for `mexico asian cars`: the region is no importer and no origin."""
    reader, parties = vocabulary.reader, vocabulary.parties
    found = _REGION_ADJECTIVE.search(text) or _REGION.search(text)
    if found is None or reader is None or not vocabulary.has_home or len(codes) > 1:
        return
    rest = trim_product(f"{text[: found.start()]} {text[found.end() :]}".split()) or ""
    goods = ", ".join(reader.list_goods(rest))
    if not goods:
        return
    code = codes[0] if codes else HOME
    name, flag, home = parties.get(code).name, format_party(code), format_party(HOME)
    options = []
    if any(imposer == code for imposer, _ in reader.pairs):
        label = f"Duties of {'the US' if code == HOME else name} on {goods} of all countries"
        options.append((cut_label(label), f"tariffs by {flag} {goods}"))
    likely = _ASIAN_ORIGINS if "asia" in found.group() else ()
    origins = [code] if code != HOME else [one for one in likely if one in parties]
    options += [
        (
            cut_label(f"US duties on {goods} of {parties.get(one).name}"),
            f"{home} on {format_party(one)} {goods}",
        )
        for one in origins
    ]
    asked = " ".join(found.group().split())
    cause = f"“{asked}” is a region or a group, and duties are set by economy. Which do you mean?"
    raise UnclearQuestion(asked, cause, options)


def refuse_excluded_economies(words: TokenizedQuestion) -> None:
    """Raises QueryError for `toys not from china`, which would be read as toys from China."""
    for before in words.words_before:
        tail = [word for word in before if word not in _OF_ORIGIN][-1:]
        other_than = before[-2:] == ["other", "than"]
        if other_than or (tail and tail[0] in {"except", "excluding", "not", "besides", "but"}):
            raise QueryError(
                " ".join(before[-3:]),
                "we cannot leave out an economy",
                "Name the economies to compare, as in: china vs vietnam vs india",
            )


def refuse_exclusions(
    product: str, vocabulary: Vocabulary, build: Callable[[str], RateQuery]
) -> None:
    """Raises QueryError for goods that are excluded, because the reader would include them.

    If goods stand before them, the error is UnclearQuestion with a question about all of these.
    """
    match, reader = _EXCLUSION.search(product), vocabulary.reader
    if match is None or reader is None:
        return
    before, after = product[: match.start()], product[match.end() :]
    with_word, without = reader.read_any(product), reader.read_any(f"{before} {after}")
    is_named = with_word._replace(text="", unknown=()) == without._replace(text="", unknown=())
    if is_named and reader.names_any(after):
        goods = trim_product([one for one in before.split() if one not in MEANINGLESS])
        if goods and reader.names_goods(goods):
            raise UnclearQuestion(
                f"{match.group().strip()} {after.strip()}",
                f"We cannot leave out some goods. The answer for all {goods} shows which pay more.",
                [(cut_label(f"All {goods}"), format_query(build(goods)))],
            )
        raise QueryError(
            f"{match.group().strip()} {after.strip()}",
            "we cannot leave out some goods",
            "Ask for the goods themselves, in words or by an HS code",
        )


def cut_exclusion(text: str, parties: Parties) -> tuple[str, str]:
    """The goods that the text leaves out, and the text without them: `toys other than dolls`.

    The first is empty if it leaves out none.
    """
    match = _OTHER_THAN.search(text)
    if match is None or any(parties.find(word) for word in match["goods"].split()):
        return "", text
    return match.group().strip(), f"{text[: match.start()]} {text[match.end() :]}"


def refuse_cut_exclusion(left_out: str, query: RateQuery) -> NoReturn:
    """Raises UnclearQuestion with the question about all goods."""
    label = cut_label(f"All {query.product or 'goods'}")
    cause = "We cannot leave out some goods. The answer for all goods shows which pay more."
    raise UnclearQuestion(left_out, cause, [(label, format_query(query))])


def refuse_unknown(
    product: str,
    codes: Sequence[str],
    vocabulary: Vocabulary,
    build: Callable[[str], RateQuery],
    *,
    is_origin: bool = False,
) -> None:
    """Raises QueryError if the product names no goods, code, layer or legal basis.

    `is_origin`: `from` or another word makes the economy of the question an origin, so that the
    product is no misspelled economy: `pills from india`.

    If the tariff schedule has its words, the error is UnclearQuestion with their headings; `build`
    makes the query about one of them. If names of economies or goods are similar, the error is
    UnknownParty.
    """
    parties, reader = vocabulary.parties, vocabulary.reader
    if reader is not None:
        _refuse_misspelled_economy(product, codes, parties, reader)
        _ask_for_meaning(product, codes, reader, build)
        _ask_for_doubtful(product, codes, reader, build)
        if reader.understands(product):
            return
    near = () if is_origin else _suggest_economies(product, codes, parties)
    found = _search_schedule(product, parties, reader) if reader is not None else ()
    if reader is not None and not codes and found and " " in product:
        raise NoEconomyNamed(product, "may name goods, but no economy", (f"us {product}",))
    if len(codes) < 2 and near and not (codes and found and " " in product):
        raise UnknownParty(product, near)
    if reader is None or not codes:
        return
    wanted = reader.read_any(product)
    if found or wanted.doubtful:
        headings = [(one.label, one.code) for one in found]
        names = wanted.doubtful if len(found) < _MAX_OFFERED else ()
        named = [(name, name) for name in (names or _list_alike(wanted, reader))[:1]]
        offered = [*headings[: _MAX_OFFERED - len(named)], *named, ("All goods", "all goods")]
        _ask_for_one(product, offered, wanted.claims, build)
    cause = "neither goods nor an economy we know"
    if near := (*near, *reader.suggest_names(wanted)):
        raise UnknownParty(product, near, cause)
    raise QueryError(product, cause, "An HS code, such as 8507.60, works too")


def _list_alike(wanted: ParsedProduct, reader: ProductReader) -> list[str]:
    """Names of goods that are similar to a text and have all its words."""
    words = frozenset(stem_words(wanted.text))
    return [name for name in reader.suggest_names(wanted) if words.issubset(stem_words(name))]


def _ask_for_meaning(
    product: str, codes: Sequence[str], reader: ProductReader, build: Callable[[str], RateQuery]
) -> None:
    """Raises UnclearQuestion for a name of several goods, and for other goods than those named.

    `glasses` may be for eyes or for drinks, and `caustic soda` are no soft drinks.
    """
    wanted = reader.read_any(product)
    meant = [(name, name) for name in wanted.meanings]
    if not meant and (found := reader.headings.search_other(reader.read_any(product))):
        meant = [(one.label, one.code) for one in found[:_MAX_OFFERED]]
        meant += [(name, name) for name in reader.list_names(wanted.goods)]
    if meant and codes:
        _ask_for_one(product, meant[:_MAX_MEANINGS], wanted.claims, build)


def _ask_for_doubtful(
    product: str, codes: Sequence[str], reader: ProductReader, build: Callable[[str], RateQuery]
) -> None:
    """Raises UnclearQuestion if one of several goods may be others: `toys and car wax`."""
    wanted = reader.read_any(product)
    if codes and wanted.doubtful and wanted.goods and not wanted.codes:
        names = [*reader.list_names(wanted.goods), *wanted.doubtful]
        named = [(" and ".join(names), ", ".join(names)), *((one, one) for one in names)]
        _ask_for_one(product, named[:_MAX_MEANINGS], wanted.claims, build)


def _ask_for_one(
    product: str,
    named: Sequence[tuple[str, str]],
    claims: Sequence[str],
    build: Callable[[str], RateQuery],
) -> NoReturn:
    """Raises UnclearQuestion with a question about each of these goods, which have labels."""
    options = [
        (cut_label(label), format_query(build(" ".join((text, *claims))))) for label, text in named
    ]
    by = f' by "{product}"' if len(product.split()) <= _MAX_REPEATED else ""
    raise UnclearQuestion(product, f"Which goods do you mean{by}?", options)


def _search_schedule(
    product: str, parties: Parties, reader: ProductReader
) -> tuple[FoundHeading, ...]:
    """Headings with the words of the product, without those of economies: `swiss army boots`."""
    words = [word for word in product.split() if word in FOOD_NAMES or not parties.find(word)]
    while len(words) > 2 and words[-1] in SETS:
        # 'wood bedroom set' are no knives, which come in sets too.
        words.pop()
    return reader.headings.search(" ".join(words))


def _refuse_misspelled_economy(
    product: str, codes: Sequence[str], parties: Parties, reader: ProductReader
) -> None:
    """Raises UnknownParty if an unknown word is almost the name of an economy.

    Only questions with at most one economy are checked.
    """
    if len(codes) > 1 or not (unknown := set(reader.read_any(product).unknown)):
        return
    for word in product.split():
        if parties.find(word) is not None or word == "dates":
            continue
        meant = parties.find_misspelled(word) if unknown.issuperset(stem_words(word)) else None
        if meant is not None and meant.code not in (*codes, WORLD):
            raise UnknownParty(word, (meant.name,))


def _suggest_economies(words: str, codes: Sequence[str], parties: Parties) -> tuple[str, ...]:
    """Names of economies similar to the words, without those already in the question."""
    if any(parties.find(word) is not None for word in words.split()):
        # The name of an economy means goods here: 'turkey from canada'.
        return ()
    known = {parties.get(code).name for code in codes}
    suggestions = parties.suggest(words) or parties.suggest(words.split()[0])
    return tuple(name for name in suggestions if name not in known)
