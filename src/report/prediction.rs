use std::io::{self, Write};

use serde::Serialize;

use crate::cache::{Graph, Place, Reason, Verdict, VertexKind};

use super::step::{CacheGate, StepPlace, column, crossed, cut};

/// What a prediction says, ready to print. Within version 1 keys are only added.
#[derive(Debug, Serialize)]
pub struct Prediction {
    version: u32,
    dockerfile: String,
    steps: Vec<PredictedStep>,
    /// What was taken for granted.
    notes: Vec<String>,
    /// Bounds; none where none was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    gates: Vec<CacheGate>,
}

#[derive(Debug, Serialize)]
struct PredictedStep {
    #[serde(flatten)]
    place: StepPlace,
    verdict: &'static str,
    reason: Option<PredictedReason>,
}

#[derive(Debug, Serialize)]
struct PredictedReason {
    kind: &'static str,
    text: String,
    paths: Vec<String>,
    caused_by: Option<Cause>,
}

#[derive(Debug, Serialize)]
struct Cause {
    stage: String,
    index: usize,
    line: u32,
    vertex: String,
}

impl Prediction {
    /// Puts a build's verdicts, one per vertex of `graph`, together by step.
    pub fn new(dockerfile: String, graph: &Graph, verdicts: &[Verdict], mut notes: Vec<String>) -> Prediction {
        let steps = graph.steps.iter().map(|step| {
            let place = &step.place;
            let (verdict, reason) = match graph.verdict(step, verdicts) {
                None => ("skipped", Some(skipped(place))),
                Some(verdict) => (verdict.name(), verdict.reason().map(|reason| shown_reason(graph, reason))),
            };
            PredictedStep { place: place.into(), verdict, reason }
        });
        let steps = steps.collect();
        let moving = graph.vertices.iter().filter_map(|vertex| match &vertex.kind {
            VertexKind::Image { reference, .. } if !reference.contains('@') => Some(format!("`{reference}`")),
            _ => None,
        });
        let moving: Vec<String> = moving.collect();
        if !moving.is_empty() {
            notes.push(format!("tags are taken to point to the same images: {}", moving.join(", ")));
        }
        Prediction { version: 1, dockerfile, steps, notes, gates: Vec::new() }
    }

    /// The share of the steps that are built which is sure to hit, from 0 to 1.
    pub fn hit_rate(&self) -> f64 {
        let built = self.count(|verdict| verdict != "skipped");
        if built == 0 { 1.0 } else { self.count(|verdict| verdict == "hit") as f64 / built as f64 }
    }

    /// Adds the bounds that were judged.
    #[must_use]
    pub fn with_gates(self, gates: Vec<CacheGate>) -> Prediction {
        Prediction { gates, ..self }
    }

    fn count(&self, is_one: impl Fn(&str) -> bool) -> usize {
        self.steps.iter().filter(|step| is_one(step.verdict)).count()
    }
}

fn skipped(place: &Place) -> PredictedReason {
    let text = format!("the target does not need stage `{}`", place.stage_name);
    PredictedReason { kind: "unreachable", text, paths: Vec::new(), caused_by: None }
}

fn shown_reason(graph: &Graph, reason: &Reason) -> PredictedReason {
    let place = |at: usize| graph.vertices.get(at)?.step.map(|step| &graph.steps[step].place);
    let cause = reason.caused_by.and_then(place).map(|place| Cause {
        stage: place.stage_name.clone(),
        index: place.index,
        line: place.line,
        vertex: place.name.clone(),
    });
    PredictedReason {
        kind: reason.kind.name(),
        text: reason.text.clone(),
        paths: reason.paths.clone(),
        caused_by: cause,
    }
}

/// What was predicted of one step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PredictedVerdict {
    /// The name that BuildKit prints.
    pub vertex: String,
    /// Name of its stage.
    pub stage: String,
    /// Its number in the stage, from 1.
    pub index: usize,
    /// `hit`, `miss`, `maybe` or `skipped`.
    pub verdict: String,
    /// Why it is no hit; empty for one.
    pub reason: String,
}

