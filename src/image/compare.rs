//! Two builds of an image: which layers were reused, and why the first one was not.

use std::collections::BTreeSet;

use serde::Serialize;

use super::base::Base;
use super::created_by::keyword;
use super::digest::Digest;
use super::image::{Image, LayerInfo};
use super::time::instant;

/// What became of a layer since the older image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Of the base image, the same in both.
    Base,
    /// Taken from the cache: same layers below, same time.
    Hit,
    /// Built again with the same bytes: a cache miss that costs no transfer.
    RebuiltIdentically,
    /// The same layers below; whether it was built again is not to be told from the times.
    Shared,
    /// The same blob as a layer that stood elsewhere or on others: `COPY --link`, or instructions reordered.
    Moved,
    /// The same contents in another blob: another compressor or level, transferred for nothing.
    Recompressed,
    /// New contents.
    Missed,
}

impl Verdict {
    /// For people.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Base => "base",
            Verdict::Hit => "hit",
            Verdict::RebuiltIdentically => "rebuilt identically",
            Verdict::Shared => "shared",
            Verdict::Moved => "moved",
            Verdict::Recompressed => "recompressed",
            Verdict::Missed => "missed",
        }
    }

    /// True where the older image already had the layer's contents in its place.
    pub fn is_hit(self) -> bool {
        matches!(self, Verdict::Hit | Verdict::RebuiltIdentically | Verdict::Shared | Verdict::Moved)
    }
}

/// Why the first layer that differs does.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "cause")]
pub enum Cause {
    /// The base image is another.
    BaseChanged,
    /// The instruction reads differently.
    InstructionChanged {
        /// In the older image.
        before: String,
    },
    /// An instruction without a layer, between the last shared layer and this one, reads differently.
    SettingChanged {
        /// In the older image; empty where it is new.
        before: String,
        /// In the newer image; empty where it is gone.
        after: String,
    },
    /// The same `COPY` or `ADD`: the files it copies changed.
    InputsChanged,
    /// The same `RUN`: the cache was lost or expired, or the command gives another result each time.
    RanAgain,
    /// The older image ends here.
    Appended,
    /// Nothing in the history tells.
    Unknown,
}

/// The first layer that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Miss {
    /// The layer's index in the newer image.
    pub layer: usize,
    /// Its instruction there.
    pub instruction: String,
    /// Why.
    #[serde(flatten)]
    pub cause: Cause,
}

/// A newer image compared with an older one.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Comparison {
    /// How many of the lowest layers are the same.
    pub shared_prefix: usize,
    /// Per layer of the newer image, from the bottom.
    pub verdicts: Vec<Verdict>,
    /// The first layer that differs; `None` where none does.
    pub first_miss: Option<Miss>,
    /// Own layers, those above the base.
    pub own_layers: usize,
    /// Of those, the ones that the older image had.
    pub own_hits: usize,
    /// Bytes to push where the registry has the older image: new blobs and the configuration.
    pub push_bytes: u64,
    /// Bytes to pull where containerd has the older image: new blobs and the configuration.
    pub pull_bytes: u64,
    /// Bytes to pull where Docker's graph drivers have the older image: all above the shared prefix.
    pub pull_bytes_graphdriver: u64,
    /// True where a blob's size was not known, so that the bytes are too low.
    pub sizes_incomplete: bool,
}

impl Comparison {
    /// The share of own layers that the older image had; 1 where there are no own layers.
    pub fn hit_ratio(&self) -> f64 {
        if self.own_layers == 0 { 1.0 } else { self.own_hits as f64 / self.own_layers as f64 }
    }
}

