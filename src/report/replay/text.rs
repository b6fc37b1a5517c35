use std::io::{self, Write};

use super::super::image::bytes;
use super::super::step::{column, crossed, cut, percent, time};
use super::super::text::count;
use super::advice::{ReportedAdvice, ReportedChange, ReportedFates, ReportedProposal};
use super::{ReplayReport, ReplayedStep};

/// Culprits shown per step.
const SHOWN: usize = 3;
/// Columns of a rate's bar.
const BAR: usize = 10;
/// Steps shown per advice.
const CHANGES: usize = 4;
/// Columns of an instruction in advice.
const INSTRUCTION: usize = 60;

/// Writes a table and the advice, cut to `width` columns where one is given.
pub fn replay_text(write: &mut dyn Write, report: &ReplayReport, width: Option<usize>) -> io::Result<()> {
    table(write, report, width)?;
    writeln!(write)?;
    writeln!(write, "{}{}", overall(report), lost(report))?;
    if report.interrupted {
        writeln!(write, "note: interrupted: this is what was known by then")?;
    }
    if report.skipped > 0 {
        let have = if report.skipped == 1 { "has" } else { "have" };
        writeln!(write, "note: {} {have} no {}", count(report.skipped, "commit"), report.dockerfile)?;
    }
    if report.gone > 0 {
        writeln!(write, "note: left out: {} of earlier Dockerfiles", count(report.gone, "step"))?;
    }
    for note in &report.notes {
        writeln!(write, "note: {note}")?;
    }
    if let Some(proposal) = &report.proposal {
        advice(write, report, proposal)?;
    }
    crossed(&report.gates).try_for_each(|line| writeln!(write, "{line}"))
}

fn overall(report: &ReplayReport) -> String {
    let rate = report.hit_rate.map(|rate| format!("all steps together hit in {}", percent(rate)));
    let rate = rate.unwrap_or("no step was built twice".to_string());
    match report.commits {
        0 => "nothing to replay: the first commit only fills the cache, and no other follows".to_string(),
        many => format!("{} replayed: {rate}", count(many, "commit")),
    }
}

fn table(write: &mut dyn Write, report: &ReplayReport, width: Option<usize>) -> io::Result<()> {
    let steps = &report.steps;
    let room = width.map_or(44, |width| (width / 3).clamp(16, 44));
    let mut columns = vec![
        column(steps, |step| step.place.stage.clone(), "stage"),
        column(steps, |step| format!("{}/{}", step.place.index, step.place.total), "step"),
        column(steps, |step| step.place.line.to_string(), "line"),
        column(steps, rate, "hit rate"),
        column(steps, counts, "hit/miss/maybe"),
    ];
    if report.seconds_lost.is_some() {
        columns.push(column(steps, |step| step.seconds_lost.map(time).unwrap_or_default(), "time lost"));
    }
    if report.bytes_lost.is_some() {
        columns.push(column(steps, |step| step.bytes_lost.map(bytes).unwrap_or_default(), "made anew"));
    }
    columns.push(column(steps, |step| cut(&step.place.instruction, room), "instruction"));
    columns.push(column(steps, culprits, "made to run by"));
    for row in 0..=steps.len() {
        let cells: Vec<&str> = columns.iter().map(|cells| cells[row].as_str()).collect();
        let text = cells.join("  ");
        let text = text.trim_end();
        writeln!(write, "{}", width.map_or_else(|| text.to_string(), |width| cut(text, width)))?;
    }
    Ok(())
}

/// What the misses cost.
fn lost(report: &ReplayReport) -> String {
    let seconds = report.seconds_lost.map(|it| format!("; the steps that ran took {}", time(it)));
    let layers = report.bytes_lost.map(|it| format!("; layers of {} were made anew", bytes(it)));
    seconds.unwrap_or_default() + &layers.unwrap_or_default()
}

fn rate(step: &ReplayedStep) -> String {
    let Some(rate) = step.hit_rate else { return "not built".to_string() };
    let full = (rate * BAR as f64).round() as usize;
    format!("{}{} {:>5}", "█".repeat(full), "░".repeat(BAR - full), percent(rate))
}

fn counts(step: &ReplayedStep) -> String {
    format!("{}/{}/{}", step.hits, step.misses, step.maybes)
}

fn culprits(step: &ReplayedStep) -> String {
    let shown = step.culprits.iter().take(SHOWN).map(|it| format!("{} ({})", it.what, it.commits));
    shown.collect::<Vec<_>>().join(", ")
}

