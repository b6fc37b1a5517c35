use std::collections::BTreeMap;
use std::sync::Arc;

use super::tree::Dir;

/// One build: what is asked of the builder besides the Dockerfile's text.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The frontend's options as BuildKit names them: `build-arg:NAME`, `target`, `platform`,
    /// `no-cache`, `add-hosts`, `ulimit`, `shm-size`, `cgroup-parent`, `hostname`,
    /// `force-network-mode`.
    pub options: BTreeMap<String, String>,
    /// What of the build context reaches the builder.
    pub context: Arc<Dir>,
    /// `--build-context`: what stands for a stage or an image of that name, in lower case.
    pub contexts: BTreeMap<String, NamedContext>,
    /// What is known of images, by their name as written or in full (`docker.io/library/alpine:3`).
    pub images: BTreeMap<String, ImageFacts>,
    /// What remote sources hold (anything that changes with them), by their address.
    pub remotes: BTreeMap<String, String>,
}

/// What a `--build-context` gives to a name.
#[derive(Clone, Debug)]
pub enum NamedContext {
    /// A folder: what of it reaches the builder.
    Files(Arc<Dir>),
    /// Another image.
    Image(String),
}

/// What is known of an image. What is not known is taken to stay as it is.
#[derive(Clone, Debug, Default)]
pub struct ImageFacts {
    /// The manifest's digest.
    pub digest: Option<String>,
    /// A name of its layers: two images with the same one share what was built upon them.
    pub chain: Option<String>,
    /// Its variables in order; `None` where they are not known.
    pub env: Option<Vec<(String, String)>>,
    /// The working folder it sets.
    pub workdir: Option<String>,
    /// The user it sets.
    pub user: Option<String>,
    /// The shell it sets.
    pub shell: Option<Vec<String>>,
    /// Its files.
    pub files: Option<Arc<Dir>>,
}

impl Request {
    /// The value of a build argument.
    pub fn build_arg(&self, name: &str) -> Option<&str> {
        self.options.get(&format!("build-arg:{name}")).map(String::as_str)
    }

    /// All build arguments.
    pub fn build_args(&self) -> impl Iterator<Item = (&str, &str)> {
        self.options.iter().filter_map(|(key, value)| Some((key.strip_prefix("build-arg:")?, value.as_str())))
    }

    /// The option of that name.
    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.get(name).map(String::as_str)
    }
}
