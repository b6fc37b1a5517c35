use std::fmt;
use std::io::{self, Read};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256, Sha512};

/// The name of a blob by its content: `sha256:` or `sha512:` and lower-case hexadecimal digits.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Digest(Box<str>);

/// A string that is not a digest we can verify.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a sha256 or sha512 digest")]
pub struct BadDigest(pub String);

impl Digest {
    /// Reads `algorithm:hex`, strictly.
    pub fn parse(text: &str) -> Result<Digest, BadDigest> {
        let bad = || BadDigest(text.chars().take(100).collect());
        let (algorithm, hex) = text.split_once(':').ok_or_else(bad)?;
        let length = match algorithm {
            "sha256" => 64,
            "sha512" => 128,
            _ => return Err(bad()),
        };
        let is_hex = |byte: &u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if hex.len() != length || !hex.as_bytes().iter().all(is_hex) {
            return Err(bad());
        }
        Ok(Digest(text.into()))
    }

    /// The SHA-256 digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Digest {
        let mut hasher = Hasher::default();
        hasher.update(bytes);
        hasher.finish()
    }

    /// The digest of `bytes` by the algorithm of `like`.
    pub fn of_like(like: &Digest, bytes: &[u8]) -> Digest {
        let mut hasher = Hasher::like(Some(like));
        hasher.update(bytes);
        hasher.finish()
    }

    /// The digest, by the algorithm of `like`, and the number of bytes of a stream.
    pub fn of_reader(like: &Digest, mut stream: impl Read) -> io::Result<(Digest, u64)> {
        let mut hasher = Hasher::like(Some(like));
        let mut buffer = vec![0; 256 << 10];
        let mut size = 0;
        loop {
            match stream.read(&mut buffer) {
                Ok(0) => return Ok((hasher.finish(), size)),
                Ok(count) => {
                    hasher.update(&buffer[..count]);
                    size += count as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// `sha256` or `sha512`.
    pub fn algorithm(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// The hexadecimal digits.
    pub fn hex(&self) -> &str {
        self.0.split(':').nth(1).unwrap_or_default()
    }

    /// The first twelve hexadecimal digits, for people.
    pub fn short(&self) -> &str {
        &self.hex()[..12]
    }

    /// The whole `algorithm:hex`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Digest {
    type Error = BadDigest;

    fn try_from(text: String) -> Result<Digest, BadDigest> {
        Digest::parse(&text)
    }
}

impl From<Digest> for String {
    fn from(digest: Digest) -> String {
        digest.0.into()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Computes a digest over a stream.
#[derive(Clone)]
pub(crate) enum Hasher {
    Sha256(Sha256),
    Sha512(Sha512),
}

impl Default for Hasher {
    fn default() -> Hasher {
        Hasher::Sha256(Sha256::new())
    }
}

impl Hasher {
    /// A hasher of the same algorithm as `digest`.
    pub(crate) fn like(digest: Option<&Digest>) -> Hasher {
        match digest {
            Some(digest) if digest.algorithm() == "sha512" => Hasher::Sha512(Sha512::new()),
            _ => Hasher::default(),
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match self {
            Hasher::Sha256(hasher) => hasher.update(bytes),
            Hasher::Sha512(hasher) => hasher.update(bytes),
        }
    }

    pub(crate) fn finish(self) -> Digest {
        let (name, bytes): (&str, Vec<u8>) = match self {
            Hasher::Sha256(hasher) => ("sha256:", hasher.finalize().to_vec()),
            Hasher::Sha512(hasher) => ("sha512:", hasher.finalize().to_vec()),
        };
        let mut text = String::with_capacity(7 + bytes.len() * 2);
        text.push_str(name);
        for byte in bytes {
            for nibble in [byte >> 4, byte & 15] {
                text.push(char::from_digit(nibble.into(), 16).expect("a nibble is a hexadecimal digit"));
            }
        }
        Digest(text.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_content() {
        let empty = Digest::of(b"");
        assert_eq!(empty.as_str(), "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(empty.short(), "e3b0c44298fc");
        assert_eq!(Digest::parse(empty.as_str()), Ok(empty));
    }

    #[test]
    fn refuses_what_it_cannot_verify() {
        for text in ["", "sha256:", "md5:00", "sha256:XYZ", "sha256:../../../../etc/passwd"] {
            assert!(Digest::parse(text).is_err(), "{text}");
        }
        assert!(Digest::parse(&format!("sha256:{}", "A".repeat(64))).is_err());
    }
}
