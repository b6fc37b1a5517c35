//! What holds for every text: tokens tile it, spans fit it, nothing panics.

use std::fmt::Write;

use cachalot::diagnostic::{Diagnostic, apply};
use cachalot::syntax::dockerfile::{Body, Dockerfile, Instruction, Word, parse, sexpr};
use cachalot::text::{FileId, Source, Span};
use proptest::prelude::*;

fn fixtures() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/dockerfiles");
    let files = std::fs::read_dir(folder).expect("the fixtures").map(|entry| entry.expect("an entry").path());
    let files = files.filter(|path| path.extension().is_some_and(|extension| extension == "Dockerfile"));
    let mut all: Vec<_> =
        files.map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("a text"))).collect();
    all.sort();
    all
}

/// Parses and checks what must always hold.
fn check(text: &str) -> (Dockerfile, Vec<Diagnostic>) {
    let (dockerfile, diagnostics) = parse(FileId(0), text);
    let mut at = 0;
    for token in &dockerfile.tokens {
        assert_eq!(token.span.start, at, "a gap or overlap before {token:?}");
        assert!(!token.span.is_empty(), "{token:?} is empty");
        assert!(text.get(token.span.range()).is_some(), "{token:?} cuts a character");
        at = token.span.end;
    }
    assert_eq!(at as usize, text.len(), "the tokens end before the text");
    for diagnostic in &diagnostics {
        let spans = std::iter::once(&diagnostic.primary).chain(&diagnostic.secondary);
        spans.for_each(|label| check_span(text, label.span));
        // Applying a fix copies the text, which is too much for each of a hundred thousand.
        if diagnostic.fix.is_some() && text.len() < 10_000 {
            assert!(!apply(text, &[diagnostic]).fixed.is_empty(), "the fix of {diagnostic:?} does not fit");
        }
    }
    dockerfile.instructions.iter().for_each(|instruction| check_instruction(text, instruction));
    sexpr(&dockerfile);
    (dockerfile, diagnostics)
}

fn check_span(text: &str, span: Span) {
    assert!(span.start <= span.end && text.get(span.range()).is_some(), "{span:?} does not fit");
}

fn check_instruction(text: &str, instruction: &Instruction) {
    check_span(text, instruction.span);
    check_span(text, instruction.keyword.span);
    check_span(text, instruction.args_span());
    instruction.flags.iter().for_each(|flag| {
        check_span(text, flag.span);
        flag.value.iter().for_each(|word| check_word(text, word));
        flag.options.iter().for_each(|option| {
            check_span(text, option.span);
            option.value.iter().for_each(|word| check_word(text, word));
        });
    });
    match &instruction.body {
        Body::Onbuild(trigger) => check_instruction(text, trigger),
        Body::Copy(transfer) | Body::Add(transfer) => {
            transfer.sources.iter().chain([&transfer.dest]).for_each(|word| check_word(text, word));
        }
        Body::Env(pairs) | Body::Label(pairs) => pairs.iter().for_each(|pair| {
            check_word(text, &pair.key);
            check_word(text, &pair.value);
        }),
        _ => {}
    }
}

fn check_word(text: &str, word: &Word) {
    check_span(text, word.span);
    for variable in &word.variables {
        check_span(text, variable.span);
        assert!(word.span.contains(variable.span), "{variable:?} lies outside of {word:?}");
    }
}

#[test]
fn tokens_tile_every_fixture_cut_anywhere() {
    for (name, text) in fixtures() {
        let (dockerfile, _) = check(&text);
        assert!(!dockerfile.instructions.is_empty(), "{name}");
        for end in (0..text.len()).filter(|&end| text.is_char_boundary(end)) {
            check(&text[..end]);
        }
    }
}

#[test]
fn what_is_wrong_is_told_once_and_in_docker_s_words() {
    let text = fixtures().into_iter().find(|(name, _)| name.contains("broken")).expect("the fixture").1;
    let source = Source::new("broken.Dockerfile", text.as_str());
    let (_, diagnostics) = check(&text);
    let mut told = String::new();
    for diagnostic in &diagnostics {
        let place = source.line_column(diagnostic.primary.span.start);
        let shown = source.slice(diagnostic.primary.span);
        let (rule, message) = (diagnostic.rule, &diagnostic.message);
        writeln!(told, "{}:{} {shown:?} {rule}: {message}", place.line, place.column).expect("a string takes it");
    }
    let expected = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/dockerfiles/broken.txt");
    if std::env::var_os("UPDATE_FIXTURES").is_some() {
        std::fs::write(expected, &told).expect("the fixtures can be written");
    }
    let expected = std::fs::read_to_string(expected).unwrap_or_default();
    assert_eq!(told, expected, "UPDATE_FIXTURES=1 writes what is found");
}

