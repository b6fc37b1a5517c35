use std::io::{self, Write};

use serde::Serialize;

use crate::cache::{BuildLog, LoggedResult, LoggedStep};

use super::image::bytes;
use super::prediction::PredictedVerdict;
use super::step::{column, cut};

/// Columns of the longest bar.
const BAR: usize = 20;

/// What a build's log says, ready to print. Within version 1 keys are only added.
#[derive(Debug, Serialize)]
pub struct LogReport {
    version: u32,
    /// `rawjson`, `plain`, `terminal` or `classic`.
    log: &'static str,
    cached: usize,
    ran: usize,
    /// Time of all steps that ran, in seconds.
    seconds: f64,
    /// Time that the cached steps would have taken, by a log of a build in which they ran.
    seconds_saved: Option<f64>,
    /// Bytes of build contexts that were sent, and of base images that were downloaded.
    bytes_sent: Option<u64>,
    bytes_pulled: Option<u64>,
    steps: Vec<ReportedStep>,
    /// Steps of which the prediction said something else; null without one.
    #[serde(skip_serializing_if = "Option::is_none")]
    disagreements: Option<usize>,
}

#[derive(Debug, Serialize)]
struct ReportedStep {
    /// The service or target that the step is built for, where the log names one.
    target: Option<String>,
    stage: Option<String>,
    index: usize,
    total: usize,
    line: Option<u32>,
    end_line: Option<u32>,
    instruction: String,
    vertex: String,
    result: &'static str,
    seconds: Option<f64>,
    /// What a cached step would have taken.
    seconds_saved: Option<f64>,
    /// What was predicted, and whether that is what happened: null where nobody can say.
    #[serde(skip_serializing_if = "Option::is_none")]
    prediction: Option<Expected>,
}

#[derive(Debug, Serialize)]
struct Expected {
    verdict: String,
    reason: String,
    agrees: Option<bool>,
}

impl LogReport {
    /// Puts a log together with the lines of its steps in the Dockerfile.
    pub fn new(log: &BuildLog, lines: &[Option<(u32, u32)>]) -> LogReport {
        let count = |wanted: LoggedResult| log.steps.iter().filter(|step| step.result == wanted).count();
        let steps = log.steps.iter().zip(lines).map(|(step, lines)| ReportedStep {
            target: step.target.clone(),
            stage: step.stage.clone(),
            index: step.index,
            total: step.total,
            line: lines.map(|it| it.0),
            end_line: lines.map(|it| it.1),
            instruction: step.text.clone(),
            vertex: step.name.clone(),
            result: step.result.name(),
            seconds: step.seconds,
            seconds_saved: None,
            prediction: None,
        });
        LogReport {
            version: 1,
            log: log.format.name(),
            cached: count(LoggedResult::Cached),
            ran: count(LoggedResult::Ran),
            // A sum of nothing would be -0.
            seconds: log.steps.iter().filter_map(|step| step.seconds).fold(0.0, |sum, it| sum + it),
            seconds_saved: None,
            bytes_sent: log.sent,
            bytes_pulled: log.pulled,
            steps: steps.collect(),
            disagreements: None,
        }
    }

    /// Says what the cached steps saved, by a log of a build of the same Dockerfile in which they ran.
    #[must_use]
    pub fn with_full(mut self, log: &BuildLog, full: &BuildLog) -> LogReport {
        let ran = |it: &&LoggedStep| it.result == LoggedResult::Ran;
        for (step, logged) in self.steps.iter_mut().zip(&log.steps) {
            let same = full.steps.iter().filter(ran).find(|it| it.is_same(logged));
            let cached = logged.result == LoggedResult::Cached;
            step.seconds_saved = same.filter(|_| cached).and_then(|it| it.seconds);
        }
        self.seconds_saved =
            Some(self.steps.iter().filter_map(|step| step.seconds_saved).fold(0.0, |sum, it| sum + it));
        self
    }

    /// Joins what was predicted: by the step's name, else by its stage and number.
    #[must_use]
    pub fn with_prediction(mut self, predicted: &[PredictedVerdict]) -> LogReport {
        let mut disagreements = 0;
        for step in &mut self.steps {
            let named = |it: &&PredictedVerdict| it.vertex == step.vertex;
            let numbered = |it: &&PredictedVerdict| {
                let keyword = |text: &str| text.split_whitespace().next().unwrap_or_default().to_ascii_uppercase();
                let text = it.vertex.split_once("] ").map_or("", |it| it.1);
                step.stage.as_ref().is_some_and(|stage| *stage == it.stage)
                    && it.index == step.index
                    && keyword(text) == keyword(&step.instruction)
            };
            let found = predicted.iter().find(named).or_else(|| predicted.iter().find(numbered));
            step.prediction = found.map(|it| Expected {
                verdict: it.verdict.clone(),
                reason: it.reason.clone(),
                agrees: agrees(&it.verdict, step.result),
            });
            disagreements += usize::from(step.prediction.as_ref().is_some_and(|it| it.agrees == Some(false)));
        }
        self.disagreements = Some(disagreements);
        self
    }
}

