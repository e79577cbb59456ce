"""Parses the words after `/tariff my`: an act, filters and an order.

    my | my china | my 8507 | my changed | my changing | my label batteries | my sort duty
    my page 2
    my remove | my remove 8507.60.00 | my remove 8507.60.00 china
    my upload | my xlsx | my channel, and any of these after it

A text with a word of questions is a question: `my duty on steel from china`. Any other text that
begins with `my` is refused, so that no answer about all goods looks like one about the list.
"""

import re
from enum import StrEnum
from typing import NamedTuple

from bot.lines.table import RowOrder
from bot.parties import WORLD, Parties
from bot.values import Frozen

FIRST = "my"


class LinesAct(StrEnum):
    """What a command does with a list."""

    SHOW = "my"
    UPLOAD = "my upload"
    FILE = "my xlsx"
    REMOVE = "my remove"


class LinesRequest(Frozen):
    """A command about the person's own list or that of the channel."""

    act: LinesAct = LinesAct.SHOW
    for_channel: bool = False
    origin: str = ""
    """The code of an economy."""
    text: str = ""
    """A part of the label or of the goods, or the beginning of the code."""
    only_changed: bool = False
    only_changing: bool = False
    order: RowOrder = RowOrder.LIST
    is_confirmed: bool = False
    """Whether the person has confirmed the removal."""
    page: int = 1

    @property
    def has_filter(self) -> bool:
        return bool(self.origin or self.text or self.only_changed or self.only_changing)

    def write(self, parties: Parties, **changes: object) -> str:
        """The command as a person would type it, with other values of some fields."""
        one = self.model_copy(update=changes)
        words = [FIRST, *(["channel"] if one.for_channel else [])]
        if one.act is LinesAct.REMOVE:
            origin = parties.get(one.origin).name if one.origin else ""
            return " ".join(filter(None, (*words, "remove", one.text, origin)))
        if one.act is not LinesAct.SHOW:
            return " ".join([*words, one.act.removeprefix(f"{FIRST} ")])
        words += ["changed"] if one.only_changed else []
        words += ["changing"] if one.only_changing else []
        words += [parties.get(one.origin).name] if one.origin else []
        if one.order is not _natural_order(one):
            words += ["sort", one.order.value]
        words += ["page", str(one.page)] if one.page > 1 else []
        return " ".join([*words, *(["label", one.text] if one.text else [])])


_ACTS = {
    "upload": LinesAct.UPLOAD,
    "import": LinesAct.UPLOAD,
    "xlsx": LinesAct.FILE,
    "excel": LinesAct.FILE,
    "download": LinesAct.FILE,
    "remove": LinesAct.REMOVE,
    "delete": LinesAct.REMOVE,
}
PLAIN = frozenset({"lines", "line", "tariff", "list", "table", "codes", "duties"})
"""Words that add nothing: `my list`."""
_CHANNEL = frozenset({"channel", "channel's"})
_LABEL = frozenset({"label", "find", "code"})
_ORDERS = frozenset(one.value for one in RowOrder)
CODE = re.compile(r"\d{4}[\d.]{0,9}")
"""A code, or the beginning of one."""
_SORT = frozenset({"sort", "by"})


_OF_QUESTIONS = frozenset(
    str.split("duty duties tariff tariffs rate rates tax taxes from on for to in of what how if is")
)
"""Words after `my` of which one is in each question."""


class UnknownFilter(NamedTuple):
    """Words after `my` that are no filter of a list."""

    words: str
    instead: str
    """A command that finds the words in labels and goods."""


def parse_lines_request(words: list[str], parties: Parties) -> LinesRequest | UnknownFilter | None:
    """The request in the words after `my`; None if they are a question."""
    found: dict[str, object] = {}
    at = 0
    while at < len(words):
        word, rest = words[at].lower(), words[at + 1 :]
        at += 1
        if word in PLAIN:
            continue
        if word in _CHANNEL:
            found["for_channel"] = True
        elif word in _ACTS:
            found["act"] = _ACTS[word]
        elif word in ("changed", "changing"):
            found[f"only_{word}"] = True
        elif word in _LABEL and rest:
            found["text"] = " ".join(rest)
            break
        elif CODE.fullmatch(word) and "text" not in found:
            found["text"] = word
        elif word in _SORT and rest and rest[0].lower() in _ORDERS:
            found["order"] = RowOrder(rest[0].lower())
            at += 1
        elif word == "page" and rest and rest[0].isdecimal():
            found["page"] = max(int(rest[0][:4]), 1)
            at += 1
        elif (name := _find_economy(words[at - 1 :], parties)) and "origin" not in found:
            found["origin"], size = name
            at += size - 1
        elif _OF_QUESTIONS.isdisjoint(each.lower().strip("?") for each in words):
            unknown = " ".join(words[at - 1 :])
            return UnknownFilter(unknown, " ".join([FIRST, *words[: at - 1], "label", unknown]))
        else:
            return None
    one = LinesRequest.model_validate(found)
    return one if "order" in found else one.model_copy(update={"order": _natural_order(one)})


def _natural_order(one: LinesRequest) -> RowOrder:
    if one.only_changed:
        return RowOrder.LAST
    return RowOrder.NEXT if one.only_changing else RowOrder.LIST


def _find_economy(words: list[str], parties: Parties) -> tuple[str, int] | None:
    """The economy at the beginning, by its longest name, and the number of words of the name."""
    for size in range(min(5, len(words)), 0, -1):
        party = parties.find(" ".join(words[:size]))
        if party is not None and party.code != WORLD and not party.members:
            return party.code, size
    return None
