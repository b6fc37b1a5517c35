//! Container images: what their layers hold, waste, and how they compare. Bytes in, values out.

pub mod analysis;
pub mod archive;
pub mod base;
pub mod cache;
pub mod compare;
mod config;
mod created_by;
pub mod diff;
mod digest;
pub mod dive;
mod entries;
mod hashing;
#[allow(clippy::module_inception, reason = "the image itself")]
mod image;
mod layer_tar;
mod manifest;
mod media;
pub mod memo;
pub mod packages;
mod paths;
mod platform;
pub mod provenance;
pub mod remedy;
mod rpm;
mod scan;
pub mod series;
mod size;
pub mod source;
mod stack;
pub mod stale;
mod tar;
pub mod time;
mod tree;
mod trees;
mod waste;

pub use config::{Config, ConfigError, Healthcheck, History, MAX_CONFIG, RootFs, Runtime, Step, chain_ids, steps};
pub use created_by::{Dialect, dialect, instruction, keyword};
pub use digest::{BadDigest, Digest};
pub use entries::Entries;
pub use image::{Image, ImageError, LayerInfo};
pub use manifest::{
    Descriptor, Document, Index, MAX_LAYERS, MAX_MANIFEST, Manifest, ManifestError, SavedImage, saved_images,
};
pub use media::{Compression, Media};
pub use paths::{PathId, Paths, normalize};
pub use platform::{Platform, choose};
pub use scan::{Expected, LayerError, LayerScan, Limits, Problem, scan, skim};
pub use size::bytes;
pub use stack::{Change, Live, Stacked, stack};
pub use tar::TarError;
pub use tree::{Entry, Kind, LayerTree, Note, NoteKind, Texts};
pub use trees::{Layer, Trees};
pub use waste::{Waste, WasteKind};
