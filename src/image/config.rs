//! An image's configuration, read leniently, and its history.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::manifest::{MAX_LAYERS, or_default};

/// The largest configuration that is read, in bytes.
pub const MAX_CONFIG: u64 = 16 << 20;

/// A configuration as the image carries it.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Config {
    /// `amd64`, `arm64`.
    #[serde(default, deserialize_with = "or_default")]
    pub architecture: String,
    /// `linux`, `windows`.
    #[serde(default, deserialize_with = "or_default")]
    pub os: String,
    /// `v7`, `v8`.
    #[serde(default, deserialize_with = "or_default")]
    pub variant: String,
    /// When, in RFC 3339; empty where not said.
    #[serde(default, deserialize_with = "or_default")]
    pub created: String,
    /// Who.
    #[serde(default, deserialize_with = "or_default")]
    pub author: String,
    /// How a container runs.
    #[serde(default, deserialize_with = "or_default")]
    pub config: Runtime,
    /// The layers' diff ids.
    #[serde(default, deserialize_with = "or_default")]
    pub rootfs: RootFs,
    /// The steps that made the image, from the bottom.
    #[serde(default, deserialize_with = "or_default")]
    pub history: Vec<History>,
    /// The inline cache of BuildKit, base64 of JSON.
    #[serde(default, rename = "moby.buildkit.cache.v0", deserialize_with = "or_default")]
    pub inline_cache: String,
}

/// How a container of the image runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "PascalCase"))]
pub struct Runtime {
    /// User and perhaps group, by name or number; empty stands for root.
    #[serde(default, deserialize_with = "or_default")]
    pub user: String,
    /// Ports such as `80/tcp`.
    #[serde(default, deserialize_with = "keys")]
    pub exposed_ports: Vec<String>,
    /// `KEY=value`.
    #[serde(default, deserialize_with = "or_default")]
    pub env: Vec<String>,
    /// The program.
    #[serde(default, deserialize_with = "or_default")]
    pub entrypoint: Option<Vec<String>>,
    /// Its arguments, or the program where there is no entrypoint.
    #[serde(default, deserialize_with = "or_default")]
    pub cmd: Option<Vec<String>>,
    /// Paths of anonymous volumes.
    #[serde(default, deserialize_with = "keys")]
    pub volumes: Vec<String>,
    /// Where the program starts.
    #[serde(default, deserialize_with = "or_default")]
    pub working_dir: String,
    /// Labels.
    #[serde(default, deserialize_with = "or_default")]
    pub labels: BTreeMap<String, String>,
    /// The signal that stops the container.
    #[serde(default, deserialize_with = "or_default")]
    pub stop_signal: String,
    /// The shell of shell-form instructions.
    #[serde(default, deserialize_with = "or_default")]
    pub shell: Option<Vec<String>>,
    /// Instructions for images built on this one.
    #[serde(default, deserialize_with = "or_default")]
    pub on_build: Vec<String>,
    /// The health check.
    #[serde(default, deserialize_with = "or_default")]
    pub healthcheck: Option<Healthcheck>,
}

/// A health check; durations in nanoseconds, 0 for the default.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(deserialize = "PascalCase"))]
pub struct Healthcheck {
    /// `["NONE"]`, `["CMD", …]` or `["CMD-SHELL", command]`.
    #[serde(default, deserialize_with = "or_default")]
    pub test: Vec<String>,
    /// Time between two checks.
    #[serde(default, deserialize_with = "or_default")]
    pub interval: i64,
    /// Time that a check may take.
    #[serde(default, deserialize_with = "or_default")]
    pub timeout: i64,
    /// Time before failures count.
    #[serde(default, deserialize_with = "or_default")]
    pub start_period: i64,
    /// Failures that make a container unhealthy.
    #[serde(default, deserialize_with = "or_default")]
    pub retries: i64,
}

/// The layers by their decompressed contents.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct RootFs {
    /// Digests of the decompressed tars, from the bottom.
    #[serde(default, deserialize_with = "or_default")]
    pub diff_ids: Vec<Digest>,
}

