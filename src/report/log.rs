use std::io::{self, Write};

use serde::Serialize;

use crate::cache::{BuildLog, LoggedResult};

use super::prediction::{column, cut};

/// Columns of the longest bar.
const BAR: usize = 20;

/// What a build's log says, ready to print. Within version 1 keys are only added.
#[derive(Debug, Serialize)]
pub struct LogReport {
    version: u32,
    /// `rawjson`, `plain` or `classic`.
    log: &'static str,
    cached: usize,
    ran: usize,
    /// Time of all steps that ran, in seconds.
    seconds: f64,
    steps: Vec<ReportedStep>,
}

#[derive(Debug, Serialize)]
struct ReportedStep {
    stage: Option<String>,
    index: usize,
    total: usize,
    line: Option<u32>,
    end_line: Option<u32>,
    instruction: String,
    vertex: String,
    result: &'static str,
    seconds: Option<f64>,
}

impl LogReport {
    /// Puts a log together with the lines of its steps in the Dockerfile.
    pub fn new(log: &BuildLog, lines: &[Option<(u32, u32)>]) -> LogReport {
        let count = |wanted: LoggedResult| log.steps.iter().filter(|step| step.result == wanted).count();
        let steps = log.steps.iter().zip(lines).map(|(step, lines)| ReportedStep {
            stage: step.stage.clone(),
            index: step.index,
            total: step.total,
            line: lines.map(|it| it.0),
            end_line: lines.map(|it| it.1),
            instruction: step.text.clone(),
            vertex: step.name.clone(),
            result: step.result.name(),
            seconds: step.seconds,
        });
        LogReport {
            version: 1,
            log: log.format.name(),
            cached: count(LoggedResult::Cached),
            ran: count(LoggedResult::Ran),
            // A sum of nothing would be -0.
            seconds: log.steps.iter().filter_map(|step| step.seconds).fold(0.0, |sum, it| sum + it),
            steps: steps.collect(),
        }
    }
}

/// Writes a table, cut to `width` columns where one is given.
pub fn log_text(write: &mut dyn Write, report: &LogReport, width: Option<usize>) -> io::Result<()> {
    let steps = &report.steps;
    let longest = steps.iter().filter_map(|step| step.seconds).fold(0.0, f64::max);
    let stages = column(steps, |step| step.stage.clone().unwrap_or_default(), "stage");
    let numbers = column(steps, |step| format!("{}/{}", step.index, step.total), "step");
    let lines = column(steps, |step| step.line.map(|it| it.to_string()).unwrap_or_default(), "line");
    let results = column(steps, |step| step.result.to_string(), "result");
    let times = column(steps, |step| step.seconds.map(|it| format!("{it:.1}s")).unwrap_or_default(), "time");
    let bars = column(steps, |step| bar(step.seconds.unwrap_or(0.0), longest), "");
    let instructions = column(steps, |step| step.instruction.clone(), "instruction");
    for row in 0..=steps.len() {
        let cells =
            [&stages, &numbers, &lines, &results, &times, &bars, &instructions].map(|cells| cells[row].as_str());
        let text = cut(cells.join("  ").trim_end(), width.unwrap_or(usize::MAX));
        writeln!(write, "{text}")?;
    }
    writeln!(write)?;
    writeln!(write, "{} steps cached, {} ran; all steps took {:.1}s", report.cached, report.ran, report.seconds)
}

fn bar(seconds: f64, longest: f64) -> String {
    if longest <= 0.0 {
        return String::new();
    }
    "█".repeat((seconds / longest * BAR as f64).round() as usize)
}
