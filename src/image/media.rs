use serde::{Deserialize, Serialize};

/// What a JSON document or a blob is, by its declared media type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Media {
    /// A list of manifests, one per platform.
    Index,
    /// An image manifest.
    Manifest,
    /// A layer, whatever its compression.
    Layer,
    /// A layer that cannot be read without a key.
    EncryptedLayer,
    /// Docker's first schema, refused.
    Schema1,
    /// Something else: an artifact, an attestation.
    Other,
}

impl Media {
    /// Sorts a media type by its name.
    pub fn of(name: &str) -> Media {
        match name {
            "application/vnd.oci.image.index.v1+json" | "application/vnd.docker.distribution.manifest.list.v2+json" => {
                Media::Index
            }
            "application/vnd.oci.image.manifest.v1+json" | "application/vnd.docker.distribution.manifest.v2+json" => {
                Media::Manifest
            }
            "application/vnd.docker.distribution.manifest.v1+json"
            | "application/vnd.docker.distribution.manifest.v1+prettyjws" => Media::Schema1,
            _ if name.contains("image.layer.") || name.contains("image.rootfs.") => {
                if name.ends_with("+encrypted") {
                    Media::EncryptedLayer
                } else {
                    Media::Layer
                }
            }
            _ => Media::Other,
        }
    }
}

/// How a layer blob is compressed, by its first bytes: declared media types are not to be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Compression {
    /// A bare tar.
    None,
    /// One or more gzip members.
    Gzip,
    /// One or more zstd frames.
    Zstd,
}

impl Compression {
    /// How many bytes [`Compression::sniff`] wants to see.
    pub const SNIFF: usize = 512;

    /// Tells the compression from the first bytes of a blob, or says why the blob is no layer.
    pub fn sniff(head: &[u8]) -> Result<Compression, &'static str> {
        match head {
            [] => Err("the blob is empty"),
            [0x1f, 0x8b, 0x08, ..] => Ok(Compression::Gzip),
            [0x28, 0xb5, 0x2f, 0xfd, ..] => Ok(Compression::Zstd),
            [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Ok(Compression::Zstd),
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Err("xz compression is not used in images"),
            [b'B', b'Z', b'h', ..] => Err("bzip2 compression is not used in images"),
            _ if is_tar(head) => Ok(Compression::None),
            _ => Err("neither tar, gzip nor zstd"),
        }
    }

    /// `none`, `gzip` or `zstd`.
    pub fn as_str(self) -> &'static str {
        match self {
            Compression::None => "none",
            Compression::Gzip => "gzip",
            Compression::Zstd => "zstd",
        }
    }
}

/// A POSIX magic, a valid v7 checksum, or the zeroes that end a tar.
fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else { return false };
    if &block[257..262] == b"ustar" || block.iter().all(|&byte| byte == 0) {
        return true;
    }
    let block: &[u8; 512] = block.try_into().expect("512 bytes were taken");
    tar_core::Header::from_bytes(block).verify_checksum().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sniffs() {
        assert_eq!(Compression::sniff(&[0x1f, 0x8b, 8, 0]), Ok(Compression::Gzip));
        assert_eq!(Compression::sniff(&[0x28, 0xb5, 0x2f, 0xfd]), Ok(Compression::Zstd));
        assert_eq!(Compression::sniff(&[0x52, 0x2a, 0x4d, 0x18]), Ok(Compression::Zstd));
        assert_eq!(Compression::sniff(&[0; 1024]), Ok(Compression::None));
        assert!(Compression::sniff(b"{}").is_err());
    }
}
