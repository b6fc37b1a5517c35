//! What BuildKit draws on a terminal, kept in a file: ` => CACHED [2/3] COPY . .    0.0s`. The picture
//! is drawn again and again; the last line of each step counts.

use super::*;

/// The step of a line, with what became of it.
pub(super) fn step(line: &str) -> Option<LoggedStep> {
    let at = line.find("=> ").filter(|at| *at <= line::MAX_PREFIX)?;
    let text = line.get(at + 3..)?.trim_end();
    let results = [
        ("CACHED ", LoggedResult::Cached),
        ("ERROR ", LoggedResult::Failed),
        ("CANCELED ", LoggedResult::Canceled),
        ("", LoggedResult::Ran),
    ];
    let (rest, result) = results.into_iter().find_map(|(word, it)| Some((text.strip_prefix(word)?, it)))?;
    let (name, time) = rest.rsplit_once(' ')?;
    let seconds = seconds_of(time)?;
    let step = named(name.trim_end())?;
    let seconds = (result != LoggedResult::Cached).then_some(seconds);
    Some(LoggedStep { result, seconds, ..step })
}

pub(super) fn read<'t>(lines: impl Iterator<Item = Cow<'t, str>>) -> BuildLog {
    let mut steps: Vec<LoggedStep> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    let mut targets = BTreeSet::new();
    for line in lines {
        let name = line.split_once("=> ").map_or("", |it| it.1);
        targets.extend(target_of(name.trim_start_matches("CACHED ")).map(str::to_string));
        let Some(step) = step(&line) else { continue };
        match places.get(&step.name) {
            Some(at) => steps[*at] = step,
            None => {
                places.insert(step.name.clone(), steps.len());
                steps.push(step);
            }
        }
    }
    settle(&mut steps, &targets);
    BuildLog { format: LogFormat::Terminal, steps, ..BuildLog::default() }
}
