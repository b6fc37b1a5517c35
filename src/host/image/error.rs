use std::io;

use crate::image::archive::ArchiveError;
use crate::image::{ConfigError, Digest, ImageError, LayerError, ManifestError};

/// Why an image could not be read; the words name the image or the blob, and the remedy.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the messages say what the variants are")]
pub enum Error {
    #[error("{name}: {error}")]
    Io { name: String, error: io::Error },
    #[error("{name}: {error}")]
    Archive { name: String, error: ArchiveError },
    #[error("{name}: `{what}` is not there")]
    Missing { name: String, what: String },
    #[error("{name}: `{what}` has more than {max} bytes")]
    TooLarge { name: String, what: String, max: u64 },
    #[error("{name}: {why}")]
    NotAnImage { name: String, why: String },
    #[error("{name}: `{what}` {error}")]
    Manifest { name: String, what: String, error: ManifestError },
    #[error("{name}: `{what}` {error}")]
    Config { name: String, what: String, error: ConfigError },
    #[error("{name}: {error}")]
    Image { name: String, error: ImageError },
    #[error("{name}: the digest of `{what}` is `{actual}`, not `{expected}`")]
    Digest { name: String, what: String, expected: Digest, actual: Digest },
    #[error("{name}: {error}")]
    Layer { name: String, error: LayerError },
    #[error("{name}: {request}; what is there:{}", list(.candidates))]
    Choice { name: String, request: String, candidates: Vec<String> },
    #[error("{name}: {why}")]
    Client { name: String, why: String },
}

/// What is at the bottom of an error: the clients' own words are no more than that a request failed.
pub(super) fn cause(error: &dyn std::error::Error) -> Option<String> {
    std::iter::successors(error.source(), |error| error.source()).last().map(ToString::to_string)
}

fn list(candidates: &[String]) -> String {
    candidates.iter().map(|candidate| format!("\n  {candidate}")).collect()
}
