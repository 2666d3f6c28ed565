//! What can be typed for the phone agent.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

/// Where the agent of this host keeps what it knows.
#[derive(Args)]
pub(crate) struct AgentPaths {
    /// The agent's folder; `phone-agent` beside the server's data by default.
    #[arg(long, global = true, value_name = "FOLDER", env = "PORTCULLIS_AGENT_DATA")]
    pub(crate) agent_data: Option<PathBuf>,
    /// The key file that opens it; `phone-agent.key` beside the server's configuration by default.
    #[arg(long, global = true, value_name = "FILE", env = "PORTCULLIS_AGENT_KEY")]
    pub(crate) agent_key: Option<PathBuf>,
}

#[derive(Subcommand)]
pub(crate) enum PhoneAgentCommand {
    /// On the agent's host: asks for the trunk and the address, and prints what the server needs.
    Setup(Box<SetUp>),
    /// On the agent's host: runs the agent.
    Run,
    /// On the agent's host: the people whom it calls.
    People {
        #[command(subcommand)]
        command: PeopleCommand,
    },
    /// On the agent's host: lists the latest calls.
    Calls,
    /// On the agent's host: shows how many calls are too many, and changes what is given.
    Limits(Limits),
    /// On the agent's host: what calls say, and recordings of your own in its place.
    Prompts {
        #[command(subcommand)]
        command: PromptsCommand,
    },
    /// On the agent's host: draws a new password for the server. The old one ends at once.
    Password,
    /// On the server: trusts the certificates in FILE, and no others, to vouch for the phone agent.
    Trust {
        /// One or more certificates in PEM: `ca.pem` of the agent's set-up, or your own authority.
        file: PathBuf,
    },
}

/// What is not given is asked for.
#[derive(Args)]
pub(crate) struct SetUp {
    /// Where the agent listens.
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// The host name or address by which the server reaches the agent.
    #[arg(long, value_name = "HOST")]
    pub(crate) name: Option<String>,
    /// A certificate of your own, in PEM; without it the agent makes an authority and a certificate.
    #[arg(long, value_name = "FILE", requires = "key")]
    pub(crate) certificate: Option<PathBuf>,
    /// The private key of that certificate.
    #[arg(long, value_name = "FILE", requires = "certificate")]
    pub(crate) key: Option<PathBuf>,
    /// The SIP trunk: a host name or an address, with or without a port.
    #[arg(long, value_name = "HOST[:PORT]")]
    pub(crate) trunk: Option<String>,
    #[arg(long, value_enum)]
    pub(crate) transport: Option<Transport>,
    /// The user name at the trunk.
    #[arg(long, value_name = "NAME")]
    pub(crate) trunk_user: Option<String>,
    /// The name for the password, where it is not the user name.
    #[arg(long, value_name = "NAME")]
    pub(crate) trunk_login: Option<String>,
    /// A file with the password at the trunk; without it, the password is asked for.
    #[arg(long, value_name = "FILE")]
    pub(crate) trunk_password: Option<PathBuf>,
    /// What stands behind the @ at the trunk, where it is not its host.
    #[arg(long, value_name = "DOMAIN")]
    pub(crate) trunk_domain: Option<String>,
    /// The authority that vouches for the trunk, in PEM, for TLS.
    #[arg(long, value_name = "FILE")]
    pub(crate) trunk_ca: Option<PathBuf>,
    /// Encrypts the voice (SRTP); needs TLS.
    #[arg(long)]
    pub(crate) srtp: bool,
    /// Never proves the password with MD5.
    #[arg(long)]
    pub(crate) sha_only: bool,
    /// Hears keys as tones in the voice, where the other side knows no better way.
    #[arg(long)]
    pub(crate) tones: bool,
    /// What happens at the trunk between calls.
    #[arg(long, value_enum)]
    pub(crate) upkeep: Option<Upkeep>,
    /// The number that people see.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) caller_id: Option<String>,
    /// What stands before each number: +, 00 or nothing.
    #[arg(long, value_name = "TEXT", default_value = "+")]
    pub(crate) prefix: String,
    /// The countries that are called, as in `US,DE`.
    #[arg(long, value_name = "LIST", value_delimiter = ',')]
    pub(crate) countries: Vec<String>,
}

