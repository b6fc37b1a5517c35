//! The linter's crate behind our own findings.

use std::sync::OnceLock;

use shuck_linter::{
    AmbientShellOptions, AnalysisRequest, LinterSettings, Rule, ShellCheckCodeMap, ShellCheckLevel, ShellDialect,
    rule_metadata,
};
use shuck_parser::parser::Parser;

use super::codes::CODES;
use crate::diagnostic::Severity;
use crate::shell::check::findings::{Draft, DraftFix};
use crate::shell::{Dialect, Options, Script};

/// True for the shells that the engine has rules for.
pub(super) fn is_known(dialect: Dialect) -> bool {
    shell(dialect).is_some()
}

/// Checks a script; offsets are those of its text.
pub(super) fn run(script: &Script) -> Vec<Draft> {
    let Some(shell) = shell(script.dialect) else { return Vec::new() };
    let text = script.text.text.as_str();
    let settings = settings(shell, script.options);
    let parsed = Parser::with_dialect(text, shell.parser_dialect()).parse();
    let found = AnalysisRequest::from_parse_result(&parsed, text, settings).with_shellcheck_map(map()).lint();
    found.into_iter().filter_map(|diagnostic| draft(diagnostic, text, script.dialect)).collect()
}

fn shell(dialect: Dialect) -> Option<ShellDialect> {
    Some(match dialect {
        Dialect::Sh => ShellDialect::Sh,
        Dialect::Bash => ShellDialect::Bash,
        Dialect::Dash | Dialect::Ash => ShellDialect::Dash,
        Dialect::Ksh => ShellDialect::Ksh,
        Dialect::Zsh | Dialect::Cmd | Dialect::PowerShell | Dialect::Other => return None,
    })
}

fn draft(diagnostic: shuck_linter::Diagnostic, text: &str, dialect: Dialect) -> Option<Draft> {
    let (code, level) = code_of(diagnostic.rule)?;
    let span = diagnostic.span;
    let range = (span.start.offset().min(text.len()), span.end.offset().min(text.len()));
    let code = in_dialect(code, dialect, text.get(range.0..range.1).unwrap_or_default())?;
    let mut fix = diagnostic.fix.map(|fix| DraftFix {
        title: diagnostic.fix_title.unwrap_or_else(|| "rewrite it".into()),
        edits: fix
            .edits()
            .iter()
            .map(|edit| {
                let range = edit.range();
                ((usize::from(range.start()), usize::from(range.end())), edit.content().to_string())
            })
            .collect(),
    });
    let mut message = diagnostic.message;
    match code {
        2006 => fix = backquotes(text, range),
        2164 => {
            let words = text.get(range.0..range.1).unwrap_or_default().split_whitespace().collect::<Vec<_>>();
            message = format!("if `{}` fails, what follows runs in another folder", words.join(" "));
            fix = cd_or_exit(range);
        }
        _ => {}
    }
    Some(Draft { code, level, message, range: (range.0, range.1.max(range.0)), fix })
}

/// The code under which ShellCheck itself reports it in that dialect.
fn in_dialect(code: u16, dialect: Dialect, text: &str) -> Option<u16> {
    match code {
        // A bracket without quotes is a glob first of all, which is reported.
        2021 if text.starts_with('[') => None,
        3037 if dialect == Dialect::Dash => (text != "-n").then_some(3036),
        3037 if dialect == Dialect::Ash => None,
        3042 => Some(3039),
        3073 => Some(3029),
        code => Some(code),
    }
}

/// `` `a` `` as `$(a)`, where nothing inside needs a second look.
fn backquotes(text: &str, (start, end): (usize, usize)) -> Option<DraftFix> {
    let body = text.get(start..end)?.strip_prefix('`')?.strip_suffix('`')?;
    let plain = !body.contains(['`', '\\', '\n', '#']) && !body.trim_start().starts_with('(');
    let edits = vec![((start, start + 1), "$(".to_string()), ((end - 1, end), ")".to_string())];
    plain.then(|| DraftFix { title: "write `$(…)`".into(), edits })
}

fn cd_or_exit((_, end): (usize, usize)) -> Option<DraftFix> {
    Some(DraftFix { title: "stop when it fails".into(), edits: vec![((end, end), " || exit".to_string())] })
}

/// The code of a rule and ShellCheck's level for it, if we report it.
fn code_of(rule: Rule) -> Option<(u16, Severity)> {
    let code = u16::try_from(map().code_for_rule(rule)?).ok().filter(|code| CODES.binary_search(code).is_ok())?;
    let level = match rule_metadata(rule).and_then(|metadata| metadata.shellcheck_level) {
        Some(ShellCheckLevel::Style) => Severity::Hint,
        Some(ShellCheckLevel::Info) => Severity::Info,
        Some(ShellCheckLevel::Error) => Severity::Error,
        Some(ShellCheckLevel::Warning) | None => Severity::Warning,
    };
    Some((code, level))
}

fn map() -> &'static ShellCheckCodeMap {
    static MAP: OnceLock<ShellCheckCodeMap> = OnceLock::new();
    MAP.get_or_init(ShellCheckCodeMap::default)
}

/// The settings for a shell and the options that are on from the start; each is built once.
fn settings(shell: ShellDialect, options: Options) -> &'static LinterSettings {
    static SETTINGS: [OnceLock<LinterSettings>; 16] = [const { OnceLock::new() }; 16];
    let shells = [ShellDialect::Sh, ShellDialect::Bash, ShellDialect::Dash, ShellDialect::Ksh];
    let at = shells.iter().position(|known| *known == shell).unwrap_or(0);
    let slot = at * 4 + usize::from(options.errexit) * 2 + usize::from(options.pipefail);
    SETTINGS[slot].get_or_init(|| {
        let rules = Rule::iter().filter(|rule| code_of(*rule).is_some());
        LinterSettings::for_rules(rules)
            .with_shell(shell)
            .with_ambient_shell_options(AmbientShellOptions { errexit: options.errexit, pipefail: options.pipefail })
            // Otherwise `. file` would read files.
            .with_resolve_source_closure(false)
    })
}
