use std::io::Read;

use csv::{ReaderBuilder, StringRecord, Trim};

use super::{Found, ImportError};

/// Reads a table whose first line names its columns, in any order and case.
pub fn from_csv(mut file: impl Read) -> Result<Vec<Found>, ImportError> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)
        .map_err(|error| ImportError::Csv(error.to_string()))?;
    let mut reader = ReaderBuilder::new().trim(Trim::All).from_reader(bytes.as_slice());
    let wrong = |error: csv::Error| ImportError::Csv(error.to_string());
    let headers = reader.headers().map_err(wrong)?.clone();
    let column = |names: &[&str]| {
        headers.iter().position(|header| {
            let header = header.trim_start_matches('\u{feff}').to_lowercase();
            names.contains(&header.as_str())
        })
    };
    let (Some(name), Some(number)) = (
        column(&["name", "username", "user name", "phone-factor user name"]),
        column(&["number", "phone", "phone number"]),
    ) else {
        return Err(ImportError::Columns);
    };
    let (backup, language) = (column(&["backup", "backup number"]), column(&["language"]));
    let mut found = Vec::new();
    let mut lines = Lines {
        bytes: &bytes,
        at: 0,
        line: 1,
    };
    for record in reader.records() {
        let record = record.map_err(wrong)?;
        let line = lines.of(record.position().map_or(0, csv::Position::byte));
        let cell = |column: usize| record.get(column).unwrap_or_default().to_owned();
        let optional = |column: Option<usize>| column.map(cell);
        if is_blank(&record) {
            continue;
        }
        found.push(Found {
            place: format!("line {line}"),
            name: cell(name),
            number: cell(number),
            backup: optional(backup),
            language: optional(language),
        });
    }
    Ok(found)
}

/// Counts lines as an editor does. The crate's own count stays behind at empty ones.
struct Lines<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
}

impl Lines<'_> {
    /// The line of a record that begins at this byte, or after the empty lines there.
    fn of(&mut self, byte: u64) -> usize {
        let mut start = usize::try_from(byte).unwrap_or(usize::MAX).min(self.bytes.len());
        while matches!(self.bytes.get(start), Some(b'\r' | b'\n')) {
            start += 1;
        }
        let passed = self.bytes.get(self.at..start).unwrap_or_default();
        self.line += passed.split(|byte| *byte == b'\n').count() - 1;
        self.at = start;
        self.line
    }
}

fn is_blank(record: &StringRecord) -> bool {
    record.iter().all(str::is_empty)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_found_by_their_names_and_lines_are_told() {
        let file = "\u{feff}Number , NAME,Backup\n1 9259249500 292,d.okafor,\n\n+49 30 901820,\"Reyes, A.\",1 9259249501\n";

        let found = from_csv(file.as_bytes()).unwrap();

        assert_eq!(found.len(), 2);
        assert_eq!(
            (found[0].name.as_str(), found[0].backup.as_deref()),
            ("d.okafor", Some(""))
        );
        assert_eq!(
            (found[1].name.as_str(), found[1].place.as_str()),
            ("Reyes, A.", "line 4")
        );
        assert_eq!(found[1].language, None);
    }

    #[test]
    fn a_table_without_the_columns_is_refused() {
        assert!(matches!(from_csv(&b"who,phone\n"[..]), Err(ImportError::Columns)));
        assert!(matches!(from_csv(&b""[..]), Err(ImportError::Columns)));
        assert!(matches!(
            from_csv(&b"name,number\na,1,2\n"[..]),
            Err(ImportError::Csv(_))
        ));
    }
}
