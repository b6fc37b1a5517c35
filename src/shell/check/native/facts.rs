//! Checks that need no more than the commands.

use crate::diagnostic::Severity;
use crate::shell::check::findings::Draft;
use crate::shell::{Arg, Command, Dialect, Script};

pub(super) fn run(script: &Script) -> Vec<Draft> {
    let direct = script.commands.iter().filter(|command| is_direct(command));
    let found = direct.flat_map(|command| check(script, command));
    found.chain(script.commands.iter().filter_map(builtin_under_sudo)).collect()
}

/// True for commands that stand in the script itself: ShellCheck does not look through wrappers.
fn is_direct(command: &Command) -> bool {
    command.wrappers.iter().all(|wrapper| wrapper.name == "time")
}

fn check(script: &Script, command: &Command) -> Vec<Draft> {
    let mut found: Vec<Draft> = match command.name.as_str() {
        "find" => find_without_path(script, command).into_iter().collect(),
        "mkdir" => mode_of_deepest(command).into_iter().collect(),
        "ln" => missing_destination(command, 2226, Severity::Warning).into_iter().collect(),
        "cp" => missing_destination(command, 2225, Severity::Error).into_iter().collect(),
        "mv" => missing_destination(command, 2224, Severity::Error).into_iter().collect(),
        "trap" => command.args.iter().skip(1).filter_map(deadly_signal).collect(),
        "tr" => command.args.iter().filter_map(tr_set).collect(),
        "printf" => printf_count(command).into_iter().collect(),
        _ => Vec::new(),
    };
    found.extend(spaced_assignment(command));
    if matches!(script.dialect, Dialect::Sh | Dialect::Dash | Dialect::Ash) {
        found.extend(command.args.iter().flat_map(|arg| bash_variables(script, arg)));
    }
    found
}

/// `sudo cd /x`: sudo starts programs, and this is none.
fn builtin_under_sudo(command: &Command) -> Option<Draft> {
    const BUILTINS: &[&str] = &[
        "cd", "command", "declare", "eval", "exec", "exit", "export", "hash", "history", "local", "popd", "pushd",
        "read", "readonly", "return", "set", "source", "trap", "type", "typeset", "ulimit", "umask", "unset", "wait",
    ];
    let is_sudo = command.wrappers.last().is_some_and(|wrapper| wrapper.name == "sudo" && wrapper.args.is_empty());
    (is_sudo && BUILTINS.contains(&command.name.as_str())).then(|| Draft {
        code: 2232,
        level: Severity::Warning,
        message: format!("`sudo` runs programs, and `{}` is a word of the shell: use `sudo sh -c …`", command.name),
        range: (command.text_range.0 as usize, command.text_range.1 as usize),
        fix: None,
    })
}

fn draft(code: u16, level: Severity, arg: &Arg, message: impl Into<String>) -> Draft {
    let range = (arg.range.0 as usize, arg.range.1 as usize);
    Draft { code, level, message: message.into(), range, fix: None }
}

/// `NAME = value`.
fn spaced_assignment(command: &Command) -> Option<Draft> {
    let first = command.args.first()?;
    let spaced = first.raw.starts_with('=') && first.raw != "==";
    let message = "blanks around `=` make this a call of a command instead of an assignment";
    spaced.then(|| draft(2283, Severity::Error, first, message))
}

/// `cp file`: one path that cannot become several.
fn missing_destination(command: &Command, code: u16, level: Severity) -> Option<Draft> {
    let told = command.has_flag(Some('t'), "target-directory") || command.has_flag(None, "help");
    let mut paths = command.args.iter().filter(|arg| !arg.text_or_raw().starts_with('-'));
    let (Some(path), None) = (paths.next(), paths.next()) else { return None };
    let several =
        if path.quoted { path.raw.contains(['@', '*']) } else { path.raw.contains(['$', '`', '*', '?', '[', '{']) };
    let ends_options = command.has_arg("--");
    if told || several || ends_options {
        return None;
    }
    let range = (command.text_range.0 as usize, command.text_range.1 as usize);
    let message = format!("`{}` is given no destination", command.name);
    Some(Draft { code, level, message, range, fix: None })
}

fn deadly_signal(arg: &Arg) -> Option<Draft> {
    let signal = arg.text.as_deref()?;
    let deadly = matches!(signal.strip_prefix("SIG").unwrap_or(signal), "KILL" | "STOP" | "9" | "19");
    deadly.then(|| draft(2173, Severity::Error, arg, format!("no process can trap `{signal}`")))
}

fn tr_set(arg: &Arg) -> Option<Draft> {
    if !arg.quoted && arg.raw.contains(['*', '?', '[']) {
        let message = format!("`{}` becomes the names of matching files: quote it", arg.raw);
        return Some(draft(2060, Severity::Warning, arg, message));
    }
    let set = arg.text.as_deref().filter(|set| !set.starts_with(['-', '[']) && !set.contains("[:"))?;
    let mut letters: Vec<char> = set.chars().filter(|char| char.is_alphabetic()).collect();
    let all = letters.len();
    letters.sort_unstable();
    letters.dedup();
    let message = format!("`tr` replaces single characters, not words: `{set}` names one twice");
    (letters.len() < all).then(|| draft(2020, Severity::Info, arg, message))
}

