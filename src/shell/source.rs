//! From an instruction of the tree to the scripts that its shell gets.

use super::parse::{self, options_of};
use super::{Dialect, Memo, Options, Script, Wrapper};
use crate::syntax::dockerfile::ast;
use crate::text::{Span, Spliced};

/// The shell that runs the shell form of a stage's instructions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellSetting {
    /// The words of `SHELL`, such as `/bin/sh` and `-c`.
    pub words: Vec<String>,
    /// Its language.
    pub dialect: Dialect,
    /// What the words turn on: `-e`, `-o pipefail`.
    pub options: Options,
}

impl ShellSetting {
    /// The setting that `SHELL [words…]` makes.
    pub fn from_words<W: AsRef<str>>(words: &[W]) -> ShellSetting {
        let words: Vec<String> = words.iter().map(|word| word.as_ref().to_string()).collect();
        let options = options_of(words.iter().skip(1).map(String::as_str));
        let dialect = words.first().map_or(Dialect::Other, |program| Dialect::of_program(program));
        ShellSetting { words, dialect, options }
    }

    /// What Windows images begin with: `cmd /S /C`.
    pub fn windows() -> ShellSetting {
        ShellSetting::from_words(&["cmd", "/S", "/C"])
    }
}

impl Default for ShellSetting {
    /// What Linux images begin with: `/bin/sh -c`.
    fn default() -> ShellSetting {
        ShellSetting::from_words(&["/bin/sh", "-c"])
    }
}

/// The scripts of RUN, CMD, ENTRYPOINT and HEALTHCHECK, also inside ONBUILD; none for all others.
/// `text` is the file's, for the bodies of heredocs. An exec form is one command whose words no
/// shell touches, unless it starts a shell: then it is that shell's script. What `memo` knows is not
/// taken apart again.
pub fn scripts(text: &str, instruction: &ast::Instruction, shell: &ShellSetting, memo: Option<&Memo>) -> Vec<Script> {
    let maker = Maker { file: text, shell, memo };
    match &instruction.body {
        ast::Body::Run(command) => vec![maker.script(command, &instruction.heredocs)],
        ast::Body::Cmd(command) | ast::Body::Entrypoint(command) | ast::Body::Healthcheck(Some(command)) => {
            vec![maker.script(command, &[])]
        }
        ast::Body::Onbuild(inner) => {
            // The heredocs may hang on either of the two instructions.
            if let ast::Body::Run(command) = &inner.body {
                let heredocs = if inner.heredocs.is_empty() { &instruction.heredocs } else { &inner.heredocs };
                return vec![maker.script(command, heredocs)];
            }
            scripts(text, inner, shell, memo)
        }
        _ => Vec::new(),
    }
}

/// What scripts are made with.
#[derive(Clone, Copy)]
struct Maker<'a> {
    file: &'a str,
    shell: &'a ShellSetting,
    memo: Option<&'a Memo>,
}

impl Maker<'_> {
    fn script(self, command: &ast::Command, heredocs: &[ast::Heredoc]) -> Script {
        let ShellSetting { dialect, options, .. } = *self.shell;
        match command {
            ast::Command::Exec { words, .. } => exec_form(words),
            ast::Command::Shell { text, .. } if heredocs.is_empty() => self.parse(text.clone(), dialect, options),
            ast::Command::Shell { text, .. } => match heredocs {
                [only] if is_whole(text, only) => self.whole_heredoc(only),
                _ => self.parse(with_bodies(self.file, text, heredocs), dialect, options),
            },
        }
    }

    fn parse(self, text: Spliced, dialect: Dialect, options: Options) -> Script {
        let parse = |text| parse::parse_with(text, dialect, options);
        match self.memo {
            Some(memo) => memo.script(text, dialect, options, parse),
            None => parse(text),
        }
    }

    fn whole_heredoc(self, heredoc: &ast::Heredoc) -> Script {
        let body = body(self.file, heredoc, heredoc.chomp);
        let Some(line) = body.text.strip_prefix("#!").and_then(|rest| rest.lines().next()) else {
            return self.parse(body, self.shell.dialect, self.shell.options);
        };
        let mut words = line.split_ascii_whitespace().skip_while(|word| word.ends_with("/env") || *word == "-S");
        let dialect = words.next().map_or(Dialect::Other, Dialect::of_program);
        let options = options_of(words);
        self.parse(body, dialect, options)
    }
}

