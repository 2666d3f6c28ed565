//! Comma-separated values that no spreadsheet takes for a formula.

use axum::http::header;
use axum::response::IntoResponse;
use portcullis_ops::OpError;

use crate::answer::{Answer, Problem};

/// What was exported from the page `list`, as a file of this name. Who has to confirm first comes back to the list, not to
/// a file that begins to load.
pub(crate) fn file(exported: Result<String, OpError>, name: &str, list: String) -> Answer {
    let text = exported.map_err(|error| match error {
        OpError::StepUp => Problem {
            confirm: Some(list.into()),
            ..OpError::StepUp.into()
        },
        error => error.into(),
    })?;
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, text).into_response())
}

/// One line, with its end.
pub(crate) fn line(cells: &[&str]) -> String {
    let cells: Vec<String> = cells.iter().map(|text| cell(text)).collect();
    format!("{}\r\n", cells.join(","))
}

/// A quoted cell. What a spreadsheet would calculate gets an apostrophe in front, which makes it a text.
fn cell(text: &str) -> String {
    let first = text.trim_start().chars().next();
    let is_formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '|' | '\u{FF1D}' | '\u{FF0B}' | '\u{FF0D}' | '\u{FF20}')
    ) || text.starts_with(['\t', '\r', '\n']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_stays_a_text() {
        assert_eq!(cell("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(cell(" @SUM(1)"), "\"' @SUM(1)\"");
        assert_eq!(cell("\tx"), "\"'\tx\"");
        assert_eq!(cell("|calc"), "\"'|calc\"");
        assert_eq!(cell("Finance/AP"), "\"Finance/AP\"");
    }

    #[test]
    fn commas_quotes_and_line_ends_stay_in_their_cell() {
        assert_eq!(line(&["a,b", "c\"d", "e\nf"]), "\"a,b\",\"c\"\"d\",\"e\nf\"\r\n");
    }
}
