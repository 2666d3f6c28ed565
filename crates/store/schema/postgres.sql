CREATE EXTENSION pg_trgm;
CREATE TABLE accounts (
  position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL,
  resource_id uuid NOT NULL,
  owner_id uuid NOT NULL,
  sort text COLLATE "C" NOT NULL,
  search text NOT NULL,
  name text NOT NULL,
  notes text NOT NULL,
  attributes text NOT NULL,
  version bigint NOT NULL,
  complies bigint NOT NULL,
  password_changed_at bigint NOT NULL,
  created_at bigint NOT NULL,
  deleted_at bigint
);
CREATE TABLE audit (
  seq bigint NOT NULL,
  at bigint NOT NULL,
  operation text NOT NULL,
  actor_kind text NOT NULL,
  actor_id uuid,
  actor text NOT NULL,
  door text NOT NULL,
  address text NOT NULL,
  request text NOT NULL,
  session_id uuid,
  subject_kind text NOT NULL,
  subject_id uuid,
  subject text NOT NULL,
  outcome text NOT NULL,
  reason text NOT NULL,
  message text NOT NULL,
  digest bytea,
  hash bytea NOT NULL,
  mac_version bigint NOT NULL,
  mac bytea NOT NULL
);
CREATE TABLE branding (
  version bigint NOT NULL,
  value text NOT NULL,
  logo bytea,
  privacy_digest bytea,
  summary text NOT NULL,
  made_at bigint NOT NULL,
  made_by text NOT NULL
);
CREATE TABLE browsers (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  digest bytea NOT NULL,
  agent text NOT NULL,
  address text NOT NULL,
  created_at bigint NOT NULL,
  used_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  remembered_at bigint,
  remembered_until bigint,
  factor text,
  stamp bytea
);
CREATE TABLE calls (
  id uuid NOT NULL,
  owner_id uuid NOT NULL,
  purpose text NOT NULL,
  user_id uuid NOT NULL,
  factor_id uuid NOT NULL,
  number_digest bytea NOT NULL,
  masked text NOT NULL,
  address text NOT NULL,
  state text NOT NULL,
  outcome text NOT NULL,
  trunk text NOT NULL,
  made_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  decided_at bigint,
  spent_at bigint,
  seconds bigint NOT NULL,
  country text NOT NULL DEFAULT ''::text,
  minutes bigint NOT NULL DEFAULT 0,
  cost bigint NOT NULL DEFAULT 0,
  currency text NOT NULL DEFAULT ''::text,
  told_of bigint NOT NULL DEFAULT 0
);
CREATE TABLE factors (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  state text NOT NULL,
  revision bigint NOT NULL,
  kek_version bigint NOT NULL,
  wrapped_key bytea NOT NULL,
  ciphertext bytea NOT NULL,
  created_at bigint NOT NULL,
  used_at bigint
);
CREATE TABLE grants (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  account_id uuid,
  resource_id uuid,
  account_right text NOT NULL,
  granted_by text NOT NULL,
  granted_at bigint NOT NULL
);
CREATE TABLE guesses (
  who text NOT NULL,
  factor text NOT NULL,
  failures bigint NOT NULL,
  not_before bigint NOT NULL,
  changed_at bigint NOT NULL
);
CREATE TABLE install (
  id uuid NOT NULL,
  created_at bigint NOT NULL
);
CREATE TABLE invitations (
  id uuid NOT NULL,
  user_id uuid,
  is_first bigint NOT NULL,
  code_digest bytea NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint
);
CREATE TABLE keks (
  purpose text NOT NULL,
  version bigint NOT NULL,
  wrapped bytea NOT NULL,
  state text NOT NULL,
  created_at bigint NOT NULL
);
CREATE TABLE key_rotations (
  id uuid NOT NULL,
  purpose text NOT NULL,
  from_version bigint NOT NULL,
  to_version bigint NOT NULL,
  phase text NOT NULL,
  resume_after uuid,
  moved bigint NOT NULL,
  started_at bigint NOT NULL,
  finished_at bigint
);
CREATE TABLE key_slots (
  id uuid NOT NULL,
  kind text NOT NULL,
  label text NOT NULL,
  wrapped_root bytea NOT NULL,
  created_at bigint NOT NULL
);
CREATE TABLE logins (
  id uuid NOT NULL,
  token_digest bytea NOT NULL,
  state text NOT NULL,
  revision bigint NOT NULL,
  username text NOT NULL,
  user_id uuid,
  invitation_id uuid,
  method text,
  password_hash text,
  tries bigint NOT NULL,
  address text NOT NULL,
  agent text NOT NULL,
  created_at bigint NOT NULL,
  step_ends_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  allowed text NOT NULL DEFAULT ''::text,
  retries bigint NOT NULL DEFAULT 3,
  passed_at bigint,
  prompt text NOT NULL DEFAULT ''::text,
  challenged_at bigint,
  challenges bigint NOT NULL DEFAULT 0,
  browser bytea
);
CREATE TABLE logos (
  digest bytea NOT NULL,
  png bytea NOT NULL,
  width bigint NOT NULL,
  height bigint NOT NULL,
  created_at bigint NOT NULL
);
CREATE TABLE outbox (
  id uuid NOT NULL,
  kind text NOT NULL,
  user_id uuid,
  login_id uuid,
  subject text NOT NULL,
  state text NOT NULL,
  attempts bigint NOT NULL,
  next_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  problem text NOT NULL,
  created_at bigint NOT NULL,
  finished_at bigint
);
CREATE TABLE password_resets (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  digest bytea NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint
);
CREATE TABLE people_groups (
  id uuid NOT NULL,
  parent_id uuid,
  name text NOT NULL,
  requirement text NOT NULL,
  created_at bigint NOT NULL
);
CREATE TABLE policy_changes (
  id uuid NOT NULL,
  version bigint NOT NULL,
  state text NOT NULL,
  summary text NOT NULL,
  change text NOT NULL,
  made_at bigint NOT NULL,
  made_by text NOT NULL,
  applies_at bigint NOT NULL,
  undone_at bigint
);
CREATE TABLE policy_reports (
  change_id uuid NOT NULL,
  login_id uuid NOT NULL,
  user_id uuid NOT NULL,
  effect text NOT NULL,
  used text NOT NULL,
  asked text NOT NULL,
  at bigint NOT NULL
);
CREATE TABLE privacy_acceptances (
  user_id uuid NOT NULL,
  digest bytea NOT NULL,
  accepted_at bigint NOT NULL
);
CREATE TABLE prompts (
  language text NOT NULL,
  name text NOT NULL,
  recording bytea,
  revision bigint NOT NULL,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL
);
CREATE TABLE recovery_requests (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  login_id uuid NOT NULL,
  words_digest bytea NOT NULL,
  address text NOT NULL,
  agent text NOT NULL,
  state text NOT NULL,
  wrong_words bigint NOT NULL,
  first_approver_id uuid,
  first_approver text NOT NULL,
  decided_by text NOT NULL,
  reason text NOT NULL,
  made_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  decided_at bigint
);
CREATE TABLE resources (
  position bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  id uuid NOT NULL,
  owner_id uuid NOT NULL,
  sort text COLLATE "C" NOT NULL,
  search text NOT NULL,
  name text NOT NULL,
  kind text NOT NULL,
  address text NOT NULL,
  url text NOT NULL,
  department text NOT NULL,
  location text NOT NULL,
  notes text NOT NULL,
  attributes text NOT NULL,
  policy text NOT NULL,
  created_at bigint NOT NULL,
  changed_at bigint NOT NULL,
  deleted_at bigint
);
CREATE TABLE saved_filters (
  id uuid NOT NULL,
  owner_id uuid NOT NULL,
  name text NOT NULL,
  filter text NOT NULL,
  is_shared bigint NOT NULL,
  created_at bigint NOT NULL
);
CREATE TABLE schema_version (
  version bigint NOT NULL
);
CREATE TABLE sealed (
  id uuid NOT NULL,
  what text NOT NULL,
  kek_version bigint NOT NULL,
  wrapped_key bytea NOT NULL,
  ciphertext bytea NOT NULL
);
CREATE TABLE sessions (
  id uuid NOT NULL,
  token_digest bytea NOT NULL,
  user_id uuid NOT NULL,
  epoch bigint NOT NULL,
  factor text NOT NULL,
  address text NOT NULL,
  agent text NOT NULL,
  created_at bigint NOT NULL,
  seen_at bigint NOT NULL,
  ends_at bigint NOT NULL,
  proven_at bigint NOT NULL DEFAULT 0,
  browser_id uuid,
  remembered bigint NOT NULL DEFAULT 0
);
CREATE TABLE settings (
  name text NOT NULL,
  id uuid NOT NULL,
  revision bigint NOT NULL,
  value text NOT NULL,
  changed_at bigint NOT NULL,
  changed_by text NOT NULL
);
CREATE TABLE sign_in_events (
  seq bigint NOT NULL,
  at bigint NOT NULL,
  username text NOT NULL,
  user_id uuid,
  event text NOT NULL,
  method text NOT NULL,
  outcome text NOT NULL,
  address text NOT NULL,
  is_new_address bigint NOT NULL,
  agent text NOT NULL,
  session_id uuid
);
CREATE TABLE switched_off (
  user_id uuid NOT NULL,
  kind text NOT NULL,
  at bigint NOT NULL
);
CREATE TABLE tokens (
  id uuid NOT NULL,
  user_id uuid NOT NULL,
  name text NOT NULL,
  digest bytea NOT NULL,
  scopes text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  used_at bigint
);
CREATE TABLE users (
  id uuid NOT NULL,
  username text NOT NULL,
  display_name text NOT NULL,
  email text NOT NULL,
  role text NOT NULL,
  state text NOT NULL,
  password_hash text,
  password_changed_at bigint,
  epoch bigint NOT NULL,
  theme text NOT NULL,
  created_at bigint NOT NULL,
  last_sign_in_at bigint,
  email2 text NOT NULL DEFAULT ''::text,
  email_choice text NOT NULL DEFAULT 'first'::text,
  group_id uuid,
  uses_group_settings bigint NOT NULL DEFAULT 1,
  requirement text NOT NULL DEFAULT ''::text,
  skips bigint NOT NULL DEFAULT 0
);
CREATE TABLE versions (
  id uuid NOT NULL,
  account_id uuid NOT NULL,
  number bigint NOT NULL,
  kek_version bigint NOT NULL,
  wrapped_key bytea NOT NULL,
  ciphertext bytea NOT NULL,
  origin text NOT NULL,
  violations text NOT NULL,
  created_at bigint NOT NULL,
  created_by text NOT NULL
);
ALTER TABLE accounts ADD CONSTRAINT accounts_pkey PRIMARY KEY (id);
ALTER TABLE accounts ADD CONSTRAINT accounts_position_key UNIQUE ("position");
ALTER TABLE audit ADD CONSTRAINT audit_pkey PRIMARY KEY (seq);
ALTER TABLE branding ADD CONSTRAINT branding_pkey PRIMARY KEY (version);
ALTER TABLE browsers ADD CONSTRAINT browsers_digest_user_id_key UNIQUE (digest, user_id);
ALTER TABLE browsers ADD CONSTRAINT browsers_pkey PRIMARY KEY (id);
ALTER TABLE calls ADD CONSTRAINT calls_pkey PRIMARY KEY (id);
ALTER TABLE factors ADD CONSTRAINT factors_pkey PRIMARY KEY (id);
ALTER TABLE grants ADD CONSTRAINT grants_check CHECK (((account_id IS NULL) <> (resource_id IS NULL)));
ALTER TABLE grants ADD CONSTRAINT grants_pkey PRIMARY KEY (id);
ALTER TABLE guesses ADD CONSTRAINT guesses_pkey PRIMARY KEY (who, factor);
ALTER TABLE install ADD CONSTRAINT install_pkey PRIMARY KEY (id);
ALTER TABLE invitations ADD CONSTRAINT invitations_code_digest_key UNIQUE (code_digest);
ALTER TABLE invitations ADD CONSTRAINT invitations_pkey PRIMARY KEY (id);
ALTER TABLE keks ADD CONSTRAINT keks_pkey PRIMARY KEY (purpose, version);
ALTER TABLE key_rotations ADD CONSTRAINT key_rotations_pkey PRIMARY KEY (id);
ALTER TABLE key_slots ADD CONSTRAINT key_slots_pkey PRIMARY KEY (id);
ALTER TABLE logins ADD CONSTRAINT logins_pkey PRIMARY KEY (id);
ALTER TABLE logins ADD CONSTRAINT logins_token_digest_key UNIQUE (token_digest);
ALTER TABLE logos ADD CONSTRAINT logos_pkey PRIMARY KEY (digest);
ALTER TABLE outbox ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE password_resets ADD CONSTRAINT password_resets_digest_key UNIQUE (digest);
ALTER TABLE password_resets ADD CONSTRAINT password_resets_pkey PRIMARY KEY (id);
ALTER TABLE people_groups ADD CONSTRAINT people_groups_pkey PRIMARY KEY (id);
ALTER TABLE policy_changes ADD CONSTRAINT policy_changes_pkey PRIMARY KEY (id);
ALTER TABLE policy_changes ADD CONSTRAINT policy_changes_version_key UNIQUE (version);
ALTER TABLE policy_reports ADD CONSTRAINT policy_reports_pkey PRIMARY KEY (change_id, login_id);
ALTER TABLE privacy_acceptances ADD CONSTRAINT privacy_acceptances_pkey PRIMARY KEY (user_id, digest);
ALTER TABLE prompts ADD CONSTRAINT prompts_pkey PRIMARY KEY (language, name);
ALTER TABLE recovery_requests ADD CONSTRAINT recovery_requests_pkey PRIMARY KEY (id);
ALTER TABLE resources ADD CONSTRAINT resources_pkey PRIMARY KEY (id);
ALTER TABLE resources ADD CONSTRAINT resources_position_key UNIQUE ("position");
ALTER TABLE saved_filters ADD CONSTRAINT saved_filters_owner_id_name_key UNIQUE (owner_id, name);
ALTER TABLE saved_filters ADD CONSTRAINT saved_filters_pkey PRIMARY KEY (id);
ALTER TABLE schema_version ADD CONSTRAINT schema_version_pkey PRIMARY KEY (version);
ALTER TABLE sealed ADD CONSTRAINT sealed_pkey PRIMARY KEY (id);
ALTER TABLE sessions ADD CONSTRAINT sessions_pkey PRIMARY KEY (id);
ALTER TABLE sessions ADD CONSTRAINT sessions_token_digest_key UNIQUE (token_digest);
ALTER TABLE settings ADD CONSTRAINT settings_id_key UNIQUE (id);
ALTER TABLE settings ADD CONSTRAINT settings_pkey PRIMARY KEY (name);
ALTER TABLE sign_in_events ADD CONSTRAINT sign_in_events_pkey PRIMARY KEY (seq);
ALTER TABLE switched_off ADD CONSTRAINT switched_off_pkey PRIMARY KEY (user_id, kind);
ALTER TABLE tokens ADD CONSTRAINT tokens_digest_key UNIQUE (digest);
ALTER TABLE tokens ADD CONSTRAINT tokens_pkey PRIMARY KEY (id);
ALTER TABLE users ADD CONSTRAINT users_pkey PRIMARY KEY (id);
ALTER TABLE users ADD CONSTRAINT users_username_key UNIQUE (username);
ALTER TABLE versions ADD CONSTRAINT versions_account_id_number_key UNIQUE (account_id, number);
ALTER TABLE versions ADD CONSTRAINT versions_pkey PRIMARY KEY (id);
ALTER TABLE accounts ADD CONSTRAINT accounts_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id);
ALTER TABLE accounts ADD CONSTRAINT accounts_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES resources(id);
ALTER TABLE browsers ADD CONSTRAINT browsers_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE calls ADD CONSTRAINT calls_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE factors ADD CONSTRAINT factors_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE grants ADD CONSTRAINT grants_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;
ALTER TABLE grants ADD CONSTRAINT grants_resource_id_fkey FOREIGN KEY (resource_id) REFERENCES resources(id) ON DELETE CASCADE;
ALTER TABLE grants ADD CONSTRAINT grants_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE invitations ADD CONSTRAINT invitations_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE outbox ADD CONSTRAINT outbox_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE password_resets ADD CONSTRAINT password_resets_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE people_groups ADD CONSTRAINT people_groups_parent_id_fkey FOREIGN KEY (parent_id) REFERENCES people_groups(id);
ALTER TABLE policy_reports ADD CONSTRAINT policy_reports_change_id_fkey FOREIGN KEY (change_id) REFERENCES policy_changes(id);
ALTER TABLE policy_reports ADD CONSTRAINT policy_reports_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE privacy_acceptances ADD CONSTRAINT privacy_acceptances_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE recovery_requests ADD CONSTRAINT recovery_requests_first_approver_id_fkey FOREIGN KEY (first_approver_id) REFERENCES users(id);
ALTER TABLE recovery_requests ADD CONSTRAINT recovery_requests_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE resources ADD CONSTRAINT resources_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id);
ALTER TABLE saved_filters ADD CONSTRAINT saved_filters_owner_id_fkey FOREIGN KEY (owner_id) REFERENCES users(id);
ALTER TABLE sessions ADD CONSTRAINT sessions_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE switched_off ADD CONSTRAINT switched_off_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE tokens ADD CONSTRAINT tokens_user_id_fkey FOREIGN KEY (user_id) REFERENCES users(id);
ALTER TABLE users ADD CONSTRAINT users_group_id_fkey FOREIGN KEY (group_id) REFERENCES people_groups(id);
ALTER TABLE versions ADD CONSTRAINT versions_account_id_fkey FOREIGN KEY (account_id) REFERENCES accounts(id) ON DELETE CASCADE;
CREATE INDEX accounts_by_owner ON public.accounts USING btree (owner_id, sort, id) WHERE (deleted_at IS NULL);
CREATE INDEX accounts_by_resource ON public.accounts USING btree (resource_id, sort, id) WHERE (deleted_at IS NULL);
CREATE INDEX accounts_by_search ON public.accounts USING gin (search gin_trgm_ops) WHERE (deleted_at IS NULL);
CREATE INDEX accounts_in_trash ON public.accounts USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX audit_by_actor ON public.audit USING btree (actor, seq);
CREATE INDEX audit_of_people ON public.audit USING btree (subject_id, seq) WHERE (subject_kind = 'user'::text);
CREATE INDEX audit_of_refusals ON public.audit USING btree (actor_id, seq) WHERE (outcome = 'deny'::text);
CREATE INDEX audit_of_writes ON public.audit USING btree (subject_id, seq) WHERE (digest IS NOT NULL);
CREATE INDEX browsers_by_user ON public.browsers USING btree (user_id, used_at);
CREATE INDEX calls_by_country ON public.calls USING btree (country, made_at);
CREATE INDEX calls_by_number ON public.calls USING btree (number_digest, made_at);
CREATE INDEX calls_by_owner ON public.calls USING btree (owner_id, made_at);
CREATE INDEX calls_by_time ON public.calls USING btree (made_at);
CREATE INDEX calls_by_user ON public.calls USING btree (user_id, made_at);
CREATE UNIQUE INDEX calls_open ON public.calls USING btree (owner_id) WHERE (state <> ALL (ARRAY['over'::text, 'refused'::text]));
CREATE INDEX factors_by_user ON public.factors USING btree (user_id);
CREATE INDEX grants_by_account ON public.grants USING btree (account_id) WHERE (account_id IS NOT NULL);
CREATE INDEX grants_by_resource ON public.grants USING btree (resource_id) WHERE (resource_id IS NOT NULL);
CREATE UNIQUE INDEX grants_of_account ON public.grants USING btree (user_id, account_id) WHERE (account_id IS NOT NULL);
CREATE UNIQUE INDEX grants_of_resource ON public.grants USING btree (user_id, resource_id) WHERE (resource_id IS NOT NULL);
CREATE UNIQUE INDEX key_rotations_open ON public.key_rotations USING btree (purpose) WHERE (finished_at IS NULL);
CREATE INDEX logins_by_end ON public.logins USING btree (ends_at);
CREATE INDEX outbox_by_age ON public.outbox USING btree (created_at);
CREATE INDEX outbox_of_login ON public.outbox USING btree (login_id) WHERE (login_id IS NOT NULL);
CREATE INDEX outbox_waiting ON public.outbox USING btree (next_at) WHERE (state = 'waiting'::text);
CREATE INDEX password_resets_by_user ON public.password_resets USING btree (user_id, created_at);
CREATE UNIQUE INDEX people_groups_below ON public.people_groups USING btree (parent_id, name) WHERE (parent_id IS NOT NULL);
CREATE UNIQUE INDEX people_groups_on_top ON public.people_groups USING btree (name) WHERE (parent_id IS NULL);
CREATE INDEX policy_changes_due ON public.policy_changes USING btree (applies_at) WHERE (state = 'scheduled'::text);
CREATE INDEX policy_changes_reporting ON public.policy_changes USING btree (applies_at) WHERE (state = 'reporting'::text);
CREATE INDEX policy_reports_by_user ON public.policy_reports USING btree (change_id, user_id, at);
CREATE UNIQUE INDEX prompts_by_revision ON public.prompts USING btree (revision);
CREATE INDEX recovery_requests_by_login ON public.recovery_requests USING btree (login_id);
CREATE INDEX recovery_requests_by_user ON public.recovery_requests USING btree (user_id, made_at);
CREATE UNIQUE INDEX recovery_requests_open ON public.recovery_requests USING btree (user_id) WHERE (state = ANY (ARRAY['open'::text, 'approved_once'::text]));
CREATE INDEX resources_by_owner ON public.resources USING btree (owner_id, sort, id) WHERE (deleted_at IS NULL);
CREATE INDEX resources_by_search ON public.resources USING gin (search gin_trgm_ops) WHERE (deleted_at IS NULL);
CREATE INDEX resources_in_trash ON public.resources USING btree (deleted_at) WHERE (deleted_at IS NOT NULL);
CREATE INDEX sessions_by_user ON public.sessions USING btree (user_id);
CREATE INDEX sign_in_events_by_event ON public.sign_in_events USING btree (event, at, seq);
CREATE INDEX sign_in_events_by_method ON public.sign_in_events USING btree (method, at, seq);
CREATE INDEX sign_in_events_by_outcome ON public.sign_in_events USING btree (outcome, at, seq);
CREATE INDEX sign_in_events_by_person ON public.sign_in_events USING btree (username, at, seq);
CREATE INDEX sign_in_events_by_time ON public.sign_in_events USING btree (at, seq);
CREATE INDEX sign_in_events_from_new_addresses ON public.sign_in_events USING btree (at, seq) WHERE (is_new_address = 1);
CREATE INDEX sign_in_events_known_addresses ON public.sign_in_events USING btree (user_id, address) WHERE (outcome = 'succeed'::text);
CREATE INDEX tokens_by_user ON public.tokens USING btree (user_id);
CREATE INDEX users_by_group ON public.users USING btree (group_id);
CREATE INDEX versions_by_kek ON public.versions USING btree (kek_version, id);
