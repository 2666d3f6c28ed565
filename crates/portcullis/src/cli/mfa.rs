use std::path::PathBuf;

use clap::{ArgGroup, Args, Subcommand};
use portcullis_model::{FactorKind, OtpHash, Remember};
use uuid::Uuid;

#[derive(Subcommand)]
#[command(before_help = "Examples:
  portcullis mfa show --user d.okafor                            what one person must prove, and why
  portcullis mfa preview --group Finance --methods totp,email    whom it would touch, and how
  portcullis mfa set --group Finance --methods totp --skips 3    the same, and it is made
  portcullis mfa set --site --retries 5 --yes                    for everybody, without a question
  portcullis mfa set --site --methods web_authn --report-only 7  sign-ins say what they would meet; nothing changes
  portcullis mfa undo                                            take the last change back
  portcullis mfa import-amm WEB_XML                              take over the AMM's time limit and retries")]
pub(crate) enum MfaCommand {
    /// Shows what holds for everybody; or what one person must prove, and why.
    Show {
        #[arg(long, value_name = "NAME")]
        user: Option<String>,
    },
    /// Shows whom a change would touch, and changes nothing.
    Preview {
        #[command(flatten)]
        rule: Rule,
    },
    /// Shows whom a change touches, and makes it.
    Set {
        #[command(flatten)]
        rule: Rule,
        /// Asks no question, and goes on even if people are kept out by it.
        #[arg(long)]
        yes: bool,
        /// Changes nothing: for so many days, 1 to 30, each sign-in says what it would have met.
        #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=30))]
        report_only: Option<u32>,
    },
    /// Takes a change back within a day; the last one, if no other is named.
    Undo {
        /// As `mfa show` prints it.
        id: Option<Uuid>,
    },
    /// Takes over the time limit and the retries of the AMM.
    ImportAmm {
        /// The AMM's `web.xml`.
        web_xml: PathBuf,
        /// Asks no question.
        #[arg(long)]
        yes: bool,
    },
}

/// What is to hold, and for whom.
#[derive(Args)]
#[command(group(ArgGroup::new("whom").required(true).args(["group", "user", "site"])))]
pub(crate) struct Rule {
    /// A group, by its name or its path, such as `Finance/Accounts payable`.
    #[arg(long, value_name = "NAME")]
    pub(crate) group: Option<String>,
    /// One person, whose group does not count any more.
    #[arg(long, value_name = "NAME")]
    pub(crate) user: Option<String>,
    /// Everybody. What is not named stays as it is.
    #[arg(long)]
    pub(crate) site: bool,
    /// What may be used, with commas: `email`, `backup_code`, `radius`, `totp`, `web_authn`.
    #[arg(long, value_delimiter = ',', required_unless_present_any = ["site", "clear"])]
    pub(crate) methods: Vec<FactorKind>,
    /// Takes away what was set; what is above counts again.
    #[arg(long, conflicts_with_all = ["site", "methods", "grace_days", "skips", "code_seconds", "retries", "remember"])]
    pub(crate) clear: bool,
    /// For how many days setting up a method may be put off.
    #[arg(long, value_name = "DAYS", conflicts_with_all = ["skips", "site"])]
    pub(crate) grace_days: Option<u32>,
    /// How often it may be put off.
    #[arg(long, value_name = "TIMES", conflicts_with = "site")]
    pub(crate) skips: Option<u32>,
    /// For how many seconds a code is waited for, 30 to 3600.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) code_seconds: Option<u32>,
    /// The same for a code that comes by e-mail.
    #[arg(long, value_name = "SECONDS", conflicts_with_all = ["group", "user"])]
    pub(crate) email_seconds: Option<u32>,
    /// How often a wrong code may be tried again, at most 10.
    #[arg(long, value_name = "TIMES")]
    pub(crate) retries: Option<u32>,
    /// Whether nobody gets more time for a code who asks for it.
    #[arg(long, value_name = "TRUE|FALSE", conflicts_with_all = ["group", "user"])]
    pub(crate) strict_time: Option<bool>,
    /// Whether setting up a method takes away the one before.
    #[arg(long, value_name = "TRUE|FALSE", conflicts_with_all = ["group", "user"])]
    pub(crate) one_method: Option<bool>,
    /// Whether revealing a password takes a fresh second step.
    #[arg(long, value_name = "TRUE|FALSE", conflicts_with_all = ["group", "user"])]
    pub(crate) step_up_reveal: Option<bool>,
    /// Whether two administrators must approve when somebody asks for help with the second step.
    #[arg(long, value_name = "TRUE|FALSE", conflicts_with_all = ["group", "user"])]
    pub(crate) second_approver: Option<bool>,
    /// Whether a passkey that verified its person counts as both proofs.
    #[arg(long, value_name = "TRUE|FALSE", conflicts_with_all = ["group", "user"])]
    pub(crate) passkey_alone: Option<bool>,
    /// The hash function of authenticator apps that are set up from now on: `sha1`, `sha256` or `sha512`. Some apps know
    /// only `sha1`.
    #[arg(long, value_name = "HASH", conflicts_with_all = ["group", "user"])]
    pub(crate) app_hash: Option<OtpHash>,
    /// How many digits their codes have: 6 or 8. Some apps know only 6.
    #[arg(long, value_name = "DIGITS", conflicts_with_all = ["group", "user"])]
    pub(crate) app_digits: Option<u8>,
    /// For how long a browser may be remembered: `off`, `12h`, `7d` or `30d`.
    #[arg(long, value_name = "PERIOD")]
    pub(crate) remember: Option<Remember>,
}

#[derive(Subcommand)]
#[command(before_help = "Examples:
  portcullis recover user d.okafor --reason 'INC-2041, lost phone'
  portcullis recover user d.okafor --reason INC-2042 --forgot-password")]
pub(crate) enum RecoverCommand {
    /// Draws a temporary pass for one person, or a set-up code for one without a password. Every administrator is told.
    User {
        name: String,
        /// Why; it goes to the audit trail and to every administrator.
        #[arg(long, value_parser = reason)]
        reason: String,
        /// How long the pass is good, 5 to 60.
        #[arg(long, default_value = "30", value_parser = clap::value_parser!(u32).range(5..=60))]
        minutes: u32,
        /// A set-up code in place of the pass: with it they choose a new password and set up a new second step.
        #[arg(long, conflicts_with = "minutes")]
        forgot_password: bool,
    },
}

fn reason(text: &str) -> Result<String, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Err("say why, for the audit trail");
    }
    Ok(text.to_owned())
}
