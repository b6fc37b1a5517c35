//! Logs of builds: what really happened to each step.

use std::collections::BTreeMap;

use serde_json::Value;

use super::graph::{Graph, Step};

/// Bytes before `#5` of a line at most: what CI systems put there.
const MAX_PREFIX: usize = 64;

/// A build as its log tells it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BuildLog {
    /// What wrote it.
    pub format: LogFormat,
    /// The Dockerfile's steps in the order in which the log names them.
    pub steps: Vec<LoggedStep>,
}

/// What wrote a log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// `--progress=rawjson`.
    Rawjson,
    /// `--progress=plain`, also with what CI systems put before each line.
    #[default]
    Plain,
    /// The classic builder's `Step 3/7 : RUN make`.
    Classic,
}

impl LogFormat {
    /// The word in machine formats.
    pub fn name(self) -> &'static str {
        match self {
            LogFormat::Rawjson => "rawjson",
            LogFormat::Plain => "plain",
            LogFormat::Classic => "classic",
        }
    }
}

/// One step in a log.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoggedStep {
    /// The name as printed.
    pub name: String,
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
    /// Reads a log of any of the formats; lines that are none of a builder's are passed over.
    pub fn parse(text: &str) -> BuildLog {
        let lines = || text.lines();
        let (format, mut steps) = if lines().any(|line| raw(line).is_some()) {
            (LogFormat::Rawjson, rawjson(lines()))
        } else if lines().any(|line| plain_line(&bare(line)).is_some()) {
            (LogFormat::Plain, plain(lines()))
        } else {
            (LogFormat::Classic, classic(lines()))
        };
        for step in steps.iter_mut().filter(|step| step.text.starts_with("FROM ")) {
            step.result = LoggedResult::Unknown;
        }
        BuildLog { format, steps }
    }
}

impl BuildLog {
    /// For each step of the log the step of the graph that it is, if there is one. The classic builder
    /// counts otherwise: its steps are none of a graph's.
    pub fn places(&self, graph: &Graph) -> Vec<Option<usize>> {
        if self.format == LogFormat::Classic {
            return vec![None; self.steps.len()];
        }
        let place = |step: &LoggedStep| {
            let wanted = step.text.trim_start_matches("LINK ").split_whitespace().next()?;
            let named = graph.steps.iter().position(|it| it.place.name == step.name);
            let numbered = |it: &Step| {
                let place = &it.place;
                let same_stage = step.stage.as_ref().is_none_or(|stage| *stage == place.stage_name);
                let keyword = place.instruction.split_whitespace().next().unwrap_or_default();
                same_stage && place.index == step.index && keyword.eq_ignore_ascii_case(wanted)
            };
            named.or_else(|| graph.steps.iter().position(numbered))
        };
        self.steps.iter().map(place).collect()
    }
}

fn raw(line: &str) -> Option<Value> {
    let line = line.trim_start();
    if !line.starts_with("{\"vertexes\"") && !line.starts_with("{\"statuses\"") && !line.starts_with("{\"logs\"") {
        return None;
    }
    serde_json::from_str(line).ok()
}

/// For each vertex the last record that says it was started counts.
fn rawjson<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<LoggedStep> {
    let mut order: Vec<String> = Vec::new();
    let mut last: BTreeMap<String, Value> = BTreeMap::new();
    for value in lines.filter_map(raw) {
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
    order.iter().filter_map(|digest| raw_step(&last[digest])).collect()
}

fn raw_step(vertex: &Value) -> Option<LoggedStep> {
    let mut step = named(vertex["name"].as_str()?)?;
    let at = |field: &str| vertex[field].as_str().and_then(seconds_of);
    step.result = match () {
        () if vertex["cached"] == Value::Bool(true) => LoggedResult::Cached,
        () if vertex["error"].as_str().is_some_and(|it| it.contains("context canceled")) => LoggedResult::Canceled,
        () if vertex["error"].is_string() => LoggedResult::Failed,
        () if vertex["completed"].is_string() => LoggedResult::Ran,
        () => LoggedResult::Unknown,
    };
    if let (Some(start), Some(end), false) = (at("started"), at("completed"), step.result == LoggedResult::Cached) {
        step.seconds = Some((end - start).max(0.0));
    }
    Some(step)
}

/// Seconds of `2026-11-21T02:28:13.323147658Z` since some day; good for differences.
fn seconds_of(time: &str) -> Option<f64> {
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

/// `[stage 2/3] COPY . .`.
fn named(name: &str) -> Option<LoggedStep> {
    let (head, text) = name.strip_prefix('[')?.split_once("] ")?;
    let (before, numbers) = head.rsplit_once(' ').map_or(("", head), |(before, numbers)| (before, numbers));
    let (index, total) = numbers.split_once('/')?;
    let stage = before.split_whitespace().last().map(str::to_string);
    let text = text.strip_prefix("ONBUILD ").unwrap_or(text);
    Some(LoggedStep {
        name: name.to_string(),
        stage,
        index: index.parse().ok()?,
        total: total.parse().ok()?,
        text: text.to_string(),
        ..LoggedStep::default()
    })
}

/// The line without colours.
fn bare(line: &str) -> String {
    let mut text = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            text.push(c);
            continue;
        }
        if chars.next() == Some('[') {
            let _ = chars.by_ref().find(|c| c.is_ascii_alphabetic());
        }
    }
    text
}

