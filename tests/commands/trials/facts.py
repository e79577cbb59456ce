"""The facts of a reply as one short text: who charges whom, the figures, the card, the days.

`python -m tests.commands.trials.facts TRIAL.tsv` prints a trial with the facts of today's code.
"""

import asyncio
import csv
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from bot.commands.rates.replies import RateAnswers, RateCalendar, RateCard
from bot.commands.request import Reply
from bot.rates.model.answer import Answer
from tests.commands.typed import type_question

COLUMNS = ("question", "verdict", "reason", "facts")


def read_trial(path: Path) -> list[dict[str, str]]:
    """The questions of a trial, with the columns that the file has."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))


def describe_facts(reply: Reply) -> str:
    """The facts of the reply: `US<CN 12.5-37.5`, `card usmca`, `asks`."""
    match reply:
        case RateAnswers():
            return "; ".join(_describe_answers(reply))
        case RateCalendar():
            days = f"{reply.query.since or ''}..{reply.query.until or ''}"
            return f"{reply.query.kind} {days} {len(reply.items)} rows"
        case RateCard():
            return f"card {reply.facts.card.id}"
        case _:
            return type(reply).__name__


def _describe_answers(reply: RateAnswers) -> Iterator[str]:
    for answer in reply.answers:
        yield f"{answer.imposer}<{answer.partner} {_describe_total(answer)}"


def _describe_total(answer: Answer) -> str:
    goods = ",".join(answer.codes or answer.goods)[:60]
    span = answer.typical or answer.total_range
    if span is not None:
        total = "-".join(dict.fromkeys(map(_format, span)))
    else:
        total = "banned" if answer.banned else _format(answer.total_percent)
    return f"{goods} {total} {answer.on}".strip()


def _format(percent: Decimal | None) -> str:
    return "unknown" if percent is None else f"{percent.normalize():f}"


async def _print(path: Path) -> None:
    print(*COLUMNS, sep="\t")
    for row in read_trial(path):
        facts = describe_facts(await type_question(row["question"]))
        print(row["question"], row["verdict"], row["reason"], facts, sep="\t")


if __name__ == "__main__":
    asyncio.run(_print(Path(sys.argv[1])))
