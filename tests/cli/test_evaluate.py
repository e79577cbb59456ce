"""`tariffwire eval` scores the labelled sets of a folder and lists what differs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from click.testing import Result

from tests.cli import runner

DUTY = {"id": "d1", "title": "EU puts a 10% duty on wine from Chile", "summary": ""}
RAIN = {"id": "d2", "title": "Rain in Spain", "summary": ""}


def run(folder: Path, *options: str, **sets: Sequence[Mapping[str, object]]) -> Result:
    for name, items in sets.items():
        lines = "".join(json.dumps(item) + "\n" for item in items)
        (folder / f"{name}.jsonl").write_text(lines)
    return runner.run("eval", folder, *options)


def test_topics_and_parties_are_scored(tmp_path: Path) -> None:
    right = {**DUTY, "topics": ["tariff"], "parties": ["EU", "CL"]}
    result = run(tmp_path, stories=[right, {**RAIN, "topics": []}])
    assert result.exit_code == 0
    assert "all topics: F1 1.000, precision 1.000, recall 1.000 (1 right" in result.output
    assert "parties: F1 1.000" in result.output
    assert "silent on stories without a topic: 1 of 1" in result.output


def test_misses_are_listed_with_what_was_wanted_and_found(tmp_path: Path) -> None:
    wrong = {**DUTY, "topics": ["court_ruling"], "parties": ["EU"]}
    result = run(tmp_path, "--misses", stories=[wrong])
    assert "topics of d1: wanted court_ruling, found tariff: EU puts" in result.output
    assert "parties of d1: wanted EU, found CL, EU" in result.output


def test_optional_topics_and_parties_do_not_count(tmp_path: Path) -> None:
    loose = {**DUTY, "topics": ["negotiation"], "parties": ["EU"], "parties_optional": ["CL"]}
    result = run(tmp_path, stories=[{**loose, "optional": ["tariff", "negotiation"]}])
    assert "all topics: F1 1.000, precision 1.000, recall 1.000 (0 right" in result.output
    assert "parties: F1 1.000" in result.output


def test_figures_are_scored_with_and_without_their_parties(tmp_path: Path) -> None:
    figure = {"imposer": "CL", "target": "EU", "from_percent": None, "to_percent": 10}
    result = run(tmp_path, figures=[{**DUTY, "figures": [figure]}])
    assert "figures, exact: F1 0.000" in result.output
    assert "figures, rates alone: F1 1.000" in result.output
    assert "imposer of the rates found: 0 of 1" in result.output


def test_pairs_are_scored_by_relation(tmp_path: Path) -> None:
    pair = {"id": "p1", "a": DUTY, "b": DUTY, "relation": "same"}
    other = {"id": "p2", "a": DUTY, "b": RAIN, "relation": "different"}
    result = run(tmp_path, pairs=[pair, other])
    assert "same called same: 1 of 1" in result.output
    assert "different called same: 0 of 1" in result.output


def test_states_are_scored_and_hasty_decisions_counted(tmp_path: Path) -> None:
    text = "Trump threatens 10% tariffs on wine from Chile"
    threat = {"id": "t1", "title": text, "summary": "", "published": "2026-05-04T12:00:00Z"}
    wrong = {**threat, "id": "t2", "status": "in_force", "effective": None}
    result = run(tmp_path, states=[{**threat, "status": "threatened", "effective": None}, wrong])
    assert "status right: 1 of 2" in result.output
    assert "first day right: 2 of 2" in result.output
    assert "threat or plan called a decision: 0 of 1" in result.output


def test_a_folder_without_sets_and_a_file_that_is_no_set_are_named(tmp_path: Path) -> None:
    empty = run(tmp_path)
    assert empty.exit_code == 1
    assert "no *.jsonl files" in empty.output
    broken = run(tmp_path, broken=[{"id": 1}])
    assert broken.exit_code == 1
    assert "broken.jsonl: not a labeled set" in broken.output
