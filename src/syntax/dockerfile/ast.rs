//! The tree of a Dockerfile. Plain data: every node has the span of the bytes it was read from.

use crate::text::{FileId, Span, Spliced};

/// A Dockerfile as written.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    /// The file that the spans point into.
    pub file: FileId,
    /// The escape character, `\` or `` ` ``.
    pub escape: char,
    /// Parser directives at the top (`# syntax=`, `# escape=`, `# check=`), in order.
    pub directives: Vec<Directive>,
    /// All comments in order, also those inside continuations; not those inside heredocs.
    pub comments: Vec<Comment>,
    /// The instructions in order. An unknown one is there with [`Body::Unknown`].
    pub instructions: Vec<Instruction>,
    /// Every byte of the file in order: the tokens tile it without gap or overlap.
    pub tokens: Vec<Token>,
}

/// `# key=value` at the top of the file.
#[derive(Clone, Debug)]
pub struct Directive {
    /// The whole line without its line end.
    pub span: Span,
    /// The key in lower case: `syntax`, `escape` or `check`.
    pub key: String,
    /// The value without surrounding blanks.
    pub value: String,
    /// The bytes of the value.
    pub value_span: Span,
}

/// A comment line.
#[derive(Clone, Debug)]
pub struct Comment {
    /// From `#` to the end of the line, without the line end.
    pub span: Span,
    /// The text after `#`, trimmed.
    pub text: String,
    /// True where blanks precede the `#`: BuildKit then does not read a `check=` in it.
    pub indented: bool,
    /// True inside the continuation of an instruction.
    pub in_continuation: bool,
}

/// One instruction with everything that belongs to it.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// From the keyword to the last byte that is not a line end, heredoc bodies included.
    pub span: Span,
    /// First and last line, from 1, as BuildKit counts them (heredoc terminators included).
    pub lines: (u32, u32),
    /// The keyword as written, with its place.
    pub keyword: Ident,
    /// Which instruction it is.
    pub kind: Keyword,
    /// The logical line from the keyword on, continuations and comments removed.
    pub logical: Spliced,
    /// Offset in `logical` where the arguments begin, after the keyword and its flags.
    pub args_start: u32,
    /// `--name=value` flags in order, also unknown ones.
    pub flags: Vec<Flag>,
    /// The arguments, as the instruction reads them.
    pub body: Body,
    /// Heredocs in order.
    pub heredocs: Vec<Heredoc>,
    /// Indexes into [`Dockerfile::comments`] of the comment block attached to the instruction
    /// (BuildKit's `PrevComment`: blank lines between do not detach it, an empty comment does).
    pub attached: Vec<usize>,
    /// Lines, from 1, that are blank inside a continuation.
    pub blank_lines: Vec<u32>,
}

impl Instruction {
    /// The text of the arguments: the logical line after keyword and flags.
    pub fn args_text(&self) -> &str {
        &self.logical.text[self.args_start as usize..]
    }

    /// The span of the logical line's part `start..end`.
    pub fn logical_span(&self, start: u32, end: u32) -> Span {
        self.logical.span(start, end)
    }

    /// The bytes of the arguments, after keyword and flags and without heredoc bodies.
    pub fn args_span(&self) -> Span {
        self.logical.span(self.args_start, self.logical.text.len() as u32)
    }

    /// The first flag of that name.
    pub fn flag(&self, name: &str) -> Option<&Flag> {
        self.flags.iter().find(|flag| flag.name.text == name)
    }

    /// All flags of that name.
    pub fn flags_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Flag> {
        self.flags.iter().filter(move |flag| flag.name.text == name)
    }
}

/// A name or keyword with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ident {
    /// The text as written.
    pub text: String,
    /// Its bytes.
    pub span: Span,
}

/// The instructions that BuildKit knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs, reason = "the variants are the instructions' names")]
pub enum Keyword {
    Add,
    Arg,
    Cmd,
    Copy,
    Entrypoint,
    Env,
    Expose,
    From,
    Healthcheck,
    Label,
    Maintainer,
    Onbuild,
    Run,
    Shell,
    Stopsignal,
    User,
    Volume,
    Workdir,
    /// None of them: the file does not build.
    Unknown,
}

