//! The words of a simple command to a call of docker or one of its kind.

use super::words::CliWord;
use super::{FlagUse, Invocation, Place, Program, Verb, table};
use crate::text::{Span, Spliced};

/// Dashes that word processors put in the place of `-` and `--`.
const TYPOGRAPHIC: [char; 5] = ['–', '—', '−', '‒', '―'];

pub(super) fn invocation(line: &Spliced, words: &[CliWord], place: Place, folder: &str) -> Option<Invocation> {
    let start = program_at(words)?;
    let word = &words[start];
    let rest = &words[start + 1..];
    let (program, misspelt) = match program(&word.text) {
        Some(program) => (program, false),
        // A word that is nearly `docker` is that program only if docker could go on like this.
        None => {
            (Program::Docker, is_nearly_docker(&word.text) && rest.first().is_some_and(|it| table::is_top(&it.text)))
        }
    };
    if program == Program::Docker && !misspelt && self::program(&word.text).is_none() {
        return None;
    }
    let last = words.last()?;
    let (path, verb, rest) = subcommand(program, rest);
    let mut reader = Reader { line, verb, name: table_name(&path, verb), program, flags: Vec::new(), args: Vec::new() };
    reader.read(rest);
    let Reader { flags, args, name: subcommand, .. } = reader;
    let elided = [last.text.as_str(), args.last().map_or("", |it| &it.text)]
        .iter()
        .any(|text| text.ends_with("...") || text.ends_with('…'));
    let text = line.text[word.range.0 as usize..last.range.1 as usize].to_string();
    let span = line.span(word.range.0, last.range.1);
    let folder = folder.to_string();
    let program_word = word.clone();
    Some(Invocation {
        program,
        program_word,
        misspelt,
        path,
        verb,
        subcommand,
        flags,
        args,
        span,
        text,
        place,
        folder,
        elided,
    })
}

/// Where the program stands: behind `sudo`, `time`, `winpty`, `NAME=value` and the like.
fn program_at(words: &[CliWord]) -> Option<usize> {
    let mut at = 0;
    while let Some(word) = words.get(at) {
        let text = word.text.as_str();
        let is_assignment = text
            .split_once('=')
            .is_some_and(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'));
        let is_wrapper =
            matches!(text, "sudo" | "time" | "winpty" | "exec" | "env" | "then" | "do" | "else" | "!" | "&");
        let is_wrapper_flag = at > 0 && text.starts_with('-') && text.len() == 2;
        if !(is_assignment || is_wrapper || is_wrapper_flag) {
            return Some(at);
        }
        at += 1;
    }
    None
}

fn program(word: &str) -> Option<Program> {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    match name.strip_suffix(".exe").unwrap_or(name) {
        "docker" => Some(Program::Docker),
        "podman" => Some(Program::Podman),
        "nerdctl" | "finch" => Some(Program::Nerdctl),
        "docker-compose" | "podman-compose" => Some(Program::Compose),
        _ => None,
    }
}

fn is_nearly_docker(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase())
        && !matches!(word, "dockerd" | "docked" | "docket" | "dockers")
        && strsim::damerau_levenshtein(word, "docker") == 1
}

/// The words of the subcommand, what it does, and what follows it.
fn subcommand(program: Program, words: &[CliWord]) -> (Vec<CliWord>, Verb, &[CliWord]) {
    let mut rest = skip_global_flags(words);
    let mut path = Vec::new();
    if program == Program::Compose {
        if let Some((first, after)) = rest.split_first() {
            path.push(first.clone());
            rest = after;
        }
        return (path, Verb::Compose, rest);
    }
    let Some((first, after)) = rest.split_first() else { return (path, Verb::Other, rest) };
    path.push(first.clone());
    rest = after;
    let Some(inner) = table::group(&first.text) else {
        let verb = verb(&first.text);
        let known = table::is_top(&first.text) || program != Program::Docker;
        return (path, if known { verb } else { Verb::Unknown }, rest);
    };
    if first.text == "compose" {
        rest = skip_global_flags(rest);
    }
    let Some((second, after)) = rest.split_first().filter(|(word, _)| !word.text.starts_with('-')) else {
        return (path, if first.text == "compose" { Verb::Compose } else { Verb::Other }, rest);
    };
    path.push(second.clone());
    let verb = match (first.text.as_str(), second.text.as_str()) {
        _ if !inner.split(' ').any(|name| name == second.text) => Verb::Unknown,
        ("compose", _) => Verb::Compose,
        ("container", "run") => Verb::Run,
        ("container", "create") => Verb::Create,
        ("image" | "builder" | "buildx", "build") => Verb::Build,
        ("image", "tag") => Verb::Tag,
        _ => Verb::Other,
    };
    (path, verb, after)
}

/// The name under which the table has the flags of a subcommand.
fn table_name(path: &[CliWord], verb: Verb) -> Option<&'static str> {
    let words: Vec<&str> = path.iter().map(|word| word.text.as_str()).collect();
    let name = match (verb, &words[..]) {
        (Verb::Run | Verb::Create, _) => "run",
        (Verb::Build, _) => "build",
        (Verb::Compose | Verb::Unknown, _) => return None,
        (_, ["container", "ls" | "list"]) => "ps",
        (_, ["image", "ls" | "list"]) => "images",
        (_, ["image", "rm" | "remove"]) => "rmi",
        (_, ["container", name] | ["image", name] | [name]) => name,
        _ => return None,
    };
    table::flags(name).map(|flags| flags.name)
}

fn verb(word: &str) -> Verb {
    match word {
        "run" => Verb::Run,
        "create" => Verb::Create,
        "build" => Verb::Build,
        "tag" => Verb::Tag,
        _ => Verb::Other,
    }
}

