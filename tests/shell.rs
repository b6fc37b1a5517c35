//! What the shell facade makes of scripts: `fixtures/shell/*.txt` hold scripts and the commands
//! expected in them, `UPDATE_FIXTURES=1` writes them anew.

use std::fmt::Write as _;
use std::fs;

use cachalot::shell::{Command, Cwd, Dialect, Link, Script, parse};
use cachalot::text::{Spliced, unified_diff};

const SCRIPT: &str = "=== script";
const COMMANDS: &str = "=== commands";

#[test]
fn fixtures() {
    let mut wrong = String::new();
    for entry in fs::read_dir("fixtures/shell").expect("the folder is part of the repository") {
        let path = entry.expect("readable").path();
        if path.extension().is_some_and(|ending| ending == "txt") {
            let text = fs::read_to_string(&path).expect("readable");
            let now = rewritten(&text);
            if now != text && std::env::var_os("UPDATE_FIXTURES").is_some() {
                fs::write(&path, now).expect("writable");
            } else if now != text {
                wrong += &unified_diff(&text, &now, &path.display().to_string());
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

/// The fixture with the commands that its scripts give now.
fn rewritten(fixture: &str) -> String {
    let mut out = String::new();
    for case in fixture.split(SCRIPT).skip(1) {
        let (title, rest) = case.split_once('\n').expect("a title line");
        let script = rest.split(COMMANDS).next().unwrap_or_default();
        let text = script.trim_end_matches('\n');
        let dump = dump(&parse(Spliced::verbatim(text, 0), Dialect::Sh));
        _ = write!(out, "{SCRIPT}{title}\n{text}\n{COMMANDS}\n{dump}\n");
    }
    out
}

fn dump(script: &Script) -> String {
    let mut out = String::new();
    for command in &script.commands {
        out.push_str(&line(command));
        out.push('\n');
    }
    if let Some(error) = &script.error {
        _ = writeln!(out, "error at {}: {}", error.span.start, error.message);
    }
    if script.options.errexit || script.options.pipefail {
        _ = writeln!(out, "options:{}", options(script.options));
    }
    out
}

fn options(options: cachalot::shell::Options) -> String {
    format!("{}{}", if options.errexit { " errexit" } else { "" }, if options.pipefail { " pipefail" } else { "" })
}

fn line(command: &Command) -> String {
    let mut out = if command.name.is_empty() { "-".to_string() } else { command.name.clone() };
    for arg in &command.args {
        match &arg.text {
            Some(text) => _ = write!(out, " {text:?}"),
            None => _ = write!(out, " ?{}", arg.raw),
        }
    }
    let mut marks = Vec::new();
    marks.extend(command.assignments.iter().map(|one| format!("{}={}", one.name, one.value.as_deref().unwrap_or("?"))));
    for wrapper in &command.wrappers {
        let args: Vec<_> = wrapper.args.iter().map(|arg| arg.raw.as_str()).collect();
        marks.push(format!("by {}", [&[wrapper.name.as_str()], &args[..]].concat().join(" ")));
    }
    match command.link {
        Link::First => {}
        link => marks.push(format!("{link:?}").to_lowercase()),
    }
    marks.extend(command.pipe.map(|pipe| format!("pipe {} {}/{}", pipe.id, pipe.index + 1, pipe.len)));
    let flags = [
        (command.background, "background"),
        (command.conditional, "conditional"),
        (command.substitution, "substitution"),
        (command.in_function, "function"),
        (command.negated, "negated"),
        (command.options.pipefail, "pipefail"),
        (command.options.errexit, "errexit"),
    ];
    marks.extend(flags.iter().filter(|(on, _)| *on).map(|(_, name)| name.to_string()));
    if command.subshells > 0 {
        marks.push(format!("subshell {}", command.subshells));
    }
    for redirect in &command.redirects {
        let fd = redirect.descriptor.map(|fd| fd.to_string()).unwrap_or_default();
        marks.push(format!("{fd}{} {}", redirect.operator, redirect.target.as_deref().unwrap_or("?")));
    }
    match &command.cwd {
        Cwd::Workdir => {}
        Cwd::Known(folder) => marks.push(format!("in {folder}")),
        Cwd::Unknown => marks.push("in ?".into()),
    }
    if !marks.is_empty() {
        _ = write!(out, "   [{}]", marks.join(", "));
    }
    out
}

fn sh(text: &str) -> Script {
    parse(Spliced::verbatim(text, 0), Dialect::Sh)
}

/// Programs whose arguments become a script of their own, without the outer quotes.
const INNER: &[&str] = &["sh", "bash", "su", "eval", "env", "runuser", "dash", "ash"];

/// Every span of a verbatim text slices to the word it belongs to.
fn check_spans(text: &str, script: &Script) {
    let has_scripts = text.split(|c: char| !c.is_alphanumeric()).any(|it| INNER.contains(&it));
    let bare = |text: &str| text.replace(['\\', '\'', '"', '\n'], "");
    for command in &script.commands {
        assert!(text.get(command.span.range()).is_some(), "{text:?} {:?}", command.span);
        assert!(command.span.contains(command.name_span) || command.name.is_empty(), "{text:?} {command:?}");
        for arg in &command.args {
            let inner = command.wrappers.iter().any(|wrapper| INNER.contains(&wrapper.name.as_str()));
            if !inner && command.substitution && has_scripts {
                // Whether it stands in such a script no wrapper tells; the outer quotes may be gone.
                assert_eq!(bare(arg.span.slice(text)), bare(&arg.raw), "{text:?}");
            } else if !inner {
                assert_eq!(arg.span.slice(text), arg.raw, "{text:?}");
            }
            assert!(text.get(arg.span.range()).is_some(), "{text:?} {arg:?}");
        }
    }
}

#[test]
fn spans_of_fixtures() {
    for entry in fs::read_dir("fixtures/shell").expect("the folder is part of the repository") {
        let path = entry.expect("readable").path();
        let text = fs::read_to_string(&path).unwrap_or_default();
        for case in text.split(SCRIPT).skip(1) {
            let Some((_, rest)) = case.split_once('\n') else { continue };
            let script = rest.split(COMMANDS).next().unwrap_or_default();
            check_spans(script, &sh(script));
        }
    }
}

#[test]
fn maps_through_continuations() {
    let file = "RUN apt-get update && \\\n    apt-get install -y \\\n  curl\n";
    let mut text = Spliced::default();
    text.push(&file[4..22], 4);
    text.push(&file[24..47], 24);
    text.push(&file[49..55], 49);
    let script = parse(text, Dialect::Sh);
    let install = &script.commands[1];
    assert_eq!(install.args[2].span.slice(file), "curl");
    assert_eq!(install.span.slice(file), "apt-get install -y \\\n  curl");
}

#[test]
fn maps_through_quotes() {
    let file = r#"sudo bash -lc "apt-get install -y \"curl\" && echo 'it''s' $X""#;
    let script = sh(file);
    assert_eq!(script.commands[0].name_span.slice(file), "apt-get");
    assert_eq!(script.commands[0].args[2].span.slice(file), "\"curl\\\"");
    assert_eq!(script.commands[0].args[2].text.as_deref(), Some("curl"));
    assert_eq!(script.commands[1].name_span.slice(file), "echo");
}

#[test]
fn hostile() {
    let inputs = [
        vec!["true"; 5000].join(" && "),
        vec!["true"; 20000].join(" ; "),
        vec!["a=$b"; 20000].join("\n"),
        vec!["cat x"; 5000].join(" | "),
        "$(".repeat(3000),
        "a $(".repeat(3000) + &")".repeat(3000),
        "(".repeat(10_000),
        "(".repeat(10_000) + "true" + &")".repeat(10_000),
        "`".repeat(10_001),
        "{ ".repeat(10_000),
        "${".repeat(10_000),
        "$((".repeat(5_000),
        "if a; then ".repeat(5_000),
        "sh -c '".repeat(2_000),
        "sudo ".repeat(20_000) + "ls",
        "eval ".repeat(5_000) + "ls",
        "find . -exec ".repeat(2_000) + "ls",
        "\"".repeat(10_001),
        "\\".repeat(10_001),
        "<<A ".repeat(2_000),
        "case x in ".repeat(3_000),
        "x=a; y=$x$x; z=$y$y".repeat(1_000),
        "a\0b && \u{feff}c é$é \u{2028}".repeat(100),
        "for i in a; do ".repeat(3000),
        "[[ a && ".repeat(3000),
        "f() { ".repeat(3000),
        "x".repeat(200_000),
        "x ".repeat(300_000),
        "echo \"$(".repeat(1000),
        "; ".repeat(10_000) + "ls",
        "A=1; export B=$A; ".repeat(3000),
        "ls && ".repeat(3000) + "(",
    ];
    for input in inputs {
        let script = sh(&input);
        check_spans(&input, &script);
        let head: String = input.chars().take(20).collect();
        println!("{head:22} {:>7} bytes {:>6} commands", input.len(), script.commands.len());
    }
    assert_eq!(sh(&vec!["true"; 5000].join(" && ")).commands.len(), 5000);
}

#[test]
fn a_substitution_in_a_quoted_script_keeps_its_words() {
    let text = "sh -c '{`find -exec '$\\sudo &&a  a";
    check_spans(text, &sh(text));
}

proptest::proptest! {
    #[test]
    fn never_panics(text in "([a-z ]|&&|;|\\||\"|'|\\$|\\(|\\)|`|\\{|\\}|<<|\\n|sudo |sh -c |env |X=|\\\\|é|find -exec ){0,60}") {
        check_spans(&text, &sh(&text));
    }
}

mod findings {
    use cachalot::diagnostic::{Applicability, Diagnostic, Fix, Severity, apply};
    use cachalot::shell::{CheckOptions, Finding, check};
    use cachalot::text::FileId;

    use super::*;

    fn found(text: &str) -> Vec<Finding> {
        check(&sh(text), &CheckOptions::default())
    }

    fn codes(findings: &[Finding]) -> Vec<u16> {
        findings.iter().map(|finding| finding.code).collect()
    }

    fn fixed(file: &str, findings: &[Finding]) -> String {
        let diagnostic = |finding: &Finding| {
            Diagnostic::new("x", finding.level, FileId(0), finding.span, "").fix(finding.fix.clone())
        };
        let diagnostics: Vec<_> = findings.iter().map(diagnostic).collect();
        apply(file, &diagnostics.iter().collect::<Vec<_>>()).text
    }

    /// The text of a RUN whose lines are joined as Docker does.
    fn joined(file: &str) -> Script {
        let mut text = Spliced::default();
        let mut at = 0;
        for line in file.split_inclusive('\n') {
            text.push(line.trim_end_matches(['\\', '\n']), at);
            at += line.len() as u32;
        }
        parse(text, Dialect::Sh)
    }

    #[test]
    fn levels_places_and_fixes() {
        let file = "rm -rf $X; make `date`; cd /x; ls";
        let findings = found(file);
        assert_eq!(codes(&findings), [2086, 2006, 2046, 2164]);
        assert_eq!(findings[0].level, Severity::Info);
        assert_eq!(findings[0].span.slice(file), "$X");
        assert_eq!(findings[1].level, Severity::Hint);
        assert_eq!(findings[1].fix.as_ref().map(|fix: &Fix| fix.applicability), Some(Applicability::Safe));
        assert_eq!(
            fixed(file, &[findings[1].clone(), findings[3].clone()]),
            "rm -rf $X; make $(date); cd /x || exit; ls"
        );
        assert_eq!(fixed(file, &findings[..1]), "rm -rf \"$X\"; make `date`; cd /x; ls");
    }

    #[test]
    fn lists_are_not_quoted() {
        let file = "apk add $PACKAGES $(cat list) $X; make -j$(nproc)";
        assert_eq!(fixed(file, &found(file)), "apk add $PACKAGES $(cat list) \"$X\"; make -j\"$(nproc)\"");
        let file =
            "kept=\"$(apt-mark showmanual)\"; more='a b'; tmp=\"$(mktemp -d)\"; apt-mark manual $kept $more $tmp";
        let quoted =
            "kept=\"$(apt-mark showmanual)\"; more='a b'; tmp=\"$(mktemp -d)\"; apt-mark manual $kept $more \"$tmp\"";
        assert_eq!(fixed(file, &found(file)), quoted);
    }

    #[test]
    fn fixes_stay_on_their_line() {
        let file = "echo $X\\\n $Y\\\n";
        let findings = check(&joined(file), &CheckOptions::default());
        assert_eq!(codes(&findings), [2086, 2086]);
        assert_eq!(fixed(file, &findings), "echo \"$X\"\\\n \"$Y\"\\\n");
    }

    /// Each fix alone, over all snippets: what parsed before parses afterwards.
    #[test]
    fn fixes_keep_scripts_whole() {
        let mut fixes = 0;
        for entry in fs::read_dir("fixtures/shell/snippets").expect("the folder is there") {
            let text = fs::read_to_string(entry.expect("readable").path()).expect("readable");
            for snippet in text.split("\n--- ") {
                let (name, body) = snippet.trim_start_matches("--- ").split_once('\n').expect("a dialect line");
                let dialect = Dialect::of_program(name);
                let script = parse(Spliced::verbatim(body, 0), dialect);
                for finding in check(&script, &CheckOptions::default()).into_iter().filter(|it| it.fix.is_some()) {
                    let after = fixed(body, std::slice::from_ref(&finding));
                    let again = parse(Spliced::verbatim(&after, 0), dialect);
                    assert!(script.error.is_some() || again.error.is_none(), "SC{}:\n{body}\n{after}", finding.code);
                    fixes += 1;
                }
            }
        }
        assert!(fixes >= 50, "only {fixes} fixes");
    }

    #[test]
    fn no_blame_for_continuations() {
        let file = "if a; then b; else \\\n if c; then d; fi; fi; echo x \\\n      y";
        let findings = check(&joined(file), &CheckOptions::default());
        assert!(findings.is_empty(), "{findings:?}");
    }

    #[test]
    fn known_variables() {
        #[derive(Debug)]
        struct Known;
        impl cachalot::shell::Names for Known {
            fn has(&self, name: &str) -> bool {
                ["version", "UID"].contains(&name)
            }
        }
        let file = "echo $version $other $UID";
        let options = CheckOptions { known_variables: Some(&Known), ..CheckOptions::default() };
        assert_eq!(codes(&check(&sh(file), &options)), [2086, 2086, 2154]);
        let options = CheckOptions { quiet_known: true, ..options };
        assert_eq!(codes(&check(&sh(file), &options)), [2086, 2154]);
    }

    #[test]
    fn dialects() {
        let text = "[ a == b ]; echo -e x; [[ -f y ]]";
        let of = |dialect| {
            let findings = check(&parse(Spliced::verbatim(text, 0), dialect), &CheckOptions::default());
            codes(&findings).into_iter().filter(|code| *code >= 3000).collect::<Vec<_>>()
        };
        assert_eq!(of(Dialect::Sh), [3014, 3037, 3010]);
        assert_eq!(of(Dialect::Dash), [3014, 3036, 3010]);
        assert_eq!(of(Dialect::Ash), [0; 0]);
        assert_eq!(of(Dialect::Bash), [0; 0]);
        assert_eq!(of(Dialect::PowerShell), [0; 0]);
    }

    #[test]
    fn hostile() {
        let inputs = [
            vec!["true"; 5000].join(" && "),
            vec!["a=$b"; 600].join("\n"),
            vec!["a=$b"; 600].join(";"),
            vec!["echo $x"; 600].join(";"),
            vec!["echo $x"; 6000].join(";"),
            vec!["cat x"; 900].join(" | "),
            "$(".repeat(3000),
            "echo $(".repeat(80) + &")".repeat(80),
            "(".repeat(10_000) + "true" + &")".repeat(10_000),
            "if a; then ".repeat(5_000),
            "if a; then ".repeat(90) + "b" + &"; fi".repeat(90),
            "x".repeat(60_000),
            "$x ".repeat(20_000),
            "\"$x\"".repeat(10_000),
            "`".repeat(10_001),
            "é$é ".repeat(5_000),
            "case x in ".repeat(3_000),
            "f() { ".repeat(90) + &"; }".repeat(90),
            "[ a ] && ".repeat(500) + "b",
        ];
        for input in inputs {
            let findings = found(&input);
            let head: String = input.chars().take(20).collect();
            println!("{head:22} {:>7} bytes {:>6} findings", input.len(), findings.len());
            for finding in findings {
                assert!(input.get(finding.span.range()).is_some());
            }
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in "([a-z ]|&&|;|\\||\"|'|\\$|\\(|\\)|`|\\{|\\}|<<|\\n|cd |echo |X=|\\\\|é|\\[ |if |then |fi){0,40}") {
            for finding in found(&text) {
                proptest::prop_assert!(text.get(finding.span.range()).is_some());
                for edit in finding.fix.iter().flat_map(|fix| &fix.edits) {
                    proptest::prop_assert!(text.get(edit.span.range()).is_some());
                }
            }
        }
    }
}

mod instructions {
    use cachalot::diagnostic::{Diagnostic, apply};
    use cachalot::shell::{CheckOptions, ShellSetting, check, scripts};
    use cachalot::syntax::dockerfile;
    use cachalot::text::FileId;

    use super::*;

    /// The commands of all instructions of a Dockerfile, a line each.
    fn dump_file(text: &str) -> Vec<String> {
        all(text).iter().flat_map(|script| script.commands.iter().map(line)).collect()
    }

    fn all(text: &str) -> Vec<Script> {
        let (file, _) = dockerfile::parse(FileId(0), text);
        let shell = ShellSetting::default();
        file.instructions.iter().flat_map(|instruction| scripts(text, instruction, &shell, None)).collect()
    }

    #[test]
    fn forms() {
        let file = r#"FROM a
RUN --mount=type=cache,target=/x apt-get update \
    # why
    && cd /x
CMD ["node", "$X", "a b"]
ENTRYPOINT ["/bin/bash", "-eo", "pipefail", "-c", "cd \"/y\" && ls"]
HEALTHCHECK --interval=5s CMD curl -f http://localhost || exit 1
ONBUILD RUN npm ci
RUN ["sudo", "apt-get", "install"]
"#;
        let expected = [
            r#"apt-get "update""#,
            r#"cd "/x"   [and]"#,
            r#"node "$X" "a b""#,
            r#"cd "/y"   [by bash, pipefail, errexit]"#,
            r#"ls   [by bash, and, pipefail, errexit, in /y]"#,
            r#"curl "-f" "http://localhost""#,
            r#"exit "1"   [or]"#,
            r#"npm "ci""#,
            r#"apt-get "install"   [by sudo]"#,
        ];
        assert_eq!(dump_file(file), expected);
        let scripts = all(file);
        assert_eq!(scripts[0].commands[1].span.slice(file), "cd /x");
        assert_eq!(scripts[2].commands[1].name_span.slice(file), "ls");
        assert_eq!(scripts[1].commands[0].args[1].span.slice(file), "a b");
    }

    #[test]
    fn heredocs() {
        let file = "FROM a
RUN <<EOF
apt-get update
cd /a
EOF
RUN <<-'X'
\tls /b
\tpwd
\tX
RUN <<EOF
#!/usr/bin/env bash
set -o pipefail
a | b
EOF
RUN <<EOF
#!/usr/bin/env python3
import os
EOF
RUN cat <<A >f && bash -e <<B
text
A
make
B
RUN python3 <<EOF
print(1)
EOF
ONBUILD RUN <<EOF
id
EOF
";
        let expected = [
            r#"apt-get "update""#,
            r#"cd "/a"   [then]"#,
            r#"ls "/b""#,
            r#"pwd   [then]"#,
            r#"set "-o" "pipefail""#,
            r#"a   [then, pipe 0 1/2, pipefail]"#,
            r#"b   [then, pipe 0 2/2, pipefail]"#,
            r#"cat   [<< ?, > f]"#,
            r#"make   [by bash -e, and, errexit]"#,
            r#"python3   [<< ?]"#,
            r#"id"#,
        ];
        assert_eq!(dump_file(file), expected);
        let scripts = all(file);
        assert_eq!(scripts[1].commands[0].args[0].span.slice(file), "/b");
        assert_eq!(scripts[2].dialect, Dialect::Bash);
        assert_eq!(scripts[3].dialect, Dialect::Other);
        assert_eq!(scripts[4].commands[1].name_span.slice(file), "make");
    }

    #[test]
    fn fixes_in_json_are_escaped() {
        let file = r#"FROM a
CMD ["sh", "-c", "rm -r $X"]
"#;
        let findings = check(&all(file)[0], &CheckOptions::default());
        let edits = &findings[0].fix.as_ref().expect("a fix").edits;
        let texts: String = edits.iter().map(|edit| edit.text.as_str()).collect();
        assert_eq!(findings[0].code, 2086);
        assert!(texts.contains("\\\""), "{edits:?}");
        // An edit beside an escape would tear it apart.
        let file = "FROM a\nCMD [\"sh\", \"-c\", \"echo \\\"a\\\"$X\\u0041 `b\\\"\\\"` ; cd \\\"/c\\\"\"]\n";
        for finding in check(&all(file)[0], &CheckOptions::default()) {
            let Some(fix) = finding.fix else { continue };
            let diagnostic = Diagnostic::new("x", finding.level, FileId(0), finding.span, finding.message).fix(fix);
            let fixed = apply(file, &[&diagnostic]).text;
            let words = fixed.split_once("CMD ").expect("still there").1;
            assert!(serde_json::from_str::<Vec<String>>(words).is_ok(), "{fixed}");
        }
    }
}
