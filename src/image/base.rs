//! Where the base image ends and one's own layers begin.

use serde::Serialize;

use super::created_by::{Dialect, dialect};
use super::digest::Digest;
use super::image::Image;
use super::time::instant;

/// The border between a base image and what was built on it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Base {
    /// How many of the lowest layers are the base image's.
    pub layers: usize,
    /// How it is known.
    pub evidence: Evidence,
    /// The base image's name or digest, where it is known.
    pub name: Option<String>,
}

/// How a base border is known, surest first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Evidence {
    /// An annotation names the base, and the base's layers are the lowest ones.
    Annotation,
    /// The provenance names the base, and the base's layers are the lowest ones.
    Provenance,
    /// The user named it, and its layers are the lowest ones.
    Given,
    /// A guess: the history changes from another builder's form to BuildKit's.
    History,
    /// A guess: a long time lies between two layers.
    Time,
    /// Nothing tells.
    #[default]
    Unknown,
}

impl Base {
    /// How many of the lowest layers nobody is blamed for: a pause between layers may as well
    /// separate one's own cached layers from new ones, so that guess blames and spares nobody.
    pub fn border(&self) -> usize {
        if self.evidence == Evidence::Time { 0 } else { self.layers }
    }
}

impl Evidence {
    /// True where the border is proven, not guessed.
    pub fn is_certain(self) -> bool {
        self <= Evidence::Given
    }

    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Evidence::Annotation => "named by an annotation",
            Evidence::Provenance => "named by the provenance",
            Evidence::Given => "given by --base",
            Evidence::History => "guessed from the history's form",
            Evidence::Time => "guessed from a gap in time",
            Evidence::Unknown => "not known",
        }
    }
}

/// A base image that something names.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// What names it.
    pub evidence: Evidence,
    /// Its name or digest.
    pub name: String,
    /// Its layers' diff ids from the bottom.
    pub diff_ids: Vec<Digest>,
}

/// A pause between two layers that suggests two builds, in nanoseconds: a quarter of an hour.
const GAP: i128 = 15 * 60 * 1_000_000_000;

/// The names of base images that the image itself gives, surest first: annotation, then provenance.
/// Whoever can look them up passes what they hold to [`find`].
pub fn names(image: &Image) -> Vec<(Evidence, String)> {
    let mut names = Vec::new();
    let annotation = |key: &str| image.annotations.get(key).filter(|value| !value.is_empty());
    let name = annotation("org.opencontainers.image.base.name");
    match (name, annotation("org.opencontainers.image.base.digest")) {
        (Some(name), Some(digest)) => names.push((Evidence::Annotation, format!("{name}@{digest}"))),
        (Some(name), None) => names.push((Evidence::Annotation, name.clone())),
        _ => {}
    }
    for material in image.provenance.iter().flat_map(|provenance| &provenance.images) {
        let name = material.uri.trim_start_matches("pkg:docker/");
        let name = name.split('?').next().unwrap_or_default().replace("%2F", "/");
        let (name, tag) = name.rsplit_once('@').unwrap_or((&name, "latest"));
        let name = match &material.digest[..] {
            "" => format!("{name}:{tag}"),
            digest => format!("{name}@{digest}"),
        };
        names.push((Evidence::Provenance, name));
    }
    names
}

/// Finds the border: the surest candidate whose layers are the image's lowest ones, or else a guess.
pub fn find(image: &Image, candidates: &[Candidate]) -> Base {
    let diff_ids = image.diff_ids();
    let fits = |candidate: &&Candidate| !candidate.diff_ids.is_empty() && diff_ids.starts_with(&candidate.diff_ids);
    let best = candidates.iter().filter(fits).min_by_key(|candidate| {
        // Of the images that a provenance names, the one that reaches highest is the last stage's.
        (candidate.evidence, usize::MAX - candidate.diff_ids.len())
    });
    if let Some(best) = best {
        return Base { layers: best.diff_ids.len(), evidence: best.evidence, name: Some(best.name.clone()) };
    }
    let guess = |layers, evidence| Base { layers, evidence, name: None };
    by_history(image)
        .map(|layers| guess(layers, Evidence::History))
        .or_else(|| by_time(image).map(|layers| guess(layers, Evidence::Time)))
        .unwrap_or_default()
}

/// Layers up to the last `CMD` or `ENTRYPOINT` before the history turns to BuildKit's form.
fn by_history(image: &Image) -> Option<usize> {
    let steps = image.steps();
    let form = |number: usize| {
        let entry = &image.config.history[number];
        dialect(&entry.created_by, &entry.comment)
    };
    let turn = steps.iter().position(|step| step.history.is_some_and(|number| form(number) == Dialect::BuildKit))?;
    let end = steps[..turn].iter().rposition(|step| {
        let text = image.instruction(*step);
        step.layer.is_none() && (text.starts_with("CMD") || text.starts_with("ENTRYPOINT"))
    })?;
    let layers = steps[..=end].iter().filter(|step| step.layer.is_some()).count();
    (layers > 0).then_some(layers)
}

/// Layers below the last long pause.
fn by_time(image: &Image) -> Option<usize> {
    let times: Option<Vec<i128>> = image.layer_times().iter().map(|time| instant(time)).collect();
    let times = times?;
    let last = times.windows(2).rposition(|pair| pair[1] - pair[0] > GAP)?;
    Some(last + 1)
}
