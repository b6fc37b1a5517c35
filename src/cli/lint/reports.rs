//! What is said of a run: errors and refusals, diffs, the reports and the statistics.

use std::collections::HashSet;
use std::io::{self, Write};

use crate::cli::formats::{self, FormatArg, FormatTo};
use crate::cli::output::complain;
use crate::diagnostic::Diagnostic;
use crate::host;
use crate::report::{self, Run, Style};

use super::Args;
use super::gates::Linted;
use super::job::Done;
use super::merge::{Merged, merge};

/// Says each thing that went wrong once, and what was refused; true if anything went wrong.
pub(super) fn say_errors(done: &[Done]) -> bool {
    let mut said = HashSet::new();
    for error in done.iter().flat_map(|it| &it.errors) {
        if said.insert(error) {
            complain(format_args!("{error}"));
        }
    }
    for refused in done.iter().flat_map(|it| &it.refused) {
        complain(format_args!("{refused}"));
    }
    !said.is_empty()
}

/// Writes the diffs; true if there is one.
pub(super) fn diffs(out: &mut dyn Write, done: &[Done]) -> io::Result<bool> {
    for diff in done.iter().map(|it| &it.diff) {
        out.write_all(diff.as_bytes())?;
    }
    Ok(done.iter().any(|it| !it.diff.is_empty()))
}

/// Writes fixed standard input and the report; true if what is left makes the run fail.
pub(super) fn reports(
    out: &mut dyn Write,
    args: &Args,
    formats: &[FormatTo],
    linted: &Linted,
    done: Vec<Done>,
) -> anyhow::Result<bool> {
    let quiet = args.output.quiet;
    if !quiet {
        say_fixed(&done, if args.fixes.add_ignore.is_some() { "silenced" } else { "fixed" });
    }
    let stdin_fixed = done.iter().find_map(|it| it.stdin_text.clone());
    let mut merged = merge(done);
    if args.gates.write_baseline {
        args.gates.write(linted, &merged)?;
        return Ok(false);
    }
    args.gates.sift(linted, &mut merged, quiet)?;
    let fails = args.gates.fails(&merged.found);
    match stdin_fixed {
        None => report(out, args, formats, merged, &io::stdout())?,
        Some(text) => {
            out.write_all(&text)?;
            report(&mut io::BufWriter::new(io::stderr()), args, formats, merged, &io::stderr())?;
        }
    }
    Ok(fails)
}

fn say_fixed(done: &[Done], verb: &str) {
    let fixed: usize = done.iter().map(|it| it.fixed).sum();
    let files = done.iter().filter(|it| it.fixed > 0).count();
    let plural = |count: usize, word: &str| format!("{count} {word}{}", if count == 1 { "" } else { "s" });
    if fixed > 0 {
        complain(format_args!("{verb} {} in {}", plural(fixed, "problem"), plural(files, "file")));
    }
}

fn report(
    out: &mut dyn Write,
    args: &Args,
    formats: &[FormatTo],
    merged: Merged,
    terminal: &impl io::IsTerminal,
) -> anyhow::Result<()> {
    let Merged { sources, found, files } = merged;
    let diagnostics: Vec<Diagnostic> = found.into_iter().map(|it| it.diagnostic).collect();
    if args.output.statistics {
        return statistics(out, formats, &diagnostics);
    }
    let folder = host::folder_in_checkout();
    let run = Run { sources: &sources, diagnostics: &diagnostics, files: &files, folder: &folder };
    let color = host::colors(formats::color(args.output.color.into(), &args.output.formats), terminal);
    formats::write(out, formats, &run, Style { color, quiet: args.output.quiet })
}

fn statistics(out: &mut dyn Write, formats: &[FormatTo], diagnostics: &[Diagnostic]) -> anyhow::Result<()> {
    for FormatTo { format, file } in formats {
        let mut bytes = Vec::new();
        match format {
            FormatArg::Json => report::statistics_json(&mut bytes, diagnostics)?,
            FormatArg::Text => report::statistics_text(&mut bytes, diagnostics)?,
            _ => {}
        }
        match file {
            Some(file) => formats::put(file, &bytes)?,
            None => out.write_all(&bytes)?,
        }
    }
    Ok(())
}
