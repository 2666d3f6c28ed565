use portcullis_model::{GroupId, Requirement};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;

const NOW: Timestamp = Timestamp::from_micros(1_000);

fn group(number: u128, name: &str, requirement: Option<Requirement>) -> Group {
    Group {
        id: GroupId(Uuid::from_u128(number)),
        parent: None,
        name: name.to_owned(),
        requirement,
        created_at: NOW,
    }
}

fn everything() -> SitePolicy {
    SitePolicy {
        methods: FactorKind::ALL.to_vec(),
        ..SitePolicy::default()
    }
}

struct Case {
    site: SitePolicy,
    setting: PersonSetting,
    path: Vec<Group>,
    enrolled: Vec<FactorKind>,
    has_email: bool,
    skips: u32,
}

impl Case {
    fn new() -> Self {
        Self {
            site: everything(),
            setting: PersonSetting::default(),
            path: Vec::new(),
            enrolled: vec![FactorKind::BackupCode, FactorKind::Totp],
            has_email: true,
            skips: 0,
        }
    }

    fn decide(&self) -> Effective {
        let path: Vec<&Group> = self.path.iter().collect();
        effective(
            &Company {
                site: &self.site,
                has: Means {
                    mail: true,
                    radius: false,
                    phone: false,
                    phone_agent: false,
                    keys: true,
                },
                now: NOW,
            },
            &Standing {
                role: Role::PasswordUser,
                setting: &self.setting,
                path: &path,
                enrolled: &self.enrolled,
                switched_off: &[],
                has_email: self.has_email,
                skips: self.skips,
            },
        )
    }
}

#[test]
fn the_nearest_group_counts_and_overrides_what_was_set_for_the_person() {
    let mut case = Case::new();
    case.setting.requirement = Some(Requirement::of([FactorKind::Totp]));
    case.path = vec![
        group(1, "AP", None),
        group(2, "Finance", Some(Requirement::of([FactorKind::Email]))),
        group(3, "Company", Some(Requirement::of([FactorKind::WebAuthn]))),
    ];

    let decided = case.decide();

    assert_eq!(decided.methods, [FactorKind::Email]);
    assert_eq!(
        decided.reasons[0].text(),
        "Inherits from Finance; overrides the earlier choice."
    );
}

#[test]
fn who_opted_out_keeps_their_own() {
    let mut case = Case::new();
    case.setting = PersonSetting {
        uses_group_settings: false,
        requirement: Some(Requirement::of([FactorKind::Totp])),
    };
    case.path = vec![group(2, "Finance", Some(Requirement::of([FactorKind::Email])))];

    assert_eq!(case.decide().methods, [FactorKind::Totp]);
}

#[test]
fn a_sub_group_with_its_own_setting_is_spared() {
    let mut case = Case::new();
    case.path = vec![
        group(1, "Treasury", Some(Requirement::of([FactorKind::Totp]))),
        group(2, "Finance", Some(Requirement::of([FactorKind::Email]))),
    ];

    assert_eq!(case.decide().methods, [FactorKind::Totp]);
}

#[test]
fn a_floor_takes_away_and_never_opens_a_weaker_way() {
    let mut case = Case::new();
    case.site.floors.insert(Role::PasswordUser, FactorKind::Totp);
    case.path = vec![group(2, "Finance", Some(Requirement::of([FactorKind::Email])))];

    let decided = case.decide();

    assert_eq!(decided.methods, [FactorKind::Totp, FactorKind::WebAuthn]);
    assert_eq!(decided.usable, [FactorKind::Totp]);
}

#[test]
fn who_has_only_what_is_no_longer_allowed_gets_as_far_as_setting_up_and_no_farther() {
    let mut case = Case::new();
    case.enrolled = vec![FactorKind::Totp];
    case.path = vec![group(2, "Admins", Some(Requirement::of([FactorKind::WebAuthn])))];

    let decided = case.decide();

    assert_eq!(decided.usable, []);
    assert_eq!(decided.entry, [FactorKind::Totp]);
    assert!(decided.must_set_up && !decided.may_skip);
    assert_eq!(decided.blocked, None);
}

#[test]
fn who_has_nothing_at_all_is_blocked_until_they_get_a_pass() {
    let mut case = Case::new();
    case.path = vec![group(2, "Admins", Some(Requirement::of([FactorKind::Totp])))];
    case.enrolled = Vec::new();
    case.has_email = false;
    assert_eq!(case.decide().blocked, Some(Blocked::NothingSetUp));

    case.enrolled = vec![FactorKind::TemporaryPass];
    let decided = case.decide();

    assert_eq!(decided.blocked, None);
    assert_eq!(decided.asked(), [FactorKind::TemporaryPass]);
    assert!(decided.must_set_up);
}