/// A format and its arguments must go together.
fn printf_count(command: &Command) -> Option<Draft> {
    let (format, args) = command.args.split_first()?;
    let wanted = directives(format.text.as_deref().filter(|text| !text.starts_with('-'))?);
    // What the shell may split or leave out cannot be counted.
    if args.iter().any(|arg| arg.text.is_none() && (!arg.quoted || arg.raw.contains(['@', '*']))) {
        return None;
    }
    if args.iter().any(|arg| !arg.quoted && arg.raw.contains(['*', '?', '[', '{'])) {
        return None;
    }
    match (wanted, args.len()) {
        (0, 0) => None,
        (0, _) => Some(draft(2182, Severity::Error, format, "the format takes no values: the arguments are ignored")),
        (wanted, given) if given == 0 || given % wanted != 0 => {
            let message = format!("the format takes {wanted} value(s), but gets {given}");
            Some(draft(2183, Severity::Warning, format, message))
        }
        _ => None,
    }
}

/// How many values a `printf` format takes.
fn directives(format: &str) -> usize {
    let mut count = 0;
    let mut chars = format.chars();
    while let Some(char) = chars.next() {
        if char != '%' {
            continue;
        }
        for char in chars.by_ref() {
            match char {
                '%' => break,
                '*' => count += 1,
                char if char.is_ascii_alphabetic() => {
                    count += 1;
                    break;
                }
                _ => {}
            }
        }
    }
    count
}

/// Variables that bash sets and a plain `sh` does not.
const BASH_VARIABLES: &[&str] = &[
    "BASHPID",
    "DIRSTACK",
    "EUID",
    "FUNCNAME",
    "GROUPS",
    "HOSTNAME",
    "HOSTTYPE",
    "MACHTYPE",
    "OSTYPE",
    "PIPESTATUS",
    "RANDOM",
    "SECONDS",
    "SHLVL",
    "UID",
];

fn bash_variables(script: &Script, arg: &Arg) -> Vec<Draft> {
    let names = arg.variables.iter().filter(|name| BASH_VARIABLES.contains(&name.as_str()));
    names.filter_map(|name| bash_variable(script, arg, name)).collect()
}

fn bash_variable(script: &Script, arg: &Arg, name: &str) -> Option<Draft> {
    let assigned = |text: &str| text.contains(&format!("{name}="));
    let braced = arg.raw.find(&format!("${{{name}"));
    let start = braced.or_else(|| arg.raw.find(&format!("${name}")))?;
    let rest = &arg.raw[start..];
    let len = if braced.is_some() { rest.find('}').map_or(rest.len(), |at| at + 1) } else { name.len() + 1 };
    if assigned(&script.text.text) {
        return None;
    }
    let at = arg.range.0 as usize + start;
    let message = format!("`{name}` is set by bash, not by `sh`");
    Some(Draft { code: 3028, level: Severity::Warning, message, range: (at, at + len), fix: None })
}

fn find_without_path(script: &Script, command: &Command) -> Option<Draft> {
    let has_path = command.args.iter().map(Arg::text_or_raw).find(|arg| !is_leading(arg)).is_some_and(is_path);
    if has_path || command.has_flag(None, "help") {
        return None;
    }
    let start = command.text_range.0 as usize;
    let line = script.text.text.get(start..)?;
    let len = line.find(|char: char| char.is_whitespace() || matches!(char, ';' | '&' | '|' | ')' | '`'));
    Some(Draft {
        code: 2185,
        level: Severity::Info,
        message: "`find` is given no folder, which not every implementation takes for the current one".into(),
        range: (start, start + len.unwrap_or(line.len())),
        fix: None,
    })
}

/// True for the options that `find` takes before its paths.
fn is_leading(arg: &str) -> bool {
    let Some(letters) = arg.strip_prefix('-') else { return false };
    letters.len() <= 1 || letters.bytes().all(|letter| b"-EHLPXdfsxO0123456789".contains(&letter))
}

fn is_path(arg: &str) -> bool {
    !arg.starts_with('-')
}

fn mode_of_deepest(command: &Command) -> Option<Draft> {
    if !command.has_flag(Some('p'), "parents") {
        return None;
    }
    let is_mode = |arg: &&Arg| {
        arg.text.as_deref().is_some_and(|text| match text.strip_prefix("--") {
            Some(long) => long.split('=').next() == Some("mode"),
            None => text.strip_prefix('-').is_some_and(|letters| letters.contains('m')),
        })
    };
    let mode = command.args.iter().find(is_mode)?;
    command.args.iter().any(may_be_deep).then(|| Draft {
        code: 2174,
        level: Severity::Warning,
        message: "with `-p`, the mode is given to the deepest folder only".into(),
        range: (mode.range.0 as usize, mode.range.1 as usize),
        fix: None,
    })
}

/// True for a path of which more than the last part may be created.
fn may_be_deep(arg: &Arg) -> bool {
    let Some(mut path) = arg.text.as_deref() else { return true };
    while let Some(rest) = path.strip_prefix("./").or_else(|| path.strip_prefix("../")) {
        path = rest;
    }
    path.contains('/')
}
