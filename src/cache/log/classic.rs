//! The classic builder's output, and that of Podman and Buildah, which count alike.

use super::*;

/// Each `Step` line begins a step; what follows says what became of it.
pub(super) fn read<'t>(lines: impl Iterator<Item = Cow<'t, str>>) -> BuildLog {
    let mut steps: Vec<LoggedStep> = Vec::new();
    for line in lines {
        if let Some(step) = step(&line) {
            steps.push(step);
        } else if let Some(step) = steps.last_mut() {
            if line.contains("--> Using cache") {
                step.result = LoggedResult::Cached;
            } else if line.contains("returned a non-zero code") || line.starts_with("Error: building at STEP") {
                step.result = LoggedResult::Failed;
            } else if line.contains("--> ") && step.result == LoggedResult::Unknown {
                step.result = LoggedResult::Ran;
            }
        }
    }
    BuildLog { format: LogFormat::Classic, steps, ..BuildLog::default() }
}

/// `Step 3/7 : RUN make`, `STEP 3/7: RUN make`.
fn step(line: &str) -> Option<LoggedStep> {
    let (at, colon) = match line.find("Step ") {
        Some(at) => (at, " : "),
        None => (line.find("STEP ")?, ": "),
    };
    if at > line::MAX_PREFIX {
        return None;
    }
    let (numbers, text) = line.get(at + 5..)?.split_once(colon)?;
    let (index, total) = numbers.split_once('/')?;
    Some(LoggedStep {
        name: line[at..].trim_end().to_string(),
        index: index.parse().ok()?,
        total: total.parse().ok()?,
        text: text.trim_end().to_string(),
        ..LoggedStep::default()
    })
}
