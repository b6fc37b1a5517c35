//! Which layers came from a cache, as far as one image alone tells.

use serde::Serialize;

use super::base::Base;
use super::image::Image;
use super::time::instant;

/// What one image alone tells about a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    /// Of the base image.
    Base,
    /// Made before this build began: from a cache.
    Reused,
    /// Made by this build.
    Built,
    /// Not to be told.
    Unknown,
}

impl Origin {
    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Origin::Base => "base",
            Origin::Reused => "reused",
            Origin::Built => "built",
            Origin::Unknown => "?",
        }
    }
}

/// How the origins are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trust {
    /// The provenance says when the build began.
    Provenance,
    /// A guess from the times of the layers.
    Heuristic,
    /// The times say nothing (constant, absent, reproducible build).
    NotDeterminable,
}

/// A pause that separates two builds, in nanoseconds: a quarter of an hour.
const GAP: i128 = 15 * 60 * 1_000_000_000;

/// Tells each layer's origin.
pub fn origins(image: &Image, base: &Base) -> (Trust, Vec<Origin>) {
    let times: Vec<Option<i128>> = image.layer_times().iter().map(|time| instant(time)).collect();
    let started = image.provenance.as_ref().and_then(|provenance| instant(&provenance.started));
    let in_base = |layer: usize| layer < base.border();
    if let Some(started) = started {
        let origin = |(layer, time): (usize, &Option<i128>)| match time {
            _ if in_base(layer) => Origin::Base,
            Some(time) if *time < started => Origin::Reused,
            Some(_) => Origin::Built,
            None => Origin::Unknown,
        };
        return (Trust::Provenance, times.iter().enumerate().map(origin).collect());
    }
    let Some(last_run) = last_run(&times) else {
        let origin = |layer| if in_base(layer) { Origin::Base } else { Origin::Unknown };
        return (Trust::NotDeterminable, (0..times.len()).map(origin).collect());
    };
    let origin = |layer: usize| match layer {
        _ if in_base(layer) => Origin::Base,
        _ if last_run[layer] => Origin::Built,
        _ => Origin::Reused,
    };
    (Trust::Heuristic, (0..times.len()).map(origin).collect())
}

/// Which layers belong to the last build, by their times; `None` where the times cannot tell: one
/// is missing, or all are equal.
fn last_run(times: &[Option<i128>]) -> Option<Vec<bool>> {
    let times: Vec<i128> = times.iter().copied().collect::<Option<_>>()?;
    let first = *times.first()?;
    if times.iter().all(|&time| time == first) {
        return None;
    }
    // The newest layers within a quarter of an hour of each other are one build; whatever is
    // older, also above them (a cached stage, `COPY --link`), was there before.
    let mut sorted = times.clone();
    sorted.sort_unstable();
    let mut begin = *sorted.last()?;
    for &time in sorted.iter().rev() {
        if begin - time > GAP {
            break;
        }
        begin = time;
    }
    Some(times.iter().map(|&time| time >= begin).collect())
}
