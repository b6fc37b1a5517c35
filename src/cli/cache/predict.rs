use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context as _, bail};

use crate::cache::{Cache, ContentId, Dir, Graph, Node, Request, Snapshot, Verdict, lower};
use crate::cli::Outcome;
use crate::cli::options::build_arg;
use crate::config::Config;
use crate::host::{self, Git, Place, with_git};
use crate::report::{self, Prediction};
use crate::syntax::dockerfile::parse;
use crate::text::{FileId, decode};

use super::gates::{GateArgs, Ran};
use super::notes;
use super::print::{TableFormat, table};
use super::setting::{self, BuildArgs};

/// Predict which steps of the next build hit the cache, and why the others do not
#[derive(clap::Args)]
#[command(after_help = "\
Two states are compared: one that was built, and the next one. Without an option it is the last
commit against the working tree. Files that git ignores count as unchanged, permission bits as git
keeps them, and tags as not moved.

Exit status: 0 predicted, 1 a gate is crossed, 2 could not run

Examples:
  cachalot cache predict
  cachalot cache predict --since origin/main --format json
  cachalot cache predict --changed src/main.rs --max-miss copy-before-install
  cachalot cache predict --from v1.0 --to v1.1 docker/app.Dockerfile --context .
  cachalot cache predict --build-arg VERSION=2 --from-build-arg VERSION=1")]
pub(super) struct Args {
    /// The Dockerfile
    #[arg(default_value = "Dockerfile", value_name = "DOCKERFILE")]
    dockerfile: PathBuf,
    #[command(flatten)]
    states: StateArgs,
    #[command(flatten)]
    build: BuildArgs,
    #[command(flatten)]
    gates: GateArgs,
    /// How to print it
    #[arg(long, short, value_enum, default_value_t, value_name = "FORMAT")]
    format: TableFormat,
}

/// The state that was built and the one to build.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct StateArgs {
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
    /// A build argument as it was in the build before, where it differs
    #[arg(long, value_name = "NAME=VALUE")]
    from_build_arg: Vec<String>,
    /// Stages that the next build runs whatever the cache holds, or all
    #[arg(long, value_name = "STAGE", value_delimiter = ',')]
    no_cache_filter: Vec<String>,
}

impl StateArgs {
    /// True if something says what is compared.
    pub(super) fn is_given(&self) -> bool {
        self.since.is_some() || self.from.is_some() || !self.changed.is_empty() || self.has_other_difference()
    }

    fn has_other_difference(&self) -> bool {
        self.dockerfile_from.is_some() || !self.from_build_arg.is_empty() || !self.no_cache_filter.is_empty()
    }
}

/// What a prediction is asked for.
#[derive(Clone, Copy)]
pub(super) struct Comparison<'a> {
    /// The Dockerfile.
    pub(super) dockerfile: &'a PathBuf,
    /// What is compared.
    pub(super) states: &'a StateArgs,
    /// How it is built.
    pub(super) build: &'a BuildArgs,
}

/// A predicted build.
pub(super) struct Predicted {
    /// The graph of the next build.
    pub(super) graph: Graph,
    /// A verdict per vertex.
    pub(super) verdicts: Vec<Verdict>,
    /// What was taken for granted.
    pub(super) notes: Vec<String>,
    place: Place,
    config: Config,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let comparison = Comparison { dockerfile: &args.dockerfile, states: &args.states, build: &args.build };
    let predicted = predicted(&comparison)?;
    let prediction = predicted.report(&comparison);
    let steps: Vec<Ran> = predicted
        .graph
        .steps
        .iter()
        .filter_map(|step| {
            let verdict = predicted.graph.verdict(step, &predicted.verdicts)?;
            Some(Ran { place: &step.place, misses: usize::from(matches!(verdict, Verdict::Miss(_))), builds: 1 })
        })
        .collect();
    let gates = args.gates.judge(&predicted.config, &predicted.place, Some(prediction.hit_rate()), &steps)?;
    let crossed = gates.iter().any(|gate| !gate.passed);
    table(args.format, &prediction.with_gates(gates), report::prediction_text)?;
    Ok(if crossed { Outcome::Found } else { Outcome::Clean })
}

