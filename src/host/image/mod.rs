//! Where images come from: archives, layouts, daemons, registries. Nothing is extracted to disk.

mod blocking;
mod bundle;
mod daemon;
mod error;
mod layers;
mod memo;
mod registry;
mod sizes;
mod store;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use daemon::{Engine, Presence};
pub use error::Error;
pub use layers::{Event, Progress, read_layers};
pub use sizes::layer_bytes;
use store::{ArchiveFile, Blob, Folder, Store, Stream};

use crate::image::{Compression, Digest, Image, Limits, Platform};

/// How images are opened and read.
pub struct Options<'a> {
    /// The platform asked for.
    pub platform: Option<Platform>,
    /// The platform of this machine's containers.
    pub machine: Platform,
    /// Whether digests are computed and files hashed; without, a local bare tar is only listed.
    pub verify: bool,
    /// Where layers are remembered; `None` to remember nothing.
    pub cache: Option<Arc<super::Store>>,
    /// Bounds on layers.
    pub limits: Limits,
    /// Whether a registry is spoken to over plain HTTP.
    pub insecure: bool,
    /// Told what is going on.
    pub progress: Option<&'a Progress<'a>>,
}

impl Options<'_> {
    /// The same for another image, without telling what is going on.
    fn quiet(&self) -> Options<'static> {
        Options {
            platform: self.platform.clone(),
            machine: self.machine.clone(),
            verify: self.verify,
            cache: self.cache.clone(),
            limits: self.limits,
            insecure: self.insecure,
            progress: None,
        }
    }
}

impl Default for Options<'_> {
    fn default() -> Self {
        Options {
            platform: None,
            machine: Platform::of_machine(std::env::consts::ARCH),
            verify: true,
            cache: None,
            limits: Limits::default(),
            insecure: false,
            progress: None,
        }
    }
}

/// An image whose layers can be read.
pub struct Opened {
    /// What its documents say.
    pub image: Image,
    place: Place,
    source: Box<dyn Source>,
}

/// Where an image came from, and so where others can be looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Disk,
    Daemon(Engine),
    Registry,
}

/// Where layers are read from.
trait Source: Send + Sync {
    /// A layer's bytes.
    fn layer(&self, layer: usize) -> Result<Blob, Error>;

    /// What a layer's blob is called there, for messages.
    fn blob_name(&self, layer: usize) -> String;

    /// True where reading a layer means fetching it under a digest that the manifest vouches for.
    fn is_remote(&self) -> bool {
        false
    }
}

impl Opened {
    /// True where reading a layer means fetching it.
    pub fn is_remote(&self) -> bool {
        self.source.is_remote()
    }

    /// The diff ids of another image by its name, looked up where this one came from: in the same
    /// daemon or from registries. `None` for an image on disk: nothing asked for the network.
    pub fn look_up(&self, name: &str, options: &Options) -> Option<Result<Vec<Digest>, Error>> {
        match self.place {
            Place::Disk => None,
            Place::Daemon(engine) => {
                let missing = || Error::Client { name: name.to_owned(), why: "the daemon does not have it".to_owned() };
                Some(daemon::diff_ids(engine, name).ok_or_else(missing))
            }
            Place::Registry => {
                let own = registry::host(&self.image.name);
                // Plain HTTP was allowed for the image's own registry only.
                let insecure = options.insecure && registry::host(name) == own;
                let options = Options { platform: Some(self.image.platform()), insecure, ..options.quiet() };
                Some(registry::open(name, &options).map(|opened| opened.image.diff_ids()))
            }
        }
    }
}

/// The diff ids of an image by its name, from wherever [`open`] finds it; a daemon's layers are not
/// read for it.
pub fn diff_ids(reference: &str, options: &Options) -> Result<Vec<Digest>, Error> {
    let engine = [("docker-daemon:", Engine::Docker), ("podman:", Engine::Podman)];
    let named = engine.iter().find_map(|(scheme, engine)| Some((*engine, reference.strip_prefix(scheme)?)));
    let bare = || !reference.contains("://") && !is_path(reference) && !looks_like_path(reference);
    let (engine, name) = named.unwrap_or((Engine::Docker, reference));
    let asks_daemon = named.is_some() || bare();
    match daemon::diff_ids(engine, name).filter(|_| asks_daemon) {
        Some(found) => Ok(found),
        None => Ok(open(reference, options)?.image.diff_ids()),
    }
}

