"""An import replaces a list or adds to it, and the difference says what changes."""

from hypothesis import given
from hypothesis import strategies as st

from bot.lines.difference import ImportMode, RelabeledLine, compare_lists
from bot.lines.model import MAX_LINES, ListedLine
from tests.lines.made import listed

OLD = (listed("85076000", "CN", "cells"), listed("01012100", "DE", "horses"))
NEW = (listed("85076000", "CN", "packs"), listed("72083900", "CN"))

_LISTS = st.lists(
    st.builds(
        listed,
        st.sampled_from(["85076000", "01012100", "72083900", "72085100"]),
        st.sampled_from(["CN", "DE"]),
        st.sampled_from(["", "a", "b"]),
    ),
    unique_by=lambda one: one.key,
)


def test_a_replacement_removes_what_it_lacks() -> None:
    found = compare_lists(OLD, NEW, ImportMode.REPLACE)
    assert found.lines == NEW
    assert (found.added, found.removed) == (NEW[1:], OLD[1:])
    assert found.changed == (RelabeledLine(OLD[0], NEW[0]),)


def test_an_addition_removes_nothing() -> None:
    found = compare_lists(OLD, NEW, ImportMode.ADD)
    assert found.lines == (NEW[0], OLD[1], NEW[1])
    assert (found.added, found.removed) == (NEW[1:], ())


def test_an_addition_without_a_label_keeps_the_label() -> None:
    assert not compare_lists(OLD, [listed("85076000")], ImportMode.ADD)
    assert compare_lists(OLD, [listed("85076000")], ImportMode.REPLACE).changed


def test_a_list_may_become_too_long() -> None:
    many = [listed(f"{code:08}") for code in range(MAX_LINES)]
    assert not compare_lists(many, many[:1], ImportMode.ADD).is_too_long
    assert compare_lists(many, [listed("99999999")], ImportMode.ADD).is_too_long


@given(_LISTS, _LISTS, st.sampled_from(ImportMode))
def test_the_difference_leads_from_one_list_to_the_other(
    old: list[ListedLine], new: list[ListedLine], mode: ImportMode
) -> None:
    found = compare_lists(old, new, mode)
    lines = {one.key: one for one in old}
    for one in found.removed:
        del lines[one.key]
    for before, after in found.changed:
        assert lines[before.key] == before
        lines[after.key] = after
    for one in found.added:
        assert one.key not in lines
        lines[one.key] = one
    assert lines == {one.key: one for one in found.lines}
    assert not compare_lists(found.lines, new, mode)
