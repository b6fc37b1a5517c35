//! What a history, a built image and a build log say of a Dockerfile's steps. Runs beside the loop.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::cache::advice::{Advised, Costs, Kind, Question, advise};
use crate::cache::{
    BuildLog, Depends, Fate, Graph, LoggedResult, Memory, Place as At, ReasonKind, Replay, Request, Snapshot, Track,
    lower,
};
use crate::config::Config;
use crate::host::{self, Commit, Git, History, Place};
use crate::lint;
use crate::model::order::late_installs;
use crate::model::{BuildOptions, Context, ImageRef, Model};
use crate::syntax::dockerfile::parse;
use crate::text::{FileId, decode};

/// Commits that are built where nobody says how many.
const COMMITS: i64 = 200;

/// What is to be found out.
pub(crate) struct Task {
    /// The Dockerfile's path.
    pub(crate) dockerfile: PathBuf,
    /// Its text in the editor, for where there is no history.
    pub(crate) text: String,
    /// Its configuration.
    pub(crate) config: Config,
}

/// What was found out. The steps are those of the last commit's Dockerfile, or of the editor's where
/// there is no history.
#[derive(Debug)]
pub(crate) struct Known {
    /// Number of builds that count; 0 without a history.
    pub(crate) builds: usize,
    /// Share of hits among all steps of all builds.
    pub(crate) rate: Option<f64>,
    /// The steps in the order of the file.
    pub(crate) steps: Vec<Layer>,
    /// The last commit, to predict from.
    pub(crate) base: Option<Base>,
    /// Digests of images by their names, from the build log.
    pub(crate) digests: BTreeMap<String, String>,
}

/// The state that the next build is compared with.
pub(crate) struct Base {
    /// The last commit.
    pub(crate) state: Snapshot,
    /// The first digits of its id.
    pub(crate) commit: String,
    /// How it is built.
    pub(crate) request: Request,
    /// Where its files are.
    pub(crate) place: Place,
}

impl std::fmt::Debug for Base {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        write!(f, "Base({})", self.commit)
    }
}

/// What is known of one step.
#[derive(Clone, Debug, Default)]
pub(crate) struct Layer {
    pub(crate) at: At,
    pub(crate) hits: usize,
    pub(crate) misses: usize,
    pub(crate) maybes: usize,
    /// Bytes of its layer in the image.
    pub(crate) bytes: Option<u64>,
    /// How long it ran, and what became of it, in the logged build.
    pub(crate) seconds: Option<f64>,
    pub(crate) logged: Option<LoggedResult>,
    /// The last commit whose build ran it: short id, subject, and why.
    pub(crate) last_run: Option<(String, String, String)>,
    /// What made it run most often.
    pub(crate) culprits: Vec<Culprit>,
    pub(crate) depends: Depends,
}

/// Something that made a step run.
#[derive(Clone, Debug)]
pub(crate) struct Culprit {
    /// A file, or words such as `the image`.
    pub(crate) what: String,
    pub(crate) is_file: bool,
    /// In how many builds.
    pub(crate) builds: usize,
}

impl Layer {
    /// Builds that it was part of.
    pub(crate) fn builds(&self) -> usize {
        self.hits + self.misses + self.maybes
    }

    /// The share of sure hits, from 0 to 1.
    pub(crate) fn hit_rate(&self) -> Option<f64> {
        (self.builds() > 0).then(|| self.hits as f64 / self.builds() as f64)
    }
}

