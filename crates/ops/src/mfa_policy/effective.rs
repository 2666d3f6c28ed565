use portcullis_model::{
    FactorKind, Grace, Group, PersonSetting, Remember, Requirement, Role, SitePolicy, Timestamp, methods_text,
};

use crate::factors::{REPORTED, SWITCHED_OFF, why_off};

/// What holds for the whole company at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Company<'a> {
    pub site: &'a SitePolicy,
    pub has: Means,
    pub now: Timestamp,
}

/// What stands ready to ask people with.
#[derive(Clone, Copy, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "any of them may be there without the others"
)]
pub struct Means {
    /// Whether a mail server is set.
    pub mail: bool,
    /// Whether a RADIUS server is set.
    pub radius: bool,
    /// Whether people can be called.
    pub phone: bool,
    /// Whether a phone agent keeps the numbers, so that nobody sets up any here.
    pub phone_agent: bool,
    /// Whether security keys work at this site's address.
    pub keys: bool,
}

/// One person as the policy sees them.
#[derive(Clone, Copy, Debug)]
pub struct Standing<'a> {
    pub role: Role,
    pub setting: &'a PersonSetting,
    /// Their group and those above it, the nearest first.
    pub path: &'a [&'a Group],
    /// What they have set up, each kind once.
    pub enrolled: &'a [FactorKind],
    /// What was switched off for them: after too many wrong answers, or because it was reported.
    pub switched_off: &'a [FactorKind],
    /// Whether there is an address that codes can go to.
    pub has_email: bool,
    /// How often they have put off setting up a method.
    pub skips: u32,
}

/// What a person may use, what they must still do, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Effective {
    /// The methods that the policy allows, the weakest first.
    pub methods: Vec<FactorKind>,
    /// Those of them that the person can use now.
    pub usable: Vec<FactorKind>,
    /// What opens the way to setting up an allowed method, as long as none is usable. It opens nothing else.
    pub entry: Vec<FactorKind>,
    /// Allowed methods that the person could set up themselves.
    pub to_set_up: Vec<FactorKind>,
    /// Whether one of them must be set up at sign-in.
    pub must_set_up: bool,
    /// Whether that can be put off.
    pub may_skip: bool,
    pub grace: Grace,
    pub code_seconds: u32,
    pub email_seconds: u32,
    pub retries: u32,
    /// Whether a passkey that verified its person counts as both proofs.
    pub passkey_alone: bool,
    /// For how long a browser may be remembered.
    pub remember: Remember,
    /// What was switched off for this person alone.
    pub switched_off: Vec<FactorKind>,
    /// What led here, in the order in which it was looked at.
    pub reasons: Vec<Reason>,
    /// Why the person cannot sign in at all.
    pub blocked: Option<Blocked>,
}

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Reason {
    /// Nothing else is asked of them.
    Site,
    Group {
        name: String,
        /// Whether something was set for the person themselves, which the group overrides.
        overrides: bool,
    },
    Own {
        /// "Use group authentication settings for this user" is off.
        opted_out: bool,
    },
    OptedOutOfNothing,
    Floor(Role, FactorKind),
    SwitchedOff(Vec<FactorKind>),
    PasskeyAlone,
    /// Switched off for this person alone.
    Off(FactorKind),
}

impl Reason {
    pub fn text(&self) -> String {
        match self {
            Self::Site => "Every method that is switched on may be used.".to_owned(),
            Self::Group {
                name,
                overrides: false,
            } => format!("Inherits from {name}."),
            Self::Group {
                name,
                overrides: true,
            } => {
                format!("Inherits from {name}; overrides the earlier choice.")
            }
            Self::Own { opted_out: false } => "Set for this person.".to_owned(),
            Self::Own { opted_out: true } => {
                "Set for this person: \"Use group authentication settings for this user\" is off.".to_owned()
            }
            Self::OptedOutOfNothing => {
                "\"Use group authentication settings for this user\" is off.".to_owned()
            }
            Self::Floor(role, kind) => {
                format!("The role {} needs {} or stronger.", role.label(), kind.label())
            }
            Self::PasskeyAlone => "A passkey that verifies its person counts as both proofs.".to_owned(),
            Self::SwitchedOff(kinds) => format!("Not switched on: {}.", methods_text(kinds)),
            Self::Off(kind) => format!("{}: {}.", why_off(*kind), kind.label()),
        }
    }
}

/// Why somebody cannot get in.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Blocked {
    /// None of the methods asked for is switched on, or strong enough for the role.
    NoMethod,
    NoEmail,
    NoMailServer,
    NoRadiusServer,
    NoPhoneTrunk,
    /// They have nothing that proves them, not even for setting something up.
    NothingSetUp,
    /// What they have was switched off after too many wrong answers.
    SwitchedOff,
    /// What was switched off is the phone: a call to it was reported as not wanted.
    Reported,
}

