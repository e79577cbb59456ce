"""The tables. A change here needs a migration in `migrations/versions`; `REVISION` is its id.
Each new column with text is classified in `bot.store.personal_data`.

    feeds, feed_states        feeds that operators added; the state of each feed between polls
    entries, identities       entries as published; the identities by which they are recognized
    stories                   stories; those with one event_id are an event
    deliveries                the outbox: messages, each with its state
    bundle_events             the events in the bundles of quiet times
    subscriptions             which conversation wants which stories
    follows                   events that a person follows
    mutes                     muted events and topics of conversations, and muted conversations
    reminders_off             conversations without reminders
    quiet_weeks               conversations that want a line after a week without news
    incidents                 problems whose beginning is reported and whose end is not
    line_lists, listed_lines  lists of tariff lines; their lines, with what the owner knows of each
    hub_subscriptions         subscriptions at WebSub hubs
    proposals, rate_acts      proposals; the audit entries of decisions, which only grow
    feedback                  what readers called not relevant
    answers                   answers that were given, if the bot keeps them
    data_checks               confirmations that nothing changed; undone ones are marked
    installations             workspaces in which the app is installed by OAuth, with encrypted
                              tokens
    oauth_states              installations that were started and not finished yet
    workspace_turns           when each workspace may get its next message, if there are workers
    once                      marks of what is done once in a database's life; its workspace, a
                              refusal of it, removals of workspaces that are repeated once, a write
                              that is tried during an outage, and on SQLite the running bot

In the tables with a column `data`, this column contains the whole object as JSON. The other columns
repeat or add the fields that queries need.
"""

from datetime import UTC, datetime

import sqlalchemy as sa

from bot.values import to_utc

REVISION = "0015"
"""The id of the Alembic migration that leads to these tables."""


class Moment(sa.TypeDecorator[datetime]):
    """A column of aware datetimes in UTC. SQLite has no time zones and stores them as UTC text."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """The value for the driver; raises ValueError for a naive datetime."""
        if value is None:
            return None
        return to_utc(value).replace(tzinfo=None) if dialect.name == "sqlite" else to_utc(value)

    def process_result_value(
        self,
        value: datetime | None,
        dialect: sa.Dialect,  # noqa: ARG002 - SQLAlchemy's signature
    ) -> datetime | None:
        """The driver's value in UTC; PostgreSQL returns it in the session's time zone."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    }
)

feeds = sa.Table(
    "feeds",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("data", sa.Text, nullable=False),
)

feed_states = sa.Table(
    "feed_states",
    metadata,
    sa.Column("feed_id", sa.String, primary_key=True),
    # When the feed is polled next; NULL if it is stopped.
    sa.Column("due_at", Moment),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index(None, "due_at"),
)

entries = sa.Table(
    "entries",
    metadata,
    sa.Column("feed_id", sa.String, primary_key=True),
    sa.Column("key", sa.String, primary_key=True),
    sa.Column("seen_at", Moment, nullable=False),
    # Seconds from publication until the entry was seen. NULL if the entry has no date or came in
    # its feed's first round or as a revision.
    sa.Column("lag_s", sa.Float),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index(None, "seen_at"),
)

identities = sa.Table(
    "identities",
    metadata,
    sa.Column("feed_id", sa.String, primary_key=True),
    sa.Column("identity", sa.String, primary_key=True),
    # The key of the newest revision with this identity that became a story, or else of the first
    # entry.
    sa.Column("entry_key", sa.String, nullable=False),
    sqlite_with_rowid=False,
)

