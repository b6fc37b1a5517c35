use std::io::{self, Write};

use serde::Serialize;

use crate::cache::{Graph, Place, Reason, Verdict, VertexKind};

/// What a prediction says, ready to print. Within version 1 keys are only added.
#[derive(Debug, Serialize)]
pub struct Prediction {
    version: u32,
    dockerfile: String,
    steps: Vec<PredictedStep>,
    /// What was taken for granted.
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct PredictedStep {
    stage: String,
    index: usize,
    total: usize,
    line: u32,
    end_line: u32,
    instruction: String,
    vertex: String,
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
            PredictedStep {
                stage: place.stage_name.clone(),
                index: place.index,
                total: place.total,
                line: place.line,
                end_line: place.end_line,
                instruction: place.instruction.clone(),
                vertex: place.name.clone(),
                verdict,
                reason,
            }
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
        Prediction { version: 1, dockerfile, steps, notes }
    }

    /// The share of the steps that are built which is sure to hit, from 0 to 1.
    pub fn hit_rate(&self) -> f64 {
        let built = self.count(|verdict| verdict != "skipped");
        if built == 0 { 1.0 } else { self.count(|verdict| verdict == "hit") as f64 / built as f64 }
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

/// Columns of the bar under the table.
const BAR: usize = 30;

/// Writes a table, cut to `width` columns where one is given.
pub fn prediction_text(write: &mut dyn Write, prediction: &Prediction, width: Option<usize>) -> io::Result<()> {
    let stages = column(&prediction.steps, |step| step.stage.clone(), "stage");
    let numbers = column(&prediction.steps, |step| format!("{}/{}", step.index, step.total), "step");
    let lines = column(&prediction.steps, |step| step.line.to_string(), "line");
    let room = width.map_or(48, |width| (width / 3).clamp(16, 48));
    let instructions = column(&prediction.steps, |step| cut(&step.instruction, room), "instruction");
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
    Ok(())
}

/// The cells of a column with its head, all of one width.
pub(super) fn column<T>(rows: &[T], cell: impl Fn(&T) -> String, head: &str) -> Vec<String> {
    let mut cells: Vec<String> = vec![head.to_string()];
    cells.extend(rows.iter().map(cell));
    let width = cells.iter().map(|it| it.chars().count()).max().unwrap_or(0);
    cells.into_iter().map(|it| format!("{it:<width$}")).collect()
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

/// The text in one line of at most `width` columns.
pub(super) fn cut(text: &str, width: usize) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if line.chars().count() <= width {
        return line;
    }
    let kept: String = line.chars().take(width.saturating_sub(1)).collect();
    format!("{kept}…")
}
