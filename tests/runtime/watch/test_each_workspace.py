"""A regular job runs for each workspace, with an object of its own."""

import pytest

from bot.errors import StoreError, StoreUnavailable
from bot.runtime.watch.each_workspace import EachWorkspace


class Counter:
    def __init__(self, team: str, error: Exception | None = None) -> None:
        self.team, self.looks, self.error = team, 0, error

    async def look(self) -> None:
        self.looks += 1
        if self.error is not None:
            raise self.error


async def test_a_workspace_keeps_its_job_until_it_leaves() -> None:
    teams, made = ["T1"], list[Counter]()

    async def list_teams() -> list[str]:
        return teams

    def make(team: str) -> Counter:
        made.append(Counter(team))
        return made[-1]

    jobs = EachWorkspace(list_teams, make)
    await jobs.look()
    teams.append("T2")
    await jobs.look()
    assert [(each.team, each.looks) for each in made] == [("T1", 2), ("T2", 1)]
    teams.remove("T1")
    await jobs.look()
    teams.append("T1")
    await jobs.look()
    assert [(each.team, each.looks) for each in made] == [("T1", 2), ("T2", 3), ("T1", 1)]


@pytest.mark.parametrize("error", [ValueError("a row"), StoreError("a row", "cannot be read")])
async def test_a_failure_in_one_workspace_does_not_stop_the_others(
    error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    made = {"T1": Counter("T1", error), "T2": Counter("T2")}

    async def list_teams() -> list[str]:
        return list(made)

    jobs = EachWorkspace(list_teams, made.__getitem__)
    await jobs.look()
    assert made["T2"].looks == 1
    assert [record.levelname for record in caplog.records] == ["ERROR"]
    assert "T1" in caplog.text
    made["T1"].error = StoreUnavailable("the database", "gone")
    with pytest.raises(StoreUnavailable):
        await jobs.look()
    assert made["T2"].looks == 1
