//! Images of the Docker and Podman daemons, streamed from their socket.

use std::env;
use std::path::{Path, PathBuf};

use bollard::{API_DEFAULT_VERSION, Docker};

use super::blocking::{Chunks, runtime};
use super::store::Stream;
use super::{Error, Opened, Options, bundle};
use crate::image::Digest;

/// Whose daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Docker,
    Podman,
}

/// Seconds that the daemon may take to answer: it packs large images before it sends them.
const TIMEOUT: u64 = 600;

/// Streams an image out of a daemon; every layer is analysed as it passes.
pub(super) fn open(engine: Engine, name: &str, options: &Options) -> Result<Opened, Error> {
    let fail = |why: String| Error::Client { name: name.to_owned(), why };
    let runtime = runtime().map_err(|error| fail(error.to_string()))?;
    let docker = connect(engine).map_err(fail)?;
    let docker = runtime.block_on(docker.negotiate_version()).map_err(|error| fail(unreachable(engine, &error)))?;
    if let Err(error) = runtime.block_on(docker.inspect_image(name)) {
        return Err(fail(format!("the daemon does not have it: {error}")));
    }
    let stream = Chunks::new(runtime, docker.export_image(name));
    let store = Stream::read(name, stream, options.limits)?;
    let mut opened = bundle::open(Box::new(store), None, options)?;
    opened.image.name = name.to_owned();
    Ok(opened)
}

/// True where the Docker daemon answers and has the image.
pub(super) fn has(name: &str) -> bool {
    let Ok(runtime) = runtime() else { return false };
    let Ok(docker) = connect(Engine::Docker) else { return false };
    let Ok(docker) = runtime.block_on(docker.negotiate_version()) else { return false };
    runtime.block_on(docker.inspect_image(name)).is_ok()
}

fn unreachable(engine: Engine, error: &bollard::errors::Error) -> String {
    let program = match engine {
        Engine::Docker => "docker",
        Engine::Podman => "podman",
    };
    format!("the {program} daemon does not answer: {error}; `{program} save NAME | cachalot image -` needs no socket")
}

fn connect(engine: Engine) -> Result<Docker, String> {
    let host = host(engine);
    let connected = if let Some(path) = host.strip_prefix("unix://") {
        if !Path::new(path).exists() {
            return Err(format!("there is no daemon: `{path}` does not exist"));
        }
        Docker::connect_with_socket(path, TIMEOUT, API_DEFAULT_VERSION)
    } else if host.starts_with("npipe://") {
        Docker::connect_with_socket(&host, TIMEOUT, API_DEFAULT_VERSION)
    } else if host.starts_with("tcp://") || host.starts_with("http://") {
        if env::var_os("DOCKER_TLS_VERIFY").is_some_and(|value| !value.is_empty()) {
            return Err(format!(
                "`{host}` wants TLS, which is not supported: pipe `docker save NAME` into `cachalot image -`"
            ));
        }
        Docker::connect_with_http(&host, TIMEOUT, API_DEFAULT_VERSION)
    } else {
        return Err(format!("`{host}` cannot be spoken to: pipe `docker save NAME` into `cachalot image -`"));
    };
    connected.map_err(|error| error.to_string())
}

/// The daemon's address: the environment, the current context, the usual socket.
fn host(engine: Engine) -> String {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let runtime_socket = |name: &str| {
        let path = PathBuf::from(env::var_os("XDG_RUNTIME_DIR")?).join(name);
        path.exists().then(|| format!("unix://{}", path.display()))
    };
    match engine {
        Engine::Podman => variable("CONTAINER_HOST")
            .or_else(|| runtime_socket("podman/podman.sock"))
            .unwrap_or_else(|| "unix:///run/podman/podman.sock".into()),
        Engine::Docker => {
            let usual = Path::new("/var/run/docker.sock");
            variable("DOCKER_HOST")
                .or_else(context_host)
                .or_else(|| usual.exists().then(|| format!("unix://{}", usual.display())))
                .or_else(|| runtime_socket("docker.sock"))
                .unwrap_or_else(|| match cfg!(windows) {
                    true => "npipe:////./pipe/docker_engine".into(),
                    false => "unix:///var/run/docker.sock".into(),
                })
        }
    }
}

/// The address of the current Docker context; `None` for the default one.
fn context_host() -> Option<String> {
    let folder = env::var_os("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".docker")))?;
    let read =
        |path: PathBuf| -> Option<serde_json::Value> { serde_json::from_slice(&super::super::read(&path).ok()?).ok() };
    let named = env::var("DOCKER_CONTEXT").ok().filter(|name| !name.is_empty());
    let name = named.or_else(|| Some(read(folder.join("config.json"))?.get("currentContext")?.as_str()?.to_owned()))?;
    if name == "default" {
        return None;
    }
    let meta = folder.join("contexts/meta").join(Digest::of(name.as_bytes()).hex()).join("meta.json");
    Some(read(meta)?.pointer("/Endpoints/docker/Host")?.as_str()?.to_owned())
}
