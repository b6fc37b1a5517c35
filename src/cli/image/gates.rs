use std::path::{Path, PathBuf};

use anyhow::Context;

use crate::cli::output::complain;
use crate::config::{Config, FailOn, Overrides};
use crate::host::{ConfigChoice, Configs};
use crate::report::image::{Gate, ImageReport, bytes};

/// Bounds; exit status 1 when one is crossed. `[image]` in cachalot.toml and an existing `.dive-ci`
/// set them too; an option goes before both.
#[derive(clap::Args)]
pub(super) struct GateArgs {
    /// Most bytes of all layers' blobs, such as 500MB or 1GiB
    #[arg(long, value_name = "BYTES", help_heading = "Gates", value_parser = checked_size)]
    max_size: Option<String>,
    /// Most bytes of one layer's blob
    #[arg(long, value_name = "BYTES", help_heading = "Gates", value_parser = checked_size)]
    max_layer_size: Option<String>,
    /// Most wasted bytes
    #[arg(long, value_name = "BYTES", help_heading = "Gates", value_parser = checked_size)]
    max_wasted: Option<String>,
    /// Most wasted bytes as a share of own layers' file bytes
    #[arg(long, value_name = "SHARE", help_heading = "Gates", value_parser = checked_share)]
    max_wasted_percent: Option<String>,
    /// Least efficiency, such as 0.95 or 95%
    #[arg(long, value_name = "SHARE", help_heading = "Gates", value_parser = checked_share)]
    min_efficiency: Option<String>,
    /// Least share of own layers that --against already had
    #[arg(long, value_name = "SHARE", help_heading = "Gates", value_parser = checked_share)]
    min_hit_ratio: Option<String>,
    /// Most bytes to push where the registry has --against
    #[arg(long, value_name = "BYTES", help_heading = "Gates", value_parser = checked_size)]
    max_push_bytes: Option<String>,
    /// The dive CI file; by default `.dive-ci` in the current folder if it is there
    #[arg(long, value_name = "FILE", help_heading = "Gates")]
    dive_ci: Option<PathBuf>,
    /// Fail from this severity of the rules' diagnostics on: error, warning, info, hint, never
    #[arg(long, value_name = "SEVERITY", help_heading = "Gates")]
    fail_on: Option<FailOn>,
    /// The configuration file instead of the nearest cachalot.toml
    #[arg(long, value_name = "FILE", help_heading = "Gates")]
    config: Option<PathBuf>,
}

/// What a gate measures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Measure {
    MaxSize,
    MaxLayerSize,
    MaxWasted,
    MaxWastedPercent,
    MinEfficiency,
    MinHitRatio,
    MaxPushBytes,
}

const MEASURES: [(Measure, &str); 7] = [
    (Measure::MaxSize, "max-size"),
    (Measure::MaxLayerSize, "max-layer-size"),
    (Measure::MaxWasted, "max-wasted"),
    (Measure::MaxWastedPercent, "max-wasted-percent"),
    (Measure::MinEfficiency, "min-efficiency"),
    (Measure::MinHitRatio, "min-hit-ratio"),
    (Measure::MaxPushBytes, "max-push-bytes"),
];

impl Measure {
    fn is_share(self) -> bool {
        matches!(self, Measure::MaxWastedPercent | Measure::MinEfficiency | Measure::MinHitRatio)
    }

    fn needs_files(self) -> bool {
        matches!(self, Measure::MaxWasted | Measure::MaxWastedPercent | Measure::MinEfficiency)
    }
}