/// Finds out what can be found out; the error says why that is nothing. `go_on` is asked often.
pub(crate) fn gather(task: &Task, go_on: &dyn Fn() -> bool, report: &dyn Fn(usize, usize)) -> Result<Known, String> {
    let place = Place::new(&task.dockerfile, task.config.context.value.as_ref().map(PathBuf::from), &[])
        .map_err(|error| error.to_string())?;
    let request = host::request(&task.config);
    let replayed = replayed(task, &place, &request, go_on, report);
    if !go_on() {
        return Err("given up".to_string());
    }
    let (mut known, graph) = match replayed {
        Ok(found) => found,
        Err(why) => {
            let graph = graph_of(&task.text, &request);
            let known = Known { builds: 0, rate: None, steps: layers(&graph), base: None, digests: BTreeMap::new() };
            if !adds_anything(&task.config) {
                return Err(why);
            }
            (known, graph)
        }
    };
    let text = known.base.as_ref().map_or(task.text.as_str(), |base| &base.state.dockerfile).to_string();
    add_image(&mut known, &task.config, &text);
    add_log(&mut known, &task.config, &place, &graph);
    Ok(known)
}

/// What the answer depends on besides the texts of the editor; `None` where that cannot be told, as with
/// images and logs.
pub(crate) fn made_from(task: &Task) -> Option<String> {
    if adds_anything(&task.config) {
        return None;
    }
    let folder = task.config.context.value.as_ref().map(PathBuf::from);
    let folder = folder.or_else(|| task.dockerfile.parent().map(PathBuf::from))?;
    let head = Git::discover(&folder).ok()?.commit("HEAD").ok()?;
    let section = task.config.section("cache");
    let request = host::request(&task.config);
    Some(format!(
        "{} {folder:?} {:?} {} {:?}",
        head.id(),
        request.options,
        section.integer("commits", COMMITS),
        memory(&task.config)
    ))
}

fn adds_anything(config: &Config) -> bool {
    ["image", "log"].iter().any(|key| setting(config, key).is_some())
}

fn setting<'c>(config: &'c Config, key: &str) -> Option<&'c str> {
    config.section("cache").string(key).filter(|it| !it.is_empty())
}

fn graph_of(text: &str, request: &Request) -> Graph {
    lower(&parse(FileId(0), text).0, text, request)
}

fn layers(graph: &Graph) -> Vec<Layer> {
    let layer = |step| {
        let step: &crate::cache::Step = step;
        Layer { at: step.place.clone(), depends: Depends::of(graph, step), ..Layer::default() }
    };
    graph.steps.iter().map(layer).collect()
}

fn replayed(
    task: &Task,
    place: &Place,
    request: &Request,
    go_on: &dyn Fn() -> bool,
    report: &dyn Fn(usize, usize),
) -> Result<(Known, Graph), String> {
    let (history, commits, _) = history(task, place, request, go_on, report)?;
    let (Some(graph), Some(state)) = (history.last, history.states.last()) else {
        return Err("no commit has this Dockerfile".to_string());
    };
    // A build that lacks its files is not the build that people make: another folder is its context.
    let newest = history.replay.builds().saturating_sub(2);
    let lacks = |track: &Track| {
        let run = track.last_run.as_ref().filter(|(at, reason)| *at == newest && reason.kind == ReasonKind::Missing);
        run.map(|(_, reason)| reason.text.clone())
    };
    if let Some(why) = history.replay.steps().into_iter().find_map(lacks) {
        return Err(format!("{why}; `context` in cachalot.toml says where the build context is"));
    }
    let mut steps = layers(&graph);
    for (layer, track) in steps.iter_mut().zip(history.replay.steps()) {
        fill(layer, track, &history.builds);
    }
    let commit = commits.iter().find(|it| *it.id() == *state.commit).map(Commit::short).unwrap_or_default();
    let base = Base { state: state.clone(), commit, request: request.clone(), place: place.clone() };
    let builds = history.replay.builds().saturating_sub(1);
    let known = Known { builds, rate: rate(&history.replay), steps, base: Some(base), digests: BTreeMap::new() };
    Ok((known, graph))
}

