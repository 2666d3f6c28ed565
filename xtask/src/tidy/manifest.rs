//! Reads from a `Cargo.toml` what the checks need: its name and what it depends on.

pub(super) struct Manifest {
    pub package: String,
    pub dependencies: Vec<Dependency>,
}

pub(super) struct Dependency {
    pub package: String,
    pub kind: Kind,
    pub line: usize,
}

#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Dev,
    /// Of the crate itself or of its build script.
    Normal,
}

pub(super) fn parse(text: &str) -> Manifest {
    let mut manifest = Manifest {
        package: String::new(),
        dependencies: Vec::new(),
    };
    let mut section = "";
    for (index, line) in text.lines().enumerate() {
        let line_text = line.split(" #").next().unwrap_or_default().trim();
        if let Some(name) = line_text
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
        {
            section = name;
            if let Some((kind, Some(package))) = dependency_section(section) {
                manifest.dependencies.push(Dependency {
                    package: unquote(package),
                    kind,
                    line: index + 1,
                });
            }
            continue;
        }
        let Some((key, value)) = line_text.split_once('=') else {
            continue;
        };
        if line_text.starts_with('#') {
            continue;
        }
        if section == "package" && key.trim() == "name" {
            manifest.package = unquote(value);
        }
        if let Some((kind, None)) = dependency_section(section) {
            let package =
                renamed(value).unwrap_or_else(|| unquote(key.split('.').next().unwrap_or_default()));
            manifest.dependencies.push(Dependency {
                package,
                kind,
                line: index + 1,
            });
        }
    }
    manifest
}

/// Understands `dependencies`, `dev-dependencies.serde`, `target.'cfg(unix)'.dependencies` and the like.
fn dependency_section(section: &str) -> Option<(Kind, Option<&str>)> {
    let section = match section.strip_prefix("target.") {
        Some(_) => section.rsplit_once("'.").map_or(section, |(_, rest)| rest),
        None => section,
    };
    let (table, package) = match section.split_once('.') {
        Some((table, package)) => (table, Some(package)),
        None => (section, None),
    };
    let kind = match table {
        "dependencies" | "build-dependencies" => Kind::Normal,
        "dev-dependencies" => Kind::Dev,
        _ => return None,
    };
    Some((kind, package))
}

/// Finds `package = "name"` in an inline table.
fn renamed(value: &str) -> Option<String> {
    let (_, rest) = value.split_once("package")?;
    rest.split('"').nth(1).map(str::to_owned)
}

fn unquote(text: &str) -> String {
    text.trim().trim_matches('"').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "\
[package]
name = \"portcullis-ops\"

[dependencies]
portcullis-model.workspace = true
rows = { package = \"portcullis-store\", path = \"../store\" }
# old = \"1\"

[target.'cfg(unix)'.dependencies]
rustix = \"1\"

[dev-dependencies.portcullis-testkit]
workspace = true
";

    #[test]
    fn every_way_to_name_a_dependency_is_read() {
        let manifest = parse(MANIFEST);

        assert_eq!(manifest.package, "portcullis-ops");
        let names: Vec<_> = manifest
            .dependencies
            .iter()
            .map(|one| (one.package.as_str(), one.line))
            .collect();
        let expected = [
            ("portcullis-model", 5),
            ("portcullis-store", 6),
            ("rustix", 10),
            ("portcullis-testkit", 12),
        ];
        assert_eq!(names, expected);
        assert!(manifest.dependencies[3].kind == Kind::Dev);
    }
}
