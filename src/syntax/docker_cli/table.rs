//! The commands and flags of the programs, from the lists in `commands/`.

use std::collections::HashMap;
use std::sync::OnceLock;

use strsim::damerau_levenshtein;

use super::Program;

/// Subcommands that plugins bring, or that docker had once: what follows them is not known.
const OPEN: &str = "help scout init debug model mcp sandbox offload ai extension sbom dev scan app machine engine \
    deploy daemon pass harmonia cloud feedback hub assemble registry template cluster pushrm rollout agent gateway \
    lab nvidia desktop trust dap slim history-gc compose-bridge";
/// Subcommands of groups, likewise.
const OPEN_IN_GROUPS: [(&str, &str); 4] = [
    ("compose", "alpha bridge help bundle migrate-to-labels"),
    ("buildx", "dap debug help install uninstall"),
    ("builder", "bake build create du inspect ls rm stop use version"),
    ("podman", "help"),
];

/// One flag.
#[derive(Clone, Copy, Debug)]
struct Flag {
    long: &'static str,
    short: Option<&'static str>,
    takes_value: bool,
}

/// The commands of one program.
#[derive(Debug, Default)]
struct Table {
    /// The flags of each command by any of its names, words joined by blanks; `@` is the program.
    flags: HashMap<&'static str, usize>,
    lists: Vec<(&'static str, Vec<Flag>)>,
    /// The words that may follow a command that has subcommands; none for the program itself.
    inner: HashMap<&'static str, Vec<&'static str>>,
}

/// The table of a program and what is looked at after it.
fn tables(program: Program) -> (&'static Table, Option<&'static Table>) {
    static DOCKER: OnceLock<Table> = OnceLock::new();
    static PODMAN: OnceLock<Table> = OnceLock::new();
    static NERDCTL: OnceLock<Table> = OnceLock::new();
    let docker = || DOCKER.get_or_init(|| Table::read(include_str!("commands/docker.txt")));
    match program {
        Program::Docker | Program::Compose => (docker(), None),
        Program::Podman => (PODMAN.get_or_init(|| Table::read(include_str!("commands/podman.txt"))), None),
        Program::Nerdctl => (docker(), Some(NERDCTL.get_or_init(|| Table::read(include_str!("commands/nerdctl.txt"))))),
    }
}

impl Table {
    fn read(text: &'static str) -> Table {
        let mut table = Table::default();
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            match line.strip_prefix("  ") {
                Some(flags) => table.add_flags(flags),
                None => table.add_command(line),
            }
        }
        table
    }

    fn add_command(&mut self, line: &'static str) {
        let mut names = line.split(" | ").peekable();
        self.lists.push((names.peek().copied().unwrap_or(""), Vec::new()));
        for name in names {
            self.flags.insert(name, self.lists.len() - 1);
            let (parent, word) = name.rsplit_once(' ').unwrap_or(("", name));
            self.inner.entry(parent).or_default().push(word);
        }
    }

    fn add_flags(&mut self, line: &'static str) {
        let (mark, flags) = line.split_once(' ').unwrap_or((line, ""));
        let flag = |entry: &'static str| match entry.split_once('=') {
            Some((short, long)) => Flag { long, short: Some(short), takes_value: mark == "=" },
            None => Flag { long: entry, short: None, takes_value: mark == "=" },
        };
        if let Some((_, list)) = self.lists.last_mut() {
            list.extend(flags.split(' ').map(flag));
        }
    }

    fn of(&self, command: &str) -> Option<&(&'static str, Vec<Flag>)> {
        self.lists.get(*self.flags.get(command)?)
    }
}

fn flags(program: Program, command: &str) -> impl Iterator<Item = &'static Flag> {
    let (first, second) = tables(program);
    let lists = [Some(first), second].into_iter().flatten().filter_map(move |table| table.of(command));
    lists.flat_map(|(_, list)| list)
}

/// The first name of a command, under which its flags stand; `None` for one without a list.
pub(super) fn command(program: Program, path: &str) -> Option<&'static str> {
    let (first, second) = tables(program);
    [Some(first), second].into_iter().flatten().find_map(|table| table.of(path)).map(|(name, _)| *name)
}

/// The long name of a flag, and whether it takes a value, by its long or its short name.
pub(super) fn flag(program: Program, command: &str, name: &str, short: bool) -> Option<(&'static str, bool)> {
    let mut all = flags(program, command);
    let found = all.find(|flag| if short { flag.short == Some(name) } else { flag.long == name });
    found.map(|flag| (flag.long, flag.takes_value))
}

/// The words that may follow a command that has subcommands; `""` is the program itself.
pub(super) fn subcommands(program: Program, parent: &str) -> Option<Vec<&'static str>> {
    let (first, second) = tables(program);
    let mut words: Vec<&str> = [Some(first), second]
        .into_iter()
        .flatten()
        .filter_map(|table| table.inner.get(parent))
        .flatten()
        .copied()
        .collect();
    words.retain(|word| *word != "@");
    (!words.is_empty()).then_some(words)
}