impl Blocked {
    pub const fn text(self) -> &'static str {
        match self {
            Self::NoMethod => "No method is left",
            Self::NoEmail => "No email address",
            Self::NoMailServer => "No mail server is set",
            Self::NoRadiusServer => "No RADIUS server is set",
            Self::NoPhoneTrunk => "No phone trunk is set",
            Self::NothingSetUp => "Nothing is set up",
            Self::SwitchedOff => SWITCHED_OFF,
            Self::Reported => REPORTED,
        }
    }
}

impl Effective {
    pub fn text(&self) -> String {
        methods_text(&primary(&self.methods))
    }

    /// How long a code of this kind is waited for.
    pub fn seconds_for(&self, kind: FactorKind) -> u32 {
        match kind {
            FactorKind::Email => self.email_seconds,
            _ => self.code_seconds,
        }
    }

    /// Whether the person can prove a second time without a backup code or a pass.
    pub fn has_own_method(&self) -> bool {
        self.usable.iter().any(|kind| is_primary(*kind))
    }

    /// The weakest method that gets the person in; backup codes and passes are no method of their own.
    pub fn weakest(&self) -> Option<FactorKind> {
        primary(&self.methods).first().copied()
    }

    /// Whether a passkey of this person opens a session on its own.
    pub(crate) fn opens_alone(&self) -> bool {
        self.passkey_alone && self.blocked.is_none() && self.usable.contains(&FactorKind::WebAuthn)
    }

    /// What may be asked at sign-in, the weakest first.
    pub fn asked(&self) -> &[FactorKind] {
        if self.usable.is_empty() {
            &self.entry
        } else {
            &self.usable
        }
    }
}

fn is_primary(kind: FactorKind) -> bool {
    !matches!(kind, FactorKind::BackupCode | FactorKind::TemporaryPass)
}

fn primary(kinds: &[FactorKind]) -> Vec<FactorKind> {
    kinds.iter().copied().filter(|kind| is_primary(*kind)).collect()
}

/// What holds for one person. It is the only place that decides this.
///
/// The nearest group with a requirement counts, unless the person opted out; then what is set for the person; then
/// what is switched on. What is not switched on never counts, and a role's floor only ever takes away.
pub fn effective(company: &Company<'_>, person: &Standing<'_>) -> Effective {
    let site = company.site;
    let (requirement, reason) = asked_of(person);
    let mut reasons = vec![reason];
    let wanted = requirement.map_or(&site.methods, |requirement| &requirement.methods);
    let (mut methods, off): (Vec<_>, Vec<_>) = wanted.iter().partition(|kind| site.methods.contains(kind));
    if !off.is_empty() {
        reasons.push(Reason::SwitchedOff(off));
    }
    if let Some(floor) = site.floors.get(&person.role) {
        let strong = |kind: &FactorKind| *floor <= *kind;
        if !methods.iter().all(strong) {
            methods.retain(strong);
            reasons.push(Reason::Floor(person.role, *floor));
        }
        if primary(&methods).is_empty() {
            // A requirement below the floor does not open a weaker way: the strong ones take its place.
            methods = site.methods.iter().copied().filter(strong).collect();
        }
    }
    methods.sort_unstable();
    methods.dedup();
    let passkey_alone = site.passkey_alone && company.has.keys && methods.contains(&FactorKind::WebAuthn);
    if passkey_alone {
        reasons.push(Reason::PasskeyAlone);
    }

    let is_off = |kind: FactorKind| person.switched_off.contains(&kind);
    reasons.extend(person.switched_off.iter().copied().map(Reason::Off));
    let has = |kind: FactorKind| match kind {
        _ if is_off(kind) => false,
        FactorKind::Email => person.has_email && company.has.mail,
        FactorKind::Radius => company.has.radius,
        FactorKind::Phone => {
            company.has.phone_agent || (company.has.phone && person.enrolled.contains(&kind))
        }
        FactorKind::WebAuthn => company.has.keys && person.enrolled.contains(&kind),
        _ => person.enrolled.contains(&kind),
    };
    let mut usable: Vec<FactorKind> = methods.iter().copied().filter(|kind| has(*kind)).collect();
    if has(FactorKind::TemporaryPass) && !usable.contains(&FactorKind::TemporaryPass) {
        usable.push(FactorKind::TemporaryPass);
        usable.sort_unstable();
    }
    let to_set_up: Vec<FactorKind> = methods
        .iter()
        .copied()
        .filter(|kind| match kind {
            FactorKind::Totp => true,
            // A report of fraud is an administrator's to lift.
            FactorKind::Phone => company.has.phone && !company.has.phone_agent && !is_off(*kind),
            FactorKind::WebAuthn => company.has.keys,
            _ => false,
        })
        .filter(|kind| !has(*kind))
        .collect();
    let must_set_up = primary(&usable).is_empty();
    let entry = if usable.is_empty() && !to_set_up.is_empty() {
        entry(site, person, has)
    } else {
        Vec::new()
    };
    let blocked = blocked(company, person, &methods, &usable, &entry, &to_set_up);
    let grace = requirement.map_or(Grace::None, |requirement| requirement.grace);
    let may_skip = must_set_up
        && match grace {
            Grace::None => false,
            Grace::Skips(most) => person.skips < most,
            Grace::Until(end) => company.now < end,
        };
    Effective {
        usable,
        entry,
        to_set_up,
        must_set_up,
        may_skip,
        grace,
        code_seconds: requirement
            .and_then(|requirement| requirement.code_seconds)
            .unwrap_or(site.code_seconds),
        email_seconds: requirement
            .and_then(|requirement| requirement.code_seconds)
            .unwrap_or(site.email_seconds),
        retries: requirement
            .and_then(|requirement| requirement.retries)
            .unwrap_or(site.retries),
        passkey_alone,
        remember: requirement
            .and_then(|requirement| requirement.remember)
            .unwrap_or(site.remember),
        switched_off: person.switched_off.to_vec(),
        reasons,
        blocked,
        methods,
    }
}

