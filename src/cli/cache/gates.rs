use anyhow::{Context as _, bail};

use crate::cache::Place;
use crate::config::Config;
use crate::diagnostic::Severity;
use crate::host::{self, DiskFiles, Place as Files};
use crate::lint::{FileKind, Input, lint};
use crate::report::CacheGate;
use crate::rules;
use crate::text::{Source, Sources};

use super::setting::percent;

/// Bounds; exit status 1 when one is crossed. `[cache]` in cachalot.toml sets them too.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct GateArgs {
    /// Exit with status 1 if all steps together hit less often than this
    #[arg(long, value_name = "PERCENT", value_parser = percent, help_heading = "Gates")]
    min_hit_rate: Option<f64>,
    /// Exit with status 1 if this step runs: stage/number, its line, how it begins, or the rule that
    /// is about it; `=10%` at its end lets it run that often in a replay
    #[arg(long, value_name = "STEP|RULE[=PERCENT]", help_heading = "Gates")]
    max_miss: Vec<String>,
}

/// One step and how often it ran.
pub(super) struct Ran<'a> {
    pub(super) place: &'a Place,
    /// Builds in which it ran, and all of them.
    pub(super) misses: usize,
    pub(super) builds: usize,
}

impl GateArgs {
    /// True if any bound is set.
    pub(super) fn is_given(&self, config: &Config) -> bool {
        self.min_hit_rate.is_some() || configured_rate(config).is_some() || !self.steps(config).is_empty()
    }

    /// The steps and rules that are bounded.
    fn steps<'a>(&'a self, config: &'a Config) -> &'a [String] {
        if self.max_miss.is_empty() { config.section("cache").strings("max-miss") } else { &self.max_miss }
    }

    /// Judges what happened to the steps.
    pub(super) fn judge(
        &self,
        config: &Config,
        files: &Files,
        rate: Option<f64>,
        steps: &[Ran],
    ) -> anyhow::Result<Vec<CacheGate>> {
        let mut gates = Vec::new();
        let least = match (self.min_hit_rate, configured_rate(config)) {
            (Some(least), _) => Some(least),
            (None, Some(text)) => Some(percent(text).map_err(anyhow::Error::msg).context("cache.min-hit-rate")?),
            (None, None) => None,
        };
        if let (Some(least), Some(rate)) = (least, rate) {
            gates.push(CacheGate {
                name: "min-hit-rate",
                of: String::new(),
                bound: format!("at least {}", share(least)),
                actual: share(rate),
                passed: rate >= least,
            });
        }
        for given in self.steps(config) {
            gates.push(max_miss(given, config, files, steps)?);
        }
        Ok(gates)
    }
}

fn configured_rate(config: &Config) -> Option<&str> {
    config.section("cache").string("min-hit-rate").filter(|it| *it != "off")
}

fn max_miss(given: &str, config: &Config, files: &Files, steps: &[Ran]) -> anyhow::Result<CacheGate> {
    let split = given.rsplit_once('=').filter(|(_, share)| share.ends_with('%'));
    let (name, most) = match split {
        Some((name, most)) => (name, percent(most).map_err(anyhow::Error::msg).context("--max-miss")?),
        None => (given, 0.0),
    };
    let named: Vec<&Ran> = match rules::named(name).is_empty() {
        true => steps.iter().filter(|step| is_named(step.place, name)).collect(),
        false => {
            let lines = lines_of_rule(name, config, files)?;
            let about = |step: &&Ran| lines.iter().any(|line| (step.place.line..=step.place.end_line).contains(line));
            steps.iter().filter(about).collect()
        }
    };
    if named.is_empty() && rules::named(name).is_empty() {
        let help = rules::suggestion(name).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
        bail!("--max-miss: `{name}` is no step of the Dockerfile and no rule{help}");
    }
    let rate = |step: &Ran| step.misses as f64 / step.builds.max(1) as f64;
    let worst = named.iter().map(|step| rate(step)).fold(0.0, f64::max);
    let ran = |step: &&&Ran| rate(step) > most;
    let places: Vec<String> = named.iter().filter(ran).map(|step| step.place.name.clone()).collect();
    let shown = if places.is_empty() { share(worst) } else { format!("{} ({})", share(worst), places.join(", ")) };
    Ok(CacheGate {
        name: "max-miss",
        of: name.to_string(),
        bound: format!("at most {}", share(most)),
        actual: shown,
        passed: places.is_empty(),
    })
}

/// `build/3`, `12` or `RUN npm`.
fn is_named(place: &Place, name: &str) -> bool {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Ok(line) = name.trim().parse::<u32>() {
        return (place.line..=place.end_line).contains(&line);
    }
    if let Some((stage, index)) = name.rsplit_once('/')
        && let Ok(index) = index.parse::<usize>()
    {
        return place.index == index && place.stage_name.eq_ignore_ascii_case(stage);
    }
    words(&place.instruction).starts_with(&words(name))
}

/// The lines that a rule's diagnostics are about, the copy as well as the steps that it makes run.
fn lines_of_rule(rule: &str, config: &Config, files: &Files) -> anyhow::Result<Vec<u32>> {
    let mut sources = Sources::default();
    let bytes = host::read(&files.dockerfile)?;
    let file = sources.add(Source::from_bytes(host::display(&files.dockerfile), &bytes));
    let disk = DiskFiles::new(&files.context);
    let path = disk.path_of(&files.dockerfile);
    let config = config.clone().only(&[rule]);
    let found = lint(&Input::new(&sources, file, FileKind::Dockerfile, &config).with_context(&disk, path.as_deref()));
    let about = found
        .iter()
        .filter(|it| it.severity >= Severity::Hint && rules::named(rule).iter().any(|rule| rule.name == it.rule));
    let labels = about.flat_map(|it| it.secondary.iter().chain(Some(&it.primary)));
    Ok(labels.filter(|label| label.file == file).map(|label| sources.get(file).line(label.span.start)).collect())
}

fn share(rate: f64) -> String {
    format!("{:.0} %", (rate * 100.0).floor())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_named_by_number_line_and_beginning() {
        let place = Place {
            stage_name: "build".to_string(),
            index: 3,
            line: 7,
            end_line: 9,
            instruction: "RUN  npm ci --omit=dev".to_string(),
            ..Place::default()
        };
        for name in ["build/3", "BUILD/3", "8", "RUN npm ci", "RUN"] {
            assert!(is_named(&place, name), "{name}");
        }
        for name in ["build/2", "other/3", "10", "RUN npm install", "COPY"] {
            assert!(!is_named(&place, name), "{name}");
        }
    }
}