/// True for `RUN <<EOF`: the body is the script.
fn is_whole(text: &Spliced, heredoc: &ast::Heredoc) -> bool {
    let from = text.text.len() - text.text.trim_start().len();
    let to = text.text.trim_end().len();
    from < to && heredoc.marker.contains(text.span(from as u32, to as u32))
}

/// `rest` with the bodies of its heredocs behind it, as BuildKit hands it to the shell.
fn with_bodies(file: &str, rest: &Spliced, heredocs: &[ast::Heredoc]) -> Spliced {
    let mut out = rest.clone();
    for heredoc in heredocs {
        out.push_synthetic("\n");
        parse::append(&mut out, &body(file, heredoc, false));
        match heredoc.terminator {
            Some(terminator) => out.push(terminator.slice(file).trim_end(), terminator.start),
            None => out.push_synthetic(&heredoc.name.text),
        }
    }
    out
}

/// A heredoc's body, a piece per line; tabs at the beginning of lines are left out if `chomp`.
fn body(file: &str, heredoc: &ast::Heredoc, chomp: bool) -> Spliced {
    let mut out = Spliced::default();
    let mut at = heredoc.body.start;
    for line in heredoc.body.slice(file).split_inclusive('\n') {
        let tabs = if chomp { line.len() - line.trim_start_matches('\t').len() } else { 0 };
        let text = line.strip_suffix("\r\n").unwrap_or(line);
        out.push(&text[tabs..], at + tabs as u32);
        if text.len() < line.len() {
            // The shell would see the `\r`; without it the commands can be told.
            out.push("\n", at + line.len() as u32 - 1);
        }
        at += line.len() as u32;
    }
    out
}

fn exec_form(words: &[ast::JsonString]) -> Script {
    if let Some(script) = shell_script(words) {
        return script;
    }
    if words.first().is_none_or(|first| first.value.text.is_empty()) {
        return Script { dialect: Dialect::Other, json: true, ..Script::default() };
    }
    let mut text = Spliced::default();
    let mut ranges = Vec::with_capacity(words.len());
    for word in words {
        if !text.text.is_empty() {
            text.push_synthetic(" ");
        }
        let start = text.text.len() as u32;
        parse::append(&mut text, &word.value);
        ranges.push((start, text.text.len() as u32));
    }
    Script { json: true, ..parse::exec(text, &ranges) }
}

/// Programs that only start another one: an init or a change of user.
const STARTERS: [&str; 6] = ["tini", "dumb-init", "docker-init", "catatonit", "gosu", "su-exec"];

/// `["sh", "-c", "script"]`, also behind `tini --` and its like.
fn shell_script(words: &[ast::JsonString]) -> Option<Script> {
    let name = |word: &ast::JsonString| word.value.text.rsplit('/').next().unwrap_or_default().to_string();
    let first = words.first().map(name).filter(|name| STARTERS.contains(&name.as_str()));
    let Some(starter) = first else { return plain_shell_script(words) };
    let options = words.iter().skip(1).take_while(|word| word.value.text.starts_with('-')).count();
    let user = usize::from(matches!(starter.as_str(), "gosu" | "su-exec"));
    let inner = words.get(1 + options + user..)?;
    let mut script = plain_shell_script(inner)?;
    let own = &words[..1 + options + user];
    let wrapper = Wrapper { name: starter, span: own[0].span.to(own[own.len() - 1].span), args: Vec::new() };
    script.commands.iter_mut().for_each(|command| command.wrappers.insert(0, wrapper.clone()));
    Some(script)
}

fn plain_shell_script(words: &[ast::JsonString]) -> Option<Script> {
    let text = |word: &ast::JsonString| word.value.text.clone();
    let setting = ShellSetting::from_words(&words.iter().map(text).collect::<Vec<_>>());
    if !setting.dialect.is_posix() || setting.words[0].ends_with("busybox") {
        return None;
    }
    let rest = setting.words.iter().skip(1);
    let flags = rest.take_while(|word| word.starts_with(['-', '+']) || *word == "pipefail").count();
    let runs = setting.words[1..=flags].iter().any(|word| !word.starts_with("--") && word.ends_with('c'));
    let script = words.get(flags + 1).filter(|_| runs)?;
    let options = options_of(setting.words[1..=flags].iter().map(String::as_str));
    let wrapper = Wrapper {
        name: setting.words[0].rsplit('/').next().unwrap_or_default().to_string(),
        span: Span::new(words[0].span.start, words[flags].span.end),
        args: Vec::new(),
    };
    let script = parse::parse_inside(script.value.clone(), setting.dialect, options, wrapper);
    Some(Script { json: true, ..script })
}