#[test]
fn who_had_only_codes_by_email_sets_the_app_up_after_one_more_of_them() {
    let mut case = Case::new();
    case.path = vec![group(2, "Finance", Some(Requirement::of([FactorKind::Totp])))];
    case.enrolled = vec![FactorKind::BackupCode];
    assert_eq!(case.decide().entry, [FactorKind::Email, FactorKind::BackupCode]);

    case.enrolled.push(FactorKind::WebAuthn);
    assert_eq!(
        case.decide().entry,
        [FactorKind::BackupCode, FactorKind::WebAuthn]
    );
    case.enrolled.pop();
    case.site.floors.insert(Role::PasswordUser, FactorKind::Totp);
    assert_eq!(case.decide().entry, [FactorKind::BackupCode]);
}

#[test]
fn who_has_no_address_is_blocked_by_a_policy_of_email_and_told_so() {
    let mut case = Case::new();
    case.has_email = false;
    case.path = vec![group(2, "Finance", Some(Requirement::of([FactorKind::Email])))];

    assert_eq!(case.decide().blocked, Some(Blocked::NoEmail));
}

#[test]
fn setting_up_can_be_put_off_until_the_date_or_as_often_as_was_said() {
    let mut case = Case::new();
    let mut requirement = Requirement::of([FactorKind::WebAuthn]);
    let mut may_skip = |grace, skips| {
        requirement.grace = grace;
        case.path = vec![group(2, "Admins", Some(requirement.clone()))];
        case.skips = skips;
        case.decide().may_skip
    };

    assert!(!may_skip(Grace::None, 0));
    assert!(may_skip(Grace::Skips(3), 2));
    assert!(!may_skip(Grace::Skips(3), 3));
    assert!(may_skip(Grace::Until(Timestamp::from_micros(1_001)), 9));
    assert!(!may_skip(Grace::Until(NOW), 0));
}

fn kinds() -> impl Strategy<Value = Vec<FactorKind>> {
    proptest::collection::vec(proptest::sample::select(FactorKind::ALL.to_vec()), 0..6)
}

fn requirement() -> impl Strategy<Value = Option<Requirement>> {
    proptest::option::of(kinds().prop_map(Requirement::of))
}

proptest! {
    /// Whatever was set, nobody may use what is switched off or below their role's floor, and nobody is let in by
    /// something that the policy does not allow.
    #[test]
    fn no_tree_opens_a_way_that_is_switched_off(
        switched_on in kinds(),
        floor in proptest::option::of(proptest::sample::select(FactorKind::ALL.to_vec())),
        own in requirement(),
        uses_group_settings: bool,
        groups in proptest::collection::vec(requirement(), 0..5),
        enrolled in kinds(),
        has_email: bool,
        skips in 0u32..5,
    ) {
        let mut case = Case::new();
        case.site.methods = switched_on;
        case.site.floors = floor.into_iter().map(|floor| (Role::PasswordUser, floor)).collect();
        case.setting = PersonSetting { uses_group_settings, requirement: own };
        case.path = groups.into_iter().zip(1..).map(|(requirement, number)| group(number, "g", requirement)).collect();
        case.enrolled = enrolled;
        case.has_email = has_email;
        case.skips = skips;

        let decided = case.decide();

        for method in &decided.methods {
            prop_assert!(case.site.methods.contains(method));
            prop_assert!(floor.is_none_or(|floor| floor <= *method));
        }
        for method in &decided.usable {
            prop_assert!(decided.methods.contains(method) || *method == FactorKind::TemporaryPass);
        }
        // What is not allowed opens nothing but the way to set something up.
        prop_assert!(decided.entry.is_empty() || decided.must_set_up);
        for method in decided.entry.iter().filter(|method| !case.enrolled.contains(method)) {
            prop_assert!(case.site.methods.contains(method));
            prop_assert!(floor.is_none_or(|floor| floor <= *method));
        }
        prop_assert!(decided.usable.is_empty() || decided.entry.is_empty());
        prop_assert!(decided.blocked.is_some() || !decided.asked().is_empty());
        prop_assert!(!decided.reasons.is_empty());
    }
}
