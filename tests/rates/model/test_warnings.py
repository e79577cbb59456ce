"""Properties that all kinds of warnings share."""

from dataclasses import FrozenInstanceError

import pytest

from bot.rates.model.warnings import Leading, RateWarning


def test_a_kind_of_warning_is_a_frozen_value_with_the_name_of_its_class() -> None:
    class NewKind(RateWarning):
        text: str

    class NewLead(Leading):
        text: str

    one = NewKind("Tiers.")
    assert one == NewKind("Tiers.")
    assert one != NewKind("Other.")
    assert (one.kind, one.leads) == ("new_kind", False)
    assert (NewLead("Tiers.").kind, NewLead("Tiers.").leads) == ("new_lead", True)
    with pytest.raises(FrozenInstanceError):
        setattr(one, "text", "Other.")  # noqa: B010 - a type checker refuses the assignment
