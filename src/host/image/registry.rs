//! Images of a registry: documents at once, layers only when they are asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

use docker_credential::DockerCredential;
use oci_client::client::{ClientConfig, ClientProtocol};
use oci_client::secrets::RegistryAuth;
use oci_client::{Client, Reference};
use tokio::runtime::Runtime;

use super::blocking::{Chunks, runtime};
use super::error::cause;
use super::store::{Blob, Store};
use super::{Error, Opened, Options, Place, bundle};
use crate::image::{Digest, MAX_MANIFEST};

/// What a manifest request accepts.
const ACCEPTED: [&str; 4] = [
    "application/vnd.oci.image.index.v1+json",
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
];

/// Opens an image of a registry by name, with tag or digest.
pub(super) fn open(name: &str, options: &Options) -> Result<Opened, Error> {
    let registry = Registry::connect(name, options)?;
    let manifest = registry.fetch_manifest(&registry.reference)?;
    let digest = match registry.reference.digest().and_then(|digest| Digest::parse(digest).ok()) {
        Some(promised) => promised,
        None => Digest::of(&manifest),
    };
    let entry = serde_json::json!({"digest": digest, "size": manifest.len(),
        "annotations": {"org.opencontainers.image.ref.name": name}});
    let index = serde_json::json!({"manifests": [entry]}).to_string().into_bytes();
    let blob = format!("blobs/{}/{}", digest.algorithm(), digest.hex());
    registry.keep("index.json", index);
    registry.keep(&blob, manifest);
    let mut opened = bundle::open(Box::new(registry), None, options)?;
    opened.image.name = name.to_owned();
    opened.place = Place::Registry;
    Ok(opened)
}

/// The registry that a name belongs to; empty for what is no name.
pub(super) fn host(name: &str) -> String {
    let name = name.strip_prefix("docker://").unwrap_or(name);
    name.parse().map_or(String::new(), |reference: Reference| reference.registry().to_owned())
}

/// All tags of a repository.
pub(super) fn tags(name: &str, options: &Options) -> Result<Vec<String>, Error> {
    let registry = Registry::connect(name, options)?;
    let (mut tags, mut seen) = (Vec::new(), BTreeSet::new());
    let (runtime, client) = connect(options).map_err(|why| registry.error(why))?;
    // A registry may give fewer than asked for: only a page that brings nothing new is the last.
    for _ in 0..1000 {
        let last = tags.last().cloned();
        let page = client.list_tags(&registry.reference, &registry.auth, Some(1000), last.as_deref());
        let page = runtime
            .block_on(page)
            .map_err(|error| registry.error(explain(&error, registry.reference.registry(), options.insecure)))?;
        let before = tags.len();
        tags.extend(page.tags.into_iter().filter(|tag| seen.insert(tag.clone())));
        if tags.len() == before {
            break;
        }
    }
    Ok(tags)
}

/// The digest of what a name stands for now.
pub(super) fn digest(name: &str, options: &Options) -> Result<Digest, Error> {
    let registry = Registry::connect(name, options)?;
    registry.fetch_manifest(&registry.reference).map(|manifest| Digest::of(&manifest))
}

struct Registry {
    name: String,
    reference: Reference,
    auth: RegistryAuth,
    insecure: bool,
    connection: Mutex<(Runtime, Client)>,
    documents: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Registry {
    fn connect(name: &str, options: &Options) -> Result<Registry, Error> {
        let fail = |why: String| Error::Client { name: name.to_owned(), why };
        let reference: Reference =
            name.parse().map_err(|error| fail(format!("neither a file nor a name of an image: {error}")))?;
        let auth = credentials(reference.registry());
        let connection = Mutex::new(connect(options).map_err(fail)?);
        let documents = Mutex::default();
        Ok(Registry { name: name.to_owned(), reference, auth, insecure: options.insecure, connection, documents })
    }

    fn error(&self, why: String) -> Error {
        Error::Client { name: self.name.clone(), why }
    }

    fn keep(&self, name: &str, bytes: Vec<u8>) {
        self.documents.lock().expect("no holder of this lock panics").insert(name.to_owned(), bytes);
    }

    fn fetch_manifest(&self, reference: &Reference) -> Result<Vec<u8>, Error> {
        let guard = self.connection.lock().expect("no holder of this lock panics");
        let (runtime, client) = &*guard;
        let fetched = runtime.block_on(client.pull_manifest_raw(reference, &self.auth, &ACCEPTED));
        let (bytes, _) =
            fetched.map_err(|error| self.error(explain(&error, self.reference.registry(), self.insecure)))?;
        if bytes.len() as u64 > MAX_MANIFEST {
            return Err(Error::TooLarge { name: self.name.clone(), what: reference.to_string(), max: MAX_MANIFEST });
        }
        Ok(bytes.to_vec())
    }

    /// A blob's bytes, over a connection of its own so that layers arrive in parallel.
    fn blob(&self, digest: &Digest) -> Result<impl std::io::Read + use<>, Error> {
        let options = Options { insecure: self.insecure, ..Options::default() };
        let (runtime, client) = connect(&options).map_err(|why| self.error(why))?;
        let stream = runtime.block_on(async {
            client.store_auth_if_needed(self.reference.resolve_registry(), &self.auth).await;
            // Pulling a blob takes the token that a manifest request obtains.
            let operation = oci_client::RegistryOperation::Pull;
            client.auth(&self.reference, &self.auth, operation).await?;
            client.pull_blob_stream(&self.reference, digest.as_str()).await
        });
        let stream = stream.map_err(|error| self.error(format!("`{digest}`: {error}")))?;
        Ok(Chunks::new(runtime, stream))
    }
}

impl Store for Registry {
    fn name(&self) -> &str {
        &self.name
    }

    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    fn document(&self, name: &str, max: u64) -> Result<Option<Vec<u8>>, Error> {
        if let Some(bytes) = self.documents.lock().expect("no holder of this lock panics").get(name) {
            return Ok(Some(bytes.clone()));
        }
        let Some(digest) = digest_of(name) else { return Ok(None) };
        let bytes = if max <= MAX_MANIFEST {
            self.fetch_manifest(&self.reference.clone_with_digest(digest.to_string()))?
        } else {
            use std::io::Read;
            let mut bytes = Vec::new();
            let blob = self.blob(&digest)?;
            blob.take(max + 1).read_to_end(&mut bytes).map_err(|error| Error::Io { name: self.name.clone(), error })?;
            if bytes.len() as u64 > max {
                return Err(Error::TooLarge { name: self.name.clone(), what: name.to_owned(), max });
            }
            bytes
        };
        self.keep(name, bytes.clone());
        Ok(Some(bytes))
    }

