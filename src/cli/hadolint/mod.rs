//! `cachalot hadolint`, and cachalot called as `hadolint`: the same rules behind hadolint's doors.

mod args;

use std::ffi::OsString;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;

use crate::config::{HadolintSetting, hadolint_setting};
use crate::diagnostic::Diagnostic;
use crate::host::{self, Configs};
use crate::report::{self, ColorChoice, Run, Style};
use crate::text::Sources;

use super::formats::put;
use super::lint::{Merged, lint_all};
use super::output::{complain, stdout};
use super::{Outcome, lint};

pub(super) use args::Args;

/// The version whose behaviour this follows; scripts read the first number of `--version`.
const HADOLINT: &str = "2.15.1";

/// True if the program goes by hadolint's name.
pub(super) fn is_called_so() -> bool {
    let name = std::env::args_os().next().map(PathBuf::from);
    name.as_deref().and_then(Path::file_stem).is_some_and(|stem| stem.eq_ignore_ascii_case("hadolint"))
}

/// Runs under hadolint's name: a wrong option ends with 1 there.
pub(super) fn main() -> ExitCode {
    let arguments: Vec<OsString> = std::env::args_os().collect();
    match Args::try_parse_from(arguments) {
        Ok(args) => super::finish(run(&args)),
        Err(error) => {
            let _ = error.print();
            if error.use_stderr() { ExitCode::from(1) } else { ExitCode::SUCCESS }
        }
    }
}

/// hadolint knows only 0 and 1: what went wrong is said and ends with 1.
pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    match hadolint(args) {
        Err(error) if !super::is_closed_pipe(&error) => {
            complain(format_args!("{error:#}"));
            Ok(Outcome::Found)
        }
        result => result,
    }
}

fn hadolint(args: &Args) -> anyhow::Result<Outcome> {
    if args.version {
        println!("hadolint {HADOLINT}, as spoken by cachalot {}", env!("CARGO_PKG_VERSION"));
        return Ok(Outcome::Clean);
    }
    if args.files.is_empty() {
        bail!("please provide a Dockerfile");
    }
    let file = args.config.clone().or_else(config_file);
    let text = file.as_deref().map(|file| host::read(file).map(|it| String::from_utf8_lossy(&it).into_owned()));
    let text = text.transpose()?;
    let name = file.as_deref().map(host::display);
    let setting = hadolint_setting(&args::environment(), name.as_deref().zip(text.as_deref()), &args.words())?;
    if setting.verbose {
        match &name {
            Some(name) => complain(format_args!("configuration: {name}")),
            None => complain(format_args!("no configuration file: defaults, environment and options count")),
        }
    }
    let outputs = outputs(&setting.formats, &args.output)?;
    let (items, unreadable) = lint::items(&args.files, Some(Path::new("-")));
    let (mut merged, failed) = lint_all(&Configs::given(setting.loaded.clone()), &items)?;
    let fails = merged.found.iter().any(|it| it.fails);
    for found in &mut merged.found {
        found.diagnostic.rule = report::hadolint_code(&found.diagnostic);
    }
    write(args, &setting, &outputs, &merged)?;
    let silent = outputs.iter().all(|it| matches!(it.format, Format::Codeclimate | Format::Codacy));
    Ok(if fails && !silent || failed || unreadable { Outcome::Found } else { Outcome::Clean })
}

/// The first file there is of those that hadolint looks for.
fn config_file() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let home = variable("HOME").or_else(|| variable("USERPROFILE"));
    let config = variable("XDG_CONFIG_HOME").or_else(|| Some(home.as_ref()?.join(".config")));
    let mut stems = vec![PathBuf::from(".hadolint")];
    stems.extend(config.map(|folder| folder.join("hadolint")));
    if let Some(home) = home {
        stems.extend([".hadolint/hadolint", ".hadolint/config", ".hadolint"].map(|stem| home.join(stem)));
    }
    let with = |stem: &PathBuf, ending: &str| PathBuf::from(format!("{}.{ending}", stem.display()));
    let files = stems.iter().flat_map(|stem| ["yaml", "yml"].map(|ending| with(stem, ending)));
    files.into_iter().find(|file| file.is_file())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Tty,
    Json,
    Checkstyle,
    Codeclimate,
    GitlabCodeclimate,
    Gnu,
    Codacy,
    Sonarqube,
    Sarif,
    Junit,
}

