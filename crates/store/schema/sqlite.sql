CREATE VIRTUAL TABLE account_search USING fts5 (search, content='accounts', content_rowid='position', tokenize='trigram');
CREATE TABLE accounts (
  position INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  resource_id BLOB NOT NULL REFERENCES resources (id),
  owner_id BLOB NOT NULL REFERENCES users (id),
  sort TEXT NOT NULL,
  search TEXT NOT NULL,
  name TEXT NOT NULL,
  notes TEXT NOT NULL,
  attributes TEXT NOT NULL,
  version INTEGER NOT NULL,
  complies INTEGER NOT NULL,
  password_changed_at INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX accounts_by_owner ON accounts (owner_id, sort, id) WHERE deleted_at IS NULL;
CREATE INDEX accounts_by_resource ON accounts (resource_id, sort, id) WHERE deleted_at IS NULL;
CREATE INDEX accounts_in_trash ON accounts (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE TABLE audit (
  seq INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  operation TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id BLOB,
  actor TEXT NOT NULL,
  door TEXT NOT NULL,
  address TEXT NOT NULL,
  request TEXT NOT NULL,
  session_id BLOB,
  subject_kind TEXT NOT NULL,
  subject_id BLOB,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  digest BLOB,
  hash BLOB NOT NULL,
  mac_version INTEGER NOT NULL,
  mac BLOB NOT NULL
) STRICT;
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_of_people ON audit (subject_id, seq) WHERE subject_kind = 'user';
CREATE INDEX audit_of_refusals ON audit (actor_id, seq) WHERE outcome = 'deny';
CREATE INDEX audit_of_writes ON audit (subject_id, seq) WHERE digest IS NOT NULL;
CREATE TABLE branding (
  version INTEGER NOT NULL PRIMARY KEY,
  value TEXT NOT NULL,
  logo BLOB,
  privacy_digest BLOB,
  summary TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  made_by TEXT NOT NULL
) STRICT;
CREATE TABLE browsers (
  id BLOB NOT NULL PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users (id),
  digest BLOB NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  remembered_at INTEGER,
  remembered_until INTEGER,
  factor TEXT,
  stamp BLOB,
  UNIQUE (digest, user_id)
) STRICT;
CREATE INDEX browsers_by_user ON browsers (user_id, used_at);
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
, country TEXT NOT NULL DEFAULT '', minutes INTEGER NOT NULL DEFAULT 0, cost INTEGER NOT NULL DEFAULT 0, currency TEXT NOT NULL DEFAULT '', told_of INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX calls_by_country ON calls (country, made_at);
CREATE INDEX calls_by_number ON calls (number_digest, made_at);
CREATE INDEX calls_by_owner ON calls (owner_id, made_at);
CREATE INDEX calls_by_time ON calls (made_at);
CREATE INDEX calls_by_user ON calls (user_id, made_at);
CREATE UNIQUE INDEX calls_open ON calls (owner_id) WHERE state NOT IN ('over', 'refused');
CREATE TABLE factors (
  id BLOB NOT NULL PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  revision INTEGER NOT NULL,
  kek_version INTEGER NOT NULL,
  wrapped_key BLOB NOT NULL,
  ciphertext BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX factors_by_user ON factors (user_id);
CREATE TABLE grants (
  id BLOB NOT NULL PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users (id),
  account_id BLOB REFERENCES accounts (id) ON DELETE CASCADE,
  resource_id BLOB REFERENCES resources (id) ON DELETE CASCADE,
  account_right TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  granted_at INTEGER NOT NULL,
  CHECK ((account_id IS NULL) <> (resource_id IS NULL))
) STRICT;
CREATE INDEX grants_by_account ON grants (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX grants_by_resource ON grants (resource_id) WHERE resource_id IS NOT NULL;
CREATE UNIQUE INDEX grants_of_account ON grants (user_id, account_id) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX grants_of_resource ON grants (user_id, resource_id) WHERE resource_id IS NOT NULL;
CREATE TABLE guesses (
  who TEXT NOT NULL,
  factor TEXT NOT NULL,
  failures INTEGER NOT NULL,
  not_before INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  PRIMARY KEY (who, factor)
) STRICT;
CREATE TABLE install (id BLOB NOT NULL PRIMARY KEY, created_at INTEGER NOT NULL) STRICT;
CREATE TABLE invitations (
  id BLOB NOT NULL PRIMARY KEY,
  user_id BLOB REFERENCES users (id),
  is_first INTEGER NOT NULL,
  code_digest BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE TABLE keks (
  purpose TEXT NOT NULL,
  version INTEGER NOT NULL,
  wrapped BLOB NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  PRIMARY KEY (purpose, version)
) STRICT;
CREATE TABLE key_rotations (
  id BLOB NOT NULL PRIMARY KEY,
  purpose TEXT NOT NULL,
  from_version INTEGER NOT NULL,
  to_version INTEGER NOT NULL,
  phase TEXT NOT NULL,
  resume_after BLOB,
  moved INTEGER NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE UNIQUE INDEX key_rotations_open ON key_rotations (purpose) WHERE finished_at IS NULL;
CREATE TABLE key_slots (
  id BLOB NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  wrapped_root BLOB NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE TABLE logins (
  id BLOB NOT NULL PRIMARY KEY,
  token_digest BLOB NOT NULL UNIQUE,
  state TEXT NOT NULL,
  revision INTEGER NOT NULL,
  username TEXT NOT NULL,
  user_id BLOB,
  invitation_id BLOB,
  method TEXT,
  password_hash TEXT,
  tries INTEGER NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  step_ends_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL
, allowed TEXT NOT NULL DEFAULT '', retries INTEGER NOT NULL DEFAULT 3, passed_at INTEGER, prompt TEXT NOT NULL DEFAULT '', challenged_at INTEGER, challenges INTEGER NOT NULL DEFAULT 0, browser BLOB) STRICT;
CREATE INDEX logins_by_end ON logins (ends_at);
CREATE TABLE logos (
  digest BLOB NOT NULL PRIMARY KEY,
  png BLOB NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  created_at INTEGER NOT NULL
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
CREATE INDEX outbox_by_age ON outbox (created_at);
CREATE INDEX outbox_of_login ON outbox (login_id) WHERE login_id IS NOT NULL;
CREATE INDEX outbox_waiting ON outbox (next_at) WHERE state = 'waiting';
CREATE TABLE password_resets (
  id BLOB NOT NULL PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users (id),
  digest BLOB NOT NULL UNIQUE,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX password_resets_by_user ON password_resets (user_id, created_at);
CREATE TABLE people_groups (
  id BLOB NOT NULL PRIMARY KEY,
  parent_id BLOB REFERENCES people_groups (id),
  name TEXT NOT NULL,
  requirement TEXT NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX people_groups_below ON people_groups (parent_id, name) WHERE parent_id IS NOT NULL;
CREATE UNIQUE INDEX people_groups_on_top ON people_groups (name) WHERE parent_id IS NULL;
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
CREATE INDEX policy_changes_reporting ON policy_changes (applies_at) WHERE state = 'reporting';
CREATE TABLE policy_reports (
  change_id BLOB NOT NULL REFERENCES policy_changes (id),
  login_id BLOB NOT NULL,
  user_id BLOB NOT NULL REFERENCES users (id),
  effect TEXT NOT NULL,
  used TEXT NOT NULL,
  asked TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (change_id, login_id)
) STRICT;
CREATE INDEX policy_reports_by_user ON policy_reports (change_id, user_id, at);
CREATE TABLE privacy_acceptances (
  user_id BLOB NOT NULL REFERENCES users (id),
  digest BLOB NOT NULL,
  accepted_at INTEGER NOT NULL,
  PRIMARY KEY (user_id, digest)
) STRICT;
CREATE TABLE prompts (
  language TEXT NOT NULL,
  name TEXT NOT NULL,
  recording BLOB,
  revision INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (language, name)
) STRICT;
CREATE UNIQUE INDEX prompts_by_revision ON prompts (revision);
CREATE TABLE recovery_requests (
  id BLOB NOT NULL PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users (id),
  login_id BLOB NOT NULL,
  words_digest BLOB NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  state TEXT NOT NULL,
  wrong_words INTEGER NOT NULL,
  first_approver_id BLOB REFERENCES users (id),
  first_approver TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  made_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL,
  decided_at INTEGER
) STRICT;
CREATE INDEX recovery_requests_by_login ON recovery_requests (login_id);
CREATE INDEX recovery_requests_by_user ON recovery_requests (user_id, made_at);
CREATE UNIQUE INDEX recovery_requests_open ON recovery_requests (user_id) WHERE state IN ('open', 'approved_once');
CREATE VIRTUAL TABLE resource_search USING fts5 (search, content='resources', content_rowid='position', tokenize='trigram');
CREATE TABLE resources (
  position INTEGER PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  owner_id BLOB NOT NULL REFERENCES users (id),
  sort TEXT NOT NULL,
  search TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  address TEXT NOT NULL,
  url TEXT NOT NULL,
  department TEXT NOT NULL,
  location TEXT NOT NULL,
  notes TEXT NOT NULL,
  attributes TEXT NOT NULL,
  policy TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  deleted_at INTEGER
) STRICT;
CREATE INDEX resources_by_owner ON resources (owner_id, sort, id) WHERE deleted_at IS NULL;
CREATE INDEX resources_in_trash ON resources (deleted_at) WHERE deleted_at IS NOT NULL;
CREATE TABLE saved_filters (
  id BLOB NOT NULL PRIMARY KEY,
  owner_id BLOB NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  filter TEXT NOT NULL,
  is_shared INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  UNIQUE (owner_id, name)
) STRICT;
CREATE TABLE schema_version (version BIGINT PRIMARY KEY);
CREATE TABLE sealed (
  id BLOB NOT NULL PRIMARY KEY,
  what TEXT NOT NULL,
  kek_version INTEGER NOT NULL,
  wrapped_key BLOB NOT NULL,
  ciphertext BLOB NOT NULL
) STRICT;
CREATE TABLE sessions (
  id BLOB NOT NULL PRIMARY KEY,
  token_digest BLOB NOT NULL UNIQUE,
  user_id BLOB NOT NULL REFERENCES users (id),
  epoch INTEGER NOT NULL,
  factor TEXT NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL,
  ends_at INTEGER NOT NULL
, proven_at INTEGER NOT NULL DEFAULT 0, browser_id BLOB, remembered INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX sessions_by_user ON sessions (user_id);
CREATE TABLE settings (
  name TEXT NOT NULL PRIMARY KEY,
  id BLOB NOT NULL UNIQUE,
  revision INTEGER NOT NULL,
  value TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL
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
CREATE INDEX sign_in_events_by_event ON sign_in_events (event, at, seq);
CREATE INDEX sign_in_events_by_method ON sign_in_events (method, at, seq);
CREATE INDEX sign_in_events_by_outcome ON sign_in_events (outcome, at, seq);
CREATE INDEX sign_in_events_by_person ON sign_in_events (username, at, seq);
CREATE INDEX sign_in_events_by_time ON sign_in_events (at, seq);
CREATE INDEX sign_in_events_from_new_addresses ON sign_in_events (at, seq) WHERE is_new_address = 1;
CREATE INDEX sign_in_events_known_addresses ON sign_in_events (user_id, address) WHERE outcome = 'succeed';
CREATE TABLE switched_off (
  user_id BLOB NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user_id, kind)
) STRICT;
CREATE TABLE tokens (
  id BLOB NOT NULL PRIMARY KEY,
  user_id BLOB NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  digest BLOB NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  used_at INTEGER
) STRICT;
CREATE INDEX tokens_by_user ON tokens (user_id);
CREATE TABLE users (
  id BLOB NOT NULL PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  password_hash TEXT,
  password_changed_at INTEGER,
  epoch INTEGER NOT NULL,
  theme TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_sign_in_at INTEGER
, email2 TEXT NOT NULL DEFAULT '', email_choice TEXT NOT NULL DEFAULT 'first', group_id BLOB REFERENCES people_groups (id), uses_group_settings INTEGER NOT NULL DEFAULT 1, requirement TEXT NOT NULL DEFAULT '', skips INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX users_by_group ON users (group_id);
CREATE TABLE versions (
  id BLOB NOT NULL PRIMARY KEY,
  account_id BLOB NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  kek_version INTEGER NOT NULL,
  wrapped_key BLOB NOT NULL,
  ciphertext BLOB NOT NULL,
  origin TEXT NOT NULL,
  violations TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  UNIQUE (account_id, number)
) STRICT;
CREATE INDEX versions_by_kek ON versions (kek_version, id);
CREATE TRIGGER accounts_search_delete AFTER DELETE ON accounts BEGIN
  INSERT INTO account_search (account_search, rowid, search) VALUES ('delete', old.position, old.search);
END;
CREATE TRIGGER accounts_search_insert AFTER INSERT ON accounts BEGIN
  INSERT INTO account_search (rowid, search) VALUES (new.position, new.search);
END;
CREATE TRIGGER accounts_search_update AFTER UPDATE OF search ON accounts BEGIN
  INSERT INTO account_search (account_search, rowid, search) VALUES ('delete', old.position, old.search);
  INSERT INTO account_search (rowid, search) VALUES (new.position, new.search);
END;
CREATE TRIGGER resources_search_delete AFTER DELETE ON resources BEGIN
  INSERT INTO resource_search (resource_search, rowid, search) VALUES ('delete', old.position, old.search);
END;
CREATE TRIGGER resources_search_insert AFTER INSERT ON resources BEGIN
  INSERT INTO resource_search (rowid, search) VALUES (new.position, new.search);
END;
CREATE TRIGGER resources_search_update AFTER UPDATE OF search ON resources BEGIN
  INSERT INTO resource_search (resource_search, rowid, search) VALUES ('delete', old.position, old.search);
  INSERT INTO resource_search (rowid, search) VALUES (new.position, new.search);
END;
