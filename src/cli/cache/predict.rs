use std::collections::BTreeMap;
use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use clap::ValueEnum;

use crate::cache::{Cache, ContentId, Dir, Graph, Node, Request, Verdict, lower};
use crate::host::{self, Git};
use crate::report::{self, Prediction};
use crate::syntax::dockerfile::parse;
use crate::text::{FileId, decode};

use super::snapshot::{Place, Snapshot, with_git};
use crate::cli::Outcome;
use crate::cli::options::build_arg;
use crate::cli::output::stdout;

/// Predict which steps of the next build hit the cache, and why the others do not
#[derive(clap::Args)]
#[command(after_help = "\
Two states are compared: one that was built, and the next one. Without an option it is the last
commit against the working tree. Files that git ignores count as unchanged, permission bits as git
keeps them, and tags as not moved.

Exit status: 0 predicted, 1 fewer hits than --min-hit-rate, 2 could not run

Examples:
  cachalot cache predict
  cachalot cache predict --since origin/main --format json
  cachalot cache predict --changed src/main.rs
  cachalot cache predict --from v1.0 --to v1.1 docker/app.Dockerfile --context .
  cachalot cache predict --build-arg VERSION=2 --from-build-arg VERSION=1")]
pub(super) struct Args {
    #[command(flatten)]
    comparison: Comparison,
    /// Exit with status 1 if fewer steps than this are sure to hit
    #[arg(long, value_name = "PERCENT", value_parser = percent)]
    min_hit_rate: Option<f64>,
    /// How to print it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    format: PredictFormat,
}

