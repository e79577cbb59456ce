"""The duties on the goods of a question on other days than that of its answer."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, timedelta

from bot.rates.answer.select import RateContext, Selection, select_layers
from bot.rates.model.measure import Exemption, Measure, RatePeriod

_A_DAY = timedelta(days=1)


class Timeline:
    """The duties on the goods of a question on each day, computed once for all days between two
    changes."""

    def __init__(self, context: RateContext, selection: Selection) -> None:
        """`selection` has the measures that the question is about, stacked on its day."""
        if (asked := context.line) is not None and asked.named and selection.line is not None:
            # Words mean the same lines on each day, also before the list that names them.
            context = context._replace(line=asked._replace(lines=selection.line.lines))
        self.context, self.selection = context, selection
        days = set(list_change_days(selection.chosen, exemptions=context.wanted is not None))
        if (line := context.line) is not None:
            days |= line.list_change_days(line.list_names(selection.chosen))
        self.days = sorted(days)
        """The days on which the duties may change, in order of time."""
        self._found = {bisect_right(self.days, context.day): selection}

    def select(self, day: date) -> Selection:
        """The measures of the question, stacked on this day."""
        place = bisect_right(self.days, day)
        if place not in self._found:
            first = self.days[place - 1] if place else day
            self._found[place] = select_layers(
                self.context._replace(day=first, measures=self.selection.chosen)
            )
        return self._found[place]


def list_change_days(measures: Iterable[Measure], *, exemptions: bool) -> tuple[date, ...]:
    """The days on which rate periods of these measures begin, and the days after they end.

    With `exemptions`, the result includes the same days for the measures' exemptions of goods.
    """
    spans: list[RatePeriod | Exemption] = []
    for measure in measures:
        spans += measure.periods
        spans += measure.exempt if exemptions else ()
    begins = {span.from_ for span in spans if span.from_ is not None}
    ends = {span.to + _A_DAY for span in spans if span.to is not None}
    return tuple(sorted(begins | ends))