/// The verdicts of a prediction.
pub fn predicted_verdicts(prediction: &Prediction) -> Vec<PredictedVerdict> {
    let verdict = |step: &PredictedStep| PredictedVerdict {
        vertex: step.place.vertex.clone(),
        stage: step.place.stage.clone(),
        index: step.place.index,
        verdict: step.verdict.to_string(),
        reason: step.reason.as_ref().map(|it| it.text.clone()).unwrap_or_default(),
    };
    prediction.steps.iter().map(verdict).collect()
}

/// The verdicts of a prediction that was saved as JSON; the error says what is wrong with it.
pub fn saved_prediction(bytes: &[u8]) -> Result<Vec<PredictedVerdict>, String> {
    let saved: serde_json::Value = serde_json::from_slice(bytes).map_err(|error| format!("no JSON: {error}"))?;
    if saved["version"] != 1 {
        return Err("no prediction of version 1; `cachalot cache predict --format json` writes one".to_string());
    }
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_string();
    let verdict = |step: &serde_json::Value| PredictedVerdict {
        vertex: text(&step["vertex"]),
        stage: text(&step["stage"]),
        index: step["index"].as_u64().unwrap_or_default() as usize,
        verdict: text(&step["verdict"]),
        reason: text(&step["reason"]["text"]),
    };
    let steps = saved["steps"].as_array().ok_or("it lists no steps")?;
    Ok(steps.iter().map(verdict).collect())
}

/// Columns of the bar under the table.
const BAR: usize = 30;

/// Writes a table, cut to `width` columns where one is given.
pub fn prediction_text(write: &mut dyn Write, prediction: &Prediction, width: Option<usize>) -> io::Result<()> {
    let stages = column(&prediction.steps, |step| step.place.stage.clone(), "stage");
    let numbers = column(&prediction.steps, |step| format!("{}/{}", step.place.index, step.place.total), "step");
    let lines = column(&prediction.steps, |step| step.place.line.to_string(), "line");
    let room = width.map_or(48, |width| (width / 3).clamp(16, 48));
    let instructions = column(&prediction.steps, |step| cut(&step.place.instruction, room), "instruction");
    let rows = stages.iter().zip(&numbers).zip(&lines).zip(&instructions).enumerate();
    for (row, (((stage, number), line), instruction)) in rows {
        let step = row.checked_sub(1).map(|at| &prediction.steps[at]);
        let verdict = step.map_or("verdict", |step| step.verdict);
        let sign = step.map_or(" ", |step| sign(step.verdict));
        let why = step.map_or("why", |step| step.reason.as_ref().map_or("", |reason| reason.text.as_str()));
        let text = format!("{sign} {stage}  {number}  {line}  {verdict:<7}  {instruction}  {why}");
        let text = text.trim_end();
        writeln!(write, "{}", width.map_or_else(|| text.to_string(), |width| cut(text, width)))?;
    }
    let [hits, misses, maybes, skipped] =
        ["hit", "miss", "maybe", "skipped"].map(|wanted| prediction.count(|verdict| verdict == wanted));
    writeln!(write)?;
    writeln!(write, "{}  {}", bar(hits, misses, maybes), sentence(hits, misses, maybes, skipped))?;
    for note in &prediction.notes {
        writeln!(write, "note: {note}")?;
    }
    crossed(&prediction.gates).try_for_each(|line| writeln!(write, "{line}"))
}

fn sign(verdict: &str) -> &'static str {
    match verdict {
        "hit" => "█",
        "maybe" => "▒",
        "miss" => "░",
        _ => "·",
    }
}

fn bar(hits: usize, misses: usize, maybes: usize) -> String {
    let all = (hits + misses + maybes).max(1);
    let hit = hits * BAR / all;
    let maybe = maybes * BAR / all;
    format!("{}{}{}", "█".repeat(hit), "▒".repeat(maybe), "░".repeat(BAR - hit - maybe))
}

fn sentence(hits: usize, misses: usize, maybes: usize, skipped: usize) -> String {
    let mut text = format!("{hits} of {} steps hit, {misses} run", hits + misses + maybes);
    if maybes > 0 {
        text.push_str(&format!(", {maybes} may do either"));
    }
    if skipped > 0 {
        text.push_str(&format!(", {skipped} are not built"));
    }
    text
}