fn advice(write: &mut dyn Write, report: &ReplayReport, proposal: &ReportedProposal) -> io::Result<()> {
    let all = proposal.commits == report.commits;
    let which = match () {
        () if proposal.as_if => ", as if today's Dockerfile had been there all along",
        () if all => "",
        () => " whose Dockerfile has today's steps",
    };
    writeln!(write, "\nadvice, replayed over {}{which}:", count(proposal.commits, "commit"))?;
    for (at, advice) in report.advice.iter().enumerate() {
        one(write, at + 1, advice)?;
    }
    // New steps of their own may make the rate lower where less runs.
    let rates = proposal.hit_rate_before.zip(proposal.hit_rate_after).filter(|(before, after)| before <= after);
    let rates = rates.map(|(before, after)| format!("all steps together {} → {}", percent(before), percent(after)));
    let kept = proposal.changes.iter().filter_map(|it| Some(it.after.as_ref()?.linked)).sum::<usize>();
    let mut all: Vec<String> = rates.into_iter().collect();
    all.extend((kept > 0).then(|| format!("{kept} layers kept and only linked anew")));
    all.extend(saved(proposal.runs_avoided, proposal.seconds_saved, proposal.bytes_saved));
    writeln!(write, "all of it: {}", all.join(", "))?;
    writeln!(write, "--diff prints the patch, --fix applies it")
}

fn one(write: &mut dyn Write, number: usize, advice: &ReportedAdvice) -> io::Result<()> {
    writeln!(write, "{number}. {}{}", cut(&advice.title, 200), place(advice))?;
    let mut lines: Vec<(usize, String)> = advice.steps.iter().filter_map(changed).collect();
    lines.sort_by_key(|(fewer, _)| std::cmp::Reverse(*fewer));
    for (_, line) in lines.iter().take(CHANGES) {
        writeln!(write, "   {line}")?;
    }
    if lines.len() > CHANGES {
        writeln!(write, "   and {} more steps", lines.len() - CHANGES)?;
    }
    let saved = saved(0.0, advice.seconds_saved, advice.bytes_saved);
    if !saved.is_empty() {
        writeln!(write, "   {}", saved.join(", "))?;
    }
    advice.cautions.iter().try_for_each(|it| writeln!(write, "   note: {it}"))
}

/// Where the advice is about one place, which.
fn place(advice: &ReportedAdvice) -> String {
    let is_told = advice.line == 0 || advice.title.contains(" in lines ");
    if is_told { String::new() } else { format!(" (line {})", advice.line) }
}

/// `RUN npm ci: 6 % → 91 %, 170 of 188 runs avoided`, with a number by which lines are sorted: runs of
/// commands come before copies.
fn changed(change: &ReportedChange) -> Option<(usize, String)> {
    let (before, after) = (change.before.as_ref()?, change.after.as_ref()?);
    let name = cut(&after.instruction, INSTRUCTION);
    let (old, new) = (before.hit_rate?, after.hit_rate?);
    let misses = |it: &ReportedFates| it.misses - it.linked.min(it.misses);
    let fewer = misses(before).saturating_sub(misses(after));
    let relinked = after.linked > before.linked;
    let avoided = match fewer {
        0 => String::new(),
        fewer if relinked => format!(", {fewer} of {} layers kept, only linked anew", misses(before)),
        fewer => format!(", {fewer} of {} runs avoided", misses(before)),
    };
    let rates = if relinked {
        format!("{} → {} kept", percent(old), percent(kept(after)))
    } else {
        format!("{} → {}", percent(old), percent(new))
    };
    let is_run = after.instruction.get(..4).is_some_and(|it| it.eq_ignore_ascii_case("RUN "));
    Some((fewer * 2 + usize::from(is_run), format!("{name}: {rates}{avoided}")))
}

fn kept(fates: &ReportedFates) -> f64 {
    let all = (fates.hits + fates.misses + fates.maybes).max(1);
    (fates.hits + fates.linked) as f64 / all as f64
}

fn saved(runs: f64, seconds: Option<f64>, layers: Option<u64>) -> Vec<String> {
    let mut found = Vec::new();
    if runs >= 1.0 {
        found.push(format!("{runs:.0} runs avoided"));
    }
    found.extend(seconds.filter(|it| *it >= 1.0).map(|it| format!("{} saved", time(it))));
    found.extend(layers.filter(|it| *it > 0).map(|it| format!("{} less to push", bytes(it))));
    found
}
