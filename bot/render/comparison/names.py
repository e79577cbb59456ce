"""How the answers of a comparison are named."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.rates.model.answer import Answer, BaseShare, TotalBasis
from bot.rates.model.customs_entry import EntryFacts
from bot.render import words
from bot.render.duty_names import (
    name_importer,
    name_origin,
)
from bot.render.overview.headline import name_laws

_NAMED = 3


class RowNames(NamedTuple):
    """In what the answers differ, which decides how they are named."""

    importers: bool
    goods: bool
    origins: bool
    claims: bool = False
    """Whether only some of the answers follow a claim."""

    def format_title(self) -> str:
        if self.importers:
            return "Duties of"
        if not self.goods:
            return "Origin"
        return "Goods and origin" if self.origins else "Goods"

    def name_row(self, answer: Answer) -> str:
        origin = " ".join(filter(None, (answer.partner_name, self.name_claim(answer))))
        if self.importers:
            importer = name_importer(answer.imposer, answer.imposer_name)
            pair = f"{importer} on {name_importer(answer.partner, origin)}"
            return f"{pair}, {_name_goods(answer)}" if self.goods else pair
        if not self.goods:
            return origin
        return f"{_name_goods(answer)}, {origin}" if self.origins else _name_goods(answer)

    def name_claim(self, answer: Answer) -> str:
        """`under USMCA`, if only some of the answers follow the claim."""
        return answer.entry.claim if self.claims else ""

    def name_in_sentence(self, answer: Answer) -> str:
        origin = name_origin(answer.partner, answer.partner_name)
        origin = " ".join(filter(None, (origin, self.name_claim(answer))))
        if self.importers:
            importer = name_importer(answer.imposer, answer.imposer_name)
            goods = _name_goods(answer) if self.goods else "goods"
            return f"{importer} on {goods} of {origin}"
        if not self.goods:
            return origin
        return f"{_name_goods(answer)} of {origin}" if self.origins else _name_goods(answer)

    @property
    def lead(self) -> str:
        return "" if self.importers or self.goods else "goods of "


def _name_goods(answer: Answer) -> str:
    """The goods without their codes, if they have a name."""
    return ", ".join(answer.goods) or words.describe_goods(answer)


def find_names(answers: Sequence[Answer]) -> RowNames:
    goods = {words.describe_goods(one) for one in answers}
    # The goods have one name for all origins, but an answer without a total may have none.
    several = len(goods) > 1 and len({(one.imposer, one.partner) for one in answers}) < len(answers)
    return RowNames(
        importers=len({one.imposer for one in answers}) > 1,
        goods=several,
        origins=len({one.partner for one in answers}) > 1,
        claims=len({one.entry.claim_of and one.entry.claim for one in answers}) > 1,
    )


def format_title(answers: Sequence[Answer], names: RowNames) -> str:
    importers = {one.imposer: name_importer(one.imposer, one.imposer_name) for one in answers}
    first = next(iter(answers), None)
    if first is None:
        return "Duties compared"
    if laws := _name_compared_laws(answers):
        importer = name_importer(first.imposer, first.imposer_name)
        return f"{importer} {laws} by origin"
    general = first.basis is TotalBasis.GENERAL
    if len({one.entry.claim for one in answers}) > 1:
        # The claim of one origin is not that of all.
        claimed = {one.entry.claim_of for one in answers if one.entry.claim_of}
        unclaimed = tuple(one for one in first.goods if not any(each in one for each in claimed))
        first = first._replace(entry=EntryFacts(), goods=unclaimed)
    goods = "" if general else f" on {words.describe_goods(first)}"
    if names.goods:
        goods = f" on {' and '.join(dict.fromkeys(map(_name_goods, answers)))}"
    if names.importers:
        shared = {one.partner for one in answers} & set(importers)
        whose = next(
            (
                name_origin(one.partner, one.partner_name)
                for one in answers
                if one.partner in shared
            ),
            "",
        )
        return f"Duties{goods} of and on {whose}" if whose else f"Duties{goods} compared"
    importer = next(iter(importers.values()))
    includes = any(one.base_share is not BaseShare.ADDED for one in answers)
    duty = "duty" if includes else "additional duty"
    if names.origins:
        return f"{importer} {duty}{goods} by origin"
    return f"{importer} {duty}{goods} of {name_origin(first.partner, first.partner_name)}"


def _name_compared_laws(answers: Sequence[Answer]) -> str:
    """The duties of a question about a law; empty if it is about goods or several importers."""
    first = answers[0]
    one_importer = {one.imposer for one in answers} == {first.imposer}
    if not one_importer or any(one.basis is not TotalBasis.LAYER for one in answers):
        return ""
    of_law = next((one for one in answers if one.rows), None)
    return words.name_law_duties(of_law) if of_law is not None else name_laws(first)


def name_group(answers: Sequence[Answer], names: RowNames) -> str:
    named = list(dict.fromkeys(map(names.name_in_sentence, answers)))
    if len(named) > _NAMED + 1:
        named = [*named[:_NAMED], f"{len(named) - _NAMED} more"]
    joined = " and ".join(filter(None, (", ".join(named[:-1]), named[-1])))
    return f"{names.lead}{joined}"