fn history(
    task: &Task,
    place: &Place,
    request: &Request,
    go_on: &dyn Fn() -> bool,
    report: &dyn Fn(usize, usize),
) -> Result<(History, Vec<Commit>, Git), String> {
    let words = |error: &dyn std::fmt::Display| error.to_string();
    let mut git = Git::discover(&place.context).map_err(|error| words(&error))?;
    let section = task.config.section("cache");
    let most = section.integer("commits", COMMITS).max(1) as usize;
    let head = git.commit("HEAD").map_err(|error| words(&error))?;
    let commits = git.history(&head, None, most.saturating_add(1)).map_err(|error| words(&error))?;
    let mut done = 0;
    let mut each = || {
        report(done, commits.len());
        done += 1;
        go_on()
    };
    let history = History::build(place, &mut git, &commits, request, memory(&task.config), &mut each);
    Ok((history.map_err(|error| words(&error))?, commits, git))
}

fn memory(config: &Config) -> Memory {
    if config.section("cache").string("memory") == Some("last") { Memory::Last } else { Memory::All }
}

fn rate(replay: &Replay) -> Option<f64> {
    let steps = replay.steps();
    let sum = |fate: Fate| steps.iter().map(|track| track.count(fate)).sum::<usize>();
    let all = sum(Fate::Hit) + sum(Fate::Miss) + sum(Fate::Maybe);
    (all > 0).then(|| sum(Fate::Hit) as f64 / all as f64)
}

fn fill(layer: &mut Layer, track: &Track, builds: &[crate::report::ReportedBuild]) {
    layer.hits = track.count(Fate::Hit);
    layer.misses = track.count(Fate::Miss);
    layer.maybes = track.count(Fate::Maybe);
    let culprit = |(what, builds): (&str, usize)| {
        let is_file = track.culprits.contains_key(what);
        Culprit { what: what.to_string(), is_file, builds }
    };
    layer.culprits = track.top_culprits(3).into_iter().map(culprit).collect();
    layer.last_run = track.last_run.as_ref().and_then(|(at, reason)| {
        let build = builds.get(*at)?;
        let short = build.commit.chars().take(8).collect();
        let why = match reason.paths.as_slice() {
            [] => reason.text.clone(),
            [first, rest @ ..] => files(first, rest.len()),
        };
        Some((short, build.subject.clone(), why))
    });
}

/// `a` changed, or `a` and 3 other files.
pub(crate) fn files(first: &str, others: usize) -> String {
    match others {
        0 => format!("`{first}` changed"),
        1 => format!("`{first}` and another file changed"),
        more => format!("`{first}` and {more} other files changed"),
    }
}

/// Sizes of layers. A name without a scheme is looked up on this machine only.
fn add_image(known: &mut Known, config: &Config, dockerfile: &str) {
    let Some(name) = setting(config, "image") else { return };
    let is_local = name.contains(':') && !name.contains("://") && std::path::Path::new(name).exists();
    const SCHEMES: [&str; 8] =
        ["docker://", "docker-daemon:", "podman:", "docker-archive:", "oci-archive:", "oci:", "dir:", "file:"];
    let has_scheme = SCHEMES.iter().any(|it| name.starts_with(it)) || std::path::Path::new(name).exists();
    let name = if has_scheme || is_local { name.to_string() } else { format!("docker-daemon:{name}") };
    let Ok(sizes) = host::image::layer_bytes(&name, dockerfile) else { return };
    for (line, bytes) in sizes {
        // A line with several steps (ONBUILD of the base image) cannot be told apart.
        let mut here = known.steps.iter_mut().filter(|it| it.at.line == line);
        if let (Some(layer), None) = (here.next(), here.next()) {
            layer.bytes = Some(layer.bytes.unwrap_or(0) + bytes);
        }
    }
}

fn add_log(known: &mut Known, config: &Config, place: &Place, graph: &Graph) {
    let Some(file) = setting(config, "log") else { return };
    let Ok(bytes) = host::read(&place.context.join(file)) else { return };
    let log = BuildLog::parse(&decode(&bytes).0);
    for (step, at) in log.steps.iter().zip(log.places(graph)) {
        if let Some((name, digest)) = pinned(&step.text) {
            known.digests.insert(name, digest);
        }
        let Some(layer) = at.and_then(|at| known.steps.get_mut(at)) else { continue };
        layer.logged = Some(step.result);
        if step.result == LoggedResult::Ran {
            layer.seconds = step.seconds.map(|it| it + layer.seconds.unwrap_or(0.0));
        }
    }
}

