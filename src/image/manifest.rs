//! Indexes and manifests, read leniently: real writers leave fields out, write `null`, or invent
//! media types.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};

use super::digest::Digest;
use super::media::Media;
use super::platform::Platform;

/// The largest manifest or index that is read, in bytes.
pub const MAX_MANIFEST: u64 = 4 << 20;

/// How many layers an image may have; Docker stops at 127.
pub const MAX_LAYERS: usize = 1000;

/// A document that is no usable manifest.
#[derive(Debug, thiserror::Error)]
pub enum ManifestError {
    /// Not the JSON that is expected.
    #[error("is not a manifest: {0}")]
    Json(#[from] serde_json::Error),
    /// Neither an index nor a manifest.
    #[error("is neither an index nor an image manifest")]
    Neither,
    /// Docker's first schema.
    #[error(
        "uses Docker's schema 1, which no longer names its layers verifiably; pull and push it with a current client"
    )]
    Schema1,
    /// Too many layers.
    #[error("lists {0} layers, more than {MAX_LAYERS}")]
    TooManyLayers(usize),
}

/// A pointer to a blob.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// The declared type; empty where none is.
    #[serde(default, deserialize_with = "or_default")]
    pub media_type: String,
    /// The blob's name.
    pub digest: Digest,
    /// The blob's size in bytes.
    #[serde(default, deserialize_with = "or_default")]
    pub size: u64,
    /// Remarks of the tools that made it.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<String, String>,
    /// For whom, where an index says so.
    #[serde(default, deserialize_with = "or_default")]
    pub platform: Option<Platform>,
    /// What kind of artifact, where it is one.
    #[serde(default, deserialize_with = "or_default")]
    pub artifact_type: String,
}

impl Descriptor {
    /// The attested image's digest, if this is an attestation about one.
    pub fn attests(&self) -> Option<&str> {
        let is_attestation =
            self.annotations.get("vnd.docker.reference.type").is_some_and(|kind| kind == "attestation-manifest");
        is_attestation.then(|| self.annotations.get("vnd.docker.reference.digest").map_or("", String::as_str))
    }

    /// True for what an index lists besides images: attestations, signatures, other artifacts.
    pub fn is_no_image(&self) -> bool {
        let unknown = |platform: &Platform| platform.os == "unknown";
        self.attests().is_some() || !self.artifact_type.is_empty() || self.platform.as_ref().is_some_and(unknown)
    }

    /// The names that the annotations give, longest first.
    pub fn names(&self) -> Vec<&str> {
        ["io.containerd.image.name", "org.opencontainers.image.ref.name"]
            .into_iter()
            .filter_map(|key| self.annotations.get(key).map(String::as_str))
            .collect()
    }
}

/// A list of manifests.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Index {
    /// The manifests and nested indexes.
    #[serde(default, deserialize_with = "or_default")]
    pub manifests: Vec<Descriptor>,
    /// Remarks on the whole.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<String, String>,
}

/// An image manifest.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The configuration's blob.
    pub config: Descriptor,
    /// The layers' blobs from the bottom.
    #[serde(default, deserialize_with = "or_default")]
    pub layers: Vec<Descriptor>,
    /// Remarks on the whole.
    #[serde(default, deserialize_with = "or_default")]
    pub annotations: BTreeMap<String, String>,
    /// What kind of artifact, where it is one.
    #[serde(default, deserialize_with = "or_default")]
    pub artifact_type: String,
}

impl Manifest {
    /// True for a manifest that carries no image: an attestation, a signature, another artifact.
    pub fn is_no_image(&self) -> bool {
        !self.artifact_type.is_empty() || self.config.media_type == "application/vnd.oci.empty.v1+json"
    }
}

/// What a reference may lead to.
#[derive(Clone, Debug)]
pub enum Document {
    /// A list of manifests.
    Index(Index),
    /// One image.
    Manifest(Box<Manifest>),
}

impl Document {
    /// Reads a document whose media type may be absent: the keys then tell.
    pub fn parse(bytes: &[u8]) -> Result<Document, ManifestError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Shape {
            #[serde(default, deserialize_with = "or_default")]
            media_type: String,
            #[serde(default)]
            schema_version: Option<u64>,
            #[serde(default)]
            manifests: Option<serde::de::IgnoredAny>,
            #[serde(default)]
            config: Option<serde::de::IgnoredAny>,
            #[serde(default, rename = "fsLayers")]
            fs_layers: Option<serde::de::IgnoredAny>,
        }
        let shape: Shape = serde_json::from_slice(bytes)?;
        let media = Media::of(&shape.media_type);
        if media == Media::Schema1 || shape.fs_layers.is_some() || shape.schema_version == Some(1) {
            return Err(ManifestError::Schema1);
        }
        if shape.config.is_some() && media != Media::Index {
            let manifest: Manifest = serde_json::from_slice(bytes)?;
            if manifest.layers.len() > MAX_LAYERS {
                return Err(ManifestError::TooManyLayers(manifest.layers.len()));
            }
            return Ok(Document::Manifest(Box::new(manifest)));
        }
        if shape.manifests.is_some() || media == Media::Index {
            return Ok(Document::Index(serde_json::from_slice(bytes)?));
        }
        Err(ManifestError::Neither)
    }
}

/// One image of a `docker save` archive's `manifest.json`.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct SavedImage {
    /// The archive's member with the configuration.
    #[serde(deserialize_with = "or_default")]
    pub config: String,
    /// The names with tags.
    #[serde(default, deserialize_with = "or_default")]
    pub repo_tags: Vec<String>,
    /// The archive's members with the layers, from the bottom.
    #[serde(default, deserialize_with = "or_default")]
    pub layers: Vec<String>,
}

/// Reads a `docker save` archive's `manifest.json`.
pub fn saved_images(bytes: &[u8]) -> Result<Vec<SavedImage>, ManifestError> {
    let images: Vec<SavedImage> = serde_json::from_slice(bytes)?;
    match images.iter().find(|image| image.layers.len() > MAX_LAYERS) {
        Some(image) => Err(ManifestError::TooManyLayers(image.layers.len())),
        None => Ok(images),
    }
}

/// `null` counts as absent.
pub(super) fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(input: D) -> Result<T, D::Error> {
    Option::<T>::deserialize(input).map(Option::unwrap_or_default).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_by_keys() {
        let digest = Digest::of(b"");
        let manifest = format!(r#"{{"config":{{"digest":"{digest}"}},"layers":null}}"#);
        assert!(matches!(Document::parse(manifest.as_bytes()), Ok(Document::Manifest(_))));
        assert!(matches!(Document::parse(br#"{"manifests":[]}"#), Ok(Document::Index(_))));
        assert!(matches!(Document::parse(br#"{"schemaVersion":1}"#), Err(ManifestError::Schema1)));
        assert!(matches!(Document::parse(b"{}"), Err(ManifestError::Neither)));
        assert!(Document::parse(b"[]").is_err());
        assert!(saved_images(b"{}").is_err());
    }
}
