CREATE TABLE browsers (
  id UUID PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users (id),
  digest BYTEA NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  used_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  remembered_at BIGINT,
  remembered_until BIGINT,
  factor TEXT,
  stamp BYTEA,
  UNIQUE (digest, user_id)
);
CREATE INDEX browsers_by_user ON browsers (user_id, used_at);

CREATE TABLE switched_off (
  user_id UUID NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (user_id, kind)
);

ALTER TABLE logins ADD COLUMN browser BYTEA;
ALTER TABLE sessions ADD COLUMN browser_id UUID;
ALTER TABLE sessions ADD COLUMN remembered BIGINT NOT NULL DEFAULT 0;