fn skip_global_flags(words: &[CliWord]) -> &[CliWord] {
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        let Some(name) = first.text.strip_prefix('-') else { break };
        let (long, name) = name.strip_prefix('-').map_or((false, name), |name| (true, name));
        let takes_value = !name.contains('=') && table::long_name(table::GLOBAL_VALUES, name, !long).is_some();
        rest = if takes_value { after.get(1..).unwrap_or(&[]) } else { after };
    }
    rest
}

struct Reader<'a> {
    line: &'a Spliced,
    verb: Verb,
    name: Option<&'static str>,
    program: Program,
    flags: Vec<FlagUse>,
    args: Vec<CliWord>,
}

impl Reader<'_> {
    fn read(&mut self, words: &[CliWord]) {
        let stops_at_args = matches!(self.verb, Verb::Run | Verb::Create) || self.name == Some("exec");
        let mut words = words.iter().peekable();
        while let Some(word) = words.next() {
            let plain = word.text.trim_start_matches(['-', '–', '—', '−', '‒', '―']);
            let dashes = &word.text[..word.text.len() - plain.len()];
            let is_flag = !dashes.is_empty() && plain.starts_with(|c: char| c.is_alphabetic());
            if word.text == "--" || (!is_flag || (stops_at_args && !self.args.is_empty())) {
                self.args.push(word.clone());
                continue;
            }
            let typographic = dashes.contains(TYPOGRAPHIC);
            let (name, attached) = match plain.split_once('=') {
                Some((name, _)) => (name, Some(name.len() + 1)),
                None => (plain, None),
            };
            let is_long = dashes == "--" || (typographic && self.find(name, false).is_some());
            let at = dashes.len();
            let mut next = || words.next().cloned();
            if is_long {
                self.long(word, at, name, attached, typographic, &mut next);
            } else {
                self.cluster(word, at, typographic, &mut next);
            }
        }
    }

    fn long(
        &mut self,
        word: &CliWord,
        at: usize,
        name: &str,
        attached: Option<usize>,
        typographic: bool,
        next: &mut dyn FnMut() -> Option<CliWord>,
    ) {
        let found = self.find(name, false);
        let value = match (attached, found) {
            (Some(len), _) => Some(self.part(word, at + len)),
            (None, Some((_, true))) => next(),
            _ => None,
        };
        let end = attached.map_or(word.text.len(), |len| at + len - 1);
        let span = self.place(word, 0, end);
        let long = found.map_or(name, |(long, _)| long).to_string();
        self.flags.push(FlagUse { name: long, span, value, known: found.is_some() || name == "help", typographic });
    }

    /// `-it`, `-p80:80`, `-dp 80:80`, `-e=A=b`.
    fn cluster(&mut self, word: &CliWord, at: usize, typographic: bool, next: &mut dyn FnMut() -> Option<CliWord>) {
        let letters = &word.text[at..];
        let name = letters.split('=').next().unwrap_or(letters);
        let first = letters.chars().next().map(String::from).unwrap_or_default();
        if !typographic && name.len() > 1 && self.find(&first, true).is_none() && self.find(name, false).is_some() {
            // `-rm`, `-name x`: a long flag with one dash.
            let attached = (name.len() < letters.len()).then_some(name.len() + 1);
            self.long(word, at, name, attached, typographic, next);
            if let Some(flag) = self.flags.last_mut() {
                flag.known = false;
            }
            return;
        }
        for (offset, letter) in letters.char_indices() {
            let here = at + offset;
            let end = here + letter.len_utf8();
            let found = self.find(letter.encode_utf8(&mut [0; 4]), true);
            let span = self.place(word, here, end);
            let name = found.map_or(letter.to_string(), |(long, _)| long.to_string());
            let known = found.is_some() || letter == 'h';
            let mut flag = FlagUse { name, span, value: None, known, typographic };
            let rest = &word.text[end..];
            if found.is_some_and(|(_, takes_value)| takes_value) {
                let skip = usize::from(rest.starts_with('='));
                flag.value = if rest.len() > skip { Some(self.part(word, end + skip)) } else { next() };
                self.flags.push(flag);
                return;
            }
            self.flags.push(flag);
            if !known || !letter.is_ascii_alphabetic() {
                return;
            }
        }
    }

    /// The long name of a flag and whether it takes a value.
    fn find(&self, name: &str, short: bool) -> Option<(&'static str, bool)> {
        let subcommand = self.name?;
        let flags = table::flags(subcommand)?;
        let value = table::long_name(flags.values, name, short).map(|long| (long, true));
        let switch = || table::long_name(flags.switches, name, short).map(|long| (long, false));
        let other = || match (subcommand, self.program) {
            ("run", Program::Podman | Program::Nerdctl) if !short => {
                table::long_name(table::OTHER_RUN_VALUES, name, false).map(|long| (long, true))
            }
            _ => None,
        };
        value.or_else(switch).or_else(other)
    }

    /// The word from the byte `at` of its text on.
    fn part(&self, word: &CliWord, at: usize) -> CliWord {
        let text = word.text.get(at..).unwrap_or("").to_string();
        let span = self.place(word, at, word.text.len());
        CliWord { text, span, range: word.range, quoted: word.quoted }
    }

    /// The bytes of a part of a word; of the whole word where quotes hide the place.
    fn place(&self, word: &CliWord, from: usize, to: usize) -> Span {
        let start = word.range.0;
        let written = self.line.text.get(start as usize..start as usize + to);
        if written != word.text.get(..to) {
            return word.span;
        }
        self.line.span(start + from as u32, start + to as u32)
    }
}