/// One step of an image's making.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
pub struct History {
    /// When, in RFC 3339; empty where not said.
    #[serde(default, deserialize_with = "or_default")]
    pub created: String,
    /// The instruction, in the dialect of the builder.
    #[serde(default, deserialize_with = "or_default")]
    pub created_by: String,
    /// `buildkit.dockerfile.v0`, or what a builder remarks.
    #[serde(default, deserialize_with = "or_default")]
    pub comment: String,
    /// True for a step that made no layer.
    #[serde(default, deserialize_with = "or_default")]
    pub empty_layer: bool,
}

/// A configuration that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not the JSON that is expected.
    #[error("is not an image configuration: {0}")]
    Json(#[from] serde_json::Error),
    /// Too many layers.
    #[error("lists {0} diff ids, more than {MAX_LAYERS}")]
    TooManyLayers(usize),
}

impl Config {
    /// Reads a configuration.
    pub fn parse(bytes: &[u8]) -> Result<Config, ConfigError> {
        // Serde would take an array for an object whose fields are all absent.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(ConfigError::Json(serde::de::Error::custom("an object is expected")));
        }
        let config: Config = serde_json::from_slice(bytes)?;
        match config.rootfs.diff_ids.len() {
            count if count > MAX_LAYERS => Err(ConfigError::TooManyLayers(count)),
            _ => Ok(config),
        }
    }
}

/// The keys of a JSON object whose values say nothing, or the members of an array of strings.
fn keys<'de, D: serde::Deserializer<'de>>(input: D) -> Result<Vec<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Keys {
        Object(BTreeMap<String, serde::de::IgnoredAny>),
        Array(Vec<String>),
    }
    Ok(match Option::<Keys>::deserialize(input)? {
        None => Vec::new(),
        Some(Keys::Object(keys)) => keys.into_keys().collect(),
        Some(Keys::Array(keys)) => keys,
    })
}

/// A history entry and the layer it made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Index into the history; `None` for a layer without one.
    pub history: Option<usize>,
    /// Index of the layer; `None` for a step that made none.
    pub layer: Option<usize>,
    /// True for a step that says it made a layer where there is none left.
    pub unmatched: bool,
}

/// Joins the history with `layers` layers: each entry that is not empty consumes the next one.
pub fn steps(history: &[History], layers: usize) -> Vec<Step> {
    let mut next = 0;
    let mut steps = Vec::with_capacity(history.len().max(layers));
    for (number, entry) in history.iter().enumerate() {
        let makes = !entry.empty_layer;
        let layer = (makes && next < layers).then_some(next);
        next += usize::from(layer.is_some());
        steps.push(Step { history: Some(number), layer, unmatched: makes && layer.is_none() });
    }
    steps.extend((next..layers).map(|layer| Step { history: None, layer: Some(layer), unmatched: false }));
    steps
}

/// The chain ids of a stack of diff ids: equal ones are equal stacks.
pub fn chain_ids(diff_ids: &[Digest]) -> Vec<Digest> {
    let mut chain: Vec<Digest> = Vec::with_capacity(diff_ids.len());
    for diff_id in diff_ids {
        chain.push(match chain.last() {
            None => diff_id.clone(),
            Some(below) => Digest::of(format!("{below} {diff_id}").as_bytes()),
        });
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nulls_are_absent() {
        let text = br#"{"config":{"Env":null,"ExposedPorts":{"80/tcp":{}},"Volumes":null,"Cmd":null},"history":null,"rootfs":null,"created":null}"#;
        let config = Config::parse(text).expect("as written");
        assert_eq!(config.config.exposed_ports, ["80/tcp"]);
        assert!(config.history.is_empty());
        assert!(Config::parse(b"[]").is_err());
    }

    #[test]
    fn joins_history_and_layers() {
        let entry = |empty_layer| History { empty_layer, ..History::default() };
        let history = [entry(false), entry(true), entry(false), entry(false)];
        let joined = steps(&history, 2);
        assert_eq!(joined.iter().map(|step| step.layer).collect::<Vec<_>>(), [Some(0), None, Some(1), None]);
        assert!(joined[3].unmatched);
        let joined = steps(&history[..1], 3);
        assert_eq!(joined.iter().map(|step| step.history).collect::<Vec<_>>(), [Some(0), None, None]);
    }
}
