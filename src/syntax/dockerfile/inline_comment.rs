//! A comment behind an instruction on the same line, which Docker does not know.

use std::ops::Range;

use super::args::Args;
use super::ast::Keyword;
use super::cx::Cx;
use super::directives;
use super::flags::keyword_name;
use super::json::behind_array;
use super::words;
use crate::diagnostic::{Edit, Fix, Severity};
use crate::text::Span;

/// Reports each comment in the arguments. Where comments break the build, answers the text of the
/// line with blanks in their place, so that the rest can be read as it was meant.
pub(super) fn check(cx: &mut Cx, kind: Keyword, args: &Args) -> Option<String> {
    memchr::memchr(b'#', args.rest().as_bytes())?;
    let comments = find(kind, args);
    let breaks_build = breaks_build(kind, args, &comments)?;
    for comment in &comments {
        report(cx, kind, args, comment.clone(), breaks_build);
    }
    breaks_build.then(|| blanked(args.text, &comments))
}

fn find(kind: Keyword, args: &Args) -> Vec<Range<usize>> {
    match kind {
        Keyword::From | Keyword::Expose => in_list(args, 1, plain),
        Keyword::Workdir | Keyword::User | Keyword::Stopsignal => in_list(args, 1, plain),
        Keyword::Copy | Keyword::Add => behind_json(args).unwrap_or_else(|| in_list(args, 2, plain)),
        Keyword::Volume => behind_json(args).unwrap_or_else(|| in_list(args, 1, plain)),
        Keyword::Arg => in_list(args, 1, quoted),
        Keyword::Env | Keyword::Label if is_legacy(args) => in_legacy(args),
        Keyword::Env | Keyword::Label => in_list(args, 1, quoted),
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Run | Keyword::Shell => behind_json(args).unwrap_or_default(),
        Keyword::Healthcheck => in_healthcheck(args),
        Keyword::Maintainer | Keyword::Onbuild | Keyword::Unknown => Vec::new(),
    }
}

/// Whether Docker refuses the instruction or cannot do what it says; `None` without a comment.
fn breaks_build(kind: Keyword, args: &Args, comments: &[Range<usize>]) -> Option<bool> {
    let first = comments.first()?;
    let all_pairs = || args.from(first.start).quoted_words().iter().all(|word| args.text[word.clone()].contains('='));
    Some(match kind {
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Volume | Keyword::Workdir | Keyword::Arg => false,
        Keyword::Healthcheck => args.rest().get(..4).is_some_and(|form| form.eq_ignore_ascii_case("none")),
        Keyword::Env | Keyword::Label => !is_legacy(args) && !all_pairs(),
        _ => true,
    })
}

type Next = fn(&str, usize, char) -> Option<Range<usize>>;

fn plain(text: &str, at: usize, _: char) -> Option<Range<usize>> {
    words::plain_word(text, at)
}

fn quoted(text: &str, at: usize, escape: char) -> Option<Range<usize>> {
    words::quoted_word(text, at, escape)
}

/// Words that begin with `#`, each to the end of its line in the file. The first `least` words are
/// arguments whatever they look like; a bare `#` as the second one never is.
fn in_list(args: &Args, least: usize, next: Next) -> Vec<Range<usize>> {
    let text = &args.text[..args.range.end];
    let mut comments = Vec::new();
    let mut at = args.range.start;
    let mut count = 0;
    while let Some(word) = next(text, at, args.escape) {
        let is_comment = text[word.clone()].starts_with('#')
            && (count >= least || (count == 1 && &text[word.clone()] == "#"))
            && text[..word.start].ends_with(char::is_whitespace);
        at = word.end;
        count += 1;
        if is_comment {
            at = line_end(args, word.start);
            comments.push(word.start..at);
        }
    }
    comments
}

fn is_legacy(args: &Args) -> bool {
    let first = words::quoted_word(&args.text[..args.range.end], args.range.start, args.escape);
    first.is_none_or(|first| !args.text[first].contains('='))
}

