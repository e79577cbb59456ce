"""A regular job runs for each workspace, with an object of its own."""

from bot.runtime.watch.each_workspace import EachWorkspace


class Counter:
    def __init__(self, team: str) -> None:
        self.team, self.looks = team, 0

    async def look(self) -> None:
        self.looks += 1


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
