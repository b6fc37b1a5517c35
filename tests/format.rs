//! `cachalot fmt`: what it changes, what it leaves, and that nothing it does changes a build.

use std::path::{Path, PathBuf};

use cachalot::format::{IndentStyle, Operators, Style, edits, format};
use cachalot::syntax::dockerfile::parse;
use cachalot::text::FileId;
use proptest::prelude::*;

#[track_caller]
fn check(before: &str, after: &str) {
    check_with(&Style::default(), before, after);
}

#[track_caller]
fn check_with(style: &Style, before: &str, after: &str) {
    let formatted = format(before, style).text;
    assert_eq!(formatted, after, "\n--- got\n{formatted}--- wanted\n{after}");
    assert_eq!(format(after, style).text, after, "formatting again changes nothing");
}

#[test]
fn keywords_are_upper_case_and_one_blank_follows() {
    check(
        "from  alpine   as  build\nonbuild   run make\nHealthcheck --interval=5s   cmd true\n",
        "FROM alpine AS build\nONBUILD RUN make\nHEALTHCHECK --interval=5s CMD true\n",
    );
}

#[test]
fn the_nesting_of_a_package_list_is_kept() {
    check(
        "FROM debian\nRUN apt-get update && \\\n  apt-get install -y \\\n    curl \\\n    git && \\\n  true\n",
        "FROM debian\nRUN apt-get update && \\\n    apt-get install -y \\\n      curl \\\n      git && \\\n    true\n",
    );
}

#[test]
fn tabs_stay_where_a_person_uses_only_tabs() {
    let text = "FROM debian\nRUN set -eux; \\\n\tapt-get update; \\\n\tif true; then \\\n\t\techo; \\\n\tfi\n";
    check(text, text);
    let spaces = Style { indent_style: IndentStyle::Space, ..Style::default() };
    check_with(&spaces, text, &text.replace('\t', "    "));
    let tabs = Style { indent_style: IndentStyle::Tab, ..Style::default() };
    check_with(&tabs, "FROM a\nRUN b \\\n  c \\\n      d\n", "FROM a\nRUN b \\\n\tc \\\n\t\td\n");
}

#[test]
fn text_in_quotes_is_not_moved() {
    let text = "FROM a\nRUN echo 'one \\\n two' && \\\n    echo \"$(cat \"x\" \\\n  y)\" \\\n    z\n";
    check(text, text);
}

#[test]
fn a_word_that_goes_on_in_the_next_line_stays_one() {
    let text = "FROM a\nRUN echo one\\\ntwo \\\n    three\n";
    check(text, text);
}

#[test]
fn the_end_of_a_block_may_stand_below_its_instruction() {
    let text = "FROM a\nCMD [ \\\n    \"a\", \\\n    \"b\" \\\n]\nRUN if true; then \\\n    make; \\\nfi\n";
    check(text, text);
}

#[test]
fn comments_and_heredocs_are_left_alone() {
    let text = "# syntax=docker/dockerfile:1\n#no blank\nFROM a\nRUN <<E\n  indented   \n\n\n  more\nE\nRUN b \\\n# at the margin\n    c \\\n    # with the code\n    d\n";
    check(text, text);
}

#[test]
fn comments_move_with_their_code() {
    check("FROM a\nRUN b \\\n  # why\n  c\n", "FROM a\nRUN b \\\n    # why\n    c\n");
}

#[test]
fn blank_lines_are_at_most_one_and_stages_stand_apart() {
    check(
        "\n\nARG V=1\nFROM a:$V AS x\n\n\n\nRUN b\n# second\nFROM c\nRUN d\n\n\n",
        "ARG V=1\nFROM a:$V AS x\n\nRUN b\n\n# second\nFROM c\nRUN d\n",
    );
}

#[test]
fn blank_lines_in_a_continuation_go() {
    check("FROM a\nRUN b \\\n\n    c \\\n\n\n    d\n", "FROM a\nRUN b \\\n    c \\\n    d\n");
}

#[test]
fn a_comment_never_becomes_a_directive() {
    let text = "\n# escape=`\nFROM a\nRUN b \\\n    c\n";
    check(text, text);
}

#[test]
fn blanks_at_line_ends_go_and_the_last_line_ends() {
    check("FROM a   \nRUN b\\   \n    c  ", "FROM a\nRUN b \\\n    c\n");
}

