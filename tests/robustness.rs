//! Fixes and the formatter keep every file whole, and what is hostile is only a finding.

#[path = "support/odd.rs"]
mod odd;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use cachalot::config::{Config, Loaded, Overrides, Preset};
use cachalot::diagnostic::{Applicability, Diagnostic, Severity};
use cachalot::format::{Style, format};
use cachalot::lint::{FileKind, Fixed, Input, fix, lint};
use cachalot::rules;
use cachalot::syntax::dockerfile::{parse, template_mark};
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
        let examples = rule.examples().into_iter().filter(|it| it.name == "Dockerfile");
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

/// Where only fixes are wanted, and where threads share the rules, the findings are the same.
#[test]
fn whatever_is_left_out_or_shared_the_findings_are_the_same() {
    let files = dockerfiles();
    for (name, text) in &files {
        let all = with_input(text, lint);
        for limit in [Applicability::Safe, Applicability::Unsafe] {
            let some = with_input(text, |input| lint(&Input { fixes_only: Some(limit), ..*input }));
            let fits = |it: &&Diagnostic| it.fix.as_ref().is_some_and(|fix| fix.applicability <= limit);
            let [all, some] = [&all, &some].map(|found| found.iter().filter(fits).collect::<Vec<_>>());
            assert!(all == some, "{name}: {all:#?}\n{some:#?}");
        }
    }
    let is_template = |text: &str| template_mark(&parse(FileId(0), text).0).is_some();
    let texts: Vec<&str> = files.iter().map(|(_, text)| text.as_str()).filter(|text| !is_template(text)).collect();
    let text = texts.join("\n");
    let shared = with_input(&text, |input| lint(&Input { threads: 3, ..*input }));
    let alone = with_input(&text, lint);
    assert!(alone.len() > 500 && shared == alone, "{} and {}", alone.len(), shared.len());
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

/// Pieces of several files in a wrong order, cut and doubled: what fuzz/ does without an instrumented
/// build. `CACHALOT_MUTATIONS` asks for more than the few that every run makes.
#[test]
fn mutated_files_are_linted_fixed_and_laid_out() {
    let count = std::env::var("CACHALOT_MUTATIONS").ok().and_then(|it| it.parse().ok()).unwrap_or(150u64);
    let seed = std::env::var("CACHALOT_SEED").ok().and_then(|it| it.parse().ok()).unwrap_or(0u64);
    let files = dockerfiles();
    for round in seed..seed + count {
        let text = mutated(&files, &mut Random(round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1));
        lint_all(&text);
        let fixed = fix_all(&text);
        assert!(errors(&fixed.text) <= errors(&text), "round {round}: a fix broke\n{text}\nto\n{}", fixed.text);
        if fixed.converged {
            assert_eq!(fix_all(&fixed.text).text, fixed.text, "round {round}: a second run changes\n{text}");
        }
        let style = Style::default();
        let once = format(&text, &style).text;
        assert_eq!(format(&once, &style).text, once, "round {round}: a second layout changes\n{text}");
        assert!(errors(&once) <= errors(&text), "round {round}: the layout broke\n{text}\nto\n{once}");
    }
}

/// A xorshift generator: the same rounds on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

fn mutated(files: &[(String, String)], random: &mut Random) -> String {
    const ODD: [&str; 26] = [
        "\\",
        "\\\n",
        "\n\n",
        "`",
        "\"",
        "'",
        "$",
        "${",
        "}",
        "<<EOF",
        "EOF\n",
        "# ",
        "#",
        "[",
        "]",
        " && ",
        "|",
        "\t",
        "\r\n",
        "\u{feff}",
        "\u{e9}",
        "\0",
        "ONBUILD ",
        "--",
        "=",
        "# escape=`\n",
    ];
    let mut text = files[random.below(files.len())].1.clone();
    for _ in 0..1 + random.below(6) {
        let cut = |at: usize, text: &str| (at..=text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
        let from = cut(random.below(text.len() + 1), &text);
        match random.below(5) {
            0 => text.insert_str(from, ODD[random.below(ODD.len())]),
            1 => {
                let to = cut((from + random.below(20)).min(text.len()), &text);
                text.replace_range(from..to, "");
            }
            2 => text.truncate(from),
            3 => {
                let other = &files[random.below(files.len())].1;
                let start = cut(random.below(other.len() + 1), other);
                let end = cut((start + random.below(120)).min(other.len()), other);
                text.insert_str(from, &other[start..end]);
            }
            _ => {
                let lines: Vec<&str> = text.split_inclusive('\n').collect();
                let line = lines.get(random.below(lines.len())).copied().unwrap_or_default().to_string();
                text.push_str(&line);
            }
        }
    }
    text
}

#[test]
fn odd_documents_are_linted_fixed_and_laid_out() {
    for size in [3, 100] {
        for (name, text) in odd::documents(size) {
            let fixed = fix_all(&text).text;
            lint_all(&fixed);
            let style = Style::default();
            let once = format(&text, &style).text;
            assert_eq!(format(&once, &style).text, once, "{name}: a second run changes the file");
        }
    }
}

/// `SEEDS=FOLDER cargo test --test robustness -- --ignored fuzz_seeds` writes the odd documents, for the
/// fuzzers of text to begin with.
#[test]
#[ignore = "writes files: .ci/fuzz calls it"]
fn fuzz_seeds() {
    let folder = PathBuf::from(std::env::var_os("SEEDS").expect("SEEDS names a folder"));
    for (target, size) in [("parse", 1000), ("format", 1000), ("lint_fix", 100)] {
        fs::create_dir_all(folder.join(target)).expect("creates");
        for (name, text) in odd::documents(size) {
            fs::write(folder.join(target).join(name), text).expect("writes");
        }
    }
}