/// Whether a prediction came true; `None` where it left both open, or the log does not say.
fn agrees(verdict: &str, result: &str) -> Option<bool> {
    match (verdict, result) {
        ("hit", "cached") | ("miss", "ran" | "failed" | "canceled") => Some(true),
        ("hit" | "skipped", "ran" | "failed" | "canceled") | ("miss" | "skipped", "cached") => Some(false),
        _ => None,
    }
}

/// Writes a table, cut to `width` columns where one is given.
pub fn log_text(write: &mut dyn Write, report: &LogReport, width: Option<usize>) -> io::Result<()> {
    let steps = &report.steps;
    let longest = steps.iter().filter_map(|step| step.seconds).fold(0.0, f64::max);
    let stages = column(steps, stage, "stage");
    let numbers = column(steps, |step| format!("{}/{}", step.index, step.total), "step");
    let lines = column(steps, |step| step.line.map(|it| it.to_string()).unwrap_or_default(), "line");
    let results = column(steps, |step| step.result.to_string(), "result");
    let times = column(steps, |step| step.seconds.map(|it| format!("{it:.1}s")).unwrap_or_default(), "time");
    let bars = column(steps, |step| bar(step.seconds.unwrap_or(0.0), longest), "");
    let instructions = column(steps, |step| step.instruction.clone(), "instruction");
    let expected = column(steps, expected, "predicted");
    for row in 0..=steps.len() {
        let mut cells = vec![&stages, &numbers, &lines, &results];
        cells.extend(report.disagreements.is_some().then_some(&expected));
        cells.extend([&times, &bars, &instructions]);
        let cells: Vec<&str> = cells.into_iter().map(|cells| cells[row].as_str()).collect();
        let text = cut(cells.join("  ").trim_end(), width.unwrap_or(usize::MAX));
        writeln!(write, "{text}")?;
    }
    writeln!(write)?;
    let mut facts = vec![format!("{} steps cached, {} ran", report.cached, report.ran)];
    facts.push(format!("all steps took {:.1}s", report.seconds));
    facts.extend(report.seconds_saved.map(|it| format!("the cache saved {it:.1}s")));
    facts.extend(report.bytes_sent.map(|it| format!("{} sent as context", bytes(it))));
    facts.extend(report.bytes_pulled.map(|it| format!("{} of base images downloaded", bytes(it))));
    writeln!(write, "{}", facts.join("; "))?;
    disagreements(write, report)
}

/// `web: build` for a stage of a service.
fn stage(step: &ReportedStep) -> String {
    let stage = step.stage.as_deref().unwrap_or_default();
    match &step.target {
        Some(target) if stage.is_empty() => format!("{target}:"),
        Some(target) => format!("{target}: {stage}"),
        None => stage.to_string(),
    }
}

fn expected(step: &ReportedStep) -> String {
    let Some(expected) = &step.prediction else { return String::new() };
    let mark = if expected.agrees == Some(false) { " ≠" } else { "" };
    format!("{}{mark}", expected.verdict)
}

/// Where the build did something else than was predicted.
fn disagreements(write: &mut dyn Write, report: &LogReport) -> io::Result<()> {
    match report.disagreements {
        None => return Ok(()),
        Some(0) => return writeln!(write, "the build did what was predicted"),
        Some(count) => writeln!(write, "the build disagreed with the prediction in {count} steps:")?,
    }
    for step in &report.steps {
        let Some(expected) = step.prediction.as_ref().filter(|it| it.agrees == Some(false)) else { continue };
        let reason = if expected.reason.is_empty() { String::new() } else { format!(" ({})", expected.reason) };
        let text = format!("{}: predicted {}{reason}, {}", step.vertex, expected.verdict, step.result);
        writeln!(write, "  {}", cut(&text, usize::MAX))?;
    }
    Ok(())
}

fn bar(seconds: f64, longest: f64) -> String {
    if longest <= 0.0 {
        return String::new();
    }
    "█".repeat((seconds / longest * BAR as f64).round() as usize)
}