/// `FROM docker.io/library/node:22@sha256:…` of a log: the image and its digest.
fn pinned(text: &str) -> Option<(String, String)> {
    let name = text.strip_prefix("FROM ")?.split_whitespace().find(|it| it.contains('@'))?;
    let (image, digest) = name.split_once('@')?;
    let is_digest = digest.strip_prefix("sha256:").is_some_and(|it| it.len() == 64);
    is_digest.then(|| (canonical(&ImageRef::parse(image)), digest.to_string()))
}

/// One name for an image, however it is written: registry, path, tag.
pub(crate) fn canonical(image: &ImageRef) -> String {
    let path = match image.docker_hub() {
        Some(path) => format!("docker.io/{path}"),
        None => format!("{}/{}", image.registry.as_deref().unwrap_or_default(), image.path),
    };
    format!("{path}:{}", image.tag.as_deref().unwrap_or("latest"))
}

/// What putting the manifests first would have gained over the history: the title of the fix, and words
/// for it. Empty where there is nothing to move. Takes seconds.
pub(crate) fn gains(task: &Task, go_on: &(dyn Fn() -> bool + Sync)) -> Vec<(String, String)> {
    let asked = || -> Result<Advised, String> {
        let place = Place::new(&task.dockerfile, task.config.context.value.as_ref().map(PathBuf::from), &[])
            .map_err(|error| error.to_string())?;
        let request = host::request(&task.config);
        let (history, commits, mut git) = history(task, &place, &request, go_on, &|_, _| {})?;
        let last = history.states.last().ok_or("no commit has this Dockerfile")?;
        let commit = commits.iter().find(|it| *it.id() == *last.commit).ok_or("no commit")?;
        let folder = git.path_of(&place.context).unwrap_or_default();
        let files = git.files(commit, &folder).map_err(|error| error.to_string())?;
        let inner = place.inner(&place.dockerfile);
        if !has_late_installs(&last.dockerfile, &files, inner.as_deref()) {
            return Ok(Advised::default());
        }
        Ok(advise(&Question {
            history: &history.states,
            request: &request,
            memory: memory(&task.config),
            costs: &Costs::default(),
            files: &files,
            dockerfile: inner.as_deref(),
            keep_ignore: place.ignore_file().0.is_symlink(),
            accept: &|text, fix| lint::refusal(text, fix).is_none(),
            stop: &|| !go_on(),
        }))
    };
    let advised = asked().unwrap_or_default();
    let moved = advised.advice.iter().filter(|it| it.kind == Kind::ManifestsFirst);
    moved.filter_map(|it| Some((it.title.clone(), gain(it)?))).collect()
}

fn has_late_installs(text: &str, files: &dyn crate::model::Files, dockerfile: Option<&str>) -> bool {
    let (tree, _) = parse(FileId(0), text);
    let model = Model::new(&tree, text, BuildOptions::default());
    !late_installs(&model, Some(&Context::new(files, dockerfile))).is_empty()
}

/// `hits 12 % → 97 % in 180 builds`, of the step that gains most.
fn gain(advice: &crate::cache::advice::Advice) -> Option<String> {
    let runs = advice.steps.iter().filter_map(|it| Some((it.before.as_ref()?, it.after.as_ref()?)));
    let of_run = runs.filter(|(before, _)| before.instruction.to_ascii_uppercase().starts_with("RUN"));
    let (before, after) = of_run.max_by_key(|(before, after)| after.hits.saturating_sub(before.hits))?;
    let percent = |rate: Option<f64>| rate.map(super::show::percent);
    let builds = before.hits + before.misses + before.maybes;
    (after.hits > before.hits).then(|| {
        Some(format!("hits {} \u{2192} {} in {builds} builds", percent(before.hit_rate())?, percent(after.hit_rate())?))
    })?
}
