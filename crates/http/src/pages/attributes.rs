const ROWS: usize = 3;

/// The attributes with empty rows to fill in, so that more can be added without a script.
pub(crate) fn padded(mut attributes: Vec<(String, String)>) -> Vec<(String, String)> {
    let wanted = (attributes.len() + 1).max(ROWS);
    attributes.resize(wanted, (String::new(), String::new()));
    attributes
}
