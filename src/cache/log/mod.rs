//! Logs of builds: what really happened to each step.

mod classic;
mod line;
mod plain;
mod rawjson;
mod terminal;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::graph::{Graph, Step};

/// A build as its log tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BuildLog {
    /// What wrote it.
    pub format: LogFormat,
    /// The Dockerfile's steps in the order in which the log names them.
    pub steps: Vec<LoggedStep>,
    /// Bytes of build contexts that were sent, where the log says so.
    pub sent: Option<u64>,
    /// Bytes of base images that were downloaded, where the log says so.
    pub pulled: Option<u64>,
}

/// What wrote a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `--progress=rawjson`.
    Rawjson,
    /// `--progress=plain`, also with what CI systems put before each line.
    #[default]
    Plain,
    /// What BuildKit draws on a terminal: ` => CACHED [2/3] COPY . .`.
    Terminal,
    /// The classic builder's `Step 3/7 : RUN make`.
    Classic,
}

impl LogFormat {
    /// The word in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            LogFormat::Rawjson => "rawjson",
            LogFormat::Plain => "plain",
            LogFormat::Terminal => "terminal",
            LogFormat::Classic => "classic",
        }
    }
}

/// One step in a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoggedStep {
    /// The name as printed.
    pub name: String,
    /// The service of `docker compose build` or the target of `docker buildx bake` that it is built for.
    pub target: Option<String>,
    /// The stage in it, if it names one.
    pub stage: Option<String>,
    /// Number of the step in its stage, from 1; the classic builder counts all instructions.
    pub index: usize,
    /// How many there are.
    pub total: usize,
    /// The instruction in it.
    pub text: String,
    /// What became of it.
    pub result: LoggedResult,
    /// How long it took, in seconds, where the log says so.
    pub seconds: Option<f64>,
}

/// What became of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LoggedResult {
    /// Found in the cache.
    Cached,
    /// It ran.
    Ran,
    /// It failed.
    Failed,
    /// It was cut off.
    Canceled,
    /// The log does not say; for FROM it cannot, whatever is printed.
    #[default]
    Unknown,
}

impl LoggedResult {
    /// The word that is printed.
    pub fn name(self) -> &'static str {
        match self {
            LoggedResult::Cached => "cached",
            LoggedResult::Ran => "ran",
            LoggedResult::Failed => "failed",
            LoggedResult::Canceled => "canceled",
            LoggedResult::Unknown => "unknown",
        }
    }
}

impl BuildLog {
    /// Reads a log of any of the formats; lines that are none of a builder's are passed over. Several
    /// builds one after another are read as one.
    pub fn parse(text: &str) -> BuildLog {
        let bare = || text.lines().map(line::bare);
        let mut log = if bare().any(|line| rawjson::record(&line).is_some()) {
            rawjson::read(bare())
        } else if bare().any(|line| plain::numbered(&line).is_some()) {
            plain::read(bare())
        } else if bare().any(|line| terminal::step(&line).is_some()) {
            terminal::read(bare())
        } else {
            classic::read(bare())
        };
        for step in log.steps.iter_mut().filter(|step| step.text.starts_with("FROM ")) {
            step.result = LoggedResult::Unknown;
        }
        log
    }

    /// For each step of the log the step of the graph that it is, if there is one. The classic builder
    /// counts otherwise: its steps are none of a graph's.
    pub fn places(&self, graph: &Graph) -> Vec<Option<usize>> {
        if self.format == LogFormat::Classic {
            return vec![None; self.steps.len()];
        }
        // A number says little where several Dockerfiles were built.
        let targets: BTreeSet<&Option<String>> = self.steps.iter().map(|step| &step.target).collect();
        let place = |step: &LoggedStep| {
            let find = |same: &dyn Fn(&Step) -> bool| graph.steps.iter().position(same);
            let text = step.text.trim_start_matches("LINK ");
            let numbered = |it: &Step| step.is_numbered_as(&it.place.name, &it.place.stage_name, it.place.index);
            let alike = |it: &Step| keyword(said(it)).eq_ignore_ascii_case(keyword(text));
            find(&|it| it.place.name == step.name)
                .or_else(|| find(&|it| numbered(it) && said(it) == text))
                .or_else(|| find(&|it| targets.len() < 2 && numbered(it) && alike(it)))
        };
        self.steps.iter().map(place).collect()
    }
}

