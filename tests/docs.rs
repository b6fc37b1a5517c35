//! Notes as people write them, in `fixtures/docs`: beside each lies the list of what the rules about
//! documents find, as `rule line`.

use std::fs;
use std::path::Path;

use cachalot::config::{Loaded, Overrides};
use cachalot::lint::{FileKind, Input, lint};
use cachalot::rules;
use cachalot::text::{Source, Sources};

#[test]
fn notes_give_what_is_expected() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs");
    let mut seen = 0;
    for entry in fs::read_dir(&folder).expect("the folder is there").flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|it| it == "md") {
            let text = fs::read_to_string(&path).expect("is readable");
            let expected = fs::read_to_string(path.with_extension("expected")).expect("has its list");
            assert_eq!(found(&text), expected, "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 2);
}

/// Every prefix of every note is linted without a panic; a panic would be an `internal-error`.
#[test]
fn any_prefix_is_linted() {
    let text = include_str!("../fixtures/docs/first-steps.md");
    for end in (0..text.len()).step_by(7).filter(|end| text.is_char_boundary(*end)) {
        assert!(!found(&text[..end]).contains("internal-error"), "{end}");
    }
}

fn found(text: &str) -> String {
    let mut sources = Sources::default();
    let file = sources.add(Source::new("notes.md", text));
    let config = Loaded::none().resolve("notes.md", &Overrides::default()).expect("the defaults resolve");
    let found = lint(&Input::new(&sources, file, FileKind::Markdown, &config));
    let is_about_docs =
        |rule: &str| rule == "internal-error" || rules::by_name(rule).is_some_and(|it| it.category == "docs");
    let line = |at: u32| sources.get(file).line(at);
    let shown = found.iter().filter(|it| is_about_docs(it.rule));
    shown.map(|it| format!("{} {}\n", it.rule, line(it.primary.span.start))).collect()
}
