CREATE TABLE prompts (
  language TEXT NOT NULL,
  name TEXT NOT NULL,
  recording BYTEA,
  revision BIGINT NOT NULL,
  changed_at BIGINT NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (language, name)
);
CREATE UNIQUE INDEX prompts_by_revision ON prompts (revision);
