//! What the tables of steps have in common.

use serde::{Deserialize, Serialize};

use crate::cache::Place;

/// Where a step stands, in machine formats.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct StepPlace {
    pub(super) stage: String,
    pub(super) index: usize,
    pub(super) total: usize,
    pub(super) line: u32,
    pub(super) end_line: u32,
    pub(super) instruction: String,
    /// The name that BuildKit prints.
    pub(super) vertex: String,
}

impl From<&Place> for StepPlace {
    fn from(place: &Place) -> StepPlace {
        StepPlace {
            stage: place.stage_name.clone(),
            index: place.index,
            total: place.total,
            line: place.line,
            end_line: place.end_line,
            instruction: place.instruction.clone(),
            vertex: place.name.clone(),
        }
    }
}

/// A bound on what the cache does, in machine formats.
#[derive(Clone, Debug, Serialize)]
pub struct CacheGate {
    /// The option: `min-hit-rate` or `max-miss`.
    pub name: &'static str,
    /// The steps that it is about, as they were named; empty for all.
    pub of: String,
    /// The bound.
    pub bound: String,
    /// What was measured.
    pub actual: String,
    /// False where it is crossed.
    pub passed: bool,
}

/// The lines under a table that say which bounds are crossed.
pub(super) fn crossed(gates: &[CacheGate]) -> impl Iterator<Item = String> {
    gates.iter().filter(|gate| !gate.passed).map(|gate| {
        let of = if gate.of.is_empty() { String::new() } else { format!(" of `{}`", gate.of) };
        format!("crossed: {}{of} is {}, {} allowed", gate.name, gate.actual, gate.bound)
    })
}

/// The cells of a column with its head, all of one width.
pub(super) fn column<T>(rows: &[T], cell: impl Fn(&T) -> String, head: &str) -> Vec<String> {
    let mut cells: Vec<String> = vec![head.to_string()];
    cells.extend(rows.iter().map(cell));
    let width = cells.iter().map(|it| it.chars().count()).max().unwrap_or(0);
    cells.into_iter().map(|it| format!("{it:<width$}")).collect()
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

/// A share for people. 99.6 % is not 100 %: only what never missed is. Nor is 0.4 % nothing.
pub(crate) fn percent(rate: f64) -> String {
    let whole = (rate * 100.0 + 1e-9).floor();
    format!("{:.0} %", if rate > 0.0 { whole.max(1.0) } else { whole })
}

/// A time for people: `4.2 s`, `12 min`, `3 h 20 min`.
pub(super) fn time(seconds: f64) -> String {
    let whole = seconds.round() as u64;
    match whole {
        0..=9 => format!("{seconds:.1} s"),
        10..=119 => format!("{whole} s"),
        120..=7199 => format!("{} min", whole / 60),
        _ => format!("{} h {} min", whole / 3600, whole % 3600 / 60),
    }
}
