use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::manifest::{Descriptor, or_default};

/// What an image runs on: `os/architecture[/variant]`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Platform {
    /// `linux`, `windows`.
    #[serde(default, deserialize_with = "or_default")]
    pub os: String,
    /// `amd64`, `arm64`.
    #[serde(default, deserialize_with = "or_default")]
    pub architecture: String,
    /// `v7`, `v8`; empty where there is none.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "String::is_empty")]
    pub variant: String,
}

impl Platform {
    /// The platform that containers on this kind of machine run as: Linux, its own architecture.
    pub fn of_machine(architecture: &str) -> Platform {
        let architecture = match architecture {
            "x86_64" => "amd64",
            "aarch64" => "arm64",
            "x86" => "386",
            "powerpc64" => "ppc64le",
            other => other,
        };
        Platform { os: "linux".into(), architecture: architecture.into(), variant: String::new() }
    }

    /// True where an image for `self` answers a request for `wanted`. `arm64` is `arm64/v8`.
    pub fn answers(&self, wanted: &Platform) -> bool {
        let variant = |platform: &Platform| match (&platform.architecture[..], &platform.variant[..]) {
            ("arm64", "v8") => String::new(),
            (_, variant) => variant.to_owned(),
        };
        self.os == wanted.os
            && self.architecture == wanted.architecture
            && (wanted.variant.is_empty() || variant(self) == variant(wanted))
    }
}

impl FromStr for Platform {
    type Err = String;

    fn from_str(text: &str) -> Result<Platform, String> {
        let mut parts = text.split('/').map(str::to_owned);
        let (os, architecture, variant) = (parts.next(), parts.next(), parts.next());
        match (os, architecture, parts.next()) {
            (Some(os), Some(architecture), None) if !os.is_empty() && !architecture.is_empty() => {
                Ok(Platform { os, architecture, variant: variant.unwrap_or_default() })
            }
            _ => Err(format!("`{text}` is no platform: write os/architecture[/variant], as in linux/arm64")),
        }
    }
}

impl fmt::Display for Platform {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}/{}", self.os, self.architecture)?;
        if self.variant.is_empty() { Ok(()) } else { write!(f, "/{}", self.variant) }
    }
}

/// Chooses among the images of an index: the one for `wanted`, or else the one for `machine`, or
/// the only one. `Err` holds the candidates where the choice would be a guess.
pub fn choose<'d>(
    images: &[&'d Descriptor],
    wanted: Option<&Platform>,
    machine: &Platform,
) -> Result<&'d Descriptor, Vec<&'d Descriptor>> {
    let images: Vec<&Descriptor> = images.iter().copied().filter(|image| !image.is_no_image()).collect();
    if let ([only], None) = (&images[..], wanted) {
        return Ok(only);
    }
    let request = wanted.unwrap_or(machine);
    let answers = |image: &&Descriptor| image.platform.as_ref().is_some_and(|platform| platform.answers(request));
    let mut matching: Vec<&Descriptor> = images.iter().copied().filter(answers).collect();
    matching.dedup_by(|a, b| a.digest == b.digest);
    match matching[..] {
        [only] => Ok(only),
        [] => match images[..] {
            // An index without platforms (as skopeo and umoci write it) answers any request.
            [only] if only.platform.is_none() => Ok(only),
            _ => Err(images),
        },
        _ => Err(matching),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::image::Digest;

    fn image(name: &str) -> Descriptor {
        let digest = Digest::of(name.as_bytes());
        let platform = name.parse().ok();
        Descriptor {
            media_type: String::new(),
            digest,
            size: 0,
            annotations: Default::default(),
            platform,
            artifact_type: String::new(),
        }
    }

    #[test]
    fn never_guesses() {
        let machine = Platform::of_machine("x86_64");
        let (amd, arm, unknown) = (image("linux/amd64"), image("linux/arm64/v8"), image("unknown/unknown"));
        assert_eq!(choose(&[&amd, &arm, &unknown], None, &machine).expect("as written").digest, amd.digest);
        let wanted = "linux/arm64".parse().expect("as written");
        assert_eq!(choose(&[&amd, &arm], Some(&wanted), &machine).expect("as written").digest, arm.digest);
        assert_eq!(choose(&[&arm, &unknown], None, &machine).expect("as written").digest, arm.digest);
        let wanted = "linux/s390x".parse().expect("as written");
        assert_eq!(choose(&[&amd, &arm], Some(&wanted), &machine).expect_err("refused").len(), 2);
    }
}