/// The state that was built and the one to build.
#[derive(clap::Args)]
pub(super) struct Comparison {
    /// The Dockerfile
    #[arg(default_value = "Dockerfile", value_name = "DOCKERFILE")]
    dockerfile: PathBuf,
    /// Compare the working tree with this git revision
    #[arg(long, value_name = "REV", conflicts_with_all = ["from", "changed"])]
    since: Option<String>,
    /// The git revision that was built
    #[arg(long, value_name = "REV", conflicts_with = "changed")]
    from: Option<String>,
    /// The git revision that is built next; the working tree where only --from is given
    #[arg(long, value_name = "REV", requires = "from")]
    to: Option<String>,
    /// Files that change, from the current folder or the context's root
    #[arg(long, value_name = "PATH", num_args = 1..)]
    changed: Vec<PathBuf>,
    /// The Dockerfile that was built, if it is another one
    #[arg(long, value_name = "FILE")]
    dockerfile_from: Option<PathBuf>,
    /// A build argument; without a value it is taken from the environment
    #[arg(long, value_name = "NAME[=VALUE]")]
    build_arg: Vec<String>,
    /// A build argument as it was in the build before, where it differs
    #[arg(long, value_name = "NAME=VALUE")]
    from_build_arg: Vec<String>,
    /// The stage that is built
    #[arg(long, value_name = "STAGE")]
    target: Option<String>,
    /// The platform that is built for, such as linux/arm64
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
    /// The build context, if it is not the Dockerfile's folder
    #[arg(long, value_name = "FOLDER")]
    context: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum PredictFormat {
    /// A table of steps
    #[default]
    Text,
    /// One versioned object
    Json,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let (graph, verdicts, notes) = predicted(&args.comparison)?;
    let prediction = Prediction::new(args.comparison.name(), &graph, &verdicts, notes);
    let mut out = stdout();
    match args.format {
        PredictFormat::Text => {
            let width = std::io::stdout().is_terminal().then(host::terminal_width);
            report::prediction_text(&mut out, &prediction, width)?;
        }
        PredictFormat::Json => {
            serde_json::to_writer_pretty(&mut out, &prediction)?;
            writeln!(out)?;
        }
    }
    out.flush()?;
    let is_low = args.min_hit_rate.is_some_and(|least| prediction.hit_rate() < least);
    Ok(if is_low { Outcome::Found } else { Outcome::Clean })
}

impl Comparison {
    /// The Dockerfile's name as it is shown.
    pub(super) fn name(&self) -> String {
        host::display(&self.dockerfile)
    }
}

/// The graph of the next build, a verdict per vertex, and what was taken for granted.
pub(super) fn predicted(args: &Comparison) -> anyhow::Result<(Graph, Vec<Verdict>, Vec<String>)> {
    let folder = args.dockerfile.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let context = args.context.clone().unwrap_or_else(|| folder.to_path_buf());
    if !context.is_dir() {
        bail!("--context: `{}` is not a folder", host::display(&context));
    }
    let place = Place { dockerfile: args.dockerfile.clone(), context };
    let mut notes = Vec::new();
    let (before, after) = states(args, &place, &mut notes)?;
    let given = arguments(&args.build_arg);
    let mut earlier = given.clone();
    earlier.extend(arguments(&args.from_build_arg));
    let old = graph(&before, args, &earlier, "the Dockerfile that was built")?;
    let new = graph(&after, args, &given, &args.name())?;
    let mut cache = Cache::default();
    cache.build(&old);
    let verdicts = cache.build(&new);
    if after.sends_git() {
        notes.push("`.git` reaches the build context and changes with every commit".to_string());
    }
    Ok((new, verdicts, notes))
}

pub(super) fn percent(text: &str) -> Result<f64, String> {
    let number: f64 = text.trim_end_matches('%').parse().map_err(|_| format!("`{text}` is no percentage"))?;
    if (0.0..=100.0).contains(&number) {
        Ok(number / 100.0)
    } else {
        Err(format!("`{text}` is not between 0 % and 100 %"))
    }
}

fn arguments(given: &[String]) -> BTreeMap<String, String> {
    given.iter().filter_map(|it| build_arg(it)).collect()
}

/// The state that was built and the one to build.
fn states(args: &Comparison, place: &Place, notes: &mut Vec<String>) -> anyhow::Result<(Snapshot, Snapshot)> {
    let (mut before, after) = match (&args.from, &args.since) {
        (Some(from), _) => between(from, args.to.as_deref(), place, notes)?,
        (None, Some(since)) => between(since, None, place, notes)?,
        (None, None) if !args.changed.is_empty() => {
            let (now, _) = place.on_disk(None)?;
            (now.clone(), touched(now, &args.changed, place)?)
        }
        (None, None) if has_other_difference(args) => {
            let (now, _) = place.on_disk(None)?;
            (now.clone(), now)
        }
        (None, None) => between("HEAD", None, place, notes)?,
    };
    if let Some(file) = &args.dockerfile_from {
        let bytes = host::read(file)?;
        before.dockerfile = decode(&bytes).0;
        if let Some(inner) = place.inner(&place.dockerfile) {
            before.tree = before.tree.with(&inner, Node::File(0o644, ContentId::of(&bytes)));
        }
    }
    Ok((before, after))
}

fn has_other_difference(args: &Comparison) -> bool {
    args.dockerfile_from.is_some() || !args.from_build_arg.is_empty()
}

fn between(
    from: &str,
    to: Option<&str>,
    place: &Place,
    notes: &mut Vec<String>,
) -> anyhow::Result<(Snapshot, Snapshot)> {
    let mut git = Git::discover(&place.context)?;
    let commit = git.commit(from)?;
    let missing = |rev: &str| format!("`{rev}` has no {}", host::display(&place.dockerfile));
    if let Some(to) = to {
        let next = git.commit(to)?;
        let before = place.at_commit(&mut git, &commit, &Dir::empty())?.with_context(|| missing(from))?;
        let after = place.at_commit(&mut git, &next, &Dir::empty())?.with_context(|| missing(to))?;
        return Ok((before, after));
    }
    if git.is_bare() {
        bail!("a bare repository has no working tree: say --to REV");
    }
    let (mut after, worktree) = place.on_disk(Some(&git))?;
    let before = place.at_commit(&mut git, &commit, &worktree.ignored)?.with_context(|| missing(from))?;
    if git.path_of(&place.context).is_some_and(|it| it.is_empty()) {
        let head = git.commit("HEAD")?;
        after.tree = with_git(&after.tree, &head.id());
    }
    if !worktree.ignored.entries().is_empty() {
        notes.push("files that git ignores are taken to be unchanged".to_string());
    }
    Ok((before, after))
}

/// The state with other bytes at these paths; a folder stands for all below it, and a path at which
/// nothing stands for a new file.
fn touched(mut state: Snapshot, changed: &[PathBuf], place: &Place) -> anyhow::Result<Snapshot> {
    for path in changed {
        let inner = place.inner(path).filter(|_| path.exists());
        let inner = inner.or_else(|| place.inner(&place.context.join(path)));
        let inner =
            inner.with_context(|| format!("--changed: `{}` is not in the build context", host::display(path)))?;
        let old = state.tree.resolve(&inner, false).map(|(_, node)| node);
        state.tree = match old {
            Some(Node::Dir(_)) if inner.is_empty() => {
                let Node::Dir(root) = edited(&Node::Dir(state.tree.clone())) else { continue };
                root
            }
            Some(node) => state.tree.with(&inner, edited(&node)),
            None => state.tree.with(&inner, edited(&Node::File(0o644, ContentId::default()))),
        };
    }
    Ok(state)
}

fn edited(node: &Node) -> Node {
    match node {
        Node::File(mode, id) => Node::File(*mode, ContentId::of(&[b"edited ", &id.0[..]].concat())),
        Node::Link(target) => Node::Link(format!("{target} ").into()),
        Node::Dir(dir) => Node::Dir(dir.map(edited)),
    }
}

fn graph(state: &Snapshot, args: &Comparison, given: &BTreeMap<String, String>, name: &str) -> anyhow::Result<Graph> {
    let mut options: BTreeMap<String, String> =
        given.iter().map(|(name, value)| (format!("build-arg:{name}"), value.clone())).collect();
    options.extend(args.target.iter().map(|it| ("target".to_string(), it.clone())));
    options.extend(args.platform.iter().map(|it| ("platform".to_string(), it.clone())));
    let (dockerfile, _) = parse(FileId(0), &state.dockerfile);
    if dockerfile.instructions.is_empty() {
        bail!("{name}: has no instructions");
    }
    let request = Request { options, context: state.sent(), ..Request::default() };
    Ok(lower(&dockerfile, &state.dockerfile, &request))
}
