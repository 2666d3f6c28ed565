CREATE TABLE branding (
  version INTEGER NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  logo BLOB,
  privacy_digest BLOB,
  summary TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  made_by TEXT NOT NULL
) STRICT;

CREATE TABLE logos (
  digest BLOB NOT NULL PRIMARY KEY,
  png BLOB NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE privacy_acceptances (
  user_id BLOB NOT NULL REFERENCES users (id),
  digest BLOB NOT NULL,
  accepted_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, digest)
) STRICT;

CREATE TABLE sign_in_events (
  seq INTEGER NOT NULL PRIMARY KEY,
  at INTEGER NOT NULL,
  username TEXT NOT NULL,
  user_id BLOB,
  event TEXT NOT NULL,
  method TEXT NOT NULL,
  outcome TEXT NOT NULL,
  address TEXT NOT NULL,
  is_new_address INTEGER NOT NULL,
  agent TEXT NOT NULL,
  session_id BLOB
) STRICT;
CREATE INDEX sign_in_events_by_time ON sign_in_events (at, seq);
CREATE INDEX sign_in_events_by_person ON sign_in_events (username, at, seq);
CREATE INDEX sign_in_events_by_event ON sign_in_events (event, at, seq);
CREATE INDEX sign_in_events_by_method ON sign_in_events (method, at, seq);
CREATE INDEX sign_in_events_by_outcome ON sign_in_events (outcome, at, seq);
CREATE INDEX sign_in_events_from_new_addresses ON sign_in_events (at, seq) WHERE is_new_address = 1;
CREATE INDEX sign_in_events_known_addresses ON sign_in_events (user_id, address) WHERE outcome = 'succeed';

CREATE TABLE saved_filters (
  id BLOB NOT NULL PRIMARY KEY,
  owner_id BLOB NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  filter TEXT NOT NULL,
  is_shared INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (owner_id, name)
) STRICT;

CREATE INDEX audit_by_actor ON audit (actor, seq);
