CREATE TABLE recovery_requests (
  id UUID PRIMARY KEY,
  user_id UUID NOT NULL REFERENCES users (id),
  login_id UUID NOT NULL,
  words_digest BYTEA NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  state TEXT NOT NULL,
  wrong_words BIGINT NOT NULL,
  first_approver_id UUID REFERENCES users (id),
  first_approver TEXT NOT NULL,
  decided_by TEXT NOT NULL,
  reason TEXT NOT NULL,
  made_at BIGINT NOT NULL,
  ends_at BIGINT NOT NULL,
  decided_at BIGINT
);
CREATE UNIQUE INDEX recovery_requests_open ON recovery_requests (user_id) WHERE state IN ('open', 'approved_once');
CREATE INDEX recovery_requests_by_login ON recovery_requests (login_id);
CREATE INDEX recovery_requests_by_user ON recovery_requests (user_id, made_at);

CREATE TABLE policy_reports (
  change_id UUID NOT NULL REFERENCES policy_changes (id),
  login_id UUID NOT NULL,
  user_id UUID NOT NULL REFERENCES users (id),
  effect TEXT NOT NULL,
  used TEXT NOT NULL,
  asked TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (change_id, login_id)
);
CREATE INDEX policy_reports_by_user ON policy_reports (change_id, user_id, at);
CREATE INDEX policy_changes_reporting ON policy_changes (applies_at) WHERE state = 'reporting';
