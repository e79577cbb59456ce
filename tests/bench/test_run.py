"""`make bench` runs each benchmark with options that it has, and says so if one has no result."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import walk_packages

import pytest

import bench
from bench.day import Hour, compute_deliveries_per_message
from bench.run import BENCHMARKS, Benchmark, Outcome, render_page, run

FIGURES = next(one for one in BENCHMARKS if one.name == "figures")


@pytest.mark.parametrize("benchmark", BENCHMARKS, ids=lambda one: one.name)
def test_each_benchmark_has_the_options_that_it_is_run_with(benchmark: Benchmark) -> None:
    spec = find_spec(f"bench.{benchmark.name}")
    if spec is None or spec.origin is None:
        assert benchmark.needs_postgres
        return
    source = Path(spec.origin).read_text("utf-8")
    options = [one for one in benchmark.arguments if one.startswith("--")]
    assert [one for one in options if f'"{one}"' not in source] == []


def test_every_module_of_the_benchmarks_can_be_imported() -> None:
    for module in walk_packages(bench.__path__, "bench."):
        # The peer is installed only while the benchmark runs.
        if module.name != "bench.polled.with_reader":
            import_module(module.name)


def test_a_benchmark_prints_its_result_into_the_page() -> None:
    outcome = run(FIGURES)
    assert outcome.failure == ""
    page = render_page([FIGURES], [outcome], load=0.5)
    assert "| Python | 3." in page
    assert "exact F1" in page
    assert f"`{FIGURES.command}`" in page


def test_a_benchmark_without_a_result_is_named_with_the_reason() -> None:
    failing = Benchmark("figures", "Figures", "Reads figures.", ("no/such/file",))
    slow = Benchmark("figures", "Figures", "Reads figures.", FIGURES.arguments, limit_s=0)
    unknown = Benchmark("no_such_module", "Nothing", "Nothing.")
    outcomes = [run(one) for one in (failing, slow, unknown)]
    assert [one.failure for one in outcomes] == [
        "ended with exit code 1",
        "did not end within 0 s",
        "not run: this version does not have it",
    ]
    assert "**Ended with exit code 1.**" in render_page([failing], outcomes[:1], 0.5)


def test_a_postgres_benchmark_is_not_run_without_a_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TARIFFWIRE_TEST_POSTGRES", raising=False)
    needs_server = Benchmark("figures", "Figures", "", FIGURES.arguments, needs_postgres=True)
    assert run(needs_server) == Outcome(
        "", 0.0, "not run: it needs a PostgreSQL server in `TARIFFWIRE_TEST_POSTGRES`"
    )


def test_deliveries_are_counted_for_each_message_of_the_last_six_hours() -> None:
    def hour(sent: int, rows: int, needed: int = 0) -> Hour:
        return Hour(sent=sent, rows={"deliveries": rows, "deliveries needed": needed})

    morning = [hour(100, 100 * min(number, 6)) for number in range(1, 9)]
    assert compute_deliveries_per_message(morning, morning[-1]) == 1.0
    busy = [*morning, hour(900, 1_400), hour(900, 2_400, needed=200)]
    assert compute_deliveries_per_message(busy, busy[-2]) == 1.0
    assert compute_deliveries_per_message(busy, busy[-1]) == 1.0
