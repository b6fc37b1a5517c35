//! From a file's name and the texts it leads to, the list of layers.

use super::file::{self, Layer};
use super::resolve::{join, resolve};
use super::{Config, ConfigError, Overrides, hadolint};

/// How deep `extends` may go.
const MAX_DEPTH: usize = 16;

/// Where configuration texts come from: the disk, or a map in a test.
pub trait ConfigTexts {
    /// The text of a file, or why there is none.
    fn read(&self, path: &str) -> Result<String, String>;
}

impl<F: Fn(&str) -> Result<String, String>> ConfigTexts for F {
    fn read(&self, path: &str) -> Result<String, String> {
        self(path)
    }
}

/// Configuration files that were read and found right, not yet resolved for a linted file.
#[derive(Clone, Debug, Default)]
pub struct Loaded {
    layers: Vec<Layer>,
}

impl Loaded {
    /// No file at all.
    pub fn none() -> Loaded {
        Loaded::default()
    }

    /// A layer that was put together elsewhere.
    pub(super) fn of(layer: Layer) -> Loaded {
        Loaded { layers: vec![layer] }
    }

    /// Reads the file called `path` and all that it extends.
    pub fn read(path: &str, texts: &dyn ConfigTexts) -> Result<Loaded, ConfigError> {
        let mut layers = Vec::new();
        read_into(&mut layers, path, texts, &mut Vec::new())?;
        Ok(Loaded { layers })
    }

    /// Reads one text that extends nothing on disk.
    pub fn from_text(path: &str, text: &str) -> Result<Loaded, ConfigError> {
        Loaded::read(path, &|wanted: &str| {
            if wanted == path { Ok(text.to_string()) } else { Err("only one file is at hand".to_string()) }
        })
    }

    /// The files, those extended first.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.layers.iter().map(|layer| layer.path.as_str())
    }

    /// The configuration of the linted file at `path`, which is named the way the configuration
    /// file was: both absolute, or both from the same folder.
    pub fn resolve(&self, path: &str, command_line: &Overrides) -> Result<Config, ConfigError> {
        resolve(&self.layers, path, command_line)
    }
}

fn read_into(
    layers: &mut Vec<Layer>,
    path: &str,
    texts: &dyn ConfigTexts,
    open: &mut Vec<String>,
) -> Result<(), ConfigError> {
    let text = texts.read(path).map_err(|why| ConfigError::new(path, why))?;
    let layer = if is_hadolint_file(path) { hadolint::read(path, &text)? } else { file::read(path, &text)? };
    open.push(path.to_string());
    for base in &layer.extends {
        let wanted = join(folder_of(path), &base.value);
        let fail = |why: String| ConfigError::new(path, why).at(base.line, 1);
        if open.contains(&wanted) {
            return Err(fail(format!("`extends` goes round in a circle: {} -> {wanted}", open.join(" -> "))));
        }
        if open.len() >= MAX_DEPTH {
            return Err(fail(format!("`extends` goes deeper than {MAX_DEPTH} files")));
        }
        read_into(layers, &wanted, texts, open).map_err(|error| match error.line {
            0 if error.path == wanted => fail(format!("cannot read `{}`: {}", base.value, error.message)),
            _ => error,
        })?;
    }
    open.pop();
    layers.push(layer);
    Ok(())
}

/// True if the file of that name is hadolint's configuration.
pub fn is_hadolint_file(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml")
}

/// The folder of a path with `/` between folders; empty for none.
pub(super) fn folder_of(path: &str) -> &str {
    match path.rfind('/') {
        Some(0) => "/",
        Some(at) => &path[..at],
        None => "",
    }
}
