use std::collections::BTreeSet;
use std::io::{self, Write};

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::Error;
use codespan_reporting::term;

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::text::{FileId, Sources};

use super::excerpt::{Excerpt, printable};
use super::{Run, Style, rule_info};

/// Characters of a message, label or note shown at most.
const WORDS_LIMIT: usize = 600;

/// Writes every diagnostic with its source, and a line that sums them up.
pub fn text(write: &mut dyn Write, run: &Run, style: Style) -> io::Result<()> {
    for diagnostic in run.diagnostics {
        writeln!(write, "{}", one(run.sources, diagnostic, style.color)?)?;
    }
    if !style.quiet {
        writeln!(write, "{}", summary(run))?;
    }
    Ok(())
}

/// One diagnostic as [`text`] writes it, without colours; this is what the rules' pages show.
pub fn diagnostic_text(sources: &Sources, diagnostic: &Diagnostic) -> String {
    one(sources, diagnostic, false).unwrap_or_default()
}

fn one(sources: &Sources, diagnostic: &Diagnostic, color: bool) -> io::Result<String> {
    let excerpt = Excerpt::new(sources, diagnostic);
    let shown = to_codespan(&excerpt, diagnostic);
    let mut rendered = Vec::new();
    let mut out = Terminal { write: &mut rendered, color, header: None };
    term::emit_to_write_style(&mut out, &term::Config::default(), &excerpt, &shown).map_err(|error| match error {
        Error::Io(error) => error,
        error => io::Error::other(error),
    })?;
    // No line ends in blanks, so that transcripts and pages can quote it.
    let lines: Vec<&str> = std::str::from_utf8(&rendered).unwrap_or_default().lines().map(str::trim_end).collect();
    Ok(lines.join("\n").trim_end().to_string() + "\n")
}

fn to_codespan(excerpt: &Excerpt, diagnostic: &Diagnostic) -> codespan::Diagnostic<FileId> {
    let primary = codespan::Label::primary(diagnostic.primary.file, excerpt.span(&diagnostic.primary))
        .with_message(words(&diagnostic.primary.message));
    let secondary = diagnostic
        .secondary
        .iter()
        .map(|label| codespan::Label::secondary(label.file, excerpt.span(label)).with_message(words(&label.message)));
    codespan::Diagnostic::new(match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Info => codespan::Severity::Note,
        Severity::Hint => codespan::Severity::Help,
    })
    .with_code(diagnostic.rule)
    .with_message(words(&diagnostic.message))
    .with_label(primary)
    .with_labels_iter(secondary)
    .with_notes_iter(notes(diagnostic))
}

/// The notes, then what the fix does and how to have it, then the rule's other names.
fn notes(diagnostic: &Diagnostic) -> Vec<String> {
    let mut notes: Vec<String> =
        diagnostic.notes.iter().map(|note| note.lines().map(words).collect::<Vec<_>>().join("\n")).collect();
    if let Some(fix) = &diagnostic.fix {
        let flag = match fix.applicability {
            Applicability::Safe => "--fix",
            Applicability::Unsafe => "--unsafe-fixes",
        };
        notes.push(format!("fix: {} ({flag})", words(&fix.title)));
    }
    let aliases = rule_info(diagnostic.rule).aliases;
    if !aliases.is_empty() {
        notes.push(format!("also known as {}", aliases.join(", ")));
    }
    notes
}

/// The text fit to print on one line, and not endless.
fn words(text: &str) -> String {
    let text = printable(text);
    match text.char_indices().nth(WORDS_LIMIT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.into_owned(),
    }
}

/// "1 error, 3 warnings in 2 files; 2 can be fixed with --fix".
pub fn summary(run: &Run) -> String {
    if run.files.is_empty() && run.diagnostics.is_empty() {
        return "no Dockerfiles found".to_string();
    }
    if run.diagnostics.is_empty() {
        return format!("no problems in {}", count(run.files.len(), "file"));
    }
    let of = |severity| run.diagnostics.iter().filter(|it| it.severity == severity).count();
    let parts: Vec<String> = [
        (Severity::Error, "error"),
        (Severity::Warning, "warning"),
        (Severity::Info, "info"),
        (Severity::Hint, "hint"),
    ]
    .into_iter()
    .map(|(severity, word)| (of(severity), word))
    .filter(|(number, _)| *number > 0)
    .map(|(number, word)| if word == "info" { format!("{number} info") } else { count(number, word) })
    .collect();
    let files: BTreeSet<FileId> = run.diagnostics.iter().map(|it| it.primary.file).collect();
    format!("{} in {}{}", parts.join(", "), count(files.len(), "file"), fixable(run))
}

fn fixable(run: &Run) -> String {
    let of = |wanted| {
        run.diagnostics.iter().filter_map(|it| it.fix.as_ref()).filter(|it| it.applicability == wanted).count()
    };
    match (of(Applicability::Safe), of(Applicability::Unsafe)) {
        (0, 0) => String::new(),
        (safe, 0) => format!("; {safe} can be fixed with --fix"),
        (0, more) => format!("; {more} can be fixed with --unsafe-fixes"),
        (safe, more) => format!("; {safe} can be fixed with --fix, {more} more with --unsafe-fixes"),
    }
}

/// `1 step`, `2 steps`.
pub(super) fn count(number: usize, word: &str) -> String {
    if number == 1 { format!("1 {word}") } else { format!("{number} {word}s") }
}

/// Gives codespan our colours and our words: its "note" and "help" are our "info" and "hint".
struct Terminal<'a> {
    write: &'a mut dyn Write,
    color: bool,
    /// Set while the severity's word is about to be written.
    header: Option<&'static str>,
}

impl Terminal<'_> {
    fn ansi(&mut self, code: &str) -> io::Result<()> {
        if self.color { write!(self.write, "\x1b[{code}m") } else { Ok(()) }
    }
}

fn color_of(severity: codespan::Severity) -> &'static str {
    match severity {
        codespan::Severity::Error | codespan::Severity::Bug => "31",
        codespan::Severity::Warning => "33",
        codespan::Severity::Note => "36",
        codespan::Severity::Help => "32",
    }
}

impl Write for Terminal<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if let Some(word) = self.header.take() {
            self.write.write_all(word.as_bytes())?;
            return Ok(bytes.len());
        }
        self.write.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.write.flush()
    }
}

impl term::WriteStyle for Terminal<'_> {
    fn set_header(&mut self, severity: codespan::Severity) -> io::Result<()> {
        self.ansi(&format!("1;{}", color_of(severity)))?;
        self.header = Some(match severity {
            codespan::Severity::Note => "info",
            codespan::Severity::Help => "hint",
            codespan::Severity::Warning => "warning",
            codespan::Severity::Error | codespan::Severity::Bug => "error",
        });
        Ok(())
    }

    fn set_header_message(&mut self) -> io::Result<()> {
        self.ansi("0;1")
    }

    fn set_line_number(&mut self) -> io::Result<()> {
        self.ansi("34")
    }

    fn set_note_bullet(&mut self) -> io::Result<()> {
        self.ansi("34")
    }

    fn set_source_border(&mut self) -> io::Result<()> {
        self.ansi("34")
    }

    fn set_label(&mut self, severity: codespan::Severity, style: codespan::LabelStyle) -> io::Result<()> {
        self.ansi(match style {
            codespan::LabelStyle::Primary => color_of(severity),
            codespan::LabelStyle::Secondary => "36",
        })
    }

    fn reset(&mut self) -> io::Result<()> {
        self.ansi("0")
    }
}
