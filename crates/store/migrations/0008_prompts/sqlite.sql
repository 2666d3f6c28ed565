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
