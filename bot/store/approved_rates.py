"""What operators approved, read quickly, for a command that needs nothing else of the database."""

import asyncio
import re
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from bot.errors import StoreError
from bot.proposals.approval.amendments import Amendment
from bot.proposals.approval.audit import Decision

_SQLITE = re.compile(r"sqlite(?:\+aiosqlite)?:///(?P<file>[^?]+)")
_QUERY = """
SELECT proposals.decision
FROM proposals
JOIN (SELECT proposal_id, MAX(seq) AS seq FROM rate_acts GROUP BY proposal_id) AS last
  ON last.proposal_id = proposals.id
WHERE proposals.state = 'approved'
ORDER BY last.seq
"""


def approved_rates(address: str) -> tuple[Amendment, ...]:
    """What is approved and not taken back, in the order of the decisions.

    Empty where there is no SQLite file yet, or one from before there were approvals. Such a file is
    read without the library that the bot uses: loading that takes longer than all the rest of an
    answer. Raises StoreError where the database cannot be read.
    """
    found = _SQLITE.fullmatch(address.partition("?")[0])
    if found is None:
        return tuple(asyncio.run(_from_server(address)))
    file = Path(found["file"])
    if not file.exists():
        return ()
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file))}?mode=ro", uri=True)) as connection:
            rows = connection.execute(_QUERY).fetchall()
    except sqlite3.Error as error:
        if "no such table" in str(error):
            return ()
        raise StoreError(str(file), str(error), "Check that it can be read") from error
    decisions = (Decision.model_validate_json(row[0]) for row in rows)
    return tuple(one.amendment for one in decisions if one.amendment)


async def _from_server(address: str) -> Sequence[Amendment]:
    from bot.store.engine import Database
    from bot.store.outbox import Outbox
    from bot.store.proposals import Proposals
    from bot.store.stories import Stories

    database = Database(address)
    try:
        outbox = Outbox(database, Stories(database))
        return await Proposals(database, outbox).approved()
    finally:
        await database.close()
