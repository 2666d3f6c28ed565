CREATE TABLE calls (
  id UUID PRIMARY KEY,
  owner_id UUID NOT NULL,
  purpose TEXT NOT NULL,
  user_id UUID NOT NULL REFERENCES users (id),
  factor_id UUID NOT NULL,
  number_digest BYTEA NOT NULL,
  masked TEXT NOT NULL,
  address TEXT NOT NULL,
  state TEXT NOT NULL,
  outcome TEXT NOT NULL,
  trunk TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  decided_at BIGINT,
  spent_at BIGINT,
  seconds BIGINT NOT NULL
);
CREATE UNIQUE INDEX calls_open ON calls (owner_id) WHERE state NOT IN ('over', 'refused');
CREATE INDEX calls_by_owner ON calls (owner_id, made_at);
CREATE INDEX calls_by_user ON calls (user_id, made_at);
CREATE INDEX calls_by_number ON calls (number_digest, made_at);
CREATE INDEX calls_by_time ON calls (made_at);
