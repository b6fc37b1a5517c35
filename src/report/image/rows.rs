use serde::Serialize;

use crate::image::cache::Origin;
use crate::image::compare::Verdict;
use crate::image::{Change, Compression};

use super::ImageReport;

/// One entry of the history and the layer it made.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The layer's number from the bottom, from 1; `None` for a step that made none.
    pub layer: Option<usize>,
    /// The instruction, as a Dockerfile would say it.
    pub instruction: String,
    /// When, in RFC 3339; empty where not said.
    pub created: String,
    /// The line of the Dockerfile, from 1.
    pub line: Option<u32>,
    /// True for the base image's.
    pub base: bool,
    /// What the layer's time tells about caches.
    pub origin: Option<Origin>,
    /// What became of it since the older build.
    pub verdict: Option<Verdict>,
    /// The blob's digest.
    pub digest: Option<String>,
    /// The digest of the decompressed tar.
    pub diff_id: Option<String>,
    /// How the blob is compressed.
    pub compression: Option<Compression>,
    /// Bytes of the compressed blob.
    pub blob_bytes: Option<u64>,
    /// Bytes of the decompressed tar.
    pub tar_bytes: Option<u64>,
    /// What the layer does to those below.
    #[serde(flatten)]
    pub change: Option<Change>,
    /// By which layers its bytes are wasted: numbers from 1 and bytes, most first.
    pub wasted_by: Vec<(usize, u64)>,
    /// True for a step that says it made a layer where there is none left.
    pub unmatched: bool,
}

/// The image's history, from the bottom.
pub fn rows(report: &ImageReport) -> Vec<Row> {
    let image = report.image;
    let steps = image.steps();
    let base_end = steps.iter().rposition(|step| step.layer.is_some_and(|layer| layer < report.base.border()));
    let flows = report.files.map(|files| files.flows(0)).unwrap_or_default();
    let row = |(number, step): (usize, &crate::image::Step)| {
        let info = step.layer.map(|layer| &image.layers[layer]);
        let history = step.history.and_then(|number| image.config.history.get(number));
        let change = step.layer.and_then(|layer| {
            let files = report.files?;
            files.trees.layers[layer].as_ref()?;
            files.stacked.changes.get(layer).copied()
        });
        let mut wasted_by: Vec<(usize, u64)> = Vec::new();
        for flow in flows.iter().filter(|flow| step.layer == Some(flow.added as usize)) {
            let killer = flow.killed as usize + 1;
            match wasted_by.iter_mut().find(|(number, _)| *number == killer) {
                Some((_, bytes)) => *bytes += flow.bytes,
                None => wasted_by.push((killer, flow.bytes)),
            }
        }
        wasted_by.sort_by_key(|&(number, bytes)| (std::cmp::Reverse(bytes), number));
        Row {
            layer: step.layer.map(|layer| layer + 1),
            instruction: image.instruction(*step),
            created: history.map(|entry| entry.created.clone()).unwrap_or_default(),
            line: report.lines.get(number).copied().flatten(),
            base: base_end.is_some_and(|end| number <= end),
            origin: step.layer.and_then(|layer| report.origins.1.get(layer).copied()),
            verdict: step.layer.and_then(|layer| report.against?.1.verdicts.get(layer).copied()),
            digest: info.and_then(|info| Some(info.digest.as_ref()?.to_string())),
            diff_id: info.map(|info| info.diff_id.to_string()),
            compression: info.and_then(|info| info.compression),
            blob_bytes: info.and_then(|info| info.blob_size),
            tar_bytes: info.and_then(|info| info.tar_size),
            change,
            wasted_by,
            unmatched: step.unmatched,
        }
    };
    steps.iter().enumerate().map(row).collect()
}
