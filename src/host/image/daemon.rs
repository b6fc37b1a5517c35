//! Images of the Docker and Podman daemons, streamed from their socket, over TLS or through ssh.

use std::env;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

use bollard::{API_DEFAULT_VERSION, Docker};

use super::blocking::{Chunks, runtime};
use super::error::cause;
use super::layers::Counted;
use super::store::Stream;
use super::{Error, Opened, Options, Place, bundle};
use crate::image::Digest;

/// Whose daemon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Engine {
    Docker,
    Podman,
}

impl Engine {
    fn program(self) -> &'static str {
        match self {
            Engine::Docker => "docker",
            Engine::Podman => "podman",
        }
    }
}

/// Seconds that the daemon may take to answer: it packs large images before it sends them.
const TIMEOUT: u64 = 600;

/// Streams an image out of a daemon; every layer is analysed as it passes.
pub(super) fn open(engine: Engine, name: &str, options: &Options) -> Result<Opened, Error> {
    let fail = |why: String| Error::Client { name: name.to_owned(), why };
    let host = host(engine);
    let store = if let Some(machine) = host.address.strip_prefix("ssh://") {
        let mut remote = Remote::save(engine, machine, name).map_err(fail)?;
        let stream = Counted::new(remote.output.take().expect("it was piped"), options.progress);
        match Stream::read(name, stream, options.limits) {
            Ok(store) => store,
            Err(error) => {
                return Err(remote.complaint().map_or(error, |why| fail(format!("`{}`: {why}", host.address))));
            }
        }
    } else {
        let runtime = runtime().map_err(|error| fail(error.to_string()))?;
        let docker = host.connect().map_err(fail)?;
        let unreachable = |error: bollard::errors::Error| fail(unreachable(engine, &host.address, &error));
        let docker = runtime.block_on(docker.negotiate_version()).map_err(unreachable)?;
        if let Err(error) = runtime.block_on(docker.inspect_image(name)) {
            return Err(fail(refused(engine, &error)));
        }
        let stream = Chunks::new(runtime, docker.export_image(name));
        Stream::read(name, Counted::new(stream, options.progress), options.limits)?
    };
    let mut opened = bundle::open(Box::new(store), None, options)?;
    opened.image.name = name.to_owned();
    opened.place = Place::Daemon(engine);
    Ok(opened)
}

/// Whether the Docker daemon has an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Presence {
    Here,
    NotHere,
    /// No daemon answers. A machine behind ssh is not asked: that may want a password.
    NoAnswer,
}

/// Asks the Docker daemon.
pub(super) fn presence(name: &str) -> Presence {
    match connected(Engine::Docker) {
        None => Presence::NoAnswer,
        Some((runtime, docker)) => match runtime.block_on(docker.inspect_image(name)) {
            Ok(_) => Presence::Here,
            Err(_) => Presence::NotHere,
        },
    }
}

/// The diff ids of an image that a daemon has, without its layers.
pub(super) fn diff_ids(engine: Engine, name: &str) -> Option<Vec<Digest>> {
    let layers = inspect(engine, name)?.root_fs?.layers?;
    layers.iter().map(|layer| Digest::parse(layer).ok()).collect()
}

fn inspect(engine: Engine, name: &str) -> Option<bollard::models::ImageInspect> {
    let (runtime, docker) = connected(engine)?;
    runtime.block_on(docker.inspect_image(name)).ok()
}

fn connected(engine: Engine) -> Option<(tokio::runtime::Runtime, Docker)> {
    let runtime = runtime().ok()?;
    let docker = host(engine).connect().ok()?;
    let docker = runtime.block_on(docker.negotiate_version()).ok()?;
    Some((runtime, docker))
}

fn unreachable(engine: Engine, address: &str, error: &bollard::errors::Error) -> String {
    let program = engine.program();
    let why = cause(error).unwrap_or_else(|| error.to_string());
    format!(
        "the {program} daemon at `{address}` does not answer: {why}; \
         `{program} save NAME | cachalot image -` needs no socket"
    )
}

fn refused(engine: Engine, error: &bollard::errors::Error) -> String {
    let program = engine.program();
    match error {
        bollard::errors::Error::DockerResponseServerError { status_code: 404, .. } => {
            format!("the {program} daemon has no such image: `{program} image ls` lists those that it has")
        }
        error => format!("the {program} daemon: {error}"),
    }
}

/// A program on another machine that writes an image to its output.
struct Remote {
    child: Child,
    output: Option<ChildStdout>,
}

