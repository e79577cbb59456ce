"""The notes of a comparison, without which its rows would be misread."""

from collections.abc import Iterator, Sequence

from bot.rates.model.answer import Answer
from bot.rates.model.warnings import ClaimRefused
from bot.render import words
from bot.render.comparison.names import RowNames
from bot.render.overview.basis import list_programs
from bot.render.overview.remarks import describe_reading, list_remarks

_QUESTIONS = 2
_SCHEDULED = "Includes scheduled changes that are not verified."


def list_notes(answers: Sequence[Answer], names: RowNames) -> tuple[str, ...]:
    """The remarks on the answers, each once, with the names of the rows that they are about.

    Notes on all rows come first. Of the pairs of an economy, there are too many to note each.
    """
    rows: dict[str, list[str]] = {}
    is_followed = any(one.entry.claim and one.entry.claim_of for one in answers)
    for answer in answers:
        # The claim is that of another origin, whose row has it.
        refused = set(_list_refusals(answer)) if is_followed else set()
        for text in dict.fromkeys(one for one in _list_texts(answer) if one not in refused):
            rows.setdefault(text, []).append(names.name_row(answer))
    common = [text for text, named in rows.items() if len(named) == len(answers)]
    if names.importers:
        return tuple(common)
    single = [f"{', '.join(named)}: {text}" for text, named in rows.items() if text not in common]
    return (*common, *single)


def _list_refusals(answer: Answer) -> Iterator[str]:
    """The texts that say that the claim of the question gives these goods no special rate."""
    for one, text in zip(answer.warnings, words.describe_warnings(answer), strict=True):
        if isinstance(one, ClaimRefused):
            yield text


def _list_texts(answer: Answer) -> Iterator[str]:
    yield from describe_reading(answer)
    yield from list_remarks(answer)
    if answer.total_range is not None and answer.questions:
        more = len(answer.questions) - _QUESTIONS
        left = f" {more} more in the details." if more > 0 else ""
        yield f"Depends on: {' '.join(answer.questions[:_QUESTIONS])}{left}"
    if programs := list_programs(answer):
        yield f"Normal duty {programs}."
    if answer.has_scheduled:
        yield _SCHEDULED
