use std::collections::HashMap;
use std::sync::LazyLock;

use crate::shell::{Arg, Command};

/// A program with its arguments, somewhere inside a command.
#[derive(Clone, Debug)]
pub(crate) struct Invocation<'c> {
    /// Base name without suffixes.
    pub program: &'c str,
    /// Its arguments.
    pub args: &'c [Arg],
    /// Index in the command's arguments of the first of them.
    pub first: usize,
}

/// The command itself, then what it runs (`python -m pip`, `poetry run gunicorn`), outermost first.
pub(crate) fn chain(command: &Command) -> Vec<Invocation<'_>> {
    let mut chain = vec![Invocation { program: program_name(&command.name), args: &command.args, first: 0 }];
    // A chain such as `npx npx npx …` is cut where no honest one gets.
    while chain.len() < 6 {
        let Some(inner) = chain.last().and_then(inner) else { break };
        chain.push(inner);
    }
    chain
}

fn inner<'c>(outer: &Invocation<'c>) -> Option<Invocation<'c>> {
    match outer.program {
        "python" => python(outer),
        "php" => script(outer, "-d -c", &["composer"]),
        "node" => script(outer, "-r --require", &["yarn", "npm-cli", "pnpm", "npm"]),
        "sh" | "bash" => script(outer, "-o", &["mvnw", "gradlew"]),
        "npx" | "pnpx" | "bunx" | "corepack" => package_runner(outer, 0),
        _ => forwarded(outer),
    }
}

/// A program that runs the rest of its line: name, words before it, options with values, operands to skip.
type Forwarding = (&'static str, &'static [&'static str], &'static str, usize);

static ROWS: LazyLock<HashMap<&'static str, Vec<&'static Forwarding>>> = LazyLock::new(|| {
    let mut rows: HashMap<_, Vec<_>> = HashMap::new();
    FORWARDING.iter().for_each(|row| rows.entry(row.0).or_default().push(row));
    rows
});

const FORWARDING: &[Forwarding] = &[
    ("poetry", &["run"], "-C -P --directory --project", 0),
    ("pipenv", &["run"], "", 0),
    ("pdm", &["run"], "-p --project", 0),
    ("rye", &["run"], "", 0),
    ("hatch", &["run"], "-e --env", 0),
    ("uv", &["run"], UV, 0),
    ("conda", &["run"], "-n --name -p --prefix --cwd", 0),
    ("mamba", &["run"], "-n --name -p --prefix --cwd", 0),
    ("micromamba", &["run"], "-n --name -p --prefix --cwd", 0),
    ("pixi", &["run"], "-e --environment --manifest-path", 0),
    ("bundle", &["exec"], "", 0),
    ("rustup", &["run"], "", 1),
    ("yarn", &["exec"], "", 0),
    ("yarn", &["dlx"], "-p --package", 0),
    ("npm", &["exec"], "-p --package -c --call -w --workspace", 0),
    ("npm", &["x"], "-p --package -c --call -w --workspace", 0),
    ("pnpm", &["exec"], "-C --dir --filter", 0),
    ("pnpm", &["dlx"], "--package", 0),
    ("meteor", &[], "", 0),
    ("mise", &["exec"], "", 0),
    ("mise", &["x"], "", 0),
    ("eatmydata", &[], "", 0),
    ("xvfb-run", &[], "-e -f -n -p -s -w", 0),
    ("dotenv", &[], "-e -f", 0),
    ("gosu", &[], "", 1),
    ("su-exec", &[], "", 1),
    ("tini", &[], "-p", 0),
    ("dumb-init", &[], "-r", 0),
    ("busybox", &[], "", 0),
    ("proxychains4", &[], "-f", 0),
    ("retry", &[], "-t -d", 0),
    ("opentelemetry-instrument", &[], "--traces_exporter --metrics_exporter", 0),
    ("ddtrace-run", &[], "", 0),
    ("newrelic-admin", &["run-program"], "", 0),
    ("cross-env", &[], "", 0),
];

const UV: &str = "--with --with-editable --with-requirements --env-file -p --python --project --directory --group \
                  --only-group --extra --package --index-url --default-index -m --module";

fn forwarded<'c>(outer: &Invocation<'c>) -> Option<Invocation<'c>> {
    let (_, words, valued, skip) = ROWS
        .get(outer.program)?
        .iter()
        .find(|(_, words, ..)| words.iter().all(|word| first_word(outer.args, UV) == Some(*word)))?;
    let mut at = 0;
    for word in *words {
        at += outer.args[at..].iter().position(|arg| arg.text_or_raw() == *word)? + 1;
    }
    for _ in 0..*skip {
        at = next_word(outer.args, at, valued)? + 1;
    }
    let at = next_word(outer.args, at, valued)?;
    let inner = at_word(outer, at);
    // Meteor's own verbs are no programs.
    (outer.program != "meteor" || matches!(inner.program, "npm" | "node")).then_some(inner)
}