#[test]
fn a_well_formed_file_is_clean() {
    for name in ["everything", "windows"] {
        let text = fixtures().into_iter().find(|(file, _)| file.contains(name)).expect("the fixture").1;
        let (_, diagnostics) = check(&text);
        assert_eq!(diagnostics, [], "{name}");
    }
}

fn hostile(text: String) {
    check(&text);
}

#[test]
fn hostile_single_lines() {
    hostile(format!("FROM {}", "a".repeat(10 << 20)));
    hostile(format!("FROM a\nENV {}", "a=b ".repeat(1 << 17)));
    hostile(format!("FROM a\nRUN [{}", "\"a\",".repeat(1 << 17)));
    hostile(format!("FROM a\nCOPY {}", "[".repeat(1 << 20)));
    hostile(format!("FROM a\nRUN {}", "<<a ".repeat(1 << 16)));
    hostile(format!("FROM a\nCOPY {} b", "--from=x ".repeat(1 << 16)));
    hostile("x".repeat(1 << 20));
    hostile("\0".repeat(1 << 20));
}

#[test]
fn hostile_many_lines() {
    hostile("FROM a\n".repeat(100_000));
    hostile("# c\n".repeat(100_000) + "FROM a\n");
    hostile(format!("FROM a\nENV a=b \\\n{}c=d", "  x=y # z \\\n".repeat(100_000)));
    hostile(format!("FROM a\nRUN a{}", " \\\n".repeat(100_000)));
    hostile("RUN\n".repeat(100_000));
    hostile("\\\n".repeat(100_000));
    hostile("\r".repeat(100_000));
}

#[test]
fn hostile_nesting() {
    hostile(format!("{}RUN x", "ONBUILD ".repeat(100_000)));
    hostile(format!("FROM a\nWORKDIR {}", "${a:-".repeat(10_000)));
    hostile(format!("FROM a\nWORKDIR {}{}", "${a:-\"".repeat(50), "\"}".repeat(50)));
    hostile(format!("FROM a\nCMD {}", "[".repeat(100_000) + &"]".repeat(100_000)));
    for open in ["'", "\"", "${", "[\"", "<<A", "--x=\"", "\\", "# escape=", "$${{{"] {
        for keyword in ["FROM", "RUN", "ENV", "COPY", "LABEL", "HEALTHCHECK CMD", "ONBUILD RUN", ""] {
            hostile(format!("FROM a\n{keyword} {open}"));
            hostile(format!("{keyword} {open}\n{open}"));
        }
    }
}

fn soup() -> impl Strategy<Value = String> {
    let words = [
        "FROM ",
        "RUN ",
        "ENV ",
        "COPY ",
        "ARG ",
        "ONBUILD ",
        "LABEL ",
        "HEALTHCHECK ",
        "CMD ",
        "SHELL ",
        "VOLUME ",
        "a",
        "b=c",
        "é",
        "=",
        "--from=x ",
        "--mount=type=",
        "--",
        " ",
        "\t",
        "\n",
        "\r\n",
        "\\",
        "\\\n",
        "`",
        "`\n",
        "'",
        "\"",
        "[",
        "]",
        ",",
        "\"a\"",
        "$",
        "${",
        "}",
        ":-",
        "/",
        "//",
        "<<",
        "<<EOF",
        "EOF",
        "-",
        "#",
        "# ",
        "# escape=`\n",
        "# check=skip=all\n",
        "\u{feff}",
        "\u{a0}",
        "\u{85}",
        "\0",
        "1",
        "NONE",
        "AS ",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..60).prop_map(|words| words.concat())
}

#[test]
fn a_variable_over_the_comma_of_a_mount_is_none() {
    check("RUN --mount=type=${a,");
    check("RUN --mount=t${a=b},id=$c true");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_soup_is_tiled(text in soup()) {
        check(&text);
    }
}
