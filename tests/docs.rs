//! Notes as people write them, in `fixtures/docs`: beside each lies the list of what the rules about
//! documents find, as `rule line`.

use std::fs;
use std::path::Path;

use cachalot::config::{Loaded, Overrides};
use cachalot::diagnostic::Applicability;
use cachalot::lint::{self, FileKind, Input, lint};
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

/// Every fix in every `fixtures/docs/fix/*` goes in as `*.fixed` shows: what stands around the code stays, and so
/// does its indentation, whichever way lines end. `UPDATE_PAGES=1` writes what comes out.
#[test]
fn fixes_keep_the_place_of_code() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/docs/fix");
    let mut seen = 0;
    for path in fs::read_dir(&folder).expect("the folder is there").flatten().map(|entry| entry.path()) {
        let name = path.file_name().expect("has a name").to_string_lossy().into_owned();
        if name.ends_with(".fixed") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("is readable").replace("\r\n", "\n");
        let out = fixed(&name, &text);
        assert_eq!(fixed(&name, &out), out, "{name} changes again");
        assert_eq!(fixed(&name, &text.replace('\n', "\r\n")), out.replace('\n', "\r\n"), "{name}");
        let expected = folder.join(format!("{name}.fixed"));
        if std::env::var_os("UPDATE_PAGES").is_some() {
            fs::write(&expected, &out).expect("is writable");
        }
        assert_eq!(out, fs::read_to_string(&expected).expect("has its result").replace("\r\n", "\n"), "{name}");
        seen += 1;
    }
    assert!(seen > 2);
}

fn fixed(name: &str, text: &str) -> String {
    with(name, text, |input| lint::fix(input, Applicability::Unsafe).text)
}

fn with<R>(name: &str, text: &str, act: impl Fn(&Input) -> R) -> R {
    let mut sources = Sources::default();
    let file = sources.add(Source::new(name, text));
    let config = Loaded::none().resolve(name, &Overrides::default()).expect("the defaults resolve");
    act(&Input::new(&sources, file, FileKind::of(name).expect("is linted"), &config))
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
