//! Speaks the texts in `prompts/` with espeak-ng and writes the recordings beside them: `cargo xtask prompts`.

use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use portcullis_telephony::{Archive, Prompt};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("prompts");
    let scratch = env::temp_dir().join(format!("portcullis-prompt-{}.wav", std::process::id()));
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_none_or(|extension| extension != "txt") {
            continue;
        }
        let packed = record(&fs::read_to_string(&path)?, &scratch)?;
        println!("{}: {} bytes", path.display(), packed.len());
        fs::write(path.with_extension("g711"), packed)?;
    }
    fs::remove_file(scratch)?;
    Ok(())
}

/// Speaks the lines `name: text` with the voice of the first line.
fn record(texts: &str, scratch: &Path) -> Result<Vec<u8>, Box<dyn Error>> {
    let mut lines = texts.lines().filter_map(|line| line.split_once(": "));
    let Some(("voice", voice)) = lines.next() else {
        return Err("the first line names the voice".into());
    };
    let mut archive = Archive::default();
    for (name, text) in lines {
        let prompt = Prompt::of_name(name).ok_or_else(|| format!("there is no prompt `{name}`"))?;
        let spoken = Command::new("espeak-ng")
            .args(["-v", voice, "-s", "155", "-w"])
            .arg(scratch)
            .arg(text)
            .status()?;
        if !spoken.success() {
            return Err(format!("espeak-ng could not say `{text}`").into());
        }
        archive.add(prompt, &fs::read(scratch)?)?;
    }
    Ok(archive.pack())
}