stories = sa.Table(
    "stories",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("event_id", sa.String, nullable=False),
    sa.Column("feed_id", sa.String, nullable=False),
    sa.Column("entry_key", sa.String, nullable=False),
    sa.Column("published", Moment, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    # The topics with a blank before and after each, so that LIKE '% tariff %' finds one.
    sa.Column("topics", sa.String, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index(None, "event_id"),
    sa.Index(None, "published"),
    sa.Index(None, "seen_at"),
    sa.Index(None, "feed_id", "entry_key"),
)

UNSENT = "state IN ('queued', 'reserved', 'sending', 'held')"
"""The condition of two partial indexes on `deliveries`."""

deliveries = sa.Table(
    "deliveries",
    metadata,
    # The order in which messages were queued; each conversation gets them in this order.
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("id", sa.String, nullable=False, unique=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("team", sa.String, nullable=False),
    sa.Column("conversation", sa.String, nullable=False),
    sa.Column("event_id", sa.String, nullable=False),
    sa.Column("story_ids", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("content", sa.Text, nullable=False, server_default=""),
    sa.Column("for_follower", sa.Boolean, nullable=False, server_default=sa.false()),
    # The number of a bundle's stories that `story_ids` has no room for.
    sa.Column("left_out", sa.Integer, nullable=False, server_default="0"),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("due_at", Moment, nullable=False),
    # When it was due before its first attempt; NULL until that attempt has ended.
    sa.Column("first_due_at", Moment),
    sa.Column("claimed_at", Moment),
    sa.Column("lease_until", Moment),
    sa.Column("held_at", Moment),
    sa.Column("uncertain", sa.Boolean, nullable=False),
    sa.Column("ts", sa.String, nullable=False),
    sa.Column("sent_at", Moment),
    sa.Column("error", sa.Text, nullable=False),
    sa.Index(None, "event_id", "team", "conversation"),
    sa.Index(None, "kind", "sent_at"),
    sa.Index(
        "ix_deliveries_due",
        "due_at",
        "seq",
        sqlite_where=sa.text(UNSENT),
        postgresql_where=sa.text(UNSENT),
    ),
    sa.Index(
        "ix_deliveries_unsent",
        "team",
        "conversation",
        "seq",
        sqlite_where=sa.text(UNSENT),
        postgresql_where=sa.text(UNSENT),
    ),
)

bundle_events = sa.Table(
    "bundle_events",
    metadata,
    sa.Column("event_id", sa.String, primary_key=True),
    sa.Column("delivery_id", sa.String, primary_key=True),
    sqlite_with_rowid=False,
)

subscriptions = sa.Table(
    "subscriptions",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("team", sa.String, nullable=False),
    sa.Column("conversation", sa.String, nullable=False),
    sa.Column("created_at", Moment, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index(None, "team", "conversation"),
)

follows = sa.Table(
    "follows",
    metadata,
    sa.Column("event_id", sa.String, primary_key=True),
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("user", sa.String, primary_key=True),
    sqlite_with_rowid=False,
)

mutes = sa.Table(
    "mutes",
    metadata,
    sa.Column("kind", sa.String, primary_key=True),
    # The id of the event, or the topic; empty for a conversation.
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("conversation", sa.String, primary_key=True),
    # NULL if the mute never ends.
    sa.Column("until", Moment),
    sqlite_with_rowid=False,
)

reminders_off = sa.Table(
    "reminders_off",
    metadata,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("conversation", sa.String, primary_key=True),
    sqlite_with_rowid=False,
)

quiet_weeks = sa.Table(
    "quiet_weeks",
    metadata,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("conversation", sa.String, primary_key=True),
    sqlite_with_rowid=False,
)

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("team", sa.String, primary_key=True),
    # What is watched, for example feeds, and which of them has the problem.
    sa.Column("scope", sa.String, primary_key=True),
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("data", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

hub_subscriptions = sa.Table(
    "hub_subscriptions",
    metadata,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("data", sa.Text, nullable=False),
)

proposals = sa.Table(
    "proposals",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("state", sa.String, nullable=False),
    sa.Column("seen_at", Moment, nullable=False),
    # Whether operators have been sent a message that shows the proposal as it is now.
    sa.Column("posted", sa.Boolean, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    # The decision as JSON; empty while the proposal is pending.
    sa.Column("decision", sa.Text, nullable=False),
    sa.Index(None, "state"),
)

rate_acts = sa.Table(
    "rate_acts",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("proposal_id", sa.String, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index(None, "proposal_id"),
)

data_checks = sa.Table(
    "data_checks",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("imposer", sa.String, nullable=False),
    # The day of the check in the importing country, in ISO format.
    sa.Column("day", sa.String, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.Column("undone_at", Moment),
    sa.Column("data", sa.Text, nullable=False),
)

feedback = sa.Table(
    "feedback",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("team", sa.String, nullable=False),
    sa.Column("conversation", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("story_id", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("at", Moment, nullable=False),
    sa.UniqueConstraint("story_id", "user", "conversation", "team", "kind"),
)

answers = sa.Table(
    "answers",
    metadata,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("at", Moment, nullable=False),
    sa.Column("team", sa.String, nullable=False),
    sa.Column("conversation", sa.String, nullable=False),
    sa.Column("user", sa.String, nullable=False),
    sa.Column("question", sa.Text, nullable=False),
    sa.Column("data", sa.Text, nullable=False),
    sa.Index(None, "at"),
)

line_lists = sa.Table(
    "line_lists",
    metadata,
    sa.Column("team", sa.String, primary_key=True),
    # The channel or person that owns the list.
    sa.Column("place", sa.String, primary_key=True),
    # The number of times the list was saved.
    sa.Column("revision", sa.Integer, nullable=False),
    # The number of reports about changes of its duties.
    sa.Column("reports", sa.Integer, nullable=False),
    # The person who saved it last; empty for the command line.
    sa.Column("changed_by", sa.String, nullable=False),
    sa.Column("changed_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)

listed_lines = sa.Table(
    "listed_lines",
    metadata,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("place", sa.String, primary_key=True),
    sa.Column("code", sa.String, primary_key=True),
    sa.Column("origin", sa.String, primary_key=True),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("label", sa.String, nullable=False),
    # The totals that the owner knows, as JSON; empty if none was computed yet.
    sa.Column("totals", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

installations = sa.Table(
    "installations",
    metadata,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    # The organization of the workspace; empty if it has none.
    sa.Column("enterprise", sa.String, nullable=False),
    sa.Column("bot_id", sa.String, nullable=False),
    sa.Column("bot_user", sa.String, nullable=False),
    sa.Column("installed_at", Moment, nullable=False),
    # The encrypted bot token.
    sa.Column("token", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

oauth_states = sa.Table(
    "oauth_states",
    metadata,
    sa.Column("state", sa.String, primary_key=True),
    sa.Column("expires_at", Moment, nullable=False),
    sa.Index(None, "expires_at"),
)

workspace_turns = sa.Table(
    "workspace_turns",
    metadata,
    sa.Column("team", sa.String, primary_key=True),
    sa.Column("next_at", Moment, nullable=False),
)

once = sa.Table(
    "once",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("done_at", Moment, nullable=False),
)
