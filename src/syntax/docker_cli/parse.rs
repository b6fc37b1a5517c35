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
        None => (
            Program::Docker,
            is_nearly_docker(&word.text) && rest.first().is_some_and(|it| table::is_top(Program::Docker, &it.text)),
        ),
    };
    if program == Program::Docker && !misspelt && self::program(&word.text).is_none() {
        return None;
    }
    let last = words.last()?;
    let (path, verb, rest) = subcommand(program, rest);
    let name = table_name(program, &path, verb);
    let mut reader = Reader { line, name, program, flags: Vec::new(), args: Vec::new() };
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

/// The program that a word calls. A script of the project may have the name of a program: a path is
/// believed only where programs are installed.
fn program(word: &str) -> Option<Program> {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    if name.len() < word.len() && !word.contains("bin/") && !word.contains(".exe") {
        return None;
    }
    match name.strip_suffix(".exe").unwrap_or(name) {
        "docker" => Some(Program::Docker),
        "podman" => Some(Program::Podman),
        "nerdctl" | "finch" => Some(Program::Nerdctl),
        "docker-compose" | "podman-compose" => Some(Program::Compose),
        _ => None,
    }
}

fn is_nearly_docker(word: &str) -> bool {
    (5..=7).contains(&word.len())
        && word.bytes().all(|byte| byte.is_ascii_lowercase())
        && !matches!(word, "dockerd" | "docked" | "docket" | "dockers" | "rocker" | "locker" | "mocker" | "kocker")
        && strsim::damerau_levenshtein(word, "docker") == 1
}

/// Where a call begins in a line of prose: `docker` as the first word, or a misspelt `docker` with a
/// subcommand behind it.
pub(super) fn program_in_prose(line: &str) -> Option<usize> {
    let start = line.len() - line.trim_start().len();
    if line[start..].starts_with("docker ") {
        return Some(start);
    }
    let ascii = |text: &'_ str| text.find(|c: char| !c.is_ascii_lowercase()).unwrap_or(text.len());
    let begins = |at: &usize| line[..*at].chars().next_back().is_none_or(char::is_whitespace);
    line.match_indices('d').map(|(at, _)| at).filter(begins).find(|at| {
        let word = &line[*at..*at + ascii(&line[*at..])];
        let Some(rest) = line[at + word.len()..].strip_prefix(' ') else { return false };
        is_nearly_docker(word) && table::command(Program::Docker, &rest[..ascii(rest)]).is_some()
    })
}

/// The words of the subcommand, what it does, and what follows it.
fn subcommand(program: Program, words: &[CliWord]) -> (Vec<CliWord>, Verb, &[CliWord]) {
    let (mut at, mut rest) = match program {
        Program::Compose => ("compose".to_string(), skip_flags(program, "compose", words)),
        _ => (String::new(), skip_flags(program, "@", words)),
    };
    let mut path = Vec::new();
    while let (Some(inner), Some((word, after))) = (table::subcommands(program, &at), rest.split_first()) {
        if word.text.starts_with('-') || (!at.is_empty() && is_placeholder_like(&word.text)) {
            break;
        }
        path.push(word.clone());
        rest = after;
        if table::is_open(&at, &word.text) {
            return (path, Verb::Other, rest);
        }
        if !inner.contains(&word.text.as_str()) {
            return (path, Verb::Unknown, rest);
        }
        at = if at.is_empty() { word.text.clone() } else { format!("{at} {}", word.text) };
        if at == "compose" {
            rest = skip_flags(program, "compose", rest);
        }
    }
    (path, verb(program, &at), rest)
}

/// `docker container <command>` is the name of a group.
fn is_placeholder_like(word: &str) -> bool {
    word.starts_with(['<', '[', '{', '$']) || word.contains("...")
}

fn verb(program: Program, path: &str) -> Verb {
    match table::command(program, path) {
        Some("run") => Verb::Run,
        Some("create") => Verb::Create,
        Some("build" | "buildx b") => Verb::Build,
        Some("tag") => Verb::Tag,
        Some(name) if name == "compose" || name.starts_with("compose ") => Verb::Compose,
        _ => Verb::Other,
    }
}

/// Skips the flags in front of a subcommand, with their values.
fn skip_flags<'w>(program: Program, command: &str, words: &'w [CliWord]) -> &'w [CliWord] {
    let mut rest = words;
    while let Some((first, after)) = rest.split_first() {
        let Some(name) = first.text.strip_prefix('-') else { break };
        let (short, name) = name.strip_prefix('-').map_or((true, name), |name| (false, name));
        let takes_value =
            !name.contains('=') && table::flag(program, command, name, short).is_some_and(|(_, takes)| takes);
        rest = if takes_value { after.get(1..).unwrap_or(&[]) } else { after };
    }
    rest
}

/// The name under which the table has the flags of a subcommand.
fn table_name(program: Program, path: &[CliWord], verb: Verb) -> Option<&'static str> {
    let words = path.iter().map(|word| word.text.as_str());
    let prefix = (program == Program::Compose).then_some("compose");
    let name = prefix.into_iter().chain(words).collect::<Vec<_>>().join(" ");
    table::command(program, &name).filter(|_| verb != Verb::Unknown)
}

struct Reader<'a> {
    line: &'a Spliced,
    name: Option<&'static str>,
    program: Program,
    flags: Vec<FlagUse>,
    args: Vec<CliWord>,
}

impl Reader<'_> {
    fn read(&mut self, words: &[CliWord]) {
        let stops_at_args = self.name.is_some_and(|name| {
            // What follows the image, the container or the service belongs to the program in it.
            ["run", "create", "exec"].contains(&name) || ["compose run", "compose exec", "machine ssh"].contains(&name)
        });
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
        // `-format` would give `-f` the value `ormat`: nobody means that.
        let is_long = match self.find(&first, true) {
            None => name.len() > 1,
            Some((_, takes_value)) => takes_value && name.len() > 3,
        };
        if !typographic && is_long && self.find(name, false).is_some() {
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
        table::flag(self.program, self.name?, name, short)
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