/// How many calls are too many.
#[derive(Args)]
pub(crate) struct Limits {
    /// To one person or number, in ten minutes.
    #[arg(long, value_name = "CALLS")]
    pub(crate) in_ten_minutes: Option<u32>,
    /// To one person or number, in a day.
    #[arg(long, value_name = "CALLS")]
    pub(crate) in_a_day: Option<u32>,
    /// To everybody, in a minute.
    #[arg(long, value_name = "CALLS")]
    pub(crate) all_in_a_minute: Option<u32>,
    /// To everybody, in a day.
    #[arg(long, value_name = "CALLS")]
    pub(crate) all_in_a_day: Option<u32>,
    /// At the same time.
    #[arg(long, value_name = "CALLS")]
    pub(crate) at_once: Option<u32>,
    /// To one country, in a day.
    #[arg(long, value_name = "CALLS")]
    pub(crate) to_a_country_in_a_day: Option<u32>,
    /// To one country, in a day, in minutes that began.
    #[arg(long, value_name = "MINUTES")]
    pub(crate) minutes_to_a_country_in_a_day: Option<u32>,
    /// In which money calls are paid: EUR, USD. Nothing is converted.
    #[arg(long, value_name = "CODE")]
    pub(crate) currency: Option<String>,
    /// What a minute that began costs, such as 0.02.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) price: Option<String>,
    /// The price in one country, such as DE=0.04; DE= takes it away. Can be given several times.
    #[arg(long, value_name = "COUNTRY=AMOUNT")]
    pub(crate) price_in: Vec<String>,
    /// What all calls of a day may cost, such as 50.00.
    #[arg(long, value_name = "AMOUNT")]
    pub(crate) budget: Option<String>,
    /// Counts no money any more.
    #[arg(long, conflicts_with_all = ["currency", "price", "price_in", "budget"])]
    pub(crate) no_prices: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Transport {
    Udp,
    Tcp,
    Tls,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum Upkeep {
    Ask,
    Register,
    None,
}

#[derive(Subcommand)]
pub(crate) enum PeopleCommand {
    /// Lists everybody; numbers are masked.
    List,
    /// Shows one person, with the number.
    Show { name: String },
    /// Adds somebody.
    Add {
        /// The phone-factor user name: the user name in Portcullis, unless another is set there.
        name: String,
        /// Country code, number and extension, as in "1 9259249500 292", or as in +19259249500.
        number: String,
        #[command(flatten)]
        details: Details,
        /// Draws a PIN and prints it.
        #[arg(long)]
        pin: bool,
    },
    /// Changes somebody.
    Edit {
        name: String,
        /// A new number.
        #[arg(long)]
        number: Option<String>,
        #[command(flatten)]
        details: Details,
    },
    /// Removes somebody.
    Remove { name: String },
    /// Draws a new PIN for somebody and prints it.
    ResetPin { name: String },
    /// Calls somebody no more.
    Block {
        name: String,
        #[arg(long)]
        reason: String,
    },
    /// Calls somebody again who was blocked, or whose PIN was locked.
    Unblock { name: String },
    /// Adds and changes people from a table with commas; nobody is removed.
    ImportCsv {
        /// The first line names the columns: name, number, and if you like backup and language. `-` for standard input.
        file: PathBuf,
        /// Says what would be done, and does nothing.
        #[arg(long)]
        dry_run: bool,
    },
    /// Adds and changes people from LDAP or Active Directory; nobody is removed.
    ImportLdap(ImportLdap),
}

/// What is set here is said by the next call.
#[derive(Subcommand)]
pub(crate) enum PromptsCommand {
    /// Lists every prompt in every language, what it says, and whether you replaced it.
    List {
        /// Only this language, as in `de`.
        language: Option<String>,
    },
    /// Puts a recording of yours in the place of a prompt.
    Replace {
        /// Two or three letters, as in `de`. Once a new language has every prompt, people can be called in it.
        language: String,
        /// As `list` shows it, such as `greeting`.
        name: String,
        /// A WAV file of 16-bit PCM, at most 20 seconds long.
        file: PathBuf,
    },
    /// Takes a recording of yours back.
    Restore { language: String, name: String },
}

#[derive(Args)]
pub(crate) struct Details {
    /// A second number, called if the first is not reached; "" for none.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) backup: Option<String>,
    /// How long to wait between the answer and the extension.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) before_extension: Option<u8>,
    /// How long to wait between the extension and the greeting.
    #[arg(long, value_name = "SECONDS")]
    pub(crate) after_extension: Option<u8>,
    /// The language of the voice, as in `de`; "" for that of the server.
    #[arg(long)]
    pub(crate) language: Option<String>,
}

#[derive(Args)]
pub(crate) struct ImportLdap {
    /// `ldaps://host`, or `ldap://host`, which is asked for TLS first.
    pub(crate) url: String,
    /// The distinguished name (or user@domain) that may read the directory.
    #[arg(long, value_name = "DN")]
    pub(crate) bind: String,
    /// A file with its password; without it, the password is asked for.
    #[arg(long, value_name = "FILE")]
    pub(crate) password: Option<PathBuf>,
    /// The authority that vouches for the directory, in PEM.
    #[arg(long, value_name = "FILE")]
    pub(crate) ca: Option<PathBuf>,
    /// Where to look.
    #[arg(long, value_name = "DN")]
    pub(crate) base: String,
    #[arg(long, default_value = "(&(objectCategory=person)(objectClass=user))")]
    pub(crate) filter: String,
    /// The attribute that holds the phone-factor user name; `uid` outside Active Directory.
    #[arg(long, default_value = "sAMAccountName")]
    pub(crate) name: String,
    /// The attribute that holds the number.
    #[arg(long, default_value = "telephoneNumber")]
    pub(crate) number: String,
    /// The attribute that holds a second number, such as `mobile`.
    #[arg(long)]
    pub(crate) backup: Option<String>,
    /// Says what would be done, and does nothing.
    #[arg(long)]
    pub(crate) dry_run: bool,
}