impl Remote {
    fn save(engine: Engine, machine: &str, name: &str) -> Result<Remote, String> {
        // The other machine's shell reads the command again: nothing but names may be in it.
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-/:@".contains(letter);
        if name.starts_with('-') || !name.chars().all(is_plain) {
            return Err("is no name of an image".to_owned());
        }
        let machine = machine.trim_end_matches('/');
        let (machine, port) = match machine.rsplit_once(':') {
            Some((machine, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => (machine, Some(port)),
            _ => (machine, None),
        };
        if machine.is_empty() || machine.starts_with('-') || machine.contains('/') {
            return Err(format!("`ssh://{machine}` names no machine"));
        }
        let mut command = Command::new("ssh");
        command.args(port.iter().flat_map(|port| ["-p", port]));
        command.args(["--", machine, engine.program(), "save", name]);
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        let mut child = child.map_err(|error| format!("`ssh` cannot be started: {error}"))?;
        let output = child.stdout.take();
        Ok(Remote { child, output })
    }

    /// What it said, where it failed.
    fn complaint(&mut self) -> Option<String> {
        let mut said = String::new();
        self.child.stderr.take()?.take(4096).read_to_string(&mut said).ok()?;
        let status = self.child.wait().ok()?;
        (!status.success()).then(|| said.trim().to_owned())
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A daemon's address.
struct Host {
    address: String,
    /// The folder of `ca.pem`, `cert.pem` and `key.pem`, where TLS is wanted.
    certificates: Option<PathBuf>,
}

impl Host {
    fn connect(&self) -> Result<Docker, String> {
        let host = &self.address;
        let connected = if let Some(path) = host.strip_prefix("unix://") {
            if !Path::new(path).exists() {
                return Err(format!("no daemon runs here: its socket `{path}` does not exist"));
            }
            Docker::connect_with_socket(path, TIMEOUT, API_DEFAULT_VERSION)
        } else if host.starts_with("npipe://") {
            Docker::connect_with_socket(host, TIMEOUT, API_DEFAULT_VERSION)
        } else if ["tcp://", "http://", "https://"].iter().any(|scheme| host.starts_with(scheme)) {
            match &self.certificates {
                Some(folder) => return connect_with_tls(host, folder),
                None if host.starts_with("https://") => {
                    return Err(format!("`{host}` wants TLS: name the certificates' folder in DOCKER_CERT_PATH"));
                }
                None => Docker::connect_with_http(host, TIMEOUT, API_DEFAULT_VERSION),
            }
        } else {
            return Err(format!("`{host}` cannot be spoken to: pipe `docker save NAME` into `cachalot image -`"));
        };
        connected.map_err(|error| error.to_string())
    }
}

fn connect_with_tls(host: &str, folder: &Path) -> Result<Docker, String> {
    super::registry::install_crypto();
    let [key, certificate, authority] = ["key.pem", "cert.pem", "ca.pem"].map(|name| folder.join(name));
    if let Some(missing) = [&key, &certificate, &authority].into_iter().find(|path| !path.is_file()) {
        return Err(format!("`{host}` wants TLS and `{}` is not there", super::super::display(missing)));
    }
    let connected = Docker::connect_with_ssl(host, &key, &certificate, &authority, TIMEOUT, API_DEFAULT_VERSION);
    connected.map_err(|error| format!("`{host}`: {error}"))
}

/// The daemon's address: the environment, the current context, the usual socket.
fn host(engine: Engine) -> Host {
    let variable = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
    let runtime_socket = |name: &str| {
        let path = PathBuf::from(env::var_os("XDG_RUNTIME_DIR")?).join(name);
        path.exists().then(|| format!("unix://{}", path.display()))
    };
    let plain = |address: String| Host { address, certificates: None };
    match engine {
        Engine::Podman => plain(
            variable("CONTAINER_HOST")
                .or_else(|| runtime_socket("podman/podman.sock"))
                .unwrap_or_else(|| "unix:///run/podman/podman.sock".into()),
        ),
        Engine::Docker => {
            let usual = Path::new("/var/run/docker.sock");
            if let Some(address) = variable("DOCKER_HOST") {
                let folder = || variable("DOCKER_CERT_PATH").map(PathBuf::from).or_else(config_folder);
                let certificates =
                    variable("DOCKER_TLS_VERIFY").or_else(|| variable("DOCKER_TLS")).and_then(|_| folder());
                return Host { address, certificates };
            }
            if let Some(host) = context_host() {
                return host;
            }
            let address = usual.exists().then(|| format!("unix://{}", usual.display()));
            plain(address.or_else(|| runtime_socket("docker.sock")).unwrap_or_else(|| match cfg!(windows) {
                true => "npipe:////./pipe/docker_engine".into(),
                false => "unix:///var/run/docker.sock".into(),
            }))
        }
    }
}

/// The Docker client's folder.
fn config_folder() -> Option<PathBuf> {
    env::var_os("DOCKER_CONFIG").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".docker")))
}

/// The address of the current Docker context; `None` for the default one.
fn context_host() -> Option<Host> {
    let folder = config_folder()?;
    let read =
        |path: PathBuf| -> Option<serde_json::Value> { serde_json::from_slice(&super::super::read(&path).ok()?).ok() };
    let named = env::var("DOCKER_CONTEXT").ok().filter(|name| !name.is_empty());
    let name = named.or_else(|| Some(read(folder.join("config.json"))?.get("currentContext")?.as_str()?.to_owned()))?;
    if name == "default" {
        return None;
    }
    let id = Digest::of(name.as_bytes());
    let meta = read(folder.join("contexts/meta").join(id.hex()).join("meta.json"))?;
    let address = meta.pointer("/Endpoints/docker/Host")?.as_str()?.to_owned();
    let certificates = folder.join("contexts/tls").join(id.hex()).join("docker");
    Some(Host { address, certificates: Some(certificates).filter(|folder| folder.is_dir()) })
}
