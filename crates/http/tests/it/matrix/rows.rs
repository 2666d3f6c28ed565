use portcullis_testkit::{Dialect, World, dialect};

/// Everything that people change, as lines; what only notes when somebody was seen is left out.
pub(super) async fn rows(world: &World) -> Vec<String> {
    let tables: Vec<String> = TABLES
        .iter()
        .map(|(table, columns)| {
            let columns: Vec<String> = columns.split(' ').map(as_text).collect();
            format!(
                "SELECT '{table} ' || {} AS line FROM {table}",
                columns.join(" || ' ' || ")
            )
        })
        .collect();
    let query = format!("{} ORDER BY line", tables.join(" UNION ALL "));
    world.texts(&query).await
}

/// A column of any type, as the dialect at hand writes it into a line.
fn as_text(column: &str) -> String {
    match dialect() {
        Dialect::Postgres => format!("COALESCE(CAST({column} AS TEXT), '')"),
        Dialect::Sqlite => format!("hex({column})"),
    }
}

const TABLES: [(&str, &str); 12] = [
    (
        "accounts",
        "id resource_id owner_id name notes attributes version complies password_changed_at deleted_at",
    ),
    ("factors", "id user_id kind name state revision ciphertext"),
    (
        "grants",
        "id user_id account_id resource_id account_right granted_by granted_at",
    ),
    (
        "invitations",
        "id user_id is_first code_digest expires_at used_at",
    ),
    ("people_groups", "id parent_id name requirement"),
    ("policy_changes", "id version state summary change applies_at"),
    (
        "resources",
        "id owner_id name kind address url department location notes attributes policy changed_at deleted_at",
    ),
    ("sessions", "id user_id epoch ends_at"),
    ("settings", "name revision value"),
    ("tokens", "id user_id name digest scopes expires_at"),
    (
        "users",
        "id username display_name email email2 email_choice group_id uses_group_settings requirement role state \
         password_hash epoch theme",
    ),
    (
        "versions",
        "id account_id number ciphertext origin created_at created_by",
    ),
];