/// Opens whatever a reference means: `docker-daemon:`, `podman:`, `docker://`, something on disk, or
/// else a name that the Docker daemon has, or else a name of a registry.
pub fn open(reference: &str, options: &Options) -> Result<Opened, Error> {
    const ON_DISK: [&str; 5] = ["docker-archive:", "oci-archive:", "oci:", "dir:", "file:"];
    if let Some(path) = ON_DISK.iter().find_map(|scheme| reference.strip_prefix(scheme)) {
        return open_path(path, options);
    }
    if let Some(name) = reference.strip_prefix("docker://") {
        return registry::open(name, options);
    }
    if let Some(name) = reference.strip_prefix("docker-daemon:") {
        return daemon::open(Engine::Docker, name, options);
    }
    if let Some(name) = reference.strip_prefix("podman:") {
        return daemon::open(Engine::Podman, name, options);
    }
    if is_path(reference) {
        return open_path(reference, options);
    }
    match looks_like_path(reference) {
        true => open_path(reference, options),
        false => open_bare(reference, options),
    }
}

/// A bare name: the Docker daemon's image, else the registry's.
fn open_bare(name: &str, options: &Options) -> Result<Opened, Error> {
    let presence = daemon::presence(name);
    if presence == Presence::Here {
        return daemon::open(Engine::Docker, name, options);
    }
    let file = if Path::new(name).is_dir() { "the folder holds no image" } else { "no file is called that" };
    let daemon =
        if presence == Presence::NotHere { "the Docker daemon does not have it" } else { "no Docker daemon runs" };
    registry::open(name, options).map_err(|error| match error {
        Error::Client { name, why } => Error::Client { name, why: format!("{file}, {daemon}; the registry: {why}") },
        error => error,
    })
}

/// What can only be a path, so that a slip is told as one.
fn looks_like_path(reference: &str) -> bool {
    let (path, _) = split_tag(reference);
    let is_archive = path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("tar"));
    is_archive || reference.starts_with(['.', '/', '~']) || reference.contains('\\')
}

/// The tags of a registry's repository, the highest version last.
pub fn tags(repository: &str, options: &Options) -> Result<Vec<String>, Error> {
    let mut tags = registry::tags(repository, options)?;
    // Signatures and attestations are kept under the digest that they are about.
    tags.retain(|tag| !tag.starts_with("sha256-"));
    tags.sort_by_cached_key(|tag| version_key(tag));
    Ok(tags)
}

/// The digest under which a registry has an image now; of an image for several platforms, that of all
/// together.
pub fn digest(name: &str, options: &Options) -> Result<Digest, Error> {
    registry::digest(name, options)
}

/// The newest `count` builds that a registry's repository has tags for, in no order. Only the
/// images themselves tell when they were built: of a large repository as many are asked as can be
/// among the newest by their versions. The second part says what was left out.
pub fn newest(repository: &str, count: usize, options: &Options) -> Result<(Vec<Image>, Vec<String>), Error> {
    let name = repository.strip_prefix("docker://").unwrap_or(repository);
    let tags = tags(name, options)?;
    let asked = tags.len().min(count.saturating_mul(4).max(50));
    let mut notes = Vec::new();
    if asked < tags.len() {
        notes.push(format!("{name} has {} tags: the {asked} of the highest versions were looked at", tags.len()));
    }
    let names: Vec<String> = tags[tags.len() - asked..].iter().map(|tag| format!("docker://{name}:{tag}")).collect();
    let mut found: Vec<Image> = Vec::new();
    for opened in open_all(&names, options) {
        match opened {
            // Two tags of one build: `1.2.3` says more than `1.2`, and anything more than `latest`.
            Ok(opened) => match found.iter_mut().find(|other| other.id == opened.image.id) {
                Some(_) if opened.image.name.ends_with(":latest") => {}
                Some(other) => *other = opened.image,
                None => found.push(opened.image),
            },
            Err(error) => notes.push(format!("{error}; left out")),
        }
    }
    crate::image::series::sort_by_time(&mut found);
    let first = found.len().saturating_sub(count);
    Ok((found.split_off(first), notes))
}

/// How many images are opened at once: waiting for a registry costs no processor.
const PARALLEL: usize = 8;

/// Opens images in parallel, in the order given.
pub fn open_all(names: &[String], options: &Options) -> Vec<Result<Opened, Error>> {
    use rayon::prelude::*;
    let pool = rayon::ThreadPoolBuilder::new().num_threads(PARALLEL).build();
    let work = || names.par_iter().map(|name| open(name, options)).collect();
    match pool {
        Ok(pool) => pool.install(work),
        Err(_) => names.iter().map(|name| open(name, options)).collect(),
    }
}

/// Runs of digits as numbers: `1.9` comes before `1.10`.
fn version_key(tag: &str) -> Vec<(u128, String)> {
    let mut key = Vec::new();
    let mut rest = tag;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let letters = rest[digits..].bytes().take_while(|byte| !byte.is_ascii_digit()).count();
        let number = rest[..digits.min(38)].parse().unwrap_or(0);
        key.push((number, rest[digits..digits + letters].to_owned()));
        rest = &rest[digits + letters..];
    }
    key
}