#[test]
fn line_ends_and_the_byte_order_mark_are_kept() {
    check("\u{feff}from a\r\nrun b \\\r\n  c\r\n", "\u{feff}FROM a\r\nRUN b \\\r\n    c\r\n");
    check("from a\r\nrun b", "FROM a\r\nRUN b\r\n");
}

#[test]
fn values_whose_blanks_count_are_kept() {
    let text = "FROM a\nENV k one   two\nLABEL a=\"b   c\"   \\\n    d=e\nWORKDIR /a  b\n";
    check(text, text);
}

#[test]
fn what_does_not_parse_is_left_alone() {
    check("from a\nnonsense   x \\\n  y\nrun  b\n", "FROM a\nnonsense   x \\\n  y\nRUN b\n");
}

#[test]
fn operators_can_lead_or_trail() {
    let trailing = "FROM a\nRUN b && \\\n    # why\n    c || \\\n    d\n";
    let leading = "FROM a\nRUN b \\\n    # why\n    && c \\\n    || d\n";
    check_with(&Style { operators: Operators::Leading, ..Style::default() }, trailing, leading);
    check_with(&Style { operators: Operators::Trailing, ..Style::default() }, leading, trailing);
    check(trailing, trailing);
}

#[test]
fn edits_of_a_range_touch_only_its_lines() {
    let text = "from a\nrun b\nrun c\n";
    let (tree, _) = parse(FileId::default(), text);
    let found = edits(text, &tree, &Style::default(), Some((1, 1)));
    assert!(found.iter().all(|edit| edit.span.start >= 7 && edit.span.end <= 13), "{found:?}");
    assert!(!found.is_empty());
}

/// The examples of all rules, the Dockerfiles in fixtures, and those below the folder that
/// CACHALOT_DOCKERFILES names.
#[test]
fn real_files_keep_their_meaning_and_settle_at_once() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut texts = Vec::new();
    collect(&root.join("rules"), &mut texts);
    collect(&root.join("fixtures"), &mut texts);
    if let Some(folder) = std::env::var_os("CACHALOT_DOCKERFILES") {
        collect(Path::new(&folder), &mut texts);
    }
    assert!(texts.len() > 300, "{} texts", texts.len());
    let styles = [
        Style::default(),
        Style { operators: Operators::Leading, indent_style: IndentStyle::Tab, ..Style::default() },
        Style { operators: Operators::Trailing, indent_size: 2, indent_style: IndentStyle::Space },
    ];
    let (mut kept, mut changed) = (0, 0);
    for (name, text) in &texts {
        for style in &styles {
            let once = format(text, style);
            assert_eq!(format(&once.text, style).text, once.text, "{name} settles in one round");
            kept += once.kept.len();
            changed += usize::from(once.text != *text);
        }
    }
    println!("{} texts, {changed} of {} layouts changed, {kept} instructions kept", texts.len(), texts.len() * 3);
}

/// Dockerfiles, and the `dockerfile` fences of Markdown pages, with their names.
fn collect(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().to_ascii_lowercase();
        if path.is_dir() {
            collect(&path, found);
        } else if let Ok(text) = std::fs::read_to_string(&path) {
            let shown = path.display().to_string();
            if name.contains("dockerfile") {
                found.push((shown, text));
            } else if name.ends_with(".md") {
                let fences = text.split("```dockerfile").skip(1).filter_map(|rest| rest.split_once('\n'));
                let bodies = fences.map(|(_, rest)| rest.split("```").next().unwrap_or("").to_string());
                found.extend(bodies.map(|body| (shown.clone(), body)));
            }
        }
    }
}

#[test]
fn a_line_of_nothing_but_the_escape_settles_at_once() {
    for text in ["FROM\\\n\\\n  a", "RUN a\\\n\\\n  b\n", "ENV a=b\\\n\\\n\\\n c=d\n", "RUN a\\\n\\\nb\n"] {
        let once = format(text, &Style::default()).text;
        assert_eq!(format(&once, &Style::default()).text, once, "{text:?}");
    }
}

proptest! {
    #[test]
    fn any_text_settles(text in "(FROM|RUN|ENV|COPY|#|run|LABEL|<<E|E|\\\\\n|\n|  |\t|&&|'|\"|a|=|b\\$\\(|\\)| ){0,40}") {
        for operators in [Operators::Keep, Operators::Leading, Operators::Trailing] {
            let style = Style { operators, ..Style::default() };
            let once = format(&text, &style).text;
            prop_assert_eq!(&format(&once, &style).text, &once);
        }
    }
}
