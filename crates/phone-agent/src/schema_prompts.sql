-- The company's own recordings. One that was taken back leaves its row, so that the revision only rises.
CREATE TABLE prompts (
    language   TEXT NOT NULL,
    name       TEXT NOT NULL,
    recording  BLOB,
    revision   INTEGER NOT NULL UNIQUE,
    changed_at INTEGER NOT NULL,
    PRIMARY KEY (language, name)
);
