BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0007');
CREATE TABLE deliveries (
	seq INTEGER NOT NULL, 
	id VARCHAR NOT NULL, 
	kind VARCHAR NOT NULL, 
	team VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	event_id VARCHAR NOT NULL, 
	story_ids TEXT NOT NULL, 
	reason TEXT NOT NULL, 
	content TEXT DEFAULT '' NOT NULL, 
	state VARCHAR NOT NULL, 
	attempts INTEGER NOT NULL, 
	due_at DATETIME NOT NULL, 
	claimed_at DATETIME, 
	lease_until DATETIME, 
	held_at DATETIME, 
	uncertain BOOLEAN NOT NULL, 
	ts VARCHAR NOT NULL, 
	sent_at DATETIME, 
	error TEXT NOT NULL, 
	CONSTRAINT pk_deliveries PRIMARY KEY (seq), 
	CONSTRAINT uq_deliveries_id UNIQUE (id)
);
CREATE TABLE entries (
	feed_id VARCHAR NOT NULL, 
	"key" VARCHAR NOT NULL, 
	seen_at DATETIME NOT NULL, 
	lag_s FLOAT, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_entries PRIMARY KEY (feed_id, "key")
);
CREATE TABLE feed_states (
	feed_id VARCHAR NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_feed_states PRIMARY KEY (feed_id)
);
CREATE TABLE feeds (
	id VARCHAR NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_feeds PRIMARY KEY (id)
);
CREATE TABLE follows (
	event_id VARCHAR NOT NULL, 
	team VARCHAR NOT NULL, 
	user VARCHAR NOT NULL, 
	CONSTRAINT pk_follows PRIMARY KEY (event_id, team, user)
)
 WITHOUT ROWID

;
CREATE TABLE hub_subscriptions (
	token VARCHAR NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_hub_subscriptions PRIMARY KEY (token)
);
CREATE TABLE identities (
	feed_id VARCHAR NOT NULL, 
	identity VARCHAR NOT NULL, 
	entry_key VARCHAR NOT NULL, 
	CONSTRAINT pk_identities PRIMARY KEY (feed_id, identity)
)
 WITHOUT ROWID

;
CREATE TABLE mutes (
	event_id VARCHAR NOT NULL, 
	team VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	CONSTRAINT pk_mutes PRIMARY KEY (event_id, team, conversation)
)
 WITHOUT ROWID

;
CREATE TABLE once (
	name VARCHAR NOT NULL, 
	done_at DATETIME NOT NULL, 
	CONSTRAINT pk_once PRIMARY KEY (name)
);
CREATE TABLE proposals (
	id VARCHAR NOT NULL, 
	state VARCHAR NOT NULL, 
	seen_at DATETIME NOT NULL, 
	posted BOOLEAN NOT NULL, 
	data TEXT NOT NULL, 
	decision TEXT NOT NULL, 
	CONSTRAINT pk_proposals PRIMARY KEY (id)
);
CREATE TABLE rate_acts (
	seq INTEGER NOT NULL, 
	proposal_id VARCHAR NOT NULL, 
	at DATETIME NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_rate_acts PRIMARY KEY (seq)
);
CREATE TABLE reminders_off (
	team VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	CONSTRAINT pk_reminders_off PRIMARY KEY (team, conversation)
)
 WITHOUT ROWID

;
CREATE TABLE stories (
	id VARCHAR NOT NULL, 
	event_id VARCHAR NOT NULL, 
	feed_id VARCHAR NOT NULL, 
	entry_key VARCHAR NOT NULL, 
	published DATETIME NOT NULL, 
	seen_at DATETIME NOT NULL, 
	topics VARCHAR NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_stories PRIMARY KEY (id)
);
CREATE TABLE subscriptions (
	id VARCHAR NOT NULL, 
	team VARCHAR NOT NULL, 
	conversation VARCHAR NOT NULL, 
	created_at DATETIME NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_subscriptions PRIMARY KEY (id)
);
CREATE INDEX ix_entries_seen_at ON entries (seen_at);
CREATE INDEX ix_stories_event_id ON stories (event_id);
CREATE INDEX ix_stories_seen_at ON stories (seen_at);
CREATE INDEX ix_stories_published ON stories (published);
CREATE INDEX ix_stories_feed_id_entry_key ON stories (feed_id, entry_key);
CREATE INDEX ix_deliveries_event_id_team_conversation ON deliveries (event_id, team, conversation);
CREATE INDEX ix_deliveries_due ON deliveries (due_at, seq) WHERE state IN ('queued', 'reserved', 'sending', 'held');
CREATE INDEX ix_deliveries_unsent ON deliveries (team, conversation, seq) WHERE state IN ('queued', 'reserved', 'sending', 'held');
CREATE INDEX ix_subscriptions_team_conversation ON subscriptions (team, conversation);
CREATE INDEX ix_proposals_state ON proposals (state);
CREATE INDEX ix_rate_acts_proposal_id ON rate_acts (proposal_id);
COMMIT;
