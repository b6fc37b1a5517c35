use std::fmt::Write;

use crate::image::cache::Trust;
use crate::image::{Healthcheck, Image};

use super::compared::comparison_text;
use super::layers::layers;
use super::losses::files;
use super::{ImageReport, printable};

/// The whole report for people.
pub fn text(report: &ImageReport) -> String {
    let mut out = String::new();
    head(&mut out, report.image);
    base(&mut out, report);
    layers(&mut out, report);
    if report.files.is_some() {
        files(&mut out, report);
    }
    if let Some((old, comparison)) = report.against {
        out.push('\n');
        out += &comparison_text(report.image, old, comparison);
    }
    if let Some(stale) = report.stale {
        out.push('\n');
        out += &super::stale::text(stale, report.top);
    }
    for warning in &report.image.warnings {
        let _ = writeln!(out, "\nnote: {}", printable(warning));
    }
    gates(&mut out, report);
    out
}

fn head(out: &mut String, image: &Image) {
    let run = &image.config.config;
    let list = |words: &Option<Vec<String>>| words.as_ref().map_or(String::new(), |words| json_words(words));
    let mut fact = |name: &str, value: String| {
        if !value.is_empty() {
            let _ = writeln!(out, "  {name:<12} {}", printable(&value));
        }
    };
    fact("image", image.name.clone());
    fact("tags", image.tags.join(", "));
    fact("id", image.id.to_string());
    fact("digest", image.manifest_digest.as_ref().map_or(String::new(), |digest| digest.to_string()));
    fact("created", image.config.created.clone());
    fact("author", image.config.author.clone());
    fact("platform", image.platform().to_string());
    fact("entrypoint", list(&run.entrypoint));
    fact("command", list(&run.cmd));
    fact("user", run.user.clone());
    fact("workdir", run.working_dir.clone());
    for variable in &run.env {
        fact("env", variable.clone());
    }
    fact("ports", run.exposed_ports.join(" "));
    fact("volumes", run.volumes.join(" "));
    for (key, value) in &run.labels {
        fact("label", format!("{key}={value}"));
    }
    fact("stop signal", run.stop_signal.clone());
    fact("shell", list(&run.shell));
    for trigger in &run.on_build {
        fact("onbuild", trigger.clone());
    }
    if let Some(check) = &run.healthcheck {
        fact("health check", health_check(check));
    }
}

/// The command and what is set of its times.
fn health_check(check: &Healthcheck) -> String {
    let mut text = json_words(&check.test);
    let times = [("interval", check.interval), ("timeout", check.timeout), ("start period", check.start_period)];
    for (name, nanoseconds) in times.into_iter().filter(|(_, time)| *time > 0) {
        let _ = write!(text, ", {name} {} s", nanoseconds as f64 / 1e9);
    }
    if check.retries > 0 {
        let _ = write!(text, ", {} retries", check.retries);
    }
    text
}

fn json_words(words: &[String]) -> String {
    serde_json::to_string(words).unwrap_or_default()
}

fn base(out: &mut String, report: &ImageReport) {
    let base = report.base;
    let name = base.name.as_ref().map_or(String::new(), |name| format!("{}, ", printable(name)));
    let _ = match base.layers {
        0 => writeln!(out, "  {:<12} {}", "base", base.evidence.as_str()),
        count if base.border() == 0 => {
            writeln!(
                out,
                "  {:<12} perhaps {count} of {} layers, {}",
                "base",
                report.image.layers.len(),
                base.evidence.as_str()
            )
        }
        count => writeln!(
            out,
            "  {:<12} {name}{count} of {} layers, {}",
            "base",
            report.image.layers.len(),
            base.evidence.as_str()
        ),
    };
    let trust = match report.origins.0 {
        Trust::Provenance => "by the provenance: made before this build began means reused",
        Trust::Heuristic => "guessed from the layers' times",
        Trust::NotDeterminable => "not determinable: the layers' times say nothing",
    };
    let _ = writeln!(out, "  {:<12} {trust}", "cache");
}

fn gates(out: &mut String, report: &ImageReport) {
    if report.gates.is_empty() {
        return;
    }
    let _ = writeln!(out, "\nGates");
    for gate in report.gates {
        let word = match gate.passed {
            Some(true) => "ok",
            Some(false) => "FAILED",
            None => "unknown",
        };
        let _ = writeln!(out, "  {word:<8} {} {}: {}", gate.name, gate.bound, gate.actual);
    }
}
