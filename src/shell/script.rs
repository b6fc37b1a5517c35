use crate::text::{Span, Spliced};

/// The language of a piece of shell code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants are the shells' names")]
pub enum Dialect {
    #[default]
    Sh,
    Bash,
    Dash,
    /// BusyBox ash.
    Ash,
    Ksh,
    Zsh,
    /// `cmd.exe`: not analysed.
    Cmd,
    /// PowerShell: not analysed.
    PowerShell,
    /// Any other interpreter: not analysed.
    Other,
}

impl Dialect {
    /// The language of an interpreter given by name or path: `/bin/bash`, `cmd.exe`, `pwsh`.
    pub fn of_program(program: &str) -> Dialect {
        let name = program.rsplit(['/', '\\']).next().unwrap_or(program).to_ascii_lowercase();
        match name.strip_suffix(".exe").unwrap_or(&name) {
            "sh" => Dialect::Sh,
            "bash" | "rbash" => Dialect::Bash,
            "dash" => Dialect::Dash,
            "ash" | "busybox" => Dialect::Ash,
            "ksh" | "ksh93" | "mksh" => Dialect::Ksh,
            "zsh" => Dialect::Zsh,
            "cmd" => Dialect::Cmd,
            "powershell" | "pwsh" => Dialect::PowerShell,
            _ => Dialect::Other,
        }
    }

    /// True for the POSIX family, which can be parsed.
    pub fn is_posix(self) -> bool {
        !matches!(self, Dialect::Cmd | Dialect::PowerShell | Dialect::Other)
    }
}

/// A piece of shell code taken apart.
#[derive(Clone, Debug, Default)]
pub struct Script {
    /// The code exactly as the shell gets it, each piece with its place in the file.
    pub text: Spliced,
    /// Its language.
    pub dialect: Dialect,
    /// All simple commands in the order of their text: also those in `if`, loops, functions,
    /// subshells, `$(…)`, and those seen through `sh -c '…'`, `eval`, `xargs` and the like.
    pub commands: Vec<Command>,
    /// The first place where the code does not parse. What stands before it is in `commands`.
    pub error: Option<ShellError>,
    /// Options set for the whole script or turned on in it (`set -e`, `set -o pipefail`).
    pub options: Options,
    /// True where the text stands in a JSON string: what a fix puts there needs escapes.
    pub json: bool,
}

impl Script {
    /// Moves all places `by` bytes towards the end of the file, or towards its beginning where adding `by`
    /// wraps.
    pub(super) fn shift(&mut self, by: u32) {
        let shift = |span: &mut Span| {
            span.start = span.start.wrapping_add(by);
            span.end = span.end.wrapping_add(by);
        };
        self.text.segments.iter_mut().for_each(|it| it.source = it.source.wrapping_add(by));
        self.error.iter_mut().for_each(|it| shift(&mut it.span));
        for command in &mut self.commands {
            let Command { name_span, span, args, wrappers, assignments, redirects, .. } = command;
            [name_span, span].into_iter().for_each(shift);
            let inner = wrappers.iter_mut().flat_map(|it| [&mut it.span].into_iter().chain(spans(&mut it.args)));
            inner.chain(spans(args)).for_each(shift);
            let assigned = assignments.iter_mut().map(|it| &mut it.span);
            assigned.chain(redirects.iter_mut().map(|it| &mut it.span)).for_each(shift);
        }
    }
}

fn spans(args: &mut [Arg]) -> impl Iterator<Item = &mut Span> {
    args.iter_mut().map(|it| &mut it.span)
}

/// Where shell code stops making sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShellError {
    /// The place in the file.
    pub span: Span,
    /// What the parser says.
    pub message: String,
}

/// Shell options that change what a failure does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Options {
    /// `-e`.
    pub errexit: bool,
    /// `-o pipefail`.
    pub pipefail: bool,
}

