use portcullis_model::PasswordPolicy;

/// A policy in one line.
pub(crate) fn describe(policy: &PasswordPolicy) -> String {
    let classes: Vec<&str> = policy.classes.iter().map(|class| class.label()).collect();
    let length = format!("{} to {} characters", policy.min_length, policy.max_length);
    let with = if classes.is_empty() {
        String::new()
    } else {
        format!(", with {}", classes.join(", "))
    };
    let age = policy
        .max_age_days
        .map(|days| format!("; to be changed every {days} days"))
        .unwrap_or_default();
    format!("{length}{with}{age}")
}
