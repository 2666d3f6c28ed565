CREATE TABLE sealed (
  id UUID PRIMARY KEY,
  what TEXT NOT NULL,
  kek_version BIGINT NOT NULL,
  wrapped_key BYTEA NOT NULL,
  ciphertext BYTEA NOT NULL
);

CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  id UUID NOT NULL UNIQUE,
  revision BIGINT NOT NULL,
  value TEXT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL
);

CREATE TABLE outbox (
  id UUID PRIMARY KEY,
  kind TEXT NOT NULL,
  user_id UUID REFERENCES users (id),
  login_id UUID,
  subject TEXT NOT NULL,
  state TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  next_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  problem TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE INDEX outbox_waiting ON outbox (next_at) WHERE state = 'waiting';
CREATE INDEX outbox_of_login ON outbox (login_id) WHERE login_id IS NOT NULL;
CREATE INDEX outbox_by_age ON outbox (created_at);

CREATE TABLE people_groups (
  id UUID PRIMARY KEY,
  parent_id UUID REFERENCES people_groups (id),
  name TEXT NOT NULL,
  requirement TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX people_groups_below ON people_groups (parent_id, name) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX people_groups_on_top ON people_groups (name) WHERE parent_id IS NULL;

ALTER TABLE users ADD COLUMN email2 TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN email_choice TEXT NOT NULL DEFAULT 'first';
ALTER TABLE users ADD COLUMN group_id UUID REFERENCES people_groups (id);
ALTER TABLE users ADD COLUMN uses_group_settings BIGINT NOT NULL DEFAULT 1;
ALTER TABLE users ADD COLUMN requirement TEXT NOT NULL DEFAULT '';
ALTER TABLE users ADD COLUMN skips BIGINT NOT NULL DEFAULT 0;
CREATE INDEX users_by_group ON users (group_id);

CREATE TABLE policy_changes (
  id UUID PRIMARY KEY,
  version BIGINT NOT NULL UNIQUE,
  state TEXT NOT NULL,
  summary TEXT NOT NULL,
  change TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  applies_at BIGINT NOT NULL,
  undone_at BIGINT
);
CREATE INDEX policy_changes_due ON policy_changes (applies_at) WHERE state = 'scheduled';

ALTER TABLE logins ADD COLUMN allowed TEXT NOT NULL DEFAULT '';
ALTER TABLE logins ADD COLUMN retries BIGINT NOT NULL DEFAULT 3;
ALTER TABLE logins ADD COLUMN passed_at BIGINT;
ALTER TABLE logins ADD COLUMN prompt TEXT NOT NULL DEFAULT '';
ALTER TABLE logins ADD COLUMN challenged_at BIGINT;
ALTER TABLE logins ADD COLUMN challenges BIGINT NOT NULL DEFAULT 0;

ALTER TABLE sessions ADD COLUMN proven_at BIGINT NOT NULL DEFAULT 0;

CREATE TABLE password_resets (
  id UUID PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users (id),
  digest BYTEA NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX password_resets_by_user ON password_resets (user_id, created_at);