    fn size(&self, _: &str) -> Option<u64> {
        None
    }

    fn has(&self, name: &str) -> bool {
        digest_of(name).is_some()
    }

    fn layer(&self, name: &str) -> Result<Blob, Error> {
        let missing = || Error::Missing { name: self.name.clone(), what: name.to_owned() };
        let digest = digest_of(name).ok_or_else(missing)?;
        Ok(Blob::Stream(Box::new(self.blob(&digest)?)))
    }

    fn is_remote(&self) -> bool {
        true
    }
}

/// The digest in `blobs/ALGORITHM/HEX`.
fn digest_of(name: &str) -> Option<Digest> {
    Digest::parse(&name.strip_prefix("blobs/")?.replacen('/', ":", 1)).ok()
}

/// TLS needs one implementation of its ciphers for the whole program.
pub(super) fn install_crypto() {
    // A second installation is refused, and the first is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
}

fn connect(options: &Options) -> Result<(Runtime, Client), String> {
    install_crypto();
    let protocol = if options.insecure { ClientProtocol::Http } else { ClientProtocol::Https };
    let connect_timeout = Some(std::time::Duration::from_secs(20));
    let read_timeout = Some(std::time::Duration::from_secs(120));
    let config =
        ClientConfig { protocol, connect_timeout, read_timeout, platform_resolver: None, ..Default::default() };
    let runtime = runtime().map_err(|error| error.to_string())?;
    let client = runtime.block_on(async { Client::try_from(config) }).map_err(|error| error.to_string())?;
    Ok((runtime, client))
}

/// The login that `docker login` or `podman login` left, helpers included.
fn credentials(registry: &str) -> RegistryAuth {
    let server = match registry {
        "docker.io" | "index.docker.io" => "https://index.docker.io/v1/",
        other => other,
    };
    let found =
        docker_credential::get_credential(server).or_else(|_| docker_credential::get_podman_credential(registry));
    match found {
        Ok(DockerCredential::UsernamePassword(user, password)) => RegistryAuth::Basic(user, password),
        Ok(DockerCredential::IdentityToken(token)) => RegistryAuth::Bearer(token),
        Err(_) => RegistryAuth::Anonymous,
    }
}

fn explain(error: &dyn std::error::Error, registry: &str, insecure: bool) -> String {
    let error = with_cause(error);
    let is_refused =
        ["Not authorized", "UNAUTHORIZED", "Authentication failure"].iter().any(|word| error.contains(word));
    let hint = if error.contains("schema") && error.contains("version 1") {
        "; Docker's schema 1 is not read".to_owned()
    } else if is_refused {
        format!("; `docker login {registry}` stores a login that is used here too")
    } else if !insecure && registry.contains(':') && (error.contains("error sending request") || error.contains("tls"))
    {
        "; --insecure speaks plain HTTP".to_owned()
    } else {
        String::new()
    };
    format!("{error}{hint}")
}

/// The error and, where it does not say so itself, what is at the bottom of it.
fn with_cause(error: &dyn std::error::Error) -> String {
    let said = error.to_string();
    match cause(error).filter(|bottom| !said.contains(bottom.as_str())) {
        Some(bottom) => format!("{said}: {bottom}"),
        None => said,
    }
}
