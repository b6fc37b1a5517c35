//! `--progress=plain`: `#5 [build 2/3] COPY . .`, then lines with the same number.

use super::*;

/// The number and the rest of `#5 DONE 0.3s`, whatever a CI system put before it.
pub(super) fn numbered(line: &str) -> Option<(u64, &str)> {
    let hashes = line.match_indices('#').map(|(at, _)| at).take_while(|at| *at <= line::MAX_PREFIX);
    hashes.filter(|at| is_prefix(&line[..*at])).find_map(|at| after_hash(&line[at + 1..]))
}

/// What stands before `#5` ends in a gap, or in the bracket of a mark such as `##[group]`.
fn is_prefix(text: &str) -> bool {
    text.is_empty() || text.ends_with([' ', '\t', '|', ']', '\u{feff}'])
}

fn after_hash(text: &str) -> Option<(u64, &str)> {
    let (number, rest) = text.split_once(' ')?;
    let known = rest.starts_with(['[', '.'])
        || rest.starts_with(|c: char| c.is_ascii_digit() || c.is_ascii_uppercase())
        || ["building ", "exporting ", "importing ", "resolve ", "sha256:", "transferring ", "extracting "]
            .iter()
            .any(|word| rest.starts_with(word));
    if !known || number.len() > 6 {
        return None;
    }
    Some((number.parse().ok()?, rest.trim_end()))
}

/// Vertices by their number; a number that gets another name belongs to the next build of the log.
#[derive(Default)]
struct Reader {
    steps: Vec<LoggedStep>,
    vertices: Vec<(String, Moved)>,
    targets: BTreeSet<String>,
    /// For a number: the vertex, and the step that it is.
    numbers: BTreeMap<u64, (usize, Option<usize>)>,
}

pub(super) fn read<'t>(lines: impl Iterator<Item = Cow<'t, str>>) -> BuildLog {
    let mut reader = Reader::default();
    for line in lines {
        if let Some((number, rest)) = numbered(&line) {
            reader.line(number, rest);
        }
    }
    let Reader { mut steps, vertices, targets, .. } = reader;
    settle(&mut steps, &targets);
    let (sent, pulled) = moved(vertices.iter().map(|(name, moved)| (name.as_str(), moved)));
    BuildLog { format: LogFormat::Plain, steps, sent, pulled }
}

impl Reader {
    fn line(&mut self, number: u64, rest: &str) {
        if rest.starts_with("building with ") {
            self.numbers.clear();
        } else if rest.starts_with('[') {
            self.header(number, rest);
        } else if let Some((vertex, step)) = self.numbers.get(&number) {
            note_transfer(&mut self.vertices[*vertex].1, rest);
            if let Some(step) = step.and_then(|at| self.steps.get_mut(at)) {
                note_result(step, rest);
            }
        }
    }

    fn header(&mut self, number: u64, name: &str) {
        match self.numbers.get(&number) {
            Some((vertex, _)) if self.vertices[*vertex].0 == name => return,
            Some(_) => self.numbers.clear(),
            None => {}
        }
        self.targets.extend(target_of(name).map(str::to_string));
        let step = named(name).map(|step| {
            self.steps.push(step);
            self.steps.len() - 1
        });
        self.vertices.push((name.to_string(), Moved::default()));
        self.numbers.insert(number, (self.vertices.len() - 1, step));
    }
}

/// `CACHED`, `DONE 0.3s`, `ERROR: …`; the last one wins.
fn note_result(step: &mut LoggedStep, rest: &str) {
    if rest == "CACHED" {
        step.result = LoggedResult::Cached;
    } else if rest == "CANCELED" {
        step.result = LoggedResult::Canceled;
    } else if rest.starts_with("ERROR") {
        step.result = LoggedResult::Failed;
    } else if let Some(time) = rest.strip_prefix("DONE ") {
        step.result = LoggedResult::Ran;
        step.seconds = seconds_of(time);
    }
}

/// `transferring context: 1.21MB 0.1s done`, `sha256:… 3.1MB / 29.1MB 0.3s`.
fn note_transfer(moved: &mut Moved, rest: &str) {
    let text = rest.strip_prefix("transferring ").unwrap_or(rest);
    if text.len() == rest.len() && !rest.starts_with("sha256:") {
        return;
    }
    if let Some((what, numbers)) = text.split_once(' ')
        && let Some(bytes) = numbers.split_whitespace().next().and_then(bytes_of)
    {
        moved.note(what, bytes);
    }
}
