CREATE TABLE install (
    id          BLOB NOT NULL PRIMARY KEY,
    wrapped_root BLOB NOT NULL
);
CREATE TABLE keys (
    purpose TEXT NOT NULL PRIMARY KEY,
    wrapped BLOB NOT NULL
);
CREATE TABLE settings (
    name        TEXT NOT NULL PRIMARY KEY,
    id          BLOB NOT NULL,
    wrapped_key BLOB NOT NULL,
    ciphertext  BLOB NOT NULL
);
-- Who they are, their numbers and their PIN lie sealed; a name is found by its keyed digest.
CREATE TABLE people (
    id          BLOB NOT NULL PRIMARY KEY,
    name_digest BLOB NOT NULL UNIQUE,
    wrapped_key BLOB NOT NULL,
    ciphertext  BLOB NOT NULL
);
CREATE TABLE calls (
    id            BLOB NOT NULL PRIMARY KEY,
    -- SHA-256 of what was asked for.
    request       BLOB NOT NULL,
    person        BLOB NOT NULL,
    number_digest BLOB NOT NULL,
    masked        TEXT NOT NULL,
    -- Empty while nobody knows.
    outcome       TEXT NOT NULL,
    -- Whether anybody was called at all.
    placed        INTEGER NOT NULL,
    trunk         TEXT NOT NULL,
    seconds       INTEGER NOT NULL,
    made_at       INTEGER NOT NULL,
    decided_at    INTEGER,
    taken_at      INTEGER
);
CREATE INDEX calls_by_time ON calls (made_at);
CREATE INDEX calls_by_person ON calls (person, made_at);
CREATE INDEX calls_by_number ON calls (number_digest, made_at);
