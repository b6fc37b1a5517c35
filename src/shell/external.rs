//! The protocol of the real ShellCheck: how to call it and what it answers. Starting processes is
//! left to the host.

use serde::Deserialize;

use super::check::{Draft, finish};
use super::{CheckOptions, Dialect, Finding, Script};
use crate::diagnostic::Severity;

/// Codes that make no sense for the code in a Dockerfile (no `#!` line, files sourced at build
/// time) and those that only say again where a syntax error began, which SC1072 tells.
pub const EXCLUDED_CODES: &[u16] = &[1009, 1073, 1090, 1091, 1128, 2148, 2187, 2239];

/// ShellCheck's name for a language; `None` where it knows it not.
pub fn shellcheck_dialect(dialect: Dialect) -> Option<&'static str> {
    Some(match dialect {
        Dialect::Sh => "sh",
        Dialect::Bash => "bash",
        Dialect::Dash => "dash",
        Dialect::Ash => "busybox",
        Dialect::Ksh => "ksh",
        Dialect::Zsh | Dialect::Cmd | Dialect::PowerShell | Dialect::Other => return None,
    })
}

/// The arguments before the names of the files that hold the scripts of one dialect. ShellCheck
/// before 0.10 knows no `busybox`: give [`Dialect::Dash`] instead.
pub fn shellcheck_arguments(dialect: Dialect) -> Option<Vec<String>> {
    let shell = shellcheck_dialect(dialect)?;
    let excluded: Vec<String> = EXCLUDED_CODES.iter().map(u16::to_string).collect();
    let words = ["--norc", "-s", shell, "-f", "json1", "-e", &excluded.join(",")];
    Some(words.map(String::from).to_vec())
}

/// A script to be checked and what is known of its surroundings.
#[derive(Clone, Copy, Debug)]
pub struct Job<'s> {
    /// The script.
    pub script: &'s Script,
    /// What it sees.
    pub options: CheckOptions<'s>,
}

/// Somebody else who checks shell code: a `shellcheck` program, which only the host may start.
pub trait ExternalEngine: Sync {
    /// The findings of each script, in the scripts' order; `None` where the engine failed, of which
    /// it keeps the reason.
    fn check(&self, jobs: &[Job]) -> Option<Vec<Vec<Finding>>>;
}

/// Reads ShellCheck's answer in the format `json1`. `job_of` gives the script that was written to
/// the file of that name; findings in other files are dropped. Each script's findings come
/// together, in the order of the answer.
pub fn parse_shellcheck_output<'s>(
    json: &str,
    job_of: impl Fn(&str) -> Option<Job<'s>>,
) -> Result<Vec<(String, Vec<Finding>)>, serde_json::Error> {
    let answer: Answer = serde_json::from_str(json)?;
    let mut files: Vec<(String, Vec<Comment>)> = Vec::new();
    for comment in answer.comments {
        match files.iter_mut().find(|(file, _)| *file == comment.file) {
            Some((_, comments)) => comments.push(comment),
            None => files.push((comment.file.clone(), vec![comment])),
        }
    }
    let findings = files.into_iter().filter_map(|(file, comments)| {
        let Job { script, options } = job_of(&file)?;
        let lines = Lines::new(&script.text.text);
        let drafts = comments.into_iter().map(|comment| comment.draft(&lines)).collect();
        Some((file, finish(script, &options, drafts)))
    });
    Ok(findings.collect())
}

#[derive(Deserialize)]
struct Answer {
    comments: Vec<Comment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Comment {
    file: String,
    #[serde(flatten)]
    place: Place,
    level: String,
    code: u16,
    message: String,
    fix: Option<Replacements>,
}

/// Lines and columns from 1; columns count characters, a tab is one.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Place {
    line: usize,
    end_line: usize,
    column: usize,
    end_column: usize,
}

#[derive(Deserialize)]
struct Replacements {
    replacements: Vec<Replacement>,
}

#[derive(Deserialize)]
struct Replacement {
    #[serde(flatten)]
    place: Place,
    replacement: String,
}

impl Comment {
    fn draft(self, lines: &Lines) -> Draft {
        let fix = self.fix.map(|fix| super::check::DraftFix {
            title: "apply what ShellCheck suggests".into(),
            edits: fix.replacements.into_iter().map(|one| (lines.range(&one.place), one.replacement)).collect(),
        });
        Draft {
            code: self.code,
            level: self.level.parse().unwrap_or(Severity::Warning),
            message: self.message,
            range: lines.range(&self.place),
            fix,
        }
    }
}

struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    fn new(text: &'t str) -> Lines<'t> {
        let starts = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1));
        Lines { text, starts: starts.collect() }
    }

    fn range(&self, place: &Place) -> (usize, usize) {
        let start = self.offset(place.line, place.column);
        (start, self.offset(place.end_line, place.end_column).max(start))
    }

    fn offset(&self, line: usize, column: usize) -> usize {
        let start = line.checked_sub(1).and_then(|line| self.starts.get(line).copied()).unwrap_or(self.text.len());
        let rest = &self.text[start..];
        let line = rest.split_once('\n').map_or(rest, |(line, _)| line);
        let within = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
        start + within
    }
}