/// Compares an image with an older build of it.
pub fn compare(new: &Image, old: &Image, base: &Base) -> Comparison {
    let same = |(a, b): &(&LayerInfo, &LayerInfo)| a.diff_id == b.diff_id;
    let prefix = new.layers.iter().zip(&old.layers).take_while(same).count();
    let (new_times, old_times) = (new.layer_times(), old.layer_times());
    let same_time = |layer: usize| Some(instant(&new_times[layer])? == instant(old_times.get(layer)?)?);
    let in_place = |layer: usize| old.layers.get(layer).is_some_and(|other| other.diff_id == new.layers[layer].diff_id);
    let verdict = |layer| match layer < prefix {
        true => verdict_below(&new.layers[layer], &old.layers[layer], layer < base.border(), same_time(layer)),
        false => match verdict_above(&new.layers[layer], old) {
            Verdict::Moved if in_place(layer) && same_time(layer) == Some(false) => Verdict::RebuiltIdentically,
            verdict => verdict,
        },
    };
    let verdicts: Vec<Verdict> = (0..new.layers.len()).map(verdict).collect();
    let own = base.border().min(new.layers.len())..new.layers.len();
    let old_blobs: BTreeSet<&Digest> = old.layers.iter().map(blob).collect();
    let fresh = |layer: &&LayerInfo| !old_blobs.contains(blob(layer));
    let config = if new.id == old.id { 0 } else { new.config_size };
    let push_bytes = sizes(new.layers.iter().filter(fresh)) + config;
    Comparison {
        shared_prefix: prefix,
        first_miss: (prefix < new.layers.len()).then(|| first_miss(new, old, base, prefix)),
        own_layers: own.len(),
        own_hits: verdicts[own].iter().filter(|verdict| verdict.is_hit()).count(),
        verdicts,
        push_bytes,
        pull_bytes: push_bytes,
        pull_bytes_graphdriver: sizes(new.layers[prefix..].iter()) + config,
        sizes_incomplete: new.layers.iter().any(|layer| layer.blob_size.is_none()),
    }
}

/// The blob by its own name, or by its contents where an archive names no blobs.
fn blob(layer: &LayerInfo) -> &Digest {
    layer.digest.as_ref().unwrap_or(&layer.diff_id)
}

/// Bytes of blobs, each once.
fn sizes<'l>(layers: impl Iterator<Item = &'l LayerInfo>) -> u64 {
    let mut seen = BTreeSet::new();
    layers.filter(|layer| seen.insert(blob(layer))).filter_map(|layer| layer.blob_size).fold(0, u64::saturating_add)
}

/// A layer of the shared prefix.
fn verdict_below(new: &LayerInfo, old: &LayerInfo, in_base: bool, same_time: Option<bool>) -> Verdict {
    match (&new.digest, &old.digest) {
        (Some(new), Some(old)) if new != old => Verdict::Recompressed,
        _ if in_base => Verdict::Base,
        _ => match same_time {
            None => Verdict::Shared,
            Some(true) => Verdict::Hit,
            Some(false) => Verdict::RebuiltIdentically,
        },
    }
}

/// A layer above the shared prefix.
fn verdict_above(new: &LayerInfo, old: &Image) -> Verdict {
    let mut same = old.layers.iter().filter(|other| other.diff_id == new.diff_id).peekable();
    if same.peek().is_none() {
        return Verdict::Missed;
    }
    if same.any(|other| blob(other) == blob(new)) { Verdict::Moved } else { Verdict::Recompressed }
}

fn first_miss(new: &Image, old: &Image, base: &Base, layer: usize) -> Miss {
    let instruction = new.layer_instructions()[layer].clone();
    let cause = cause(new, old, base, layer, &instruction);
    Miss { layer, instruction, cause }
}

fn cause(new: &Image, old: &Image, base: &Base, layer: usize, instruction: &str) -> Cause {
    if layer < base.border() {
        return Cause::BaseChanged;
    }
    let Some(before) = old.layer_instructions().get(layer).cloned() else { return Cause::Appended };
    if let Some(cause) = setting_changed(new, old, layer) {
        return cause;
    }
    if before != *instruction {
        return Cause::InstructionChanged { before };
    }
    match keyword(instruction) {
        Some("COPY" | "ADD") => Cause::InputsChanged,
        Some("RUN") => Cause::RanAgain,
        _ => Cause::Unknown,
    }
}

/// Compares the entries without a layer directly below `layer`.
fn setting_changed(new: &Image, old: &Image, layer: usize) -> Option<Cause> {
    let settings = |image: &Image| -> Vec<String> {
        let steps = image.steps();
        let end = steps.iter().position(|step| step.layer == Some(layer)).unwrap_or(steps.len());
        let start = steps[..end].iter().rposition(|step| step.layer.is_some()).map_or(0, |at| at + 1);
        // Only these reach the steps that follow; CMD, LABEL and the like do not.
        let matters = |text: &String| matches!(keyword(text), Some("ENV" | "ARG" | "WORKDIR" | "USER" | "SHELL"));
        steps[start..end].iter().map(|step| image.instruction(*step)).filter(matters).collect()
    };
    let (new, old) = (settings(new), settings(old));
    let at = (0..new.len().max(old.len())).find(|&at| new.get(at) != old.get(at))?;
    let text = |list: &[String]| list.get(at).cloned().unwrap_or_default();
    Some(Cause::SettingChanged { before: text(&old), after: text(&new) })
}
