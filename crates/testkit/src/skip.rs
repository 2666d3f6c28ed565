use std::fs::OpenOptions;
use std::io::Write as _;

/// Says that something could not be tested here, so that the run counts it.
pub fn skipped(reason: &str) {
    println!("SKIPPED: {reason}");
    if let Some(path) = std::env::var_os("PORTCULLIS_SKIPS") {
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .expect("the list of skips opens");
        writeln!(file, "{reason}").expect("the list of skips takes a line");
    }
}
