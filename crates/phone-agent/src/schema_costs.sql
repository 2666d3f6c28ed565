ALTER TABLE calls ADD COLUMN country TEXT NOT NULL DEFAULT '';
-- Until a call is closed, the most that it may take and cost.
ALTER TABLE calls ADD COLUMN minutes INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN cost INTEGER NOT NULL DEFAULT 0;
ALTER TABLE calls ADD COLUMN currency TEXT NOT NULL DEFAULT '';
CREATE INDEX calls_by_country ON calls (country, made_at);