/// What opens the way to setting up: everything the person has set up, and if none of that is a method of its own,
/// then what needs no setting up, where it is switched on and strong enough for the role. A method of their own that was
/// guessed at until it was switched off opens no weaker way.
fn entry(site: &SitePolicy, person: &Standing<'_>, has: impl Fn(FactorKind) -> bool) -> Vec<FactorKind> {
    let floor = site.floors.get(&person.role);
    let enrolled: Vec<FactorKind> = FactorKind::ALL
        .into_iter()
        .filter(|kind| person.enrolled.contains(kind) && !person.switched_off.contains(kind))
        .collect();
    let without_set_up = [FactorKind::Email, FactorKind::Phone, FactorKind::Radius]
        .into_iter()
        .filter(|kind| primary(person.enrolled).is_empty() && site.methods.contains(kind) && has(*kind))
        .filter(|kind| floor.is_none_or(|floor| floor <= kind));
    let mut entry: Vec<FactorKind> = enrolled.iter().copied().chain(without_set_up).collect();
    entry.sort_unstable();
    entry
}

/// The requirement that counts for a person, and where it comes from.
fn asked_of<'a>(person: &Standing<'a>) -> (Option<&'a Requirement>, Reason) {
    let setting = person.setting;
    let from_group = setting
        .uses_group_settings
        .then(|| person.path.iter().find(|group| group.requirement.is_some()))
        .flatten();
    match (from_group, setting.requirement.as_ref()) {
        (Some(group), own) => {
            let reason = Reason::Group {
                name: group.name.clone(),
                overrides: own.is_some(),
            };
            (group.requirement.as_ref(), reason)
        }
        (None, Some(own)) => {
            let opted_out = !setting.uses_group_settings;
            (Some(own), Reason::Own { opted_out })
        }
        (None, None) if setting.uses_group_settings => (None, Reason::Site),
        (None, None) => (None, Reason::OptedOutOfNothing),
    }
}

fn blocked(
    company: &Company<'_>,
    person: &Standing<'_>,
    methods: &[FactorKind],
    usable: &[FactorKind],
    entry: &[FactorKind],
    to_set_up: &[FactorKind],
) -> Option<Blocked> {
    if primary(methods).is_empty() {
        return Some(Blocked::NoMethod);
    }
    let gets_in = !usable.is_empty() || !entry.is_empty();
    let stays_in = !primary(usable).is_empty() || !to_set_up.is_empty();
    if gets_in && stays_in {
        return None;
    }
    let is_off = |kind: &&FactorKind| person.switched_off.contains(kind);
    match methods.iter().filter(is_off).collect::<Vec<_>>()[..] {
        [] => {}
        [FactorKind::Phone] => return Some(Blocked::Reported),
        _ => return Some(Blocked::SwitchedOff),
    }
    Some(if methods.contains(&FactorKind::Email) && to_set_up.is_empty() {
        if person.has_email && !company.has.mail {
            Blocked::NoMailServer
        } else {
            Blocked::NoEmail
        }
    } else if methods.contains(&FactorKind::Radius) && to_set_up.is_empty() {
        Blocked::NoRadiusServer
    } else if methods.contains(&FactorKind::Phone) && !company.has.phone {
        Blocked::NoPhoneTrunk
    } else {
        Blocked::NothingSetUp
    })
}

#[cfg(test)]
mod tests;