impl LoggedStep {
    /// True for a step of this stage and number; a log leaves the stage out where there is only one.
    fn is_numbered_as(&self, name: &str, stage: &str, index: usize) -> bool {
        let same_stage = match &self.stage {
            Some(it) => it == stage,
            None => name.split(']').next().is_some_and(|head| !head.contains(' ')),
        };
        same_stage && self.index == index
    }

    /// True for the same step of another build of the same Dockerfile.
    pub fn is_same(&self, other: &LoggedStep) -> bool {
        (&self.target, &self.stage, self.index, &self.text) == (&other.target, &other.stage, other.index, &other.text)
    }
}

/// The instruction in the name of a step.
fn said(step: &Step) -> &str {
    step.place.name.split_once("] ").map_or("", |it| it.1).trim_start_matches("ONBUILD ")
}

fn keyword(text: &str) -> &str {
    text.split_whitespace().next().unwrap_or_default()
}

/// `[stage 2/3] COPY . .`, with the platform and the target in front of the stage where there are any.
fn named(name: &str) -> Option<LoggedStep> {
    let (head, text) = name.strip_prefix('[')?.split_once("] ")?;
    let mut words: Vec<&str> = head.split_whitespace().collect();
    let (index, total) = words.pop()?.split_once('/')?;
    words.retain(|word| !word.contains('/'));
    let stage = words.pop().map(str::to_string);
    let text = text.strip_prefix("ONBUILD ").unwrap_or(text);
    Some(LoggedStep {
        name: name.to_string(),
        target: words.pop().map(str::to_string),
        stage,
        index: index.parse().ok()?,
        total: total.parse().ok()?,
        text: text.to_string(),
        ..LoggedStep::default()
    })
}

/// The target in `[web internal] load build definition`.
fn target_of(name: &str) -> Option<&str> {
    let head = name.strip_prefix('[')?.split_once(']')?.0;
    let before = head.strip_suffix(" internal")?;
    before.split_whitespace().find(|word| !word.contains('/'))
}

/// `[web 2/3]` may name a stage or, with one stage only, a target: those that were seen tell.
fn settle(steps: &mut [LoggedStep], targets: &BTreeSet<String>) {
    let is_target = |step: &LoggedStep| step.stage.as_ref().is_some_and(|it| targets.contains(it));
    for step in steps.iter_mut().filter(|step| step.target.is_none() && is_target(step)) {
        step.target = step.stage.take();
    }
}

/// What a vertex moved, by what is moved: the last number counts.
#[derive(Clone, Debug, Default)]
struct Moved(BTreeMap<String, u64>);

impl Moved {
    fn note(&mut self, what: &str, bytes: u64) {
        let known = self.0.entry(what.to_string()).or_default();
        *known = bytes.max(*known);
    }
}

/// What all vertices moved together, as fields of a log: contexts, images.
fn moved<'m>(of: impl Iterator<Item = (&'m str, &'m Moved)>) -> (Option<u64>, Option<u64>) {
    let (mut sent, mut pulled) = (None::<u64>, None::<u64>);
    for (name, moved) in of {
        let sum = moved.0.values().fold(0_u64, |sum, it| sum.saturating_add(*it));
        let field = match () {
            () if moved.0.is_empty() => continue,
            () if name.contains("load build context") || name.contains("context ") => &mut sent,
            () if name.contains("] FROM ") => &mut pulled,
            () => continue,
        };
        *field = Some(field.unwrap_or(0).saturating_add(sum));
    }
    (sent, pulled)
}

/// `1.21MB` in bytes; BuildKit counts by thousands.
fn bytes_of(text: &str) -> Option<u64> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let number: f64 = text[..end].parse().ok()?;
    let factor = match &text[end..] {
        "B" => 1.0,
        "kB" | "KB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        _ => return None,
    };
    Some((number * factor) as u64)
}

/// The seconds of `12.3s`.
fn seconds_of(text: &str) -> Option<f64> {
    text.strip_suffix('s')?.parse().ok()
}
