use crate::config::{Loaded, Overrides};
use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::lint::{FileKind, Input, fix_where, lint};
use crate::text::{Source, Sources};

fn with<T>(text: &str, config: &str, kind: FileKind, act: impl FnOnce(&Input) -> T) -> T {
    let mut sources = Sources::default();
    let file = sources.add(Source::new("Dockerfile", text));
    let loaded = Loaded::from_text("cachalot.toml", config).unwrap_or_else(|error| panic!("{error}"));
    let config = loaded.resolve("Dockerfile", &Overrides::default()).expect("no command line");
    act(&Input::new(&sources, file, kind, &config))
}

/// The rules reported, with their lines.
fn found(text: &str) -> Vec<String> {
    found_as(text, "", FileKind::Dockerfile)
}

#[test]
fn shellcheck_comments() {
    let codes = |text: &str| found_as(text, "select = [\"unused-suppression\", \"SC2164\"]", FileKind::Dockerfile);
    let cases: &[(&str, &[&str])] = &[
        ("FROM a:1\nRUN cd /x; ls\n", &["2:SC2164"]),
        ("FROM a:1\n# shellcheck disable=SC2164,SC2086\nRUN cd /x; ls\n", &[]),
        ("FROM a:1\n# shellcheck shell=sh disable=all # why\nRUN cd /x; ls\n", &[]),
        ("FROM a:1\nRUN true; \\\n  # shellcheck disable=SC2164\n  cd /x; ls\n", &[]),
        ("FROM a:1\n# shellcheck disable=SC2164\nRUN ls\n", &["2:unused-suppression"]),
        ("FROM a:1\n# shellcheck likes this\nRUN ls\n", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(codes(text), *expected, "{text}");
    }
}

fn found_as(text: &str, config: &str, kind: FileKind) -> Vec<String> {
    let select = if config.starts_with("select") { "" } else { "select = [\"unused-suppression\"]\n" };
    let config = format!("preset = \"buildkit\"\n{select}{config}");
    with(text, &config, kind, |input| {
        let source = input.sources.get(input.file);
        let line = |it: &Diagnostic| format!("{}:{}", source.line(it.primary.span.start), it.rule);
        lint(input).iter().map(line).collect()
    })
}

/// `BAD` stands for an instruction that `invalid-onbuild` (DL3043) reports.
fn bad(text: &str) -> String {
    text.replace("BAD", "ONBUILD ONBUILD RUN x")
}

#[test]
fn what_a_comment_covers() {
    let cases: &[(&str, &[&str])] = &[
        ("FROM a:1\nBAD\n", &["2:invalid-onbuild"]),
        ("FROM a:1\n# cachalot: ignore=invalid-onbuild why not\nBAD\nBAD\n", &["4:invalid-onbuild"]),
        ("FROM a:1\n# cachalot: ignore=DL3043\nBAD\n", &[]),
        ("FROM a:1\n# cachalot: ignore=dl3043, unused-suppression\n\n# text\nBAD\n", &[]),
        ("FROM a:1\n# cachalot: ignore=all\nBAD\n", &[]),
        ("FROM a:1\n# cachalot: ignore=all\n# hadolint ignore=DL3043\nBAD\n", &[]),
        ("FROM a:1\n  # hadolint ignore=DL3043,DL3099 # reason\nBAD\n", &[]),
        ("FROM a:1\nBAD\n# cachalot: file-ignore=invalid-onbuild\n", &[]),
        ("FROM a:1\nBAD\n# hadolint global ignore=DL3043\n", &[]),
        ("# hadolint stage ignore=DL3043\nFROM a:1\nBAD\nFROM b:1\nBAD\n", &["5:invalid-onbuild"]),
        ("FROM a:1\nBAD\n# hadolint stage ignore=DL3043\nBAD\n", &["2:invalid-onbuild"]),
        ("FROM a:1\n# cachalot: stage-ignore=invalid-onbuild\nRUN x\nBAD\n", &[]),
        (
            "FROM a:1\nONBUILD \\\n# cachalot: ignore=invalid-onbuild\n\n# more\n  ONBUILD RUN x\n",
            &["4:empty-continuation"],
        ),
        ("FROM a:1\nONBUILD \\\n# cachalot: ignore=invalid-onbuild\n  RUN \\\n  x\n", &["3:unused-suppression"]),
    ];
    for (text, expected) in cases {
        assert_eq!(found(&bad(text)), *expected, "{text}");
    }
}

#[test]
fn what_is_said_of_comments() {
    let cases: &[(&str, &[&str])] = &[
        ("FROM a:1\n# cachalot: ignore=invalid-onbuild\nRUN x\n", &["2:unused-suppression"]),
        ("FROM a:1\n# cachalot: ignore=no-such-rule-at-all\nRUN x\n", &["2:unused-suppression"]),
        ("FROM a:1\n# cachalot: ingore=invalid-onbuild\nRUN x\n", &["2:unused-suppression"]),
        ("FROM a:1\n# cachalot: ignore invalid-onbuild\nRUN x\n", &["2:unused-suppression"]),
        ("FROM a:1\n# hadolint ignroe=DL3043\nRUN x\n", &["2:unused-suppression"]),
        ("FROM a:1\n# hadolint likes this\n# cachalots are whales\nRUN x\n", &[]),
        ("FROM a:1\n# hadolint ignore=DL9999,SC9999\nRUN x\n", &[]),
        ("# hadolint shell=/bin/bash\nFROM a:1\nRUN x\n", &[]),
        ("FROM a:1\nRUN x\n# cachalot: ignore=invalid-onbuild\n", &["3:unused-suppression"]),
        ("FROM a:1\n# check=skip=NoSuchCheck\nRUN x\n", &["2:unused-suppression"]),
        ("FROM a:1\nCMD [\"x\"]\n# check=skip=MultipleInstructionsDisallowed\nCMD [\"y\"]\n", &[]),
        (
            "FROM a:1\n# check=skip=MultipleInstructionsDisallowed\nCMD [\"x\"]\nCMD [\"y\"]\n",
            &["2:unused-suppression", "3:overridden-instruction"],
        ),
        ("FROM a:1\n  # check=skip=UndefinedVar\nRUN x\n", &["2:unused-suppression"]),
        ("# cachalot: file-ignore=unused-suppression\nFROM a:1\n# cachalot: ignore=nonsense-name\nRUN x\n", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(found(text), *expected, "{text}");
    }
}

#[test]
fn unused_ones_are_removed() {
    let cases = [
        ("FROM a:1\n# cachalot: ignore=invalid-onbuild why\nRUN x\n", "FROM a:1\nRUN x\n"),
        (
            "FROM a:1\n# cachalot: ignore=DL3043,invalid-flag,invalid-mount why\nBAD\n",
            "FROM a:1\n# cachalot: ignore=DL3043 why\nBAD\n",
        ),
        ("FROM a:1\nRUN x \\\n  # cachalot: ignore=invalid-onbuild\n  y\n", "FROM a:1\nRUN x \\\n  y\n"),
        // Without the comment the next line would become a directive.
        (
            "# cachalot: ignore=invalid-onbuild\n# escape=`\nFROM a:1\n",
            "# cachalot: ignore=invalid-onbuild\n# escape=`\nFROM a:1\n",
        ),
        ("FROM a:1\r\n# cachalot: ignore=invalid-onbuild", "FROM a:1\r\n"),
    ];
    for (text, expected) in cases {
        let fixed = with(&bad(text), "", FileKind::Dockerfile, |input| {
            fix_where(input, Applicability::Safe, &|it| it.rule == "unused-suppression")
        });
        assert_eq!(fixed.text, bad(expected), "{text}");
        assert!(fixed.converged && fixed.refused.is_empty(), "{fixed:?}");
    }
}

#[test]
fn fences_have_their_own_comments() {
    let text = "# Title\n\n- item\n\n  ```dockerfile\n  FROM a:1\n  # cachalot: ignore=invalid-onbuild\n  BAD\n  BAD\n  ```\n\n\
                ```dockerfile\n# cachalot: ignore=invalid-onbuild\nBAD\nRUN x\n```\n";
    assert_eq!(found_as(&bad(text), "", FileKind::Markdown), ["9:invalid-onbuild"]);
    let unused = text.replace("  BAD\n  BAD\n", "  RUN x\n");
    let fixed = with(&bad(&unused), "", FileKind::Markdown, |input| fix_where(input, Applicability::Safe, &|_| true));
    assert_eq!(fixed.text, bad(&unused.replacen("  # cachalot: ignore=invalid-onbuild\n", "", 1)));
}

#[test]
fn severities_follow_the_configuration() {
    let severity = |config: &str| {
        with(&bad("FROM a:1\nBAD\n"), config, FileKind::Dockerfile, |input| lint(input).first().map(|it| it.severity))
    };
    assert_eq!(severity(""), Some(Severity::Error));
    assert_eq!(severity("rules.invalid-onbuild = \"hint\""), Some(Severity::Hint));
    assert_eq!(severity("rules.DL3043 = \"off\""), None);
}