impl Comparison<'_> {
    /// The Dockerfile's name as it is shown.
    pub(super) fn name(&self) -> String {
        host::display(self.dockerfile)
    }
}

impl Predicted {
    /// What is printed.
    pub(super) fn report(&self, of: &Comparison) -> Prediction {
        Prediction::new(of.name(), &self.graph, &self.verdicts, self.notes.clone())
    }
}

/// Predicts the next build.
pub(super) fn predicted(args: &Comparison) -> anyhow::Result<Predicted> {
    let config = args.build.config(args.dockerfile)?;
    let place = Place::new(args.dockerfile, setting::context(&config), &args.build.build_context)?;
    if !place.context.is_dir() {
        bail!("--context: `{}` is not a folder", host::display(&place.context));
    }
    let mut notes: Vec<String> = notes::of_place(&place, &config).into_iter().collect();
    let (before, after) = states(args, &place, &mut notes)?;
    let request = args.build.request(&config);
    let mut earlier = request.clone();
    let given = args.states.from_build_arg.iter().filter_map(|it| build_arg(it));
    earlier.options.extend(given.map(|(name, value)| (format!("build-arg:{name}"), value)));
    let mut next = request;
    if !args.states.no_cache_filter.is_empty() {
        let stages = args.states.no_cache_filter.join(",");
        next.options.insert("no-cache".to_string(), if stages == "all" { String::new() } else { stages });
    }
    let old = graph(&before, &earlier, "the Dockerfile that was built")?;
    let graph = graph(&after, &next, &args.name())?;
    let mut cache = Cache::default();
    cache.build(&old);
    let verdicts = cache.build(&graph);
    if after.sends_git() {
        notes.push("`.git` reaches the build context and changes with every commit".to_string());
    }
    notes.extend(notes::of_build(&after, &graph));
    notes.extend(notes::of_next(&next, &verdicts, &place));
    Ok(Predicted { graph, verdicts, notes, place, config })
}

/// The state that was built and the one to build.
fn states(args: &Comparison, place: &Place, notes: &mut Vec<String>) -> anyhow::Result<(Snapshot, Snapshot)> {
    let given = args.states;
    let (mut before, after) = match (&given.from, &given.since) {
        (Some(from), _) => between(from, given.to.as_deref(), place, notes)?,
        (None, Some(since)) => between(since, None, place, notes)?,
        (None, None) if !given.changed.is_empty() => {
            let (now, _) = place.on_disk(None)?;
            (now.clone(), touched(now, &given.changed, place)?)
        }
        (None, None) if given.has_other_difference() => {
            let (now, _) = place.on_disk(None)?;
            (now.clone(), now)
        }
        (None, None) => between("HEAD", None, place, notes)?,
    };
    if let Some(file) = &given.dockerfile_from {
        let bytes = host::read(file)?;
        before.dockerfile = decode(&bytes).0.into();
        if let Some(inner) = place.inner(&place.dockerfile) {
            before.tree = before.tree.with(&inner, Node::File(0o644, ContentId::of(&bytes)));
        }
    }
    Ok((before, after))
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

fn graph(state: &Snapshot, request: &Request, name: &str) -> anyhow::Result<Graph> {
    let (dockerfile, _) = parse(FileId(0), &state.dockerfile);
    if dockerfile.instructions.is_empty() {
        bail!("{name}: has no instructions");
    }
    let contexts: BTreeMap<_, _> = (*state.contexts).clone();
    let request = Request { context: state.sent(), contexts, ..request.clone() };
    Ok(lower(&dockerfile, &state.dockerfile, &request))
}