/// True for a subcommand of which nothing more is known.
pub(super) fn is_open(parent: &str, word: &str) -> bool {
    let within = |list: &str| list.split(' ').any(|name| name == word);
    match parent {
        "" => within(OPEN),
        _ => OPEN_IN_GROUPS.iter().any(|(name, list)| *name == parent && within(list)),
    }
}

/// True for a word that may follow the program.
pub(super) fn is_top(program: Program, word: &str) -> bool {
    subcommands(program, "").is_some_and(|words| words.contains(&word)) || is_open("", word)
}

/// True if the command has that long flag; `None` where nothing is known of the command.
pub fn is_flag(program: Program, command: &str, name: &str) -> Option<bool> {
    flags(program, command).next()?;
    Some(name == "help" || flag(program, command, name, false).is_some())
}

/// True if the letter is the short form of a flag that takes no value.
pub fn is_switch(program: Program, command: &str, letter: char) -> bool {
    flag(program, command, letter.encode_utf8(&mut [0; 4]), true).is_some_and(|(_, takes_value)| !takes_value)
}

/// The long flag of the command that is most like `name`.
pub fn near_flag(program: Program, command: &str, name: &str) -> Option<&'static str> {
    nearest(name, flags(program, command).map(|flag| flag.long))
}

/// Commands that people expect of docker, and what docker calls them.
const EXPECTED: [(&str, &str); 7] = [
    ("prune", "system prune"),
    ("ls", "container ls"),
    ("list", "container ls"),
    ("status", "ps"),
    ("delete", "rm"),
    ("remove", "rm"),
    ("shell", "exec"),
];

/// The subcommand that is meant by `word` or most like it, behind the words of `parent` (none for the
/// program).
pub fn near_subcommand(program: Program, parent: &str, word: &str) -> Option<&'static str> {
    if let Some((_, meant)) =
        EXPECTED.iter().find(|(name, _)| *name == word && parent.is_empty() && program == Program::Docker)
    {
        return Some(meant);
    }
    // Plugins of one's own are as short as `up`; a word of two letters is near to everything.
    let words = subcommands(program, parent).filter(|_| word.len() > 2)?;
    nearest(word, words.into_iter())
}

fn nearest(word: &str, names: impl Iterator<Item = &'static str>) -> Option<&'static str> {
    let limit = if word.len() <= 6 { 1 } else { 2 };
    let near = names.map(|name| (damerau_levenshtein(word, name), name)).filter(|(far, _)| *far > 0 && *far <= limit);
    // `--rf` is as far from `--rm` as from nothing else that begins alike.
    near.min_by_key(|(far, name)| {
        (*far, !name.starts_with(word.chars().next().unwrap_or('-')), name.len().abs_diff(word.len()), *name)
    })
    .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The names that docker's own help gave, recorded: every flag is in the table and takes a value
    /// or none as docker says.
    #[test]
    fn agrees_with_docker() {
        let recorded = include_str!("../../../fixtures/docker_cli/docker-28.2.txt");
        let mut seen = 0;
        for line in recorded.lines().filter(|line| !line.starts_with('#')) {
            let (command, recorded) = line.split_once(':').expect("a command and its flags");
            if command.starts_with("trust") {
                continue;
            }
            assert!(super::command(Program::Docker, command).is_some(), "{command}");
            for entry in recorded.split_whitespace() {
                let takes_value = entry.ends_with('=');
                let name = entry.trim_end_matches('=');
                let (short, long) = name.split_once('/').map_or((None, name), |(short, long)| (Some(short), long));
                assert_eq!(flag(Program::Docker, command, long, false), Some((long, takes_value)), "{command} {entry}");
                if let Some(short) = short {
                    assert_eq!(flag(Program::Docker, command, short, true), Some((long, takes_value)), "{command}");
                }
                seen += 1;
            }
        }
        assert!(seen > 500, "{seen}");
    }

    #[test]
    fn near_names() {
        assert_eq!(near_flag(Program::Docker, "run", "rf"), Some("rm"));
        assert_eq!(near_flag(Program::Docker, "run", "detatch"), Some("detach"));
        assert_eq!(near_flag(Program::Docker, "compose up", "buidl"), Some("build"));
        assert_eq!(near_subcommand(Program::Docker, "", "log"), Some("logs"));
        assert_eq!(near_subcommand(Program::Docker, "", "up"), None);
        assert_eq!(near_subcommand(Program::Podman, "pod", "creat"), Some("create"));
        assert_eq!(near_subcommand(Program::Docker, "compose", "dwon"), Some("down"));
        assert_eq!(is_flag(Program::Docker, "scout cves", "x"), None);
    }
}
