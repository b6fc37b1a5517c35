//! `--format`: which formats, and where each of them goes.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, bail};
use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::ErrorKind;
use clap::{Arg, Command, ValueEnum};

use crate::host::{self, Ci};
use crate::report::{self, ColorChoice, Format, Run, Style};

/// Output formats of `lint`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum FormatArg {
    /// The source with labels under it, for people
    #[default]
    Text,
    /// file:line:column: severity[rule]: message
    Compact,
    /// One versioned object with positions, notes and edits
    Json,
    /// The same as a stream of lines, for many runs put together
    Ndjson,
    /// SARIF 2.1.0 for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// GitLab's Code Quality report
    Gitlab,
    /// Issues of Azure Pipelines
    Azure,
    /// Checkstyle's XML, for Jenkins and others
    Checkstyle,
    /// JUnit's XML
    Junit,
    /// Code Climate's issues
    Codeclimate,
    /// SonarQube's generic issues
    Sonarqube,
    /// Codacy's results
    Codacy,
    /// reviewdog's diagnostics, with suggestions
    Rdjson,
    /// The GNU Coding Standards' form of errors
    Gnu,
    /// The Test Anything Protocol
    Tap,
    /// A summary and a table, for comments and job summaries
    Markdown,
    /// One self-contained page
    Html,
}

impl From<FormatArg> for Format {
    fn from(format: FormatArg) -> Format {
        match format {
            FormatArg::Text => Format::Text,
            FormatArg::Compact => Format::Compact,
            FormatArg::Json => Format::Json,
            FormatArg::Ndjson => Format::Ndjson,
            FormatArg::Sarif => Format::Sarif,
            FormatArg::Github => Format::Github,
            FormatArg::Gitlab => Format::Gitlab,
            FormatArg::Azure => Format::Azure,
            FormatArg::Checkstyle => Format::Checkstyle,
            FormatArg::Junit => Format::Junit,
            FormatArg::Codeclimate => Format::Codeclimate,
            FormatArg::Sonarqube => Format::Sonarqube,
            FormatArg::Codacy => Format::Codacy,
            FormatArg::Rdjson => Format::Rdjson,
            FormatArg::Gnu => Format::Gnu,
            FormatArg::Tap => Format::Tap,
            FormatArg::Markdown => Format::Markdown,
            FormatArg::Html => Format::Html,
        }
    }
}

/// A format and where it goes; standard output without a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct FormatTo {
    pub(super) format: FormatArg,
    pub(super) file: Option<PathBuf>,
}

/// Reads `NAME` or `NAME=FILE`.
#[derive(Clone, Copy, Debug)]
pub(super) struct FormatParser;

impl TypedValueParser for FormatParser {
    type Value = FormatTo;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<FormatTo, clap::Error> {
        let text = value.to_str().ok_or_else(|| clap::Error::new(ErrorKind::InvalidUtf8).with_cmd(command))?;
        let (name, file) = text.split_once('=').map_or((text, None), |(name, file)| (name, Some(file)));
        let format = EnumValueParser::<FormatArg>::new().parse_ref(command, arg, OsStr::new(name))?;
        Ok(FormatTo { format, file: file.filter(|file| *file != "-").map(PathBuf::from) })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(FormatArg::value_variants().iter().filter_map(ValueEnum::to_possible_value)))
    }
}

/// What was asked for, or else what the service that runs us shows best: annotations beside the text.
pub(super) fn wanted(given: &[FormatTo]) -> anyhow::Result<Vec<FormatTo>> {
    let on_stdout = |format| FormatTo { format, file: None };
    if given.is_empty() {
        let annotations = match host::ci() {
            Some(Ci::Github) => Some(FormatArg::Github),
            Some(Ci::Azure) => Some(FormatArg::Azure),
            Some(Ci::Gitlab) | None => None,
        };
        return Ok(std::iter::once(FormatArg::Text).chain(annotations).map(on_stdout).collect());
    }
    let shown: Vec<Format> = given.iter().filter(|it| it.file.is_none()).map(|it| it.format.into()).collect();
    if shown.len() > 1 && !shown.iter().all(|format| format.is_lines()) {
        bail!("only one format can go to standard output: give the others a file, as in --format sarif=report.sarif");
    }
    Ok(given.to_vec())
}

/// GitLab has no annotations in a job's log, but shows its colours: it gets them where nobody chose.
pub(super) fn color(choice: ColorChoice, given: &[FormatTo]) -> ColorChoice {
    let wants_no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let by_gitlab = choice == ColorChoice::Auto && given.is_empty() && host::ci() == Some(Ci::Gitlab);
    if by_gitlab && !wants_no_color { ColorChoice::Always } else { choice }
}

/// Writes the run in each format to where it goes.
pub(super) fn write(out: &mut dyn Write, formats: &[FormatTo], run: &Run, style: Style) -> anyhow::Result<()> {
    let mut files: Vec<(&PathBuf, Vec<u8>)> = Vec::new();
    for FormatTo { format, file } in formats {
        let Some(file) = file else {
            report::write(out, (*format).into(), run, style)?;
            continue;
        };
        let mut bytes = Vec::new();
        report::write(&mut bytes, (*format).into(), run, Style { color: false, quiet: false })?;
        files.push((file, bytes));
    }
    for (file, bytes) in files {
        put(file, &bytes)?;
    }
    Ok(())
}

/// Writes a report's file; an error names it.
pub(super) fn put(file: &std::path::Path, bytes: &[u8]) -> anyhow::Result<()> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => "the folder is not there".to_string(),
        _ => error.to_string(),
    };
    host::put(file, bytes)
        .map_err(|error| anyhow::anyhow!(failed(error)))
        .with_context(|| format!("{}: cannot be written", host::display(file)))
}
