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

CREATE TABLE switched_off (
  user_id BLOB NOT NULL REFERENCES users (id),
  kind TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (user_id, kind)
) STRICT;

ALTER TABLE logins ADD COLUMN browser BLOB;
ALTER TABLE sessions ADD COLUMN browser_id BLOB;
ALTER TABLE sessions ADD COLUMN remembered INTEGER NOT NULL DEFAULT 0;
