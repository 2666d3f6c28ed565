//! The lines of the AMM's user activity and its messages, read from the tables of its documentation.

/// The two tables, byte for byte.
const TABLES: &str = include_str!("amm/tables.txt");

const METHODS: &str = "Email|Authenticator App";

/// The three messages, in the order of their table: time-out, wrong code, too many wrong codes.
#[must_use]
pub fn messages() -> [&'static str; 3] {
    let (_, table) = TABLES
        .split_once("Error Message | Description |\n")
        .expect("the second table has a head");
    let messages: Vec<&str> = table.lines().map(first_cell).collect();
    messages.try_into().expect("the table has three rows")
}

/// The line for a right password.
#[must_use]
pub fn awaits(method: &str) -> String {
    line_of("User pre-authenticated with password, awaiting verification code").replace(METHODS, method)
}

/// The line for a right code.
#[must_use]
pub fn verified(method: &str) -> String {
    line_of("MFA login successful").replace(METHODS, method)
}

/// The line for a sign-in that met an error.
#[must_use]
pub fn failed(method: &str, message: &str) -> String {
    line_of("MFA login encountered an error")
        .replace(METHODS, method)
        .replace("Error message", message)
}

fn line_of(event: &str) -> &'static str {
    let row = TABLES
        .lines()
        .find(|row| first_cell(row) == event)
        .expect("the event is in the table");
    row[event.len()..]
        .trim_start_matches(" | ")
        .trim_end_matches(" |")
}

fn first_cell(row: &str) -> &str {
    row.split_once(" | ").map_or(row, |(cell, _)| cell)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_tables_are_read_as_they_are_printed() {
        assert_eq!(super::messages()[1], "Incorrect verification code.");
        assert_eq!(super::verified("Email"), "Login verified. MFA method: Email");
        let failed = super::failed("Email", "No");
        assert_eq!(failed, "Login error. MFA method: Email, MFA error: No");
    }
}
