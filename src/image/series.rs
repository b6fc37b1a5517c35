//! Many builds of one image: which instructions change, what that costs, what reordering saves.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::digest::Digest;
use super::image::Image;
use super::time::instant;

/// Builds of one image, oldest first.
#[derive(Clone, Debug, Serialize)]
pub struct Series {
    /// The builds.
    pub builds: Vec<Build>,
    /// The layers, by their place in the newest build.
    pub slots: Vec<Slot>,
    /// Bytes of all blobs, each once.
    pub unique_bytes: u64,
    /// Bytes of all images, each whole.
    pub total_bytes: u64,
    /// Instructions that had better stand elsewhere, largest saving first.
    pub advice: Vec<Advice>,
}

/// One build.
#[derive(Clone, Debug, Serialize)]
pub struct Build {
    /// The image's name or tag.
    pub name: String,
    /// When, in RFC 3339.
    pub created: String,
    /// Bytes of its blobs, compressed.
    pub bytes: u64,
}

/// What happened to a layer in one build.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mark {
    /// The first build that has it.
    First,
    /// The same contents as in the build before.
    Reused,
    /// Other contents, though a layer below had changed already and its own text had not.
    Collateral,
    /// Other contents.
    Changed,
    /// This build has no such layer.
    Absent,
}

impl Mark {
    /// One letter for a matrix.
    pub fn letter(self) -> char {
        match self {
            Mark::First => '+',
            Mark::Reused => '=',
            Mark::Collateral => 'o',
            Mark::Changed => '*',
            Mark::Absent => '.',
        }
    }
}

/// An instruction with a layer, over all builds.
#[derive(Clone, Debug, Serialize)]
pub struct Slot {
    /// The instruction in the newest build that has it.
    pub instruction: String,
    /// Per build, oldest first.
    pub marks: Vec<Mark>,
    /// How often it could have changed: builds that have it and follow one that does.
    pub chances: usize,
    /// How often it did, collateral changes included.
    pub changed: usize,
    /// Of those, how often only because a layer below changed.
    pub collateral: usize,
    /// Mean bytes of its blobs.
    pub mean_bytes: u64,
    /// Bytes of all its new blobs after the first.
    pub churn_bytes: u64,
}

/// A layer that pays for another's changes.
#[derive(Clone, Debug, Serialize)]
pub struct Advice {
    /// The instruction whose layer is made anew for nothing.
    pub instruction: String,
    /// The changing instruction below it.
    pub after: String,
    /// Bytes of blobs that moving it before would have saved.
    pub saved_bytes: u64,
}

impl Series {
    /// How many times the stored bytes are used.
    pub fn dedup_ratio(&self) -> f64 {
        if self.unique_bytes == 0 { 1.0 } else { self.total_bytes as f64 / self.unique_bytes as f64 }
    }
}

/// Sorts images by when they were built; those that do not say keep their order behind.
pub fn sort_by_time(images: &mut [Image]) {
    let built = |image: &Image| {
        let finished = image.provenance.as_ref().and_then(|provenance| instant(&provenance.finished));
        instant(&image.config.created).or(finished).unwrap_or(i128::MAX)
    };
    images.sort_by_key(built);
}

/// Compares builds, oldest first.
pub fn series(images: &[Image]) -> Series {
    let texts: Vec<Vec<String>> = images.iter().map(Image::layer_instructions).collect();
    // Slots are found by walking from build to build: the same instruction, in order.
    let mut slots: Vec<Vec<Option<usize>>> = Vec::new();
    let mut order: Vec<usize> = Vec::new();
    let mut before: Vec<(usize, String)> = Vec::new();
    for (build, texts) in texts.iter().enumerate() {
        let matched = align(&before.iter().map(|(_, text)| text.as_str()).collect::<Vec<_>>(), texts);
        let mut here = Vec::new();
        let mut place = 0;
        for (layer, text) in texts.iter().enumerate() {
            let slot = match matched[layer] {
                Some(at) => before[at].0,
                None => {
                    slots.push(vec![None; images.len()]);
                    order.insert(place.min(order.len()), slots.len() - 1);
                    slots.len() - 1
                }
            };
            place = order.iter().position(|&other| other == slot).map_or(place, |at| at + 1);
            slots[slot][build] = Some(layer);
            here.push((slot, text.clone()));
        }
        // What this build lacks may come back in the next.
        for old in before {
            if here.iter().all(|(slot, _)| *slot != old.0) {
                here.push(old);
            }
        }
        let rank = |slot: usize| order.iter().position(|&other| other == slot);
        here.sort_by_key(|(slot, _)| rank(*slot));
        before = here;
    }
    let slots: Vec<Slot> = order.iter().map(|&slot| summary(images, &texts, &slots[slot])).collect();
    let mut unique: BTreeMap<&Digest, u64> = BTreeMap::new();
    let mut total_bytes = 0u64;
    for layer in images.iter().flat_map(|image| &image.layers) {
        let size = layer.blob_size.unwrap_or(0);
        unique.insert(layer.digest.as_ref().unwrap_or(&layer.diff_id), size);
        total_bytes = total_bytes.saturating_add(size);
    }
    let build = |image: &Image| Build {
        name: image.name.clone(),
        created: image.config.created.clone(),
        bytes: image.blob_bytes().unwrap_or(0),
    };
    Series {
        builds: images.iter().map(build).collect(),
        advice: advice(&slots),
        slots,
        unique_bytes: unique.values().fold(0, |sum, size| sum.saturating_add(*size)),
        total_bytes,
    }
}

