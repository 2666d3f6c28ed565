//! The words of the product: identities, rights, audit entries and the plug-in traits. No I/O.

mod access;
mod app_codes;
mod audit;
mod branding;
pub mod browser_name;
mod call_hooks;
mod call_log;
mod call_prices;
mod caller;
mod causes;
mod colour;
mod ids;
mod mail;
mod mfa;
mod names;
mod paging;
mod password_policy;
mod people;
mod phone;
mod phone_agent;
mod prompts;
mod second_factor;
mod secret;
mod sign_in_event;
mod time;
mod trail;
mod vault;

pub use access::{AccountRight, Needs, Role, Scope, Scopes, SystemRight, UnknownWord};
pub use app_codes::{AppCodes, OtpHash};
pub use audit::{AuditEntry, Outcome, Subject, SubjectKind};
pub use branding::{Branding, LogoId, Part};
pub use call_hooks::{CallHook, CallHooks};
pub use call_log::{CallFilter, CallsPage, LoggedCall};
pub use call_prices::{
    CallBudget, CallPrices, LONGEST_CALL, amount_text, begun_minutes, decimal_text, decimals_of, read_amount,
};
pub use caller::{Actor, Caller, Door};
pub use causes::Causes;
pub use colour::{Accent, Colour, Scheme, UnknownColour};
pub use ids::{
    AccountId, BrowserId, FactorId, GroupId, InvitationId, LoginId, ResourceId, SessionId, TokenId, UserId,
    VersionId,
};
pub use mail::{
    Delivery, DialogueLine, LeftOut, Letter, MailError, Mailer, Rehearsal, SettingsProblem, Speaker,
};
pub use mfa::{
    EmailChoice, Grace, Group, PersonSetting, PolicyChange, Remember, Requirement, SitePolicy, methods_text,
};
pub use names::{Name, NameError, Username, UsernameError};
pub use paging::{Page, PageSize};
pub use password_policy::{CharacterClass, PasswordPolicy, Violation};
pub use people::{Theme, UserName, UserState, UserView};
pub use phone::{
    CallNews, CallOutcome, CallReport, CallRequest, CallStep, CallTask, FewCalls, RecentCalls, Telephone,
    TrunkView,
};
pub use phone_agent::{
    AGENT_NONCE, AGENT_SEAL, AgentCall, AgentGrant, AgentHealth, AgentPerson, AgentReport, AgentTrunk,
    AgentView,
};
pub use prompts::{CallPrompts, OwnPrompt, PromptKey, PromptKeyError, ShippedPrompt};
pub use second_factor::{
    Alone, Answer, Asking, Challenge, Enrolment, FactorError, FactorKind, FactorSummary, Newcomer, Peer,
    Proof, SecondFactor, Shown, SpentCode, Verdict,
};
pub use secret::{Sealed, Secret};
pub use sign_in_event::{EventsPage, SignIn, SignInEvent, SignInFilter, SignInView};
pub use time::{Chance, Clock, Timestamp};
pub use trail::{AuditFilter, AuditView, TrailPage};
pub use vault::{
    AccountView, GrantView, Origin, ResourceDraft, ResourceView, Through, TrashView, Trashed, VaultFilter,
    VersionView,
};