/// The number and the rest of `#5 DONE 0.3s`, whatever a CI system put before it.
fn plain_line(line: &str) -> Option<(u64, &str)> {
    let at = line.find('#').filter(|at| *at <= MAX_PREFIX)?;
    let is_prefix = at == 0 || line[..at].ends_with([' ', '\t', '|']);
    let (number, rest) = line[at + 1..].split_once(' ')?;
    let known =
        rest.starts_with(['[', '.']) || rest.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase());
    (is_prefix && known).then_some((number.parse().ok()?, rest.trim_end()))
}

fn plain<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<LoggedStep> {
    let mut steps: BTreeMap<u64, LoggedStep> = BTreeMap::new();
    for line in lines {
        let line = bare(line);
        let Some((number, rest)) = plain_line(&line) else { continue };
        if let Some(step) = named(rest) {
            steps.entry(number).or_insert(step);
            continue;
        }
        let Some(step) = steps.get_mut(&number) else { continue };
        if rest == "CACHED" {
            step.result = LoggedResult::Cached;
        } else if rest == "CANCELED" {
            step.result = LoggedResult::Canceled;
        } else if rest.starts_with("ERROR") {
            step.result = LoggedResult::Failed;
        } else if let Some(time) = rest.strip_prefix("DONE ").and_then(|it| it.strip_suffix('s')) {
            step.result = LoggedResult::Ran;
            step.seconds = time.parse().ok();
        }
    }
    steps.into_values().collect()
}

fn classic<'t>(lines: impl Iterator<Item = &'t str>) -> Vec<LoggedStep> {
    let mut steps: Vec<LoggedStep> = Vec::new();
    for line in lines {
        let line = bare(line);
        if let Some(step) = classic_step(&line) {
            steps.push(step);
        } else if let Some(step) = steps.last_mut() {
            if line.contains("---> Using cache") {
                step.result = LoggedResult::Cached;
            } else if line.contains("returned a non-zero code") {
                step.result = LoggedResult::Failed;
            } else if line.contains(" ---> ") && step.result == LoggedResult::Unknown {
                step.result = LoggedResult::Ran;
            }
        }
    }
    steps
}

/// `Step 3/7 : RUN make`.
fn classic_step(line: &str) -> Option<LoggedStep> {
    let at = line.find("Step ").filter(|at| *at <= MAX_PREFIX)?;
    let (numbers, text) = line[at + 5..].split_once(" : ")?;
    let (index, total) = numbers.split_once('/')?;
    Some(LoggedStep {
        name: line[at..].trim_end().to_string(),
        index: index.parse().ok()?,
        total: total.parse().ok()?,
        text: text.trim_end().to_string(),
        ..LoggedStep::default()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let log = BuildLog::parse(text);
        let line = |step: &LoggedStep| {
            let seconds = step.seconds.map(|it| format!(" {it:.1}s")).unwrap_or_default();
            let stage = step.stage.as_deref().unwrap_or("-");
            format!("{stage} {}/{} {} {}{seconds}\n", step.index, step.total, step.result.name(), step.text)
        };
        format!("{}\n{}", log.format.name(), log.steps.iter().map(line).collect::<String>())
    }

    #[test]
    fn rawjson_tells_hits_and_times() {
        let text = r#"{"vertexes":[{"digest":"a","name":"[internal] load build context"},{"digest":"b","name":"[build 2/3] COPY . ."}]}
{"vertexes":[{"digest":"b","name":"[build 2/3] COPY . .","started":"2026-11-30T23:59:59.5Z","completed":"2026-12-01T00:00:01Z"}]}
{"vertexes":[{"digest":"b","name":"[build 2/3] COPY . ."},{"digest":"c","name":"[build 3/3] RUN make","started":"2026-12-01T00:00:01Z","completed":"2026-12-01T00:00:01Z","cached":true}]}
"#;
        assert_eq!(read(text), "rawjson\nbuild 2/3 ran COPY . . 1.5s\nbuild 3/3 cached RUN make\n");
    }

    #[test]
    fn plain_is_read_through_what_ci_puts_before_it() {
        let text = "2026-11-21T02:28:13.3231476Z #0 building with \"default\"\n\
                    2026-11-21T02:28:13.3231476Z #1 [internal] load build definition\n\
                    2026-11-21T02:28:13.3231476Z #4 [linux/amd64 build  2/12] COPY . .\n\
                    2026-11-21T02:28:13.3231476Z \u{1b}[36m#4 CACHED\u{1b}[0m\n\
                    2026-11-21T02:28:13.3231476Z #5 [build  3/12] RUN make\n\
                    2026-11-21T02:28:14.3231476Z #5 0.345 #4 DONE 9.9s\n\
                    2026-11-21T02:28:14.3231476Z #6 [1/2] FROM docker.io/library/node:22\n\
                    2026-11-21T02:28:14.3231476Z #6 DONE 0.0s\n\
                    2026-11-21T02:28:14.3231476Z #5 DONE 12.3s\n";
        let wanted = "plain\nbuild 2/12 cached COPY . .\nbuild 3/12 ran RUN make 12.3s\n\
                      - 1/2 unknown FROM docker.io/library/node:22 0.0s\n";
        assert_eq!(read(text), wanted);
    }

    #[test]
    fn the_classic_builder_counts_all_instructions() {
        let text = "Sending build context to Docker daemon  2.048kB\nStep 1/3 : FROM alpine\n ---> 0123\n\
                    Step 2/3 : RUN a\n ---> Using cache\n ---> 4567\nStep 3/3 : RUN b\n ---> Running in 89ab\n ---> cdef\n";
        assert_eq!(read(text), "classic\n- 1/3 unknown FROM alpine\n- 2/3 cached RUN a\n- 3/3 ran RUN b\n");
    }
}
