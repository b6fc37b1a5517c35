use std::collections::BTreeMap;

use super::config::{Config, Step, steps};
use super::created_by::{Dialect, dialect, instruction};
use super::digest::Digest;
use super::manifest::{Descriptor, Manifest};
use super::media::{Compression, Media};
use super::platform::Platform;
use super::provenance::Provenance;

/// An image as its documents describe it: everything but the layers' contents.
#[derive(Clone, Debug)]
pub struct Image {
    /// What the user asked for.
    pub name: String,
    /// Names with tags that the source knows.
    pub tags: Vec<String>,
    /// The manifest's digest, where there is a manifest.
    pub manifest_digest: Option<Digest>,
    /// The image id: the digest of the configuration.
    pub id: Digest,
    /// Bytes of the configuration.
    pub config_size: u64,
    /// The configuration.
    pub config: Config,
    /// The manifest's annotations, those of its descriptor in the index included.
    pub annotations: BTreeMap<String, String>,
    /// The layers from the bottom.
    pub layers: Vec<LayerInfo>,
    /// What the builder attested, where the source has it.
    pub provenance: Option<Provenance>,
    /// Harmless oddities of the source.
    pub warnings: Vec<String>,
}

/// A layer as the documents describe it.
#[derive(Clone, Debug)]
pub struct LayerInfo {
    /// The blob's digest; `None` in an archive that does not name it.
    pub digest: Option<Digest>,
    /// The blob's size in bytes; `None` where not known before it is read.
    pub blob_size: Option<u64>,
    /// The digest of the decompressed tar.
    pub diff_id: Digest,
    /// The declared media type; empty where none is.
    pub media_type: String,
    /// How the blob is compressed, once it was read.
    pub compression: Option<Compression>,
    /// Bytes of the decompressed tar, once it was read or where an annotation says so.
    pub tar_size: Option<u64>,
    /// True where the bytes cannot be read: encrypted, or not distributed and absent.
    pub opaque: bool,
}

/// An image whose documents contradict each other.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// The manifest and the configuration have different numbers of layers.
    #[error("the manifest lists {layers} layers, the configuration {diff_ids} diff ids")]
    Count {
        /// Of the manifest.
        layers: usize,
        /// Of the configuration.
        diff_ids: usize,
    },
}

impl Image {
    /// Joins a manifest's layers and a configuration.
    pub fn new(
        name: &str,
        manifest: &Manifest,
        manifest_digest: Option<Digest>,
        config: Config,
    ) -> Result<Image, ImageError> {
        let diff_ids = &config.rootfs.diff_ids;
        if manifest.layers.len() != diff_ids.len() {
            return Err(ImageError::Count { layers: manifest.layers.len(), diff_ids: diff_ids.len() });
        }
        let layers = manifest.layers.iter().zip(diff_ids).map(|(blob, diff_id)| LayerInfo::of(blob, diff_id)).collect();
        Ok(Image {
            name: name.to_owned(),
            tags: Vec::new(),
            manifest_digest,
            id: manifest.config.digest.clone(),
            config_size: manifest.config.size,
            annotations: manifest.annotations.clone(),
            layers,
            config,
            provenance: None,
            warnings: Vec::new(),
        })
    }

    /// What the image runs on.
    pub fn platform(&self) -> Platform {
        Platform {
            os: self.config.os.clone(),
            architecture: self.config.architecture.clone(),
            variant: self.config.variant.clone(),
        }
    }

    /// The history joined with the layers.
    pub fn steps(&self) -> Vec<Step> {
        steps(&self.config.history, self.layers.len())
    }

    /// The step that made a layer.
    pub fn step_of(&self, layer: usize) -> Option<Step> {
        self.steps().into_iter().find(|step| step.layer == Some(layer))
    }

    /// The instruction of a step, as a Dockerfile would say it.
    pub fn instruction(&self, step: Step) -> String {
        match step.history.and_then(|number| self.config.history.get(number)) {
            Some(entry) => instruction(&entry.created_by, &entry.comment),
            None => "(no history)".to_owned(),
        }
    }

    /// The instruction of each layer, from the bottom.
    pub fn layer_instructions(&self) -> Vec<String> {
        let mut instructions = vec!["(no history)".to_owned(); self.layers.len()];
        for step in self.steps() {
            if let Some(layer) = step.layer {
                instructions[layer] = self.instruction(step);
            }
        }
        instructions
    }

    /// When each layer was made, as the history says; empty where it does not.
    pub fn layer_times(&self) -> Vec<String> {
        let mut times = vec![String::new(); self.layers.len()];
        for step in self.steps() {
            if let (Some(layer), Some(number)) = (step.layer, step.history) {
                times[layer].clone_from(&self.config.history[number].created);
            }
        }
        times
    }

    /// The diff ids from the bottom.
    pub fn diff_ids(&self) -> Vec<Digest> {
        self.layers.iter().map(|layer| layer.diff_id.clone()).collect()
    }

    /// Bytes of all blobs, each once, and of the configuration: what a push to an empty
    /// repository transfers. `None` where a size is not known.
    pub fn blob_bytes(&self) -> Option<u64> {
        let mut seen = std::collections::BTreeSet::new();
        let mut sum = 0u64;
        for layer in &self.layers {
            if seen.insert(layer.digest.as_ref().unwrap_or(&layer.diff_id)) {
                sum = sum.saturating_add(layer.blob_size?);
            }
        }
        Some(sum)
    }

    /// True for a history that BuildKit wrote, at least in part.
    pub fn by_buildkit(&self) -> bool {
        let buildkit = |dialect: Dialect| dialect == Dialect::BuildKit;
        self.config.history.iter().any(|entry| buildkit(dialect(&entry.created_by, &entry.comment)))
    }
}

impl LayerInfo {
    fn of(blob: &Descriptor, diff_id: &Digest) -> LayerInfo {
        let size = blob.annotations.get("io.containers.estargz.uncompressed-size");
        LayerInfo {
            digest: Some(blob.digest.clone()),
            blob_size: Some(blob.size),
            diff_id: diff_id.clone(),
            media_type: blob.media_type.clone(),
            compression: None,
            tar_size: size.and_then(|size| size.parse().ok()),
            opaque: Media::of(&blob.media_type) == Media::EncryptedLayer,
        }
    }
}
