//! What a builder attests about a build: SLSA provenance 0.2 and 1.

use serde_json::Value;

/// The parts of a provenance that say something about layers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// When the build began, in RFC 3339; empty where not said.
    pub started: String,
    /// When it ended; empty where not said.
    pub finished: String,
    /// Images that went in, as package URLs such as `pkg:docker/alpine@3.20?platform=…`.
    pub images: Vec<Material>,
}

/// An image that went into a build.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// The package URL.
    pub uri: String,
    /// `sha256:…` of the manifest or index; empty where not said.
    pub digest: String,
}

/// Reads an in-toto statement; `None` where it is no provenance.
pub fn parse(bytes: &[u8]) -> Option<Provenance> {
    let statement: Value = serde_json::from_slice(bytes).ok()?;
    let kind = statement.get("predicateType")?.as_str()?;
    if !kind.starts_with("https://slsa.dev/provenance/") {
        return None;
    }
    let predicate = statement.get("predicate")?;
    let text = |pointers: [&str; 2]| {
        let found = pointers.iter().find_map(|pointer| predicate.pointer(pointer).and_then(Value::as_str));
        found.unwrap_or_default().to_owned()
    };
    let materials = ["/materials", "/buildDefinition/resolvedDependencies"];
    let materials = materials.iter().find_map(|pointer| predicate.pointer(pointer).and_then(Value::as_array));
    Some(Provenance {
        started: text(["/metadata/buildStartedOn", "/runDetails/metadata/startedOn"]),
        finished: text(["/metadata/buildFinishedOn", "/runDetails/metadata/finishedOn"]),
        images: materials.into_iter().flatten().filter_map(material).collect(),
    })
}

fn material(value: &Value) -> Option<Material> {
    let uri = value.get("uri")?.as_str()?;
    let digest = value.pointer("/digest/sha256").and_then(Value::as_str);
    uri.starts_with("pkg:docker/").then(|| Material {
        uri: uri.to_owned(),
        digest: digest.map(|hex| format!("sha256:{hex}")).unwrap_or_default(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions() {
        let old = br#"{"predicateType":"https://slsa.dev/provenance/v0.2","predicate":{"metadata":{"buildStartedOn":"2024-01-01T00:00:00Z"},
            "materials":[{"uri":"pkg:docker/alpine@3.20","digest":{"sha256":"ab"}},{"uri":"https://x"}]}}"#;
        let provenance = parse(old).expect("as written");
        assert_eq!(provenance.started, "2024-01-01T00:00:00Z");
        assert_eq!(provenance.images.len(), 1);
        let new = br#"{"predicateType":"https://slsa.dev/provenance/v1","predicate":{"buildDefinition":{"resolvedDependencies":[]},
            "runDetails":{"metadata":{"startedOn":"2024-01-01T00:00:00Z"}}}}"#;
        assert_eq!(parse(new).expect("as written").started, provenance.started);
        assert_eq!(parse(b"{}"), None);
    }
}