/// For each of `new`, the index of its counterpart in `old`: first a longest common subsequence by
/// text, then by keyword and place between the same neighbours.
fn align(old: &[&str], new: &[String]) -> Vec<Option<usize>> {
    let mut lengths = vec![vec![0u32; new.len() + 1]; old.len() + 1];
    for a in (0..old.len()).rev() {
        for b in (0..new.len()).rev() {
            lengths[a][b] =
                if old[a] == new[b] { lengths[a + 1][b + 1] + 1 } else { lengths[a + 1][b].max(lengths[a][b + 1]) };
        }
    }
    let mut matched = vec![None; new.len()];
    let (mut a, mut b) = (0, 0);
    while a < old.len() && b < new.len() {
        if old[a] == new[b] {
            matched[b] = Some(a);
            (a, b) = (a + 1, b + 1);
        } else if lengths[a + 1][b] >= lengths[a][b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    let taken: BTreeSet<usize> = matched.iter().flatten().copied().collect();
    let word = |text: &str| text.split_whitespace().next().unwrap_or_default().to_owned();
    let mut low = 0;
    for b in 0..new.len() {
        if let Some(a) = matched[b] {
            low = a + 1;
            continue;
        }
        let high = matched[b..].iter().flatten().next().copied().unwrap_or(old.len());
        let found = (low..high).find(|a| !taken.contains(a) && word(old[*a]) == word(&new[b]));
        if let Some(a) = found {
            matched[b] = Some(a);
            low = a + 1;
        }
    }
    matched
}

fn summary(images: &[Image], texts: &[Vec<String>], places: &[Option<usize>]) -> Slot {
    let mut slot = Slot {
        instruction: String::new(),
        marks: Vec::new(),
        chances: 0,
        changed: 0,
        collateral: 0,
        mean_bytes: 0,
        churn_bytes: 0,
    };
    let mut last: Option<(usize, usize)> = None;
    let mut sizes = Vec::new();
    for (build, place) in places.iter().enumerate() {
        let Some(layer) = *place else {
            slot.marks.push(Mark::Absent);
            continue;
        };
        slot.instruction.clone_from(&texts[build][layer]);
        let info = &images[build].layers[layer];
        sizes.push(info.blob_size.unwrap_or(0));
        let mark = match last {
            None => Mark::First,
            Some((old_build, old_layer)) => {
                slot.chances += 1;
                let old = &images[old_build].layers[old_layer];
                let below =
                    |image: &Image, layer: usize| layer.checked_sub(1).map(|at| image.layers[at].diff_id.clone());
                if old.diff_id == info.diff_id {
                    Mark::Reused
                } else if texts[old_build][old_layer] == texts[build][layer]
                    && !texts[build][layer].starts_with("COPY")
                    && !texts[build][layer].starts_with("ADD")
                    && below(&images[old_build], old_layer) != below(&images[build], layer)
                {
                    Mark::Collateral
                } else {
                    Mark::Changed
                }
            }
        };
        if matches!(mark, Mark::Changed | Mark::Collateral) {
            slot.changed += 1;
            slot.collateral += usize::from(mark == Mark::Collateral);
            slot.churn_bytes = slot.churn_bytes.saturating_add(info.blob_size.unwrap_or(0));
        }
        slot.marks.push(mark);
        last = Some((build, layer));
    }
    slot.mean_bytes = sizes.iter().sum::<u64>() / sizes.len().max(1) as u64;
    slot
}

/// Slots that changed only collaterally, below which one changed by itself.
fn advice(slots: &[Slot]) -> Vec<Advice> {
    let mut advice = Vec::new();
    for (at, slot) in slots.iter().enumerate() {
        if slot.collateral == 0 || slot.collateral != slot.changed {
            continue;
        }
        let restless = slots[..at].iter().filter(|below| below.changed > below.collateral);
        if let Some(below) = restless.max_by_key(|below| below.changed - below.collateral) {
            advice.push(Advice {
                instruction: slot.instruction.clone(),
                after: below.instruction.clone(),
                saved_bytes: slot.churn_bytes,
            });
        }
    }
    advice.sort_by_key(|advice| std::cmp::Reverse(advice.saved_bytes));
    advice
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aligns_by_text_then_by_keyword() {
        let new = ["FROM".to_owned(), "COPY b /".to_owned(), "RUN x".to_owned()];
        assert_eq!(align(&["FROM", "COPY a /", "RUN x"], &new), [Some(0), Some(1), Some(2)]);
        assert_eq!(align(&["FROM", "RUN x"], &new), [Some(0), None, Some(1)]);
        assert_eq!(align(&[], &new), [None, None, None]);
    }
}
