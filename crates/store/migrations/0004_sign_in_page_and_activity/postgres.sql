CREATE TABLE branding (
  version BIGINT PRIMARY KEY,
  value TEXT NOT NULL,
  logo BYTEA,
  privacy_digest BYTEA,
  summary TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  made_by TEXT NOT NULL
);

CREATE TABLE logos (
  digest BYTEA PRIMARY KEY,
  png BYTEA NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE privacy_acceptances (
  user_id UUID NOT NULL REFERENCES users (id),
  digest BYTEA NOT NULL,
  accepted_at BIGINT NOT NULL,
  PRIMARY KEY (user_id, digest)
);

CREATE TABLE sign_in_events (
  seq BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  username TEXT NOT NULL,
  user_id UUID,
  event TEXT NOT NULL,
  method TEXT NOT NULL,
  outcome TEXT NOT NULL,
  address TEXT NOT NULL,
  is_new_address BIGINT NOT NULL,
  agent TEXT NOT NULL,
  session_id UUID
);
CREATE INDEX sign_in_events_by_time ON sign_in_events (at, seq);
CREATE INDEX sign_in_events_by_person ON sign_in_events (username, at, seq);
CREATE INDEX sign_in_events_by_event ON sign_in_events (event, at, seq);
CREATE INDEX sign_in_events_by_method ON sign_in_events (method, at, seq);
CREATE INDEX sign_in_events_by_outcome ON sign_in_events (outcome, at, seq);
CREATE INDEX sign_in_events_from_new_addresses ON sign_in_events (at, seq) WHERE is_new_address = 1;
CREATE INDEX sign_in_events_known_addresses ON sign_in_events (user_id, address) WHERE outcome = 'succeed';

CREATE TABLE saved_filters (
  id UUID PRIMARY KEY,
  owner_id UUID NOT NULL REFERENCES users (id),
  name TEXT NOT NULL,
  filter TEXT NOT NULL,
  is_shared BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  UNIQUE (owner_id, name)
);

CREATE INDEX audit_by_actor ON audit (actor, seq);
