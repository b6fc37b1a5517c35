use super::*;
use crate::config::Config;
use crate::diagnostic::{Edit, Fix, Severity};
use crate::lint::FileKind;
use crate::text::{FileId, Source, Span};

/// Fixes `text` with a rule that reports what `rule` finds in it.
fn fixed(text: &str, kind: FileKind, rule: impl Fn(&str) -> Option<Fix>) -> Fixed {
    let mut sources = Sources::default();
    let file = sources.add(Source::new("Dockerfile", text));
    let config = Config::default();
    let input = Input::new(&sources, file, kind, &config);
    fix_with(&input, Applicability::Unsafe, &|sources| {
        let diagnostic = |fix: Fix| {
            let span = fix.edits[0].span;
            Diagnostic::new("fake-rule", Severity::Warning, FileId(0), span, "fake").fix(fix)
        };
        rule(&sources.get(file).text).map(diagnostic).into_iter().collect()
    })
}

/// A fix that replaces the first `old` by `new`.
fn replace(old: &'static str, new: &'static str) -> impl Fn(&str) -> Option<Fix> {
    move |text| {
        let at = text.find(old)? as u32;
        Some(Fix::safe("replace", vec![Edit::replace(Span::new(at, at + old.len() as u32), new)]))
    }
}

const TEXT: &str = "FROM alpine\nRUN a \\\n    b\nCOPY x /x\nCMD [\"x\"]\n";

#[test]
fn a_harmless_fix_goes_in() {
    let fixed = fixed(TEXT, FileKind::Dockerfile, replace("x /x", "x /y"));
    assert_eq!(fixed.text, TEXT.replace("x /x", "x /y"));
    assert!(fixed.converged && fixed.refused.is_empty(), "{fixed:?}");
    assert_eq!((fixed.rounds, fixed.applied.len()), (1, 1));
}

#[test]
fn a_fix_that_swallows_the_next_instruction_is_refused() {
    let fixed = fixed(TEXT, FileKind::Dockerfile, replace("    b\n", "    b \\\n"));
    assert_eq!(fixed.text, TEXT);
    assert!(fixed.refused[0].why.contains("line 4"), "{fixed:?}");
    assert!(fixed.converged);
}

#[test]
fn a_fix_that_breaks_the_syntax_is_refused() {
    let fixed = fixed(TEXT, FileKind::Dockerfile, replace(" \\\n    b", "\n    b"));
    assert_eq!(fixed.text, TEXT);
    assert!(fixed.refused[0].why.contains("no longer parse"), "{fixed:?}");
}

#[test]
fn a_fix_that_adds_an_instruction_may_do_so() {
    let insert = |text: &str| {
        let at = text.find("CMD")? as u32;
        (!text.contains("USER")).then(|| Fix::safe("add USER", vec![Edit::insert(at, "USER app\n")]))
    };
    let fixed = fixed(TEXT, FileKind::Dockerfile, insert);
    assert_eq!(fixed.text, TEXT.replace("CMD", "USER app\nCMD"));
    assert!(fixed.refused.is_empty(), "{fixed:?}");
}

#[test]
fn a_fix_that_touches_only_what_it_declares() {
    // It says that it changes line 4, but empties line 2 as well.
    let harmful = |text: &str| {
        let (run, copy) = (text.find("RUN a")? as u32, text.find("COPY x")? as u32);
        let edits =
            vec![Edit::replace(Span::new(run, run + 5), "RUN c"), Edit::replace(Span::new(copy, copy + 6), "COPY z")];
        Some(Fix::safe("two", edits).touching([4]))
    };
    let fixed = fixed(TEXT, FileKind::Dockerfile, harmful);
    assert_eq!(fixed.text, TEXT);
    assert!(fixed.refused[0].why.contains("line 2"), "{fixed:?}");
}

#[test]
fn a_fix_that_moves_an_instruction_declares_it() {
    let text = "FROM alpine\nCOPY . .\nRUN npm ci\n";
    let reorder = |text: &str| {
        let copy = text.find("COPY . .\nRUN")? as u32;
        let run = text.find("RUN npm ci\n")? as u32 + 11;
        Some(
            Fix::unsafe_("swap", vec![Edit::delete(Span::new(copy, copy + 9)), Edit::insert(run, "COPY . .\n")])
                .touching([2]),
        )
    };
    let fixed = fixed(text, FileKind::Dockerfile, reorder);
    assert_eq!(fixed.text, "FROM alpine\nRUN npm ci\nCOPY . .\n");
    assert!(fixed.refused.is_empty() && fixed.converged, "{fixed:?}");
}

#[test]
fn a_fix_that_comes_back_for_ever_is_refused() {
    let flip = |text: &str| match text.contains("/x") {
        true => replace("/x", "/y")(text),
        false => replace("/y", "/x")(text),
    };
    let fixed = fixed(TEXT, FileKind::Dockerfile, flip);
    assert_eq!(fixed.text, TEXT);
    assert!(fixed.converged && fixed.refused[0].why.contains("comes back"), "{fixed:?}");
    assert!(fixed.applied.is_empty());
}

#[test]
fn a_fix_that_grows_the_file_for_ever_is_refused() {
    let fixed = fixed(TEXT, FileKind::Dockerfile, replace("CMD", "USER a\nCMD"));
    assert_eq!(fixed.text, TEXT);
    assert!(fixed.converged && !fixed.refused.is_empty(), "{fixed:?}");
}

#[test]
fn line_ends_bom_and_missing_newline_stay() {
    let text = "\u{feff}FROM alpine\r\nCOPY x /x\r\nCMD [\"x\"]";
    let fixed = fixed(text, FileKind::Dockerfile, replace("COPY x /x", "COPY x /y\nUSER app"));
    assert_eq!(fixed.text, "\u{feff}FROM alpine\r\nCOPY x /y\r\nUSER app\r\nCMD [\"x\"]");
    assert!(fixed.refused.is_empty(), "{fixed:?}");
}

#[test]
fn one_culprit_does_not_spoil_the_batch() {
    let mut sources = Sources::default();
    let text = "FROM alpine\nRUN a\nRUN b\nRUN c\nRUN d\n";
    let file = sources.add(Source::new("Dockerfile", text));
    let config = Config::default();
    let input = Input::new(&sources, file, FileKind::Dockerfile, &config);
    let fixed = fix_with(&input, Applicability::Safe, &|sources| {
        let text = &sources.get(file).text;
        let fixes = [("RUN a", "RUN A"), ("RUN b", "RUN B"), ("RUN c\n", "RUN c \\\n"), ("RUN d", "RUN D")];
        let diagnostic = |(old, new): (&str, &str)| {
            let at = text.find(old)? as u32;
            let span = Span::new(at, at + old.len() as u32);
            let fix = Fix::safe("replace", vec![Edit::replace(span, new)]);
            Some(Diagnostic::new("fake-rule", Severity::Warning, file, span, old).fix(fix))
        };
        fixes.into_iter().filter_map(diagnostic).collect()
    });
    assert_eq!(fixed.text, "FROM alpine\nRUN A\nRUN B\nRUN c\nRUN D\n");
    assert_eq!(fixed.refused.len(), 1, "{fixed:?}");
}