fn first_word<'c>(args: &'c [Arg], valued: &str) -> Option<&'c str> {
    next_word(args, 0, valued).map(|at| args[at].text_or_raw())
}

/// Index of the next argument from `at` on that is neither option nor an option's value.
fn next_word(args: &[Arg], at: usize, valued: &str) -> Option<usize> {
    let mut at = at;
    while let Some(arg) = args.get(at) {
        let text = arg.text_or_raw();
        let is_assignment = arg.text.is_some() && text.split_once('=').is_some_and(|(name, _)| is_variable(name));
        if !text.starts_with('-') && !is_assignment {
            return Some(at);
        }
        at += 1 + usize::from(valued.split_ascii_whitespace().any(|name| name == text));
    }
    None
}

fn is_variable(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte == b'_' || byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

fn at_word<'c>(outer: &Invocation<'c>, at: usize) -> Invocation<'c> {
    let name = outer.args[at].text_or_raw();
    let base = name.rsplit('/').next().unwrap_or(name);
    Invocation { program: program_name(base), args: &outer.args[at + 1..], first: outer.first + at + 1 }
}

/// `python -u -m module …` and `python path/to/script.py …`.
fn python<'c>(outer: &Invocation<'c>) -> Option<Invocation<'c>> {
    let mut at = 0;
    while let Some(arg) = outer.args.get(at) {
        let text = arg.text_or_raw();
        match text {
            "-c" | "-" => return None,
            "-W" | "-X" => at += 1,
            _ if text.len() > 1 && text.starts_with('-') && !text.starts_with("--") && text.ends_with('m') => {
                return (at + 1 < outer.args.len()).then(|| at_word(outer, at + 1));
            }
            _ if text.starts_with("-m") && text.len() > 2 => {
                let program = program_name(&text[2..]);
                return Some(Invocation { program, args: &outer.args[at + 1..], first: outer.first + at + 1 });
            }
            _ if text.starts_with('-') => {}
            _ => return Some(at_word(outer, at)),
        }
        at += 1;
    }
    None
}

/// An interpreter whose first word is the script of one of these programs.
fn script<'c>(outer: &Invocation<'c>, valued: &str, programs: &[&str]) -> Option<Invocation<'c>> {
    let inner = at_word(outer, next_word(outer.args, 0, valued)?);
    programs.contains(&inner.program).then_some(inner)
}

/// `npx -y pnpm@9 install`: the package's name without its version.
fn package_runner<'c>(outer: &Invocation<'c>, from: usize) -> Option<Invocation<'c>> {
    let mut inner = at_word(outer, next_word(outer.args, from, "-p --package -c --call -w --workspace")?);
    let name = inner.program;
    let end = name.get(1..).and_then(|rest| rest.find('@')).map_or(name.len(), |at| at + 1);
    inner.program = program_name(&name[..end]);
    Some(inner)
}

/// A program's name without what differs between machines and versions: `pip3.11`, `mvnw.cmd`,
/// `composer.phar`, `yarn-4.5.0.cjs`.
pub(crate) fn program_name(name: &str) -> &str {
    let suffix = name.rfind('.').filter(|&at| SUFFIXES.contains(&&name[at..]));
    let name = &name[..suffix.unwrap_or(name.len())];
    let family = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.' || c == '-');
    if family.len() < name.len() && FAMILIES.contains(&family) {
        return family;
    }
    match name {
        "pypy" => "python",
        "nodejs" => "node",
        _ => name,
    }
}

const FAMILIES: [&str; 12] =
    ["php-fpm", "python", "pip", "pypy", "php", "yarn", "composer", "Rscript", "node", "luarocks", "gem", "bundle"];

const SUFFIXES: &[&str] = &[".exe", ".cmd", ".bat", ".phar", ".cjs", ".js", ".mjs", ".pyz"];
