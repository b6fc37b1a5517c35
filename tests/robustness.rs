//! Fixes and the formatter keep every file whole, and what is hostile is only a finding.

use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use cachalot::config::{Config, Loaded, Overrides, Preset};
use cachalot::diagnostic::{Applicability, Diagnostic, Severity};
use cachalot::format::{Style, format};
use cachalot::lint::{FileKind, Fixed, Input, fix, lint};
use cachalot::rules;
use cachalot::syntax::dockerfile::parse;
use cachalot::text::{FileId, Source, Sources};

static ALL_RULES: LazyLock<Config> = LazyLock::new(|| {
    let all = Overrides { preset: Some(Preset::All), ..Overrides::default() };
    Loaded::none().resolve("Dockerfile", &all).expect("the preset is there")
});

/// The Dockerfiles of `fixtures/dockerfiles` and of all rule pages, each with its name.
fn dockerfiles() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/dockerfiles");
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the fixtures are there").flatten() {
        if entry.path().extension().is_some_and(|it| it == "Dockerfile") {
            let text = fs::read_to_string(entry.path()).expect("a fixture can be read");
            files.push((entry.path().display().to_string(), text));
        }
    }
    files.sort();
    for rule in rules::all() {
        let examples = rule.examples().into_iter().filter(|it| !it.markdown);
        files.extend(examples.map(|it| (format!("{}:{}", rule.path, it.line), it.dockerfile)));
    }
    assert!(files.len() > 300, "only {} Dockerfiles", files.len());
    files
}

fn with_input<T>(text: &str, run: impl Fn(&Input) -> T) -> T {
    let mut sources = Sources::default();
    let file = sources.add(Source::new("Dockerfile", text));
    run(&Input::new(&sources, file, FileKind::Dockerfile, &ALL_RULES))
}

fn lint_all(text: &str) -> Vec<Diagnostic> {
    let found = with_input(text, lint);
    for diagnostic in &found {
        assert_ne!(diagnostic.rule, "internal-error", "{}", diagnostic.message);
        let span = diagnostic.primary.span;
        assert!(text.get(span.range()).is_some(), "{} at {span:?} of\n{text}", diagnostic.rule);
    }
    found
}

fn fix_all(text: &str) -> Fixed {
    with_input(text, |input| fix(input, Applicability::Unsafe))
}

fn errors(text: &str) -> usize {
    parse(FileId(0), text).1.iter().filter(|it| it.severity == Severity::Error).count()
}

/// The text with the line ends of Windows.
fn windows(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\n', "\r\n")
}

/// No line ends otherwise than in `\r\n`.
fn has_windows_ends_only(text: &str) -> bool {
    text.matches('\n').count() == text.matches("\r\n").count()
}

#[test]
fn fixes_settle_and_break_nothing() {
    for (name, text) in dockerfiles() {
        let fixed = fix_all(&text);
        assert!(fixed.converged, "{name}: no end of fixing");
        assert!(errors(&fixed.text) <= errors(&text), "{name}: a fix broke\n{}", fixed.text);
        assert_eq!(fix_all(&fixed.text).text, fixed.text, "{name}: a second run changes the file");
    }
}

#[test]
fn fixes_keep_line_ends_and_byte_order_mark() {
    for (name, text) in dockerfiles() {
        let plain = fix_all(&text).text;
        if plain == text || text.contains('\r') {
            continue;
        }
        let crlf = fix_all(&windows(&text)).text;
        assert!(has_windows_ends_only(&crlf), "{name}: line ends are mixed\n{crlf:?}");
        assert_eq!(crlf.replace("\r\n", "\n"), plain, "{name}: the line ends decide about fixes");
        let marked = fix_all(&format!("\u{feff}{text}")).text;
        assert_eq!(marked.strip_prefix('\u{feff}'), Some(plain.as_str()), "{name}: the byte order mark");
        let open = fix_all(text.trim_end_matches('\n')).text;
        assert_eq!(open.trim_end_matches('\n'), plain.trim_end_matches('\n'), "{name}: without a final newline");
    }
}

#[test]
fn the_formatter_keeps_errors_line_ends_and_byte_order_mark() {
    let style = Style::default();
    for (name, text) in dockerfiles() {
        let once = format(&text, &style).text;
        assert_eq!(format(&once, &style).text, once, "{name}: a second run changes the file");
        assert_eq!(errors(&once), errors(&text), "{name}: laid out otherwise\n{once}");
        if once == text || text.contains('\r') {
            continue;
        }
        let crlf = format(&windows(&text), &style).text;
        assert!(has_windows_ends_only(&crlf), "{name}: line ends are mixed\n{crlf:?}");
        let marked = format(&format!("\u{feff}{text}"), &style).text;
        assert!(marked.starts_with('\u{feff}'), "{name}: the byte order mark");
    }
}

#[test]
fn a_file_that_is_cut_anywhere_is_linted() {
    for (_, text) in dockerfiles().into_iter().take(3) {
        let cuts = (0..text.len()).filter(|&at| text.is_char_boundary(at));
        // Each cut for the parser is in tests/syntax.rs; rules take a hundred times longer.
        cuts.step_by(7).for_each(|at| drop(lint_all(&text[..at])));
    }
}

/// A tenth of what docs/performance.md measures: a fault of a higher order makes the test hang.
#[test]
fn hostile_files_are_findings() {
    let doubling: String = (0..28).map(|at| format!("ENV A{}=$A{at}$A{at}\n", at + 1)).collect();
    let tenfold: String = (0..9).map(|at| format!("ARG A{}={}\n", at + 1, format!("$A{at}").repeat(10))).collect();
    for text in [
        format!("FROM a\nENV A0=xxxxxxxxxx\n{doubling}RUN echo $A28\n"),
        format!("FROM a\nARG A0=xxxxxxxxxx\n{tenfold}RUN echo $A9\n"),
        format!("FROM a\nRUN true{}\n", " && true".repeat(500)),
        format!("FROM a\nRUN echo {}{}\n", "$(".repeat(300), ")".repeat(300)),
        format!("FROM a\nRUN {}\n", "(".repeat(1000)),
        format!("FROM a\n{}", "RUN apt-get update && apt-get install -y curl\n".repeat(400)),
        format!("FROM a\n{}", (0..600).map(|at| format!("ENV V{at}=$V{}\n", at + 1)).collect::<String>()),
        format!("FROM a\nRUN {}\n", "x".repeat(1 << 20)),
        format!("FROM a\nRUN {}x\n", "x \\\n".repeat(1500)),
        format!("{}RUN x\n", "ONBUILD ".repeat(5000)),
        "FROM a AS a\n".repeat(300),
        (0..300).map(|at| format!("FROM s{} AS s{at}\n", at + 1)).collect(),
        "\0\u{1}FROM \u{7f}\n".repeat(100),
        "$${{{".to_string(),
    ] {
        lint_all(&text);
    }
}

#[test]
fn expansion_is_capped() {
    let doubling: String = (0..60).map(|at| format!("ENV A{}=$A{at}$A{at}\n", at + 1)).collect();
    let text = format!("FROM a\nENV A0=xxxxxxxxxx\n{doubling}WORKDIR /$A60\n");
    let longest = lint_all(&text).iter().map(|it| it.message.len()).max().unwrap_or_default();
    assert!(longest < 1 << 20, "a message of {longest} bytes");
}
