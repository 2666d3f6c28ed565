//! Templates hold no script, no style and nothing that is not escaped; every form carries its token.

use super::Problem;
use super::tree::{File, Tree};

/// What is found, and what to do instead.
const FORBIDDEN: [(&str, &str); 4] = [
    ("<style", "a style element; put the rule into the style sheet"),
    ("|safe", "escaping is off; build the markup in the template"),
    ("javascript:", "a script in an address; use a link or a form"),
    (
        "escape = \"none\"",
        "escaping is off; let the template engine escape",
    ),
];

pub(super) fn check(tree: &Tree) -> Vec<Problem> {
    tree.files
        .iter()
        .filter(|file| is_template(file))
        .flat_map(check_file)
        .collect()
}

fn is_template(file: &File) -> bool {
    file.path.starts_with("crates/http/templates/")
        || (file.path.starts_with("crates/http/src/") && file.text.contains("escape = \"none\""))
}

fn check_file(file: &File) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let line = line.to_ascii_lowercase().replace("| safe", "|safe");
        let mut add = |text: &str| problems.push(Problem::new(&file.path, index + 1, text));
        for (_, text) in FORBIDDEN.iter().filter(|(phrase, _)| line.contains(phrase)) {
            add(text);
        }
        for attribute in attributes(&line) {
            if attribute == "style" {
                add("a style attribute; use a class");
            } else if is_event(attribute) {
                add("an inline event handler; listen in the script");
            }
        }
    }
    problems.extend(inline_script(file));
    problems.extend(form_without_token(file));
    problems
}

/// Returns the words that stand between white space and `=`.
fn attributes(line: &str) -> impl Iterator<Item = &str> {
    line.split_whitespace()
        .filter_map(|word| Some(word.split_once('=')?.0))
        .chain(
            // `style = "…"` is legal too.
            line.split('=')
                .skip_while(|_| !line.contains(" ="))
                .filter_map(|part| part.split_whitespace().last()),
        )
}

fn is_event(attribute: &str) -> bool {
    attribute
        .strip_prefix("on")
        .is_some_and(|event| !event.is_empty() && event.chars().all(|letter| letter.is_ascii_lowercase()))
}

fn inline_script(file: &File) -> Option<Problem> {
    let text = file.text.to_ascii_lowercase();
    let mut from = 0;
    while let Some(found) = text[from..].find("<script") {
        let begin = from + found;
        let end = text[begin..]
            .find('>')
            .map_or(text.len(), |length| begin + length);
        if !text[begin..end].contains("src=") {
            let line = text[..begin].lines().count().max(1);
            return Some(Problem::new(
                &file.path,
                line,
                "an inline script; put it into the script file",
            ));
        }
        from = end;
    }
    None
}

/// Who is not signed in has no session to protect.
fn form_without_token(file: &File) -> Option<Problem> {
    let before_sign_in = ["/sign_in/", "/setup/"]
        .iter()
        .any(|folder| file.path.contains(folder));
    if before_sign_in || file.text.contains("csrf") {
        return None;
    }
    let text = file.text.to_ascii_lowercase();
    let form = text.split("<form").skip(1).any(|form| {
        let tag = form
            .split('>')
            .next()
            .unwrap_or_default()
            .replace(['"', '\''], "");
        tag.contains("method=post")
    });
    let line = text
        .lines()
        .position(|line| line.contains("<form"))
        .unwrap_or_default()
        + 1;
    form.then(|| Problem::new(&file.path, line, "a form without the `csrf` field; include it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(path: &str, text: &str) -> Vec<String> {
        let path = format!("crates/http/templates/{path}");
        check(&Tree::of(&[(&path, text)]))
            .into_iter()
            .map(|problem| problem.text)
            .collect()
    }

    #[test]
    fn script_and_style_in_a_page_fail() {
        for text in [
            "<p style=\"color: red\">",
            "<p\n  style = 'color: red'>",
            "<a onclick=\"go()\">",
            "<body\n  onload=go()>",
            "<script>go()</script>",
            "<script type=\"module\">go()</script>",
            "<style>p {}</style>",
            "<a href=\"javascript:go()\">",
            "{{ name|safe }}",
            "{{ name | safe }}",
        ] {
            assert_eq!(problems("page.html", text).len(), 1, "{text}");
        }
    }

    #[test]
    fn a_proper_page_passes() {
        let text = "<script src=\"/assets/app.js\" defer></script>\n<a href=\"/x?once=1\" data-style=\"a\">on = off</a>\n\
            <form method=\"post\">{% include \"csrf.html\" %}</form>\n<form method=\"get\"></form>";

        assert!(problems("page.html", text).is_empty());
    }

    #[test]
    fn a_form_that_posts_without_its_token_fails() {
        let text = "<h1>Add</h1>\n<form action=\"/x\" method=\"POST\"></form>";

        assert_eq!(problems("accounts/add.html", text).len(), 1);
        assert!(problems("sign_in/name.html", text).is_empty());
        assert!(problems("setup/begin.html", text).is_empty());
    }

    #[test]
    fn a_template_type_that_does_not_escape_fails() {
        let tree = Tree::of(&[(
            "crates/http/src/a.rs",
            "#[template(path = \"a.html\", escape = \"none\")]\n",
        )]);

        assert_eq!(check(&tree).len(), 1);
    }
}