const FORMATS: [(&str, Format); 10] = [
    ("tty", Format::Tty),
    ("json", Format::Json),
    ("checkstyle", Format::Checkstyle),
    ("codeclimate", Format::Codeclimate),
    ("gitlab_codeclimate", Format::GitlabCodeclimate),
    ("gnu", Format::Gnu),
    ("codacy", Format::Codacy),
    ("sonarqube", Format::Sonarqube),
    ("sarif", Format::Sarif),
    ("junit", Format::Junit),
];

struct Output {
    format: Format,
    /// Standard output without a file.
    file: Option<PathBuf>,
}

/// Formats and files in pairs, in their order.
fn outputs(formats: &[String], files: &[PathBuf]) -> anyhow::Result<Vec<Output>> {
    let known = |name: &String| {
        let found = FORMATS.iter().find(|(known, _)| known == name).map(|(_, format)| *format);
        let all = || FORMATS.map(|(name, _)| name).join(", ");
        found.with_context(|| format!("unknown format `{name}`: one of {}", all()))
    };
    let mut found = formats.iter().map(known).collect::<anyhow::Result<Vec<_>>>()?;
    if found.is_empty() {
        found.push(Format::Tty);
    }
    let file = |at: usize| files.get(at).filter(|file| *file != Path::new("-")).cloned();
    Ok(found.into_iter().enumerate().map(|(at, format)| Output { format, file: file(at) }).collect())
}

fn write(args: &Args, setting: &HadolintSetting, outputs: &[Output], merged: &Merged) -> anyhow::Result<()> {
    let diagnostics: Vec<Diagnostic> = merged.found.iter().map(|it| it.diagnostic.clone()).collect();
    let named = args.file_path_in_report.as_deref().map(|path| renamed(&merged.sources, path));
    let choice = if setting.no_color { ColorChoice::Never } else { ColorChoice::Auto };
    let run = Run { sources: &merged.sources, diagnostics: &diagnostics, files: &merged.files, folder: "" };
    let renamed = Run { sources: named.as_ref().unwrap_or(&merged.sources), ..run };
    let files: Vec<String> = args.file_path_in_report.iter().cloned().collect();
    let renamed = if files.is_empty() { renamed } else { Run { files: &files, ..renamed } };
    let mut out = stdout();
    for Output { format, file } in outputs {
        match file {
            None => one(&mut out, *format, &run, &renamed, host::colors(choice, &io::stdout()))?,
            Some(file) => {
                let mut bytes = Vec::new();
                one(&mut bytes, *format, &run, &renamed, false)?;
                put(file, &bytes)?;
            }
        }
    }
    Ok(out.flush()?)
}

/// The texts under the name that reports shall show.
fn renamed(sources: &Sources, path: &str) -> Sources {
    let mut all = Sources::default();
    for (_, source) in sources.iter() {
        let mut source = source.clone();
        source.name = path.to_string();
        all.add(source);
    }
    all
}

fn one(out: &mut dyn Write, format: Format, run: &Run, renamed: &Run, color: bool) -> io::Result<()> {
    use report::Format as Own;
    let own = |out: &mut dyn Write, format, run: &Run| report::write(out, format, run, Style::default());
    match format {
        Format::Tty => report::hadolint_tty(out, run, color),
        Format::Json => report::hadolint_json(out, run),
        Format::Gnu => report::hadolint_gnu(out, run),
        Format::Codacy => own(out, Own::Codacy, run),
        Format::Sarif => own(out, Own::Sarif, run),
        Format::Sonarqube => report::hadolint_sonarqube(out, renamed),
        Format::Checkstyle => own(out, Own::Checkstyle, renamed),
        Format::Codeclimate => own(out, Own::Codeclimate, renamed),
        Format::GitlabCodeclimate => own(out, Own::Gitlab, renamed),
        Format::Junit => report::hadolint_junit(out, renamed),
    }
}
