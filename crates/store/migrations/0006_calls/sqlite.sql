CREATE TABLE calls (
  id BLOB NOT NULL PRIMARY KEY,
  owner_id BLOB NOT NULL,
  purpose TEXT NOT NULL,
  user_id BLOB NOT NULL REFERENCES users (id),
  factor_id BLOB NOT NULL,
  number_digest BLOB NOT NULL,
  masked TEXT NOT NULL,
  address TEXT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT NOT NULL,
  trunk TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  decided_at INTEGER,
  spent_at INTEGER,
  seconds INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX calls_open ON calls (owner_id) WHERE state NOT IN ('over', 'refused');
CREATE INDEX calls_by_owner ON calls (owner_id, made_at);
CREATE INDEX calls_by_user ON calls (user_id, made_at);
CREATE INDEX calls_by_number ON calls (number_digest, made_at);
CREATE INDEX calls_by_time ON calls (made_at);