/// The user's cache folder; `None` where the environment names none.
pub fn cache_folder() -> Option<PathBuf> {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = match cfg!(windows) {
        true => variable("LOCALAPPDATA"),
        false => variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache"))),
    };
    Some(base?.join("cachalot"))
}

/// The store in the user's cache folder.
pub fn user_store() -> Option<Arc<super::Store>> {
    cache_folder().map(|folder| Arc::new(super::Store::folder(&folder)))
}

/// Opens an archive file, an OCI layout or a skopeo `dir:`, or `-` for an archive on the standard
/// input. `PATH:TAG` names one image of several.
pub fn open_path(reference: &str, options: &Options) -> Result<Opened, Error> {
    if reference == "-" {
        return open_stream("standard input", std::io::stdin(), options);
    }
    let (path, tag) = split_tag(reference);
    let io = |error| Error::Io { name: reference.to_owned(), error };
    let store: Box<dyn Store> = if std::fs::metadata(path).map_err(io)?.is_dir() {
        Box::new(Folder::open(path))
    } else if is_compressed(path).map_err(io)? {
        let file = std::fs::File::open(path).map_err(io)?;
        Box::new(streamed(reference, file, options)?)
    } else {
        Box::new(ArchiveFile::open(path)?)
    };
    let mut opened = bundle::open(store, tag, options)?;
    opened.image.name = reference.to_owned();
    Ok(opened)
}

/// Opens an archive, perhaps compressed as a whole, that can be read only once: every layer is
/// analysed as it passes.
pub fn open_stream(name: &str, stream: impl Read + 'static, options: &Options) -> Result<Opened, Error> {
    bundle::open(Box::new(streamed(name, stream, options)?), None, options)
}

fn streamed(name: &str, stream: impl Read + 'static, options: &Options) -> Result<Stream, Error> {
    // Layers come one after the other: without that, one processor would do all the work.
    let limits = Limits { hash_apart: rayon::current_num_threads() > 1, ..options.limits };
    Stream::read(name, decompressed(name, stream)?, limits)
}

/// True for an archive that is compressed as a whole, which can only be read front to back.
fn is_compressed(path: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    std::fs::File::open(path)?.take(Compression::SNIFF as u64).read_to_end(&mut head)?;
    Ok(matches!(Compression::sniff(&head), Ok(Compression::Gzip | Compression::Zstd)))
}

/// True where the reference is that of something on disk, perhaps with `:TAG` after it.
pub fn is_path(reference: &str) -> bool {
    let (path, _) = split_tag(reference);
    // A folder that holds no image is more likely to share its name with one.
    let holds_image = || ["index.json", "manifest.json"].iter().any(|name| path.join(name).exists());
    reference == "-" || path.is_file() || path.is_dir() && holds_image()
}

/// The longest part before a colon that is there, and the rest.
fn split_tag(reference: &str) -> (&Path, Option<&str>) {
    let whole = Path::new(reference);
    if whole.exists() {
        return (whole, None);
    }
    let colons = reference.char_indices().filter(|&(_, letter)| letter == ':').map(|(at, _)| at);
    let mut places: Vec<usize> = colons.collect();
    places.reverse();
    let found = places.into_iter().find(|&at| Path::new(&reference[..at]).exists());
    found.map_or((whole, None), |at| (Path::new(&reference[..at]), Some(&reference[at + 1..])))
}

/// A stream that may be compressed as a whole.
fn decompressed(name: &str, mut stream: impl Read + 'static) -> Result<Box<dyn Read>, Error> {
    let io = |error| Error::Io { name: name.to_owned(), error };
    let mut head = Vec::new();
    stream.by_ref().take(Compression::SNIFF as u64).read_to_end(&mut head).map_err(io)?;
    let compression = compression(name, &head)?;
    let whole = std::io::Cursor::new(head).chain(stream);
    match compression {
        Compression::None => Ok(Box::new(whole)),
        Compression::Gzip => Ok(Box::new(flate2::read::MultiGzDecoder::new(whole))),
        Compression::Zstd => Ok(Box::new(zstd::stream::read::Decoder::new(whole).map_err(io)?)),
    }
}

/// How an archive is compressed as a whole, by its first bytes.
fn compression(name: &str, head: &[u8]) -> Result<Compression, Error> {
    let fail = |why: String| Error::NotAnImage { name: name.to_owned(), why };
    if head.is_empty() {
        return Err(fail("is empty".to_owned()));
    }
    Compression::sniff(head).map_err(|why| fail(format!("is no archive of an image: {why}")))
}