/// A simple command as it is really run: wrappers are peeled off, the name has no folder.
#[derive(Clone, Debug)]
pub struct Command {
    /// The program's base name: `apt-get` for `sudo /usr/bin/apt-get`, `pip` for `$VENV/bin/pip`.
    /// Empty where the name is not known before the build (`$CMD`) or there are only assignments.
    pub name: String,
    /// The bytes of the name as written.
    pub name_span: Span,
    /// The bytes of the whole command with wrappers, assignments, arguments and redirections.
    pub span: Span,
    /// The bytes from the first assignment or wrapper to the last argument, as offsets in
    /// [`Script::text`].
    pub text_range: (u32, u32),
    /// The arguments after the name.
    pub args: Vec<Arg>,
    /// Programs that run this one: `sudo`, `env`, `exec`, `time`, `xargs`, `sh -c`, outermost first.
    pub wrappers: Vec<Wrapper>,
    /// `NAME=value` before the command or handed over by `env`.
    pub assignments: Vec<Assignment>,
    /// How it is joined to the command before it at the same level. The first command of a group
    /// has the group's link, and all commands of a pipeline have the pipeline's.
    pub link: Link,
    /// Its place in a pipeline of two or more commands.
    pub pipe: Option<Pipe>,
    /// True if it, or a construct around it, ends in `&`.
    pub background: bool,
    /// True inside `if`, `while`, `case`, `&&`/`||` right-hand sides excluded: it may not run.
    pub conditional: bool,
    /// True where `if`, `while` or `until` asks for its status.
    pub condition: bool,
    /// Depth of subshells `( … )` around it; a `cd` in one does not outlive it.
    pub subshells: u32,
    /// True inside `$( … )` or backquotes: its output is used as text.
    pub substitution: bool,
    /// True inside the body of a function definition.
    pub in_function: bool,
    /// True behind `!`.
    pub negated: bool,
    /// `> file`, `2>&1` and so on.
    pub redirects: Vec<Redirect>,
    /// The folder it runs in, as far as `cd`, `pushd` and subshells before it in the script tell.
    pub cwd: Cwd,
    /// The shell options that are on when it runs.
    pub options: Options,
}

impl Command {
    /// The known texts of the arguments; those with expansions are left out.
    pub fn known_args(&self) -> impl Iterator<Item = &str> {
        self.args.iter().filter_map(|arg| arg.text.as_deref())
    }

    /// True if an argument is exactly `text`.
    pub fn has_arg(&self, text: &str) -> bool {
        self.known_args().any(|arg| arg == text)
    }

    /// True if a wrapper of that name runs it.
    pub fn is_wrapped_in(&self, name: &str) -> bool {
        self.wrappers.iter().any(|wrapper| wrapper.name == name)
    }

    /// True if a flag is given: `--name`, `--name=value`, or the letter in a cluster such as `-xvf`.
    pub fn has_flag(&self, short: Option<char>, long: &str) -> bool {
        self.known_args().take_while(|arg| *arg != "--").any(|arg| {
            if let Some(rest) = arg.strip_prefix("--") {
                !long.is_empty() && rest.split('=').next() == Some(long)
            } else if let Some(cluster) = arg.strip_prefix('-') {
                short.is_some_and(|letter| cluster.contains(letter))
            } else {
                false
            }
        })
    }
}

/// One word after the command's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arg {
    /// As written, with quotes.
    pub raw: String,
    /// What the program receives; `None` where the word holds an expansion, whose value is not
    /// known. A glob is kept as text.
    pub text: Option<String>,
    /// Its bytes in the file.
    pub span: Span,
    /// Its offsets in [`Script::text`].
    pub range: (u32, u32),
    /// True if any part of it is quoted.
    pub quoted: bool,
    /// Names of the variables in it.
    pub variables: Vec<String>,
}

impl Arg {
    /// The known text, or else the word as written.
    pub fn text_or_raw(&self) -> &str {
        self.text.as_deref().unwrap_or(&self.raw)
    }
}

/// A program that runs another one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wrapper {
    /// Its base name: `sudo`, `env`, `sh`.
    pub name: String,
    /// From its name to the word before the wrapped command.
    pub span: Span,
    /// Its own arguments.
    pub args: Vec<Arg>,
}

/// `NAME=value` in front of a command, or alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The variable.
    pub name: String,
    /// The value where it is constant.
    pub value: Option<String>,
    /// The bytes of the whole assignment.
    pub span: Span,
}

/// How a command is joined to its predecessor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Link {
    /// Nothing stands before it at its level.
    #[default]
    First,
    /// `;`, a line end or `&`.
    Then,
    /// `&&`.
    And,
    /// `||`.
    Or,
}

/// Place in a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Pipe {
    /// The same for all commands of one pipeline, unique in the script.
    pub id: u32,
    /// From 0.
    pub index: u32,
    /// Number of commands in the pipeline.
    pub len: u32,
}

/// `> file` and relatives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Redirect {
    /// The file descriptor before the operator, where one is written.
    pub descriptor: Option<u32>,
    /// `>`, `>>`, `<`, `<<`, `<<<`, `>&`, `&>` …
    pub operator: String,
    /// The target where it is constant; the body is not kept for heredocs.
    pub target: Option<String>,
    /// The bytes of operator and target.
    pub span: Span,
}

/// Where a command runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Cwd {
    /// In the stage's WORKDIR.
    #[default]
    Workdir,
    /// In this folder, absolute or relative to the stage's WORKDIR, `cd`s before it applied.
    Known(String),
    /// A `cd` to a place that is not known before the build came before it.
    Unknown,
}
