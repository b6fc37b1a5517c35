use std::io::{self, Write};

use serde::Serialize;

use crate::cache::{Fate, Replay, Track};

use super::prediction::{column, cut};

/// Culprits listed per step in text and in JSON.
const SHOWN: usize = 3;
const LISTED: usize = 50;
/// Columns of a rate's bar.
const BAR: usize = 10;

/// What a replay says, ready to print. Within version 1 keys are only added.
#[derive(Debug, Serialize)]
pub struct ReplayReport {
    version: u32,
    dockerfile: String,
    /// `all` or `last`.
    memory: &'static str,
    /// The first commit, which only fills the cache, and the last one.
    from: String,
    to: String,
    /// Builds that count.
    commits: usize,
    /// Commits without such a Dockerfile.
    skipped: usize,
    /// Steps of earlier Dockerfiles that the last one no longer has.
    gone: usize,
    hit_rate: Option<f64>,
    steps: Vec<ReplayedStep>,
}

#[derive(Debug, Serialize)]
struct ReplayedStep {
    stage: String,
    index: usize,
    total: usize,
    line: u32,
    end_line: u32,
    instruction: String,
    vertex: String,
    hits: usize,
    misses: usize,
    maybes: usize,
    hit_rate: Option<f64>,
    culprits: Vec<Culprit>,
    /// A letter per build, oldest first: h hit, m miss, ? maybe, - not part of it.
    history: String,
}

#[derive(Debug, Serialize)]
struct Culprit {
    /// A path, or another reason in words.
    what: String,
    commits: usize,
}

impl ReplayReport {
    /// Sums up a replay between the commits `ends`.
    pub fn new(
        dockerfile: String,
        memory: &'static str,
        ends: [String; 2],
        skipped: usize,
        replay: &Replay,
    ) -> ReplayReport {
        let tracks = replay.steps();
        let total = |fate: Fate| tracks.iter().map(|track| track.count(fate)).sum::<usize>();
        let (hits, others) = (total(Fate::Hit), total(Fate::Miss) + total(Fate::Maybe));
        let hit_rate = (hits + others > 0).then(|| hits as f64 / (hits + others) as f64);
        let [from, to] = ends;
        ReplayReport {
            version: 1,
            dockerfile,
            memory,
            from,
            to,
            commits: replay.builds().saturating_sub(1),
            skipped,
            gone: replay.gone(),
            hit_rate,
            steps: tracks.into_iter().map(step).collect(),
        }
    }

    /// The share of hits among all steps of all builds; `None` where nothing was built twice.
    pub fn hit_rate(&self) -> Option<f64> {
        self.hit_rate
    }
}

fn step(track: &Track) -> ReplayedStep {
    let place = &track.place;
    let culprits = track.top_culprits(LISTED).into_iter();
    let letter = |fate: &Fate| match fate {
        Fate::Hit => 'h',
        Fate::Miss => 'm',
        Fate::Maybe => '?',
        Fate::Absent => '-',
    };
    ReplayedStep {
        stage: place.stage_name.clone(),
        index: place.index,
        total: place.total,
        line: place.line,
        end_line: place.end_line,
        instruction: place.instruction.clone(),
        vertex: place.name.clone(),
        hits: track.count(Fate::Hit),
        misses: track.count(Fate::Miss),
        maybes: track.count(Fate::Maybe),
        hit_rate: track.hit_rate(),
        culprits: culprits.map(|(what, commits)| Culprit { what: what.to_string(), commits }).collect(),
        history: track.fates.iter().map(letter).collect(),
    }
}

/// Writes a table, cut to `width` columns where one is given.
pub fn replay_text(write: &mut dyn Write, report: &ReplayReport, width: Option<usize>) -> io::Result<()> {
    let steps = &report.steps;
    let stages = column(steps, |step| step.stage.clone(), "stage");
    let numbers = column(steps, |step| format!("{}/{}", step.index, step.total), "step");
    let lines = column(steps, |step| step.line.to_string(), "line");
    let room = width.map_or(44, |width| (width / 3).clamp(16, 44));
    let instructions = column(steps, |step| cut(&step.instruction, room), "instruction");
    let rates = column(steps, rate, "hit rate");
    let counts = column(steps, counts, "hit/miss/maybe");
    let culprits = column(steps, culprits, "made to run by");
    for row in 0..=steps.len() {
        let cells =
            [&stages, &numbers, &lines, &rates, &counts, &instructions, &culprits].map(|cells| cells[row].as_str());
        let text = cells.join("  ");
        let text = text.trim_end();
        writeln!(write, "{}", width.map_or_else(|| text.to_string(), |width| cut(text, width)))?;
    }
    writeln!(write)?;
    let overall = report
        .hit_rate
        .map_or("no step was built twice".to_string(), |rate| format!("all steps together hit in {}", percent(rate)));
    writeln!(write, "{} commits replayed: {overall}", report.commits)?;
    if report.skipped > 0 {
        writeln!(write, "note: {} commits have no {}", report.skipped, report.dockerfile)?;
    }
    if report.gone > 0 {
        writeln!(write, "note: {} steps of earlier Dockerfiles are not listed", report.gone)?;
    }
    Ok(())
}

fn rate(step: &ReplayedStep) -> String {
    let Some(rate) = step.hit_rate else { return "not built".to_string() };
    let full = (rate * BAR as f64).round() as usize;
    format!("{}{} {:>5}", "█".repeat(full), "░".repeat(BAR - full), percent(rate))
}

fn percent(rate: f64) -> String {
    // 99.6 % is not 100 %: only what never missed is.
    let rounded = (rate * 100.0).floor();
    format!("{rounded:.0} %")
}

fn counts(step: &ReplayedStep) -> String {
    format!("{}/{}/{}", step.hits, step.misses, step.maybes)
}

fn culprits(step: &ReplayedStep) -> String {
    let shown = step.culprits.iter().take(SHOWN).map(|it| format!("{} ({})", it.what, it.commits));
    shown.collect::<Vec<_>>().join(", ")
}
