use std::fmt;

/// The parts of an image name such as `ghcr.io/acme/app:1.2@sha256:…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageRef {
    /// The registry, if the name begins with one.
    pub registry: Option<String>,
    /// The path without registry, as written: `node`, `library/node`, `acme/app`.
    pub path: String,
    /// The tag after `:`.
    pub tag: Option<String>,
    /// The digest after `@`.
    pub digest: Option<String>,
}

/// The longest path of a repository, in bytes.
const MAX_NAME: usize = 255;

impl ImageRef {
    /// Splits a name as Docker does: the first part is a registry if it holds a dot, a colon or a
    /// capital letter or is `localhost`. Takes any text; see [`ImageRef::is_valid`].
    pub fn parse(name: &str) -> ImageRef {
        let (name, digest) = match name.split_once('@') {
            Some((name, digest)) => (name, Some(digest.to_string())),
            None => (name, None),
        };
        let (registry, rest) = match name.split_once('/') {
            Some((first, rest))
                if first.contains(['.', ':']) || first == "localhost" || first != first.to_lowercase() =>
            {
                (Some(first.to_string()), rest)
            }
            _ => (None, name),
        };
        let (path, tag) = match rest.rsplit_once(':') {
            Some((path, tag)) if !tag.contains('/') => (path, Some(tag.to_string())),
            _ => (rest, None),
        };
        ImageRef { registry, path: path.to_string(), tag, digest }
    }

    /// True if the reference can be resolved: lower-case path components, a well-formed tag and
    /// digest (the grammar of distribution's `reference` package).
    pub fn is_valid(&self) -> bool {
        !self.path.is_empty()
            // A first part that cannot be a host, such as `a_b.c`, is part of the path.
            && self.registry.as_deref().is_none_or(|it| valid_registry(it) || valid_component(it))
            && self.path.split('/').all(valid_component)
            && self.tag.as_deref().is_none_or(valid_tag)
            && self.digest.as_deref().is_none_or(valid_digest)
            && !(self.registry.is_none() && is_identifier(&self.path))
            && self.path.len() <= MAX_NAME
    }

    /// Why the reference cannot be resolved, in BuildKit's words; `None` where it can.
    pub fn refusal(&self) -> Option<String> {
        if self.is_valid() {
            return None;
        }
        if self.registry.is_none() && is_identifier(&self.path) {
            return Some(format!(
                "invalid repository name ({}), cannot specify 64-byte hexadecimal strings",
                self.path
            ));
        }
        if self.path.len() > MAX_NAME {
            return Some(format!("repository name must not be more than {MAX_NAME} characters"));
        }
        let remote = match self.docker_hub() {
            Some(_) if !self.path.contains('/') => format!("library/{}", self.path),
            _ => self.path.clone(),
        };
        if remote != remote.to_lowercase() {
            return Some(format!("invalid reference format: repository name ({remote}) must be lowercase"));
        }
        Some("invalid reference format".to_string())
    }

    /// The path on Docker Hub without `library/`, or `None` for another registry: `node`,
    /// `bitnami/redis`.
    pub fn docker_hub(&self) -> Option<&str> {
        match self.registry.as_deref() {
            None | Some("docker.io" | "index.docker.io" | "registry-1.docker.io") => {
                Some(self.path.strip_prefix("library/").unwrap_or(&self.path))
            }
            Some(_) => None,
        }
    }

    /// The registry's host; Docker Hub where none is written.
    pub fn registry_or_hub(&self) -> &str {
        self.registry.as_deref().unwrap_or("docker.io")
    }

    /// The name of an official image on Docker Hub: one without a slash.
    pub fn official(&self) -> Option<&str> {
        self.docker_hub().filter(|path| !path.contains('/'))
    }

    /// The last component of the path: `app` of `ghcr.io/acme/app:1`.
    pub fn base_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}

impl fmt::Display for ImageRef {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        if let Some(registry) = &self.registry {
            write!(f, "{registry}/")?;
        }
        f.write_str(&self.path)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        if let Some(digest) = &self.digest {
            write!(f, "@{digest}")?;
        }
        Ok(())
    }
}

fn valid_registry(registry: &str) -> bool {
    if let Some(rest) = registry.strip_prefix('[') {
        return rest.contains(']');
    }
    let (host, port) = registry.split_once(':').map_or((registry, None), |(host, port)| (host, Some(port)));
    let label = |label: &str| {
        !label.is_empty()
            && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    host.split('.').all(label) && port.is_none_or(|port| !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()))
}

/// Lower-case letters and digits, joined by `.`, `_`, `__` or any number of `-`.
fn valid_component(component: &str) -> bool {
    let bytes = component.as_bytes();
    let is_alnum = |b: &u8| b.is_ascii_lowercase() || b.is_ascii_digit();
    let edges = bytes.first().is_some_and(is_alnum) && bytes.last().is_some_and(is_alnum);
    let separators = component.split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    edges
        && separators
            .filter(|it| !it.is_empty())
            .all(|it| matches!(it, "." | "_" | "__") || it.bytes().all(|b| b == b'-'))
}

fn valid_tag(tag: &str) -> bool {
    let word = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    (1..=128).contains(&tag.len())
        && tag.bytes().next().is_some_and(word)
        && tag.bytes().all(|b| word(b) || b == b'.' || b == b'-')
}

fn valid_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    let expected = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return !algorithm.is_empty() && hex.len() >= 32,
    };
    hex.len() == expected && hex.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

/// A bare 64-digit hexadecimal name is an image id, not a name.
fn is_identifier(path: &str) -> bool {
    path.len() == 64 && path.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_like_docker() {
        for (name, registry, path, tag) in [
            ("node", None, "node", None),
            ("node:22", None, "node", Some("22")),
            ("acme/app:1", None, "acme/app", Some("1")),
            ("localhost:5000/a:1", Some("localhost:5000"), "a", Some("1")),
            ("localhost/a", Some("localhost"), "a", None),
            ("ghcr.io/acme/app", Some("ghcr.io"), "acme/app", None),
            ("[::1]:5000/x:1", Some("[::1]:5000"), "x", Some("1")),
        ] {
            let image = ImageRef::parse(name);
            assert_eq!((image.registry.as_deref(), image.path.as_str(), image.tag.as_deref()), (registry, path, tag));
            assert!(image.is_valid(), "{name}");
            assert_eq!(image.to_string(), name);
        }
    }

    #[test]
    fn refuses_what_docker_refuses() {
        for name in ["", "Foo", "x:", "a//b", "-a", "a_-b", "a:b:c d", "a@sha256:12"] {
            assert!(!ImageRef::parse(name).is_valid(), "{name}");
        }
    }
}
