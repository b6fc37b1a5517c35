use crate::shell::{Arg, Command};

use super::tool::Syntax;

/// A tool's arguments, options told from words by the tool's syntax.
#[derive(Debug)]
pub(crate) struct Line<'c> {
    /// The command it was read from.
    pub command: &'c Command,
    /// The program after wrappers such as `python -m` are seen through.
    pub program: &'c str,
    /// The arguments after that program.
    pub args: &'c [Arg],
    /// Index in the command's arguments of the first of `args`.
    pub first: usize,
    /// Options in order.
    pub options: Vec<Opt<'c>>,
    /// Everything else, in order.
    pub words: Vec<Word<'c>>,
}

/// An option: `--name`, `--name=value`, `--name value`, or one letter of `-abc`.
#[derive(Debug)]
pub(crate) struct Opt<'c> {
    pub name: Name<'c>,
    pub value: Option<&'c str>,
    /// Index in the command's arguments.
    pub arg: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Name<'c> {
    /// With its dashes.
    Long(&'c str),
    /// A letter of a cluster.
    Letter(char),
}

impl Name<'_> {
    /// True if it is one of the names separated by blanks. Asked for every option of every command, with
    /// lists of a hundred names.
    pub(crate) fn is_in(self, names: &str) -> bool {
        let mut buffer = [b'-'; 5];
        let name = match self {
            Name::Long(long) => long.as_bytes(),
            Name::Letter(letter) => {
                let len = letter.encode_utf8(&mut buffer[1..]).len();
                &buffer[..1 + len]
            }
        };
        let names = names.as_bytes();
        let is_border = |at: usize| names.get(at).is_none_or(u8::is_ascii_whitespace);
        let Some(last) = name.last().filter(|byte| !byte.is_ascii_whitespace()) else { return false };
        memchr::memchr_iter(*last, names).any(|at| {
            let end = at + 1;
            is_border(end) && names[..end].ends_with(name) && end.checked_sub(name.len() + 1).is_none_or(is_border)
        })
    }
}

/// An argument that is no option and no option's value.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Word<'c> {
    pub text: &'c str,
    pub arg: &'c Arg,
    /// Index in the command's arguments.
    pub index: usize,
}

impl Word<'_> {
    /// True where nothing is known before the build: `$OPTIONS`.
    pub(crate) fn is_opaque(&self) -> bool {
        self.arg.text.is_none() && self.text.starts_with(['$', '`'])
    }
}

impl<'c> Line<'c> {
    /// Reads `args` as the tool does.
    pub(crate) fn read(
        command: &'c Command,
        program: &'c str,
        args: &'c [Arg],
        first: usize,
        syntax: &Syntax,
    ) -> Line<'c> {
        let mut line = Line { command, program, args, first, options: Vec::new(), words: Vec::new() };
        let mut at = 0;
        let mut only_words = false;
        while let Some(arg) = args.get(at) {
            let text = shown(arg);
            if only_words || !text.starts_with('-') || text == "-" {
                line.words.push(Word { text, arg, index: first + at });
            } else if text == "--" {
                only_words = true;
            } else {
                at += line.option(text, at, syntax);
            }
            at += 1;
        }
        line
    }

    /// Reads one option and says how many further arguments it took.
    fn option(&mut self, text: &'c str, at: usize, syntax: &Syntax) -> usize {
        let next = self.args.get(at + 1).map(shown);
        let arg = self.first + at;
        if text.starts_with("--") || !syntax.clusters {
            let (name, value) = match text.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (text, None),
            };
            let name = Name::Long(name);
            let takes_next = value.is_none() && (name.is_in(syntax.valued) || matches!(next, Some("true" | "false")));
            self.options.push(Opt { name, value: if takes_next { next } else { value }, arg });
            return usize::from(takes_next && next.is_some());
        }
        let cluster = &text[1..];
        for (offset, letter) in cluster.char_indices() {
            let name = Name::Letter(letter);
            let rest = &cluster[offset + letter.len_utf8()..];
            if name.is_in(syntax.valued) {
                let attached = rest.strip_prefix('=').unwrap_or(rest);
                let value = if attached.is_empty() { next } else { Some(attached) };
                self.options.push(Opt { name, value, arg });
                return usize::from(attached.is_empty() && next.is_some());
            }
            if let Some(value) = rest.strip_prefix('=') {
                self.options.push(Opt { name, value: Some(value), arg });
                return 0;
            }
            self.options.push(Opt { name, value: None, arg });
        }
        0
    }

    /// True if one of the options, separated by blanks, is given and not as `=false`.
    pub(crate) fn has(&self, names: &str) -> bool {
        self.options.iter().any(|option| option.name.is_in(names) && option.value.is_none_or(is_true))
    }

    /// How often one of the options is given.
    pub(crate) fn count(&self, names: &str) -> usize {
        self.options.iter().filter(|option| option.name.is_in(names)).count()
    }

    /// The values of these options in order.
    pub(crate) fn values(&self, names: &str) -> impl Iterator<Item = &'c str> + Clone {
        self.options.iter().filter(move |option| option.name.is_in(names)).filter_map(|option| option.value)
    }

    /// The last value of these options.
    pub(crate) fn value(&self, names: &str) -> Option<&'c str> {
        self.values(names).last()
    }
}

/// A word with an expansion stands as written but without the quotes around it: `"$VERSION"`.
fn shown(arg: &Arg) -> &str {
    let raw = arg.raw.as_str();
    let unquoted = |quote: char| raw.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote));
    match &arg.text {
        Some(text) => text,
        None => unquoted('"').or_else(|| unquoted('\'')).unwrap_or(raw),
    }
}

/// What npm, Python and shells mean by yes: anything but the usual ways to say no.
pub(crate) fn is_true(value: &str) -> bool {
    !["", "0", "false", "off", "no", "n", "f"].iter().any(|no| value.eq_ignore_ascii_case(no))
}
