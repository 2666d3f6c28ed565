CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE TABLE install (id UUID PRIMARY KEY, created_at BIGINT NOT NULL);

CREATE TABLE key_slots (
  id UUID PRIMARY KEY,
  kind TEXT NOT NULL,
  label TEXT NOT NULL,
  wrapped_root BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE keks (
  purpose TEXT NOT NULL,
  version BIGINT NOT NULL,
  wrapped BYTEA NOT NULL,
  state TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  PRIMARY KEY (purpose, version)
);

CREATE TABLE key_rotations (
  id UUID PRIMARY KEY,
  purpose TEXT NOT NULL,
  from_version BIGINT NOT NULL,
  to_version BIGINT NOT NULL,
  phase TEXT NOT NULL,
  resume_after UUID,
  moved BIGINT NOT NULL,
  started_at BIGINT NOT NULL,
  finished_at BIGINT
);
CREATE UNIQUE INDEX key_rotations_open ON key_rotations (purpose) WHERE finished_at IS NULL;

CREATE TABLE users (
  id UUID PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  display_name TEXT NOT NULL,
  email TEXT NOT NULL,
  role TEXT NOT NULL,
  state TEXT NOT NULL,
  password_hash TEXT,
  password_changed_at BIGINT,
  epoch BIGINT NOT NULL,
  theme TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_sign_in_at BIGINT
);

CREATE TABLE invitations (
  id UUID PRIMARY KEY,
  user_id UUID REFERENCES users (id),
  is_first BIGINT NOT NULL,
  code_digest BYTEA NOT NULL UNIQUE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);

CREATE TABLE factors (
  id UUID PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  revision BIGINT NOT NULL,
  kek_version BIGINT NOT NULL,
  wrapped_key BYTEA NOT NULL,
  ciphertext BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX factors_by_user ON factors (user_id);

CREATE TABLE logins (
  id UUID PRIMARY KEY,
  token_digest BYTEA NOT NULL UNIQUE,
  state TEXT NOT NULL,
  revision BIGINT NOT NULL,
  username TEXT NOT NULL,
  user_id UUID,
  invitation_id UUID,
  method TEXT,
  password_hash TEXT,
  tries BIGINT NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  step_ends_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX logins_by_end ON logins (ends_at);

CREATE TABLE guesses (
  who TEXT NOT NULL,
  factor TEXT NOT NULL,
  failures BIGINT NOT NULL,
  not_before BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  PRIMARY KEY (who, factor)
);

CREATE TABLE sessions (
  id UUID PRIMARY KEY,
  token_digest BYTEA NOT NULL UNIQUE,
  user_id UUID NOT NULL REFERENCES users (id),
  epoch BIGINT NOT NULL,
  factor TEXT NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
CREATE INDEX sessions_by_user ON sessions (user_id);

CREATE TABLE tokens (
  id UUID PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  digest BYTEA NOT NULL UNIQUE,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX tokens_by_user ON tokens (user_id);

CREATE TABLE resources (
  position BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
  id UUID PRIMARY KEY,
  owner_id UUID NOT NULL REFERENCES users (id),
  sort TEXT COLLATE "C" NOT NULL,
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
  created_at BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  deleted_at BIGINT
);
CREATE INDEX resources_by_owner ON resources (owner_id, sort, id) WHERE deleted_at IS NULL;
CREATE INDEX resources_by_search ON resources USING gin (search gin_trgm_ops) WHERE deleted_at IS NULL;
CREATE INDEX resources_in_trash ON resources (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE accounts (
  position BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
  id UUID PRIMARY KEY,
  resource_id UUID NOT NULL REFERENCES resources (id),
  owner_id UUID NOT NULL REFERENCES users (id),
  sort TEXT COLLATE "C" NOT NULL,
  search TEXT NOT NULL,
  name TEXT NOT NULL,
  notes TEXT NOT NULL,
  attributes TEXT NOT NULL,
  version BIGINT NOT NULL,
  complies BIGINT NOT NULL,
  password_changed_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  deleted_at BIGINT
);
CREATE INDEX accounts_by_owner ON accounts (owner_id, sort, id) WHERE deleted_at IS NULL;
CREATE INDEX accounts_by_resource ON accounts (resource_id, sort, id) WHERE deleted_at IS NULL;
CREATE INDEX accounts_by_search ON accounts USING gin (search gin_trgm_ops) WHERE deleted_at IS NULL;
CREATE INDEX accounts_in_trash ON accounts (deleted_at) WHERE deleted_at IS NOT NULL;

CREATE TABLE versions (
  id UUID PRIMARY KEY,
  account_id UUID NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  number BIGINT NOT NULL,
  kek_version BIGINT NOT NULL,
  wrapped_key BYTEA NOT NULL,
  ciphertext BYTEA NOT NULL,
  origin TEXT NOT NULL,
  violations TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  created_by TEXT NOT NULL,
  UNIQUE (account_id, number)
);
CREATE INDEX versions_by_kek ON versions (kek_version, id);

CREATE TABLE grants (
  id UUID PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users (id),
  account_id UUID REFERENCES accounts (id) ON DELETE CASCADE,
  resource_id UUID REFERENCES resources (id) ON DELETE CASCADE,
  account_right TEXT NOT NULL,
  granted_by TEXT NOT NULL,
  granted_at BIGINT NOT NULL,
  CHECK ((account_id IS NULL) <> (resource_id IS NULL))
);
CREATE UNIQUE INDEX grants_of_account ON grants (user_id, account_id) WHERE account_id IS NOT NULL;
CREATE UNIQUE INDEX grants_of_resource ON grants (user_id, resource_id) WHERE resource_id IS NOT NULL;
CREATE INDEX grants_by_account ON grants (account_id) WHERE account_id IS NOT NULL;
CREATE INDEX grants_by_resource ON grants (resource_id) WHERE resource_id IS NOT NULL;

CREATE TABLE audit (
  seq BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  operation TEXT NOT NULL,
  actor_kind TEXT NOT NULL,
  actor_id UUID,
  actor TEXT NOT NULL,
  door TEXT NOT NULL,
  address TEXT NOT NULL,
  request TEXT NOT NULL,
  session_id UUID,
  subject_kind TEXT NOT NULL,
  subject_id UUID,
  subject TEXT NOT NULL,
  outcome TEXT NOT NULL,
  reason TEXT NOT NULL,
  message TEXT NOT NULL,
  digest BYTEA,
  hash BYTEA NOT NULL,
  mac_version BIGINT NOT NULL,
  mac BYTEA NOT NULL
);
CREATE INDEX audit_of_people ON audit (subject_id, seq) WHERE subject_kind = 'user';
CREATE INDEX audit_of_refusals ON audit (actor_id, seq) WHERE outcome = 'deny';
CREATE INDEX audit_of_writes ON audit (subject_id, seq) WHERE digest IS NOT NULL;