/// A legacy value may hold anything; only `# and words` at its end, behind a word, is meant as a
/// comment.
fn in_legacy(args: &Args) -> Vec<Range<usize>> {
    let mut comments = in_list(args, 2, quoted);
    comments.retain(|comment| {
        let text = args.text[comment.clone()].trim_start_matches('#');
        text.starts_with(' ') && !text.trim().is_empty()
    });
    comments
}

/// A comment behind a JSON array: `["a"] # comment`. `None` if there is no array.
fn behind_json(args: &Args) -> Option<Vec<Range<usize>>> {
    let rest = behind_array(args.rest())?;
    let comment = rest.trim_start();
    let found = comment.starts_with('#') && comment.len() < rest.len();
    Some(found.then_some(args.range.end - comment.len()..args.range.end).into_iter().collect())
}

fn in_healthcheck(args: &Args) -> Vec<Range<usize>> {
    let rest = args.rest();
    let Some((form, command)) = rest.split_once(char::is_whitespace) else { return Vec::new() };
    match form.to_ascii_uppercase().as_str() {
        "NONE" => in_list(args, 1, plain),
        "CMD" => behind_json(&args.from(args.range.end - command.len())).unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Where the line of the file that holds the byte at `at` of the logical line ends in the latter.
fn line_end(args: &Args, at: usize) -> usize {
    let segments = &args.line.segments;
    let after = segments.partition_point(|segment| segment.text as usize <= at);
    segments.get(after).map_or(args.range.end, |next| (next.text as usize).min(args.range.end))
}

fn blanked(text: &str, comments: &[Range<usize>]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    for comment in comments {
        out.push_str(&text[at..comment.start]);
        out.extend(std::iter::repeat_n(' ', comment.len()));
        at = comment.end;
    }
    out + &text[at..]
}

fn report(cx: &mut Cx, kind: Keyword, args: &Args, comment: Range<usize>, breaks_build: bool) {
    let shown = args.text[comment.clone()].trim_end();
    let span = args.span(&(comment.start..comment.start + shown.len()));
    let keyword = keyword_name(kind);
    let reads = match kind {
        Keyword::Healthcheck if breaks_build => "HEALTHCHECK NONE takes no arguments".to_string(),
        Keyword::Cmd | Keyword::Entrypoint | Keyword::Run | Keyword::Healthcheck | Keyword::Shell => {
            format!("behind it {keyword} is no longer in JSON form")
        }
        Keyword::Arg => format!("{keyword} declares its words as build arguments"),
        Keyword::Workdir | Keyword::User | Keyword::Stopsignal => format!("{keyword} takes it as part of its argument"),
        Keyword::Env | Keyword::Label if is_legacy(args) => format!("{keyword} takes it as part of the value"),
        _ => format!("{keyword} takes its words as arguments"),
    };
    let message = format!("`{shown}` is not a comment to Docker: {reads}");
    let fix = fix(cx.text, span).map(|fix| fix.touching([cx.line]));
    let diagnostic = cx.syntax_error("comment-after-instruction", span, message);
    diagnostic.notes.push("Docker knows comments only on lines of their own".to_string());
    diagnostic.fix = fix;
    if !breaks_build {
        diagnostic.severity = Severity::Warning;
    }
}

/// Moves the comment to a line of its own above, indented as the line that it stood on.
fn fix(text: &str, comment: Span) -> Option<Fix> {
    let before = &text[..comment.start as usize];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line_start = if before[line_start..].starts_with('\u{feff}') { line_start + 3 } else { line_start };
    let line = &before[line_start..];
    let indent = &line[..line.len() - line.trim_start().len()];
    let words = comment.slice(text);
    let is_at_top =
        text[..line_start].lines().all(|line| line.trim_start_matches('\u{feff}').trim_start().starts_with('#'));
    if is_at_top && directives::is_directive(words) {
        return None;
    }
    let gap = line.len() - line.trim_end().len();
    let insert = Edit::insert(line_start as u32, format!("{indent}{words}\n"));
    let delete = Edit::delete(Span::new(comment.start - gap as u32, comment.end));
    Some(Fix::safe("move the comment to its own line", vec![insert, delete]))
}