/// The bounds of a run.
pub(super) struct Gates {
    bounds: Vec<(Measure, &'static str, String)>,
}

impl GateArgs {
    /// Joins options, `cachalot.toml` and `.dive-ci`.
    pub(super) fn resolve(&self) -> anyhow::Result<Gates> {
        let config = self.config()?;
        let section = config.section("image");
        let dive = self.dive_rules()?;
        let mut bounds = Vec::new();
        for (measure, name) in MEASURES {
            let option = match measure {
                Measure::MaxSize => &self.max_size,
                Measure::MaxLayerSize => &self.max_layer_size,
                Measure::MaxWasted => &self.max_wasted,
                Measure::MaxWastedPercent => &self.max_wasted_percent,
                Measure::MinEfficiency => &self.min_efficiency,
                Measure::MinHitRatio => &self.min_hit_ratio,
                Measure::MaxPushBytes => &self.max_push_bytes,
            };
            let configured = section.string(name).map(str::to_owned);
            let dive = dive.iter().find(|(of, _)| *of == measure).map(|(_, bound)| bound.clone());
            let Some(bound) = option.clone().or(configured).or(dive).filter(|bound| !is_off(bound)) else { continue };
            let checked = if measure.is_share() { share(&bound).map(drop) } else { size(&bound).map(drop) };
            checked.map_err(anyhow::Error::msg).with_context(|| format!("the bound of {name}"))?;
            bounds.push((measure, name, bound));
        }
        Ok(Gates { bounds })
    }

    /// The configuration of the current folder, or that of --config.
    pub(super) fn config(&self) -> anyhow::Result<Config> {
        let choice = self.config.clone().map_or(ConfigChoice::Nearest, ConfigChoice::File);
        let overrides = Overrides { fail_on: self.fail_on, ..Overrides::default() };
        Ok(Configs::new(choice, overrides).of(Path::new("Dockerfile"))?)
    }

    /// The rules of a `.dive-ci` file.
    fn dive_rules(&self) -> anyhow::Result<Vec<(Measure, String)>> {
        let path = self.dive_ci.clone().unwrap_or_else(|| PathBuf::from(".dive-ci"));
        if self.dive_ci.is_none() && !path.exists() {
            return Ok(Vec::new());
        }
        let bytes = crate::host::read(&path)?;
        let text = String::from_utf8_lossy(&bytes);
        let file: serde_json::Value =
            serde_saphyr::from_str(&text).with_context(|| format!("{} is not what dive reads", path.display()))?;
        let rules = [
            ("lowestEfficiency", Measure::MinEfficiency),
            ("highestWastedBytes", Measure::MaxWasted),
            ("highestUserWastedPercent", Measure::MaxWastedPercent),
        ];
        let keys = file.get("rules").and_then(serde_json::Value::as_object).into_iter().flatten().map(|(key, _)| key);
        for key in keys.filter(|key| rules.iter().all(|(known, _)| known != key)) {
            let known = rules.map(|(known, _)| known).join(", ");
            complain(format_args!("{}: there is no rule `{key}`, only {known}", path.display()));
        }
        let bound = |value: &serde_json::Value| match value {
            serde_json::Value::String(text) => text.clone(),
            value => value.to_string(),
        };
        let found = rules.iter().filter_map(|(key, measure)| Some((*measure, bound(file.get("rules")?.get(key)?))));
        Ok(found.collect())
    }
}

/// dive's words for a rule that is off.
fn is_off(bound: &str) -> bool {
    matches!(bound, "" | "disabled" | "off" | "false" | "null")
}

impl Gates {
    /// True where a bound can be judged only with the layers at hand.
    pub(super) fn need_files(&self) -> bool {
        self.bounds.iter().any(|(measure, _, _)| measure.needs_files())
    }

