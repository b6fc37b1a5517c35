//! The folders that the editor has open, each with its settings, and what was read from disk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::Value;

use crate::host::{ConfigChoice, Configs, Contexts, Documents};

use super::settings::{Settings, Shown};
use super::uri::{file_path, path_uri};

/// One open folder.
struct Folder {
    uri: String,
    path: PathBuf,
    configs: Arc<Configs>,
    shown: Shown,
}

/// All folders, and what lies outside of them.
pub(super) struct Workspace {
    folders: Vec<Folder>,
    elsewhere: Arc<Configs>,
    shown_elsewhere: Shown,
    pub(super) contexts: Arc<Contexts>,
    pub(super) documents: Arc<Documents>,
}

impl Workspace {
    pub(super) fn new() -> Workspace {
        Workspace {
            folders: Vec::new(),
            elsewhere: configs(&Settings::default()),
            shown_elsewhere: Shown::default(),
            contexts: Arc::default(),
            documents: Arc::default(),
        }
    }

    /// Opens what `initialize` names: folders, or the one root of older clients.
    pub(super) fn open(&mut self, params: &Value) {
        let folders = params.get("workspaceFolders").and_then(Value::as_array);
        folders.into_iter().flatten().for_each(|folder| self.add(folder));
        if self.folders.is_empty() {
            let root = params.get("rootUri").and_then(Value::as_str).map(str::to_string);
            let path = || params.get("rootPath").and_then(Value::as_str).map(|path| path_uri(Path::new(path)));
            if let Some(uri) = root.or_else(path) {
                self.add(&serde_json::json!({"uri": uri}));
            }
        }
    }

    /// `workspace/didChangeWorkspaceFolders`.
    pub(super) fn change(&mut self, event: &Value) {
        let all = |key: &str| event.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
        for folder in all("removed") {
            self.folders.retain(|it| folder.get("uri").and_then(Value::as_str) != Some(&it.uri));
        }
        all("added").iter().for_each(|folder| self.add(folder));
    }

    fn add(&mut self, folder: &Value) {
        let Some(uri) = folder.get("uri").and_then(Value::as_str) else { return };
        let Some(path) = file_path(uri) else { return };
        if self.folders.iter().all(|it| it.uri != uri) {
            let (configs, shown) = (self.elsewhere.clone(), self.shown_elsewhere);
            self.folders.push(Folder { uri: uri.to_string(), path, configs, shown });
        }
    }

    /// The folders on disk.
    pub(super) fn folders(&self) -> impl Iterator<Item = (&str, &Path)> {
        self.folders.iter().map(|folder| (folder.uri.as_str(), folder.path.as_path()))
    }

    /// What finds the configuration of a file: that of the innermost folder around it.
    pub(super) fn configs(&self, path: Option<&Path>) -> &Arc<Configs> {
        self.around(path).map_or(&self.elsewhere, |folder| &folder.configs)
    }

    /// What is shown of a file beyond findings.
    pub(super) fn shown(&self, path: Option<&Path>) -> Shown {
        self.around(path).map_or(self.shown_elsewhere, |folder| folder.shown)
    }

    /// The innermost open folder around a file.
    pub(super) fn folder_of(&self, path: &Path) -> Option<&Path> {
        self.around(Some(path)).map(|folder| folder.path.as_path())
    }

    fn around(&self, path: Option<&Path>) -> Option<&Folder> {
        let around = self.folders.iter().filter(|folder| path.is_some_and(|path| path.starts_with(&folder.path)));
        around.max_by_key(|folder| folder.path.as_os_str().len())
    }

    /// Forgets what was read from disk.
    pub(super) fn forget(&mut self) {
        self.contexts = Arc::default();
        self.documents = Arc::default();
        let folders = self.folders.iter_mut().map(|folder| &mut folder.configs);
        for configs in folders.chain([&mut self.elsewhere]) {
            *configs = Arc::new(configs.again());
        }
    }

    /// Takes settings: the client's for everything first, then one for each folder, in order.
    /// What was read from disk is forgotten.
    pub(super) fn configure(&mut self, everywhere: &Settings, of_folders: &[Settings]) {
        self.elsewhere = configs(everywhere);
        self.shown_elsewhere = everywhere.shown;
        for (at, folder) in self.folders.iter_mut().enumerate() {
            folder.configs = of_folders.get(at).map_or_else(|| self.elsewhere.clone(), configs);
            folder.shown = of_folders.get(at).map_or(self.shown_elsewhere, |it| it.shown);
        }
        self.contexts = Arc::default();
        self.documents = Arc::default();
    }
}

fn configs(settings: &Settings) -> Arc<Configs> {
    let choice = match &settings.configuration {
        None => ConfigChoice::Nearest,
        Some(file) if file.is_empty() => ConfigChoice::Off,
        Some(file) => ConfigChoice::File(PathBuf::from(file)),
    };
    Arc::new(Configs::new(choice, settings.overrides.clone()))
}
