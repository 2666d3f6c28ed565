CREATE TABLE sealed (
  id BLOB NOT NULL PRIMARY KEY,
  what TEXT NOT NULL,
  kek_version INTEGER NOT NULL,
  wrapped_key BLOB NOT NULL,
  ciphertext BLOB NOT NULL
) STRICT;

CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  value TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
) STRICT;

CREATE TABLE outbox (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  user_id BLOB REFERENCES users (id),
  login_id BLOB,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  next_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  problem TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX outbox_waiting ON outbox (next_at) WHERE state = 'waiting';
CREATE INDEX outbox_of_login ON outbox (login_id) WHERE login_id IS NOT NULL;
CREATE INDEX outbox_by_age ON outbox (created_at);

CREATE TABLE people_groups (
  id BLOB NOT NULL PRIMARY KEY,
  parent_id BLOB REFERENCES people_groups (id),
  name TEXT NOT NULL,
  requirement TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX people_groups_below ON people_groups (parent_id, name) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX people_groups_on_top ON people_groups (name) WHERE parent_id IS NULL;

ALTER TABLE users ADD COLUMN email2 TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN email_choice TEXT NOT NULL DEFAULT 'first';
ALTER TABLE users ADD COLUMN group_id BLOB REFERENCES people_groups (id);
ALTER TABLE users ADD COLUMN uses_group_settings INTEGER NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN requirement TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN skips INTEGER NOT NULL DEFAULT 0;
CREATE INDEX users_by_group ON users (group_id);

CREATE TABLE policy_changes (
  id BLOB NOT NULL PRIMARY KEY,
  version INTEGER NOT NULL UNIQUE,
  state TEXT NOT NULL,
  summary TEXT NOT NULL,
  change TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  made_by TEXT NOT NULL,
  applies_at INTEGER NOT NULL,
  undone_at INTEGER
) STRICT;
CREATE INDEX policy_changes_due ON policy_changes (applies_at) WHERE state = 'scheduled';

ALTER TABLE logins ADD COLUMN allowed TEXT NOT NULL DEFAULT '';
ALTER TABLE logins ADD COLUMN retries INTEGER NOT NULL DEFAULT 3;
ALTER TABLE logins ADD COLUMN passed_at INTEGER;
ALTER TABLE logins ADD COLUMN prompt TEXT NOT NULL DEFAULT '';
ALTER TABLE logins ADD COLUMN challenged_at INTEGER;
ALTER TABLE logins ADD COLUMN challenges INTEGER NOT NULL DEFAULT 0;

ALTER TABLE sessions ADD COLUMN proven_at INTEGER NOT NULL DEFAULT 0;

CREATE TABLE password_resets (
  id BLOB NOT NULL PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users (id),
  digest BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX password_resets_by_user ON password_resets (user_id, created_at);
