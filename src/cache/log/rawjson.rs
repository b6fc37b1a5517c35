//! `--progress=rawjson`: one object per line.

use serde_json::Value;

use super::*;

/// The object of a line, whatever a CI system put before it.
pub(super) fn record(line: &str) -> Option<Value> {
    let kinds = ["{\"vertexes\"", "{\"statuses\"", "{\"logs\"", "{\"warnings\""];
    let start = line.find('{').filter(|at| *at <= line::MAX_PREFIX)?;
    let text = line.get(start..)?;
    if !kinds.iter().any(|kind| text.starts_with(kind)) {
        return None;
    }
    serde_json::from_str(text.trim_end()).ok()
}

/// For each vertex the last record that says it was started counts.
pub(super) fn read<'t>(lines: impl Iterator<Item = Cow<'t, str>>) -> BuildLog {
    let mut order: Vec<String> = Vec::new();
    let mut last: BTreeMap<String, Value> = BTreeMap::new();
    let mut transfers: BTreeMap<String, Moved> = BTreeMap::new();
    for value in lines.filter_map(|line| record(&line)) {
        for status in value["statuses"].as_array().into_iter().flatten() {
            let (Some(vertex), Some(bytes)) = (status["vertex"].as_str(), status["current"].as_u64()) else { continue };
            let what = status["name"].as_str().or(status["id"].as_str()).unwrap_or_default();
            if is_transfer(what) {
                transfers.entry(vertex.to_string()).or_default().note(what, bytes);
            }
        }
        for vertex in value["vertexes"].as_array().into_iter().flatten() {
            let Some(digest) = vertex["digest"].as_str() else { continue };
            if !last.contains_key(digest) {
                order.push(digest.to_string());
            } else if !vertex["started"].is_string() {
                continue;
            }
            last.insert(digest.to_string(), vertex.clone());
        }
    }
    let name = |digest: &String| last[digest]["name"].as_str();
    let targets = order.iter().filter_map(name).filter_map(target_of).map(str::to_string).collect();
    let (sent, pulled) = moved(transfers.iter().filter_map(|(at, it)| Some((last.get(at)?["name"].as_str()?, it))));
    let mut steps: Vec<LoggedStep> = order.iter().filter_map(|digest| step(&last[digest])).collect();
    settle(&mut steps, &targets);
    BuildLog { format: LogFormat::Rawjson, steps, sent, pulled }
}

/// True for a status whose numbers are bytes over the wire; unpacking an image has some as well.
fn is_transfer(what: &str) -> bool {
    what.starts_with("transferring") || what.starts_with("sha256:")
}

fn step(vertex: &Value) -> Option<LoggedStep> {
    let mut step = named(vertex["name"].as_str()?)?;
    let at = |field: &str| vertex[field].as_str().and_then(seconds_since);
    step.result = match () {
        () if vertex["cached"] == Value::Bool(true) => LoggedResult::Cached,
        () if vertex["error"].as_str().is_some_and(|it| it.contains("context canceled")) => LoggedResult::Canceled,
        () if vertex["error"].as_str().is_some_and(|it| !it.is_empty()) => LoggedResult::Failed,
        () if vertex["completed"].is_string() => LoggedResult::Ran,
        () => LoggedResult::Unknown,
    };
    if let (Some(start), Some(end), false) = (at("started"), at("completed"), step.result == LoggedResult::Cached) {
        step.seconds = Some((end - start).max(0.0));
    }
    Some(step)
}

/// Seconds of `2026-11-21T02:28:13.323147658Z` since some day; good for differences.
fn seconds_since(time: &str) -> Option<f64> {
    let (date, rest) = time.split_once('T')?;
    let clock = rest.trim_end_matches('Z').split(['+', '-']).next()?;
    let number = |text: &str| text.parse::<f64>().ok();
    let mut date = date.split('-').map(number);
    let (year, month, day) = (date.next()??, date.next()??, date.next()??);
    let mut clock = clock.split(':').map(number);
    let (hour, minute, second) = (clock.next()??, clock.next()??, clock.next()??);
    // Days as Hinnant's civil calendar counts them, months from March on.
    let (year, month) = if month <= 2.0 { (year - 1.0, month + 9.0) } else { (year, month - 3.0) };
    let days = (year * 365.25).floor() - (year / 100.0).floor() + (year / 400.0).floor();
    let days = days + ((153.0 * month + 2.0) / 5.0).floor() + day;
    Some(days * 86_400.0 + hour * 3_600.0 + minute * 60.0 + second)
}
