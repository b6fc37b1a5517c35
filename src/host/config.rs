use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use crate::config::{Config, ConfigError, FILE_NAMES, Loaded, Overrides};

use super::paths::{absolute, slashed};
use super::read;

/// Which configuration files count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum ConfigChoice {
    /// The nearest one above each linted file.
    #[default]
    Nearest,
    /// This one for all.
    File(PathBuf),
    /// None.
    Off,
}

/// Finds and reads the configuration of each linted file; every folder is looked at once.
#[derive(Debug)]
pub struct Configs {
    choice: ConfigChoice,
    /// A configuration that was put together elsewhere, for all files.
    given: Option<Loaded>,
    overrides: Overrides,
    /// By folder: the configuration file that governs it.
    nearest: Mutex<HashMap<PathBuf, Option<PathBuf>>>,
    /// By configuration file: what it says.
    loaded: Mutex<HashMap<PathBuf, Arc<Result<Loaded, ConfigError>>>>,
}

impl Configs {
    /// Configurations as `choice` finds them, with the command line's or the editor's word on top.
    pub fn new(choice: ConfigChoice, overrides: Overrides) -> Configs {
        Configs { choice, given: None, overrides, nearest: Mutex::default(), loaded: Mutex::default() }
    }

    /// The same configuration for all files.
    pub fn given(loaded: Loaded) -> Configs {
        Configs { given: Some(loaded), ..Configs::new(ConfigChoice::Off, Overrides::default()) }
    }

    /// The same, with nothing read yet.
    pub fn again(&self) -> Configs {
        Configs::new(self.choice.clone(), self.overrides.clone())
    }

    /// The configuration of the file at `path`, which need not exist.
    pub fn of(&self, path: &Path) -> Result<Config, ConfigError> {
        let path = absolute(path);
        if let Some(given) = &self.given {
            return given.resolve(&slashed(&path), &self.overrides);
        }
        match self.file_for(&path) {
            None => Loaded::none().resolve(&slashed(&path), &self.overrides),
            Some(file) => match &*self.load(&file) {
                Ok(loaded) => loaded.resolve(&slashed(&path), &self.overrides),
                Err(error) => Err(error.clone()),
            },
        }
    }

    /// The configuration file that governs the file at `path`.
    pub fn file_of(&self, path: &Path) -> Option<PathBuf> {
        self.file_for(&absolute(path))
    }

    /// The configuration file that governs an absolute path.
    fn file_for(&self, path: &Path) -> Option<PathBuf> {
        match &self.choice {
            ConfigChoice::Off => None,
            ConfigChoice::File(file) => Some(absolute(file)),
            ConfigChoice::Nearest => {
                let folder = path.parent()?;
                let known = self.nearest.lock().ok().and_then(|map| map.get(folder).cloned());
                known.unwrap_or_else(|| {
                    let found = nearest(folder);
                    if let Ok(mut map) = self.nearest.lock() {
                        map.insert(folder.to_path_buf(), found.clone());
                    }
                    found
                })
            }
        }
    }

    fn load(&self, file: &Path) -> Arc<Result<Loaded, ConfigError>> {
        if let Some(loaded) = self.loaded.lock().ok().and_then(|map| map.get(file).cloned()) {
            return loaded;
        }
        let loaded = Arc::new(Loaded::read(&slashed(file), &text_of));
        if let Ok(mut map) = self.loaded.lock() {
            map.insert(file.to_path_buf(), loaded.clone());
        }
        loaded
    }
}

/// The nearest cachalot.toml; only where there is none at all, the nearest file of hadolint's.
fn nearest(folder: &Path) -> Option<PathBuf> {
    let (own, foreign) = FILE_NAMES.split_at(1);
    [own, foreign].into_iter().find_map(|names| {
        folder.ancestors().find_map(|folder| names.iter().map(|name| folder.join(name)).find(|file| file.is_file()))
    })
}

fn text_of(path: &str) -> Result<String, String> {
    let bytes = read(Path::new(path)).map_err(|error| error.why.to_string())?;
    String::from_utf8(bytes).map_err(|_| "is not UTF-8".to_string())
}