/// `--name[=value]` before the arguments.
#[derive(Clone, Debug)]
pub struct Flag {
    /// From `--` to the end of the value.
    pub span: Span,
    /// The name without `--`.
    pub name: Ident,
    /// The value after `=`, quotes processed by BuildKit's flag reader; `None` without `=`.
    pub value: Option<Word>,
    /// The comma separated options of `--mount` and `--device`; empty for every other flag.
    pub options: Vec<FlagOption>,
}

impl Flag {
    /// The value of the last option with one of these keys (in lower case).
    pub fn option(&self, keys: &[&str]) -> Option<&Word> {
        self.last(keys).and_then(|option| option.value.as_ref())
    }

    /// Whether the last option with one of these keys switches something on; `None` without one.
    pub fn switch(&self, keys: &[&str]) -> Option<bool> {
        self.last(keys).map(FlagOption::is_on)
    }

    fn last(&self, keys: &[&str]) -> Option<&FlagOption> {
        let is_wanted = |option: &&FlagOption| keys.iter().any(|key| option.key.text.eq_ignore_ascii_case(key));
        self.options.iter().rev().find(is_wanted)
    }
}

/// `key[=value]` in the value of `--mount` or `--device`.
#[derive(Clone, Debug)]
pub struct FlagOption {
    /// From the key to the end of the value.
    pub span: Span,
    /// The key as written; its case does not matter.
    pub key: Ident,
    /// The value after `=`.
    pub value: Option<Word>,
}

impl FlagOption {
    /// True without a value or with one that Go reads as true.
    pub fn is_on(&self) -> bool {
        let is_true = |word: &Word| matches!(word.raw.as_str(), "1" | "t" | "T" | "true" | "TRUE" | "True");
        self.value.as_ref().is_none_or(is_true)
    }
}

/// One word as written: quotes, escapes and variables are still in it.
#[derive(Clone, Debug)]
pub struct Word {
    /// The text as BuildKit's parser reads it, continuations removed.
    pub raw: String,
    /// Its bytes, from the first to the last.
    pub span: Span,
    /// Where it begins in the instruction's logical line, for [`Spliced::span`] of parts of it.
    pub at: u32,
    /// The variables it refers to, nested ones included, in order of their place.
    pub variables: Vec<Variable>,
}

impl Word {
    /// True if the word refers to no variable.
    pub fn is_constant(&self) -> bool {
        self.variables.is_empty()
    }
}

/// A reference to a variable in a word: `$NAME`, `${NAME}`, `${NAME:-word}` and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The whole reference.
    pub span: Span,
    /// The name without `$` and braces.
    pub name: Ident,
    /// The operator after the name, such as `:-`, `-`, `:+`, `+`, `:?`, `?`, `#`, `##`, `%`, `%%`,
    /// `/` or `//`; empty for none.
    pub operator: String,
}

/// What an instruction says.
#[derive(Clone, Debug)]
pub enum Body {
    /// `FROM image [AS name]`.
    From(From),
    /// `ARG name[=default]…`.
    Arg(Vec<ArgDeclaration>),
    /// `ENV k=v…` or the legacy `ENV k v`.
    Env(Vec<Pair>),
    /// `LABEL k=v…` or the legacy `LABEL k v`.
    Label(Vec<Pair>),
    /// `RUN`; the heredocs are on the instruction.
    Run(Command),
    /// `CMD`.
    Cmd(Command),
    /// `ENTRYPOINT`.
    Entrypoint(Command),
    /// `SHELL [...]`; the shell form is an error but kept.
    Shell(Command),
    /// `COPY`.
    Copy(Transfer),
    /// `ADD`.
    Add(Transfer),
    /// `WORKDIR path`: the whole rest of the line.
    Workdir(Word),
    /// `USER name`: the whole rest of the line.
    User(Word),
    /// `STOPSIGNAL signal`.
    Stopsignal(Word),
    /// `MAINTAINER name`.
    Maintainer(Word),
    /// `VOLUME path…` in either form.
    Volume(Vec<Word>),
    /// `EXPOSE port…`, in the order written.
    Expose(Vec<Word>),
    /// `HEALTHCHECK NONE` (`None`) or `HEALTHCHECK CMD …`.
    Healthcheck(Option<Command>),
    /// `ONBUILD instruction`.
    Onbuild(Box<Instruction>),
    /// An unknown instruction, or one whose arguments could not be read; there is a diagnostic.
    Unknown(Vec<Word>),
}