    /// Measures the image.
    pub(super) fn judge(&self, report: &ImageReport) -> Vec<Gate> {
        self.bounds.iter().map(|(measure, name, bound)| judge(*measure, name, bound, report)).collect()
    }
}

fn judge(measure: Measure, name: &str, bound: &str, report: &ImageReport) -> Gate {
    let unknown = match measure {
        Measure::MinHitRatio | Measure::MaxPushBytes if report.against.is_none() => "not known without --against",
        _ => "not known",
    };
    let gate = |actual: Option<String>, passed: Option<bool>| Gate {
        name: name.to_owned(),
        bound: bound.to_owned(),
        actual: actual.unwrap_or_else(|| unknown.into()),
        passed,
    };
    let totals = report.files.map(|files| files.totals(report.first_own()));
    let at_most = |actual: Option<u64>| {
        let bound = size(bound).unwrap_or(u64::MAX);
        gate(actual.map(bytes), actual.map(|actual| actual <= bound))
    };
    let shown = |actual: f64| format!("{:.2}%", actual * 100.0);
    let limit = share(bound).unwrap_or(0.0);
    match measure {
        Measure::MaxSize => at_most(report.image.blob_bytes()),
        Measure::MaxLayerSize => {
            let sizes: Option<Vec<u64>> = report.image.layers.iter().map(|layer| layer.blob_size).collect();
            at_most(sizes.map(|sizes| sizes.into_iter().max().unwrap_or(0)))
        }
        Measure::MaxWasted => at_most(totals.map(|totals| totals.wasted_bytes)),
        Measure::MaxWastedPercent => {
            let actual = report.files.zip(totals).map(|(files, totals)| {
                let own: u64 =
                    files.stacked.changes.iter().skip(report.first_own()).map(|change| change.file_bytes).sum();
                if own == 0 { 0.0 } else { totals.wasted_bytes as f64 / own as f64 }
            });
            gate(actual.map(shown), actual.map(|actual| actual <= limit))
        }
        Measure::MinEfficiency => {
            let actual = totals.map(|totals| totals.efficiency);
            gate(actual.map(shown), actual.map(|actual| actual >= limit))
        }
        Measure::MinHitRatio => {
            let actual = report.against.map(|(_, comparison)| comparison.hit_ratio());
            gate(actual.map(shown), actual.map(|actual| actual >= limit))
        }
        Measure::MaxPushBytes => {
            let known = report.against.filter(|(_, comparison)| !comparison.sizes_incomplete);
            at_most(known.map(|(_, comparison)| comparison.push_bytes))
        }
    }
}

/// Bytes with a unit: powers of ten for `kB MB GB TB`, of two for `KiB MiB GiB TiB`.
pub(super) fn size(text: &str) -> Result<u64, String> {
    let wrong = || format!("`{text}` is no size: write 500MB, 1.5GiB or a number of bytes");
    let text = text.trim();
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().map_err(|_| wrong())?;
    let unit = match text[end..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "g" | "gb" => 1e9,
        "t" | "tb" => 1e12,
        "ki" | "kib" => 1024.0,
        "mi" | "mib" => 1024.0 * 1024.0,
        "gi" | "gib" => 1024.0 * 1024.0 * 1024.0,
        "ti" | "tib" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
        _ => return Err(wrong()),
    };
    Ok((number * unit) as u64)
}

/// A share: `0.95` or `95%`.
fn share(text: &str) -> Result<f64, String> {
    let wrong = || format!("`{text}` is no share: write 0.95 or 95%");
    let (number, scale) = match text.trim().strip_suffix('%') {
        Some(number) => (number, 100.0),
        None => (text.trim(), 1.0),
    };
    let value = number.trim().parse::<f64>().map_err(|_| wrong())? / scale;
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(wrong()) }
}

fn checked_size(text: &str) -> Result<String, String> {
    size(text).map(|_| text.to_owned())
}

fn checked_share(text: &str) -> Result<String, String> {
    share(text).map(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_shares() {
        let cases = [("500", 500), ("20MB", 20_000_000), ("1.5KiB", 1536), ("2 GB", 2_000_000_000)];
        for (text, wanted) in cases {
            assert_eq!(size(text), Ok(wanted), "{text}");
        }
        assert!(size("many").is_err());
        assert_eq!(share("95%"), Ok(0.95));
        assert_eq!(share("0.5"), Ok(0.5));
        assert!(share("1.1").is_err() && share("-0.1").is_err() && share("x").is_err());
    }
}