/// `FROM image [AS name]`.
#[derive(Clone, Debug)]
pub struct From {
    /// The image or stage.
    pub image: Word,
    /// The word `AS` as written.
    pub as_keyword: Option<Ident>,
    /// The stage's name as written.
    pub name: Option<Ident>,
}

/// One `name[=default]` of an ARG.
#[derive(Clone, Debug)]
pub struct ArgDeclaration {
    /// The declared name.
    pub name: Ident,
    /// The default after `=`, which may be empty.
    pub value: Option<Word>,
}

/// One pair of ENV or LABEL.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The key; for LABEL it may be quoted or hold variables.
    pub key: Word,
    /// The value.
    pub value: Word,
    /// True for `KEY value` without `=`.
    pub legacy: bool,
}

/// A command of RUN, CMD, ENTRYPOINT, SHELL or HEALTHCHECK.
#[derive(Clone, Debug)]
pub enum Command {
    /// Text for a shell: the rest of the logical line. Heredoc bodies are not in it.
    Shell {
        /// The text as BuildKit passes it on.
        text: Spliced,
        /// True where it begins with `[` and so was probably meant as the exec form.
        broken_json: bool,
    },
    /// `["program", "argument"]`.
    Exec {
        /// From `[` to `]`.
        span: Span,
        /// The strings.
        words: Vec<JsonString>,
    },
}

impl Command {
    /// The bytes of the command.
    pub fn span(&self) -> Span {
        match self {
            Command::Shell { text, .. } => text.span(0, text.text.len() as u32),
            Command::Exec { span, .. } => *span,
        }
    }

    /// True for the exec form.
    pub fn is_exec(&self) -> bool {
        matches!(self, Command::Exec { .. })
    }
}

/// A string of a JSON array.
#[derive(Clone, Debug)]
pub struct JsonString {
    /// The decoded text, each piece with its place.
    pub value: Spliced,
    /// From quote to quote.
    pub span: Span,
}

/// COPY or ADD.
#[derive(Clone, Debug)]
pub struct Transfer {
    /// The sources; a heredoc source is the word `<<NAME`.
    pub sources: Vec<Word>,
    /// The destination.
    pub dest: Word,
    /// True for the JSON form, whose words are decoded strings.
    pub json: bool,
}

/// An inline file or script.
#[derive(Clone, Debug)]
pub struct Heredoc {
    /// `<<NAME` with its file descriptor, dash and quotes.
    pub marker: Span,
    /// The name without quotes; it ends the body.
    pub name: Ident,
    /// The file descriptor before `<<`, or empty.
    pub descriptor: String,
    /// True where the name is not quoted: variables in the body are expanded.
    pub expand: bool,
    /// True for `<<-`: leading tabs are stripped.
    pub chomp: bool,
    /// The body's bytes, up to the terminator's line.
    pub body: Span,
    /// The terminator; `None` where the file ends before it.
    pub terminator: Option<Span>,
}

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "the names say it")]
pub enum TokenKind {
    Bom,
    Whitespace,
    Newline,
    /// The escape character, trailing blanks and line end of a continued line.
    Continuation,
    Comment,
    Directive,
    Keyword,
    Flag,
    /// A word or any other text of the arguments.
    Text,
    HeredocBody,
    HeredocTerminator,
    /// Bytes that fit nothing else.
    Other,
}

/// A piece of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// What it is.
    pub kind: TokenKind,
    /// Its bytes.
    pub span: Span,
}
