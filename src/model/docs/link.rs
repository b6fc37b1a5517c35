//! Which image names stand for a Dockerfile's image.

use std::collections::BTreeSet;

use super::project::joined;
use super::{DocText, Docs, plain};
use crate::model::ImageRef;
use crate::model::paths::clean;
use crate::syntax::builds::{Build, Builds};
use crate::syntax::docker_cli::{CliWord, Invocation, Verb, is_placeholder};

/// What a build command builds, as far as the text tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Built {
    /// This Dockerfile.
    This,
    /// Another one.
    Other,
    /// Nobody can tell.
    Unknown,
}

/// The names of a Dockerfile's image in its documents.
#[derive(Clone, Debug, Default)]
pub struct ImageNames {
    /// Names that build commands give it, without tags.
    pub built: BTreeSet<String>,
    /// Tags behind these names that stand for a variant, `name:tag`, where there are several.
    variants: BTreeSet<String>,
    /// Tags that build commands give to others.
    pub foreign: BTreeSet<String>,
    /// The same names where the reader fills in a part: `<you>/app:1`, as written.
    filled_in: BTreeSet<String>,
    /// True if some command builds this Dockerfile.
    pub is_built: bool,
    /// Names that a repository or a folder suggests, in letters and digits.
    places: Vec<String>,
    /// `owner/name` of images that the documents speak of as their own.
    own_paths: BTreeSet<String>,
}

/// Publishers of images that everybody runs beside their own.
const PUBLISHERS: [&str; 24] = [
    "bitnami",
    "confluentinc",
    "grafana",
    "prom",
    "prometheus",
    "elastic",
    "mcr.microsoft.com",
    "microsoft",
    "google",
    "nvidia",
    "hashicorp",
    "minio",
    "jenkins",
    "circleci",
    "amazon",
    "linuxserver",
    "portainer",
    "containrrr",
    "tonistiigi",
    "docker",
    "selenium",
    "localstack",
    "jaegertracing",
    "adminer",
];

impl ImageNames {
    /// Collects the names from the documents.
    pub fn new(docs: &Docs) -> ImageNames {
        let mut names = ImageNames { places: places(docs), own_paths: own_paths(docs), ..ImageNames::default() };
        names.own_paths.extend(only_image(docs));
        for (file, build) in docs.builds() {
            let built = dockerfile_of(build, &file.path, docs);
            names.is_built |= built == Built::This;
            for tag in build.values("tag") {
                let path = path_of(&tag.text);
                if built == Built::This && !is_about(&path, &file.doc, &names.places) {
                    continue;
                }
                match built {
                    Built::This if is_placeholder(&tag.text) => names.filled_in.insert(tag.text.clone()),
                    Built::This => names.built.insert(path),
                    Built::Other => names.foreign.insert(path),
                    _ => false,
                };
            }
        }
        names.variants = variants(docs);
        for file in &docs.files {
            names.built.extend(file.doc.builds.iter().flat_map(|builds| image_of_service(builds, &file.path, docs)));
        }
        for (_, tag) in docs.invocations().filter(|(_, it)| it.verb == Verb::Tag) {
            if let [from, to] = &tag.args[..]
                && names.built.contains(&path_of(&from.text))
            {
                names.built.insert(path_of(&to.text));
            }
        }
        names
    }

    /// The same with names that the image is known to have.
    pub fn also<'n>(mut self, names: impl IntoIterator<Item = &'n str>) -> ImageNames {
        self.built.extend(names.into_iter().map(path_of));
        self
    }

    /// True if a build command gives the image that name.
    pub fn is_built_as(&self, name: &str) -> bool {
        self.built.contains(&path_of(name)) && !self.variants.contains(name)
    }

    /// True if the image of a run command is this Dockerfile's, for certain or nearly so. `in_block`
    /// is true in a code block, where a placeholder stands for the image just built.
    pub fn is_own(&self, image: &CliWord, in_block: bool) -> bool {
        if image.text.starts_with("$(") && image.text.contains(" build ") {
            return self.is_built && self.foreign.is_empty() && image.text.contains(" .");
        }
        if self.filled_in.contains(&image.text) && image.text.len() > 3 {
            return true;
        }
        if is_placeholder(&image.text) {
            return in_block && self.is_built && self.foreign.is_empty();
        }
        let path = path_of(&image.text);
        if self.variants.contains(&image.text) {
            return false;
        }
        if self.built.contains(&path) {
            return true;
        }
        if self.foreign.contains(&path) {
            return false;
        }
        let last = plain(path.rsplit('/').next().unwrap_or(&path));
        let named_alike = path.contains('/') && last.len() > 2 && self.places.contains(&last);
        named_alike || self.own_paths.contains(&path)
    }
}

/// The names that services of a compose file give the image which they build from this Dockerfile.
fn image_of_service(builds: &Builds, path: &str, docs: &Docs) -> Vec<String> {
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let is_this = |build: &&Build| {
        let context = build.context.as_ref().map_or(".", |text| &text.text);
        let file = build.dockerfile.as_ref().map_or("Dockerfile", |text| &text.text);
        let inner = joined(folder, context).and_then(|context| joined(&context, file));
        build.builds && !build.inline && inner.is_some_and(|path| path == docs.dockerfile)
    };
    let tags = builds.list.iter().filter(is_this).flat_map(|build| &build.tags).filter(|tag| tag.known);
    tags.map(|tag| path_of(&tag.text)).collect()
}

/// True unless the document is several documents in one and nothing in the image's name speaks of the
/// place or the title.
fn is_about(path: &str, doc: &DocText, places: &[String]) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let title = doc.titles.first().map(|title| plain(title)).unwrap_or_default();
    let mut words = name.split(['-', '_', '.']).map(plain).filter(|word| word.len() > 3);
    let is_named = |word: &str| title.contains(word) || places.iter().any(|place| place.contains(word));
    doc.titles.len() < 2
        || words.any(|word| is_named(&word))
        || places.iter().any(|place| plain(name).contains(place.as_str()))
}

/// The tags of names that are built with several tags, each of which is a word: `app:web` and `app:worker`
/// are two images.
fn variants(docs: &Docs) -> BTreeSet<String> {
    let is_word = |tag: &str| {
        let common = ["latest", "main", "master", "test", "prod", "local", "stable", "edge", "beta"];
        tag.len() > 3 && tag.bytes().all(|b| b.is_ascii_lowercase() || b == b'-') && !common.contains(&tag)
    };
    let tags: BTreeSet<&str> =
        docs.builds().flat_map(|(_, build)| build.values("tag")).map(|tag| tag.text.as_str()).collect();
    let words: BTreeSet<(&str, &str)> =
        tags.iter().filter_map(|text| text.rsplit_once(':')).filter(|(_, tag)| is_word(tag)).collect();
    let several = |name: &str| words.iter().filter(|(other, _)| *other == name).count() > 1;
    words.iter().filter(|(name, _)| several(name)).map(|(name, tag)| format!("{name}:{tag}")).collect()
}

/// Which Dockerfile a build command reads, seen from the file at `path` that shows it.
pub fn dockerfile_of(build: &Invocation, path: &str, docs: &Docs) -> Built {
    let context = match build.args.first().map(|word| word.text.as_str()) {
        Some("-") => return Built::Unknown,
        Some(url) if url.contains("://") || url.starts_with("git@") || url.starts_with("github.com/") => {
            return Built::Unknown;
        }
        Some(context) => context,
        None => ".",
    };
    if build.args.len() > 1 || (is_placeholder(context) && !matches!(context, "$PWD" | "${PWD}" | "$(pwd)")) {
        return Built::Unknown;
    }
    if docs.dockerfile.is_empty() {
        // A Dockerfile shown in the same text; which one is only certain if there is no other.
        let only = docs.files.iter().all(|file| file.doc.whole().count() == 1);
        return if only { Built::This } else { Built::Unknown };
    }
    let context = context.trim_start_matches("$PWD").trim_start_matches("${PWD}").trim_start_matches("$(pwd)");
    let context = if context.is_empty() { "." } else { context };
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let file = build.values("file").last().map(|word| word.text.replace('\\', "/"));
    let mut candidates = Vec::new();
    for start in [folder, ""] {
        let here = clean(&format!("/{start}/{}", build.folder));
        let of = |inner: &str| clean(&format!("{here}/{inner}")).trim_start_matches('/').to_string();
        candidates.push(match &file {
            Some(file) => of(file),
            None => of(&format!("{context}/Dockerfile")),
        });
    }
    let is_this = |candidate: &String| {
        candidate.eq_ignore_ascii_case(&docs.dockerfile)
            || candidate.replace("Dockerfile", "Containerfile") == docs.dockerfile
    };
    match candidates.iter().position(is_this) {
        // From the root first: a nearer Dockerfile would be meant from the file's own folder.
        Some(0) => Built::This,
        Some(_) if folder.is_empty() || build.folder.is_empty() => {
            if docs.dockerfile.contains('/') == folder.is_empty() || file.is_some() {
                Built::This
            } else {
                Built::Unknown
            }
        }
        Some(_) => Built::This,
        // A way from the root of a machine tells by its end.
        None if is_own_folder(&build.folder, docs) && file.is_none() && context == "." => Built::This,
        // Where `cd` leads to is not known for certain.
        None if build.folder.is_empty() => Built::Other,
        None => Built::Unknown,
    }
}

/// True for `/home/me/app` or `~/app` where the Dockerfile lies in a folder called `app`.
fn is_own_folder(path: &str, docs: &Docs) -> bool {
    let own = docs.dockerfile.rsplit('/').nth(1).unwrap_or(&docs.root_name);
    let last = path.trim_end_matches('/').rsplit('/').next().unwrap_or(path);
    path.starts_with(['/', '~', '$']) && !last.is_empty() && last == own
}

/// The image's path without registry, tag and digest.
fn path_of(name: &str) -> String {
    let path = ImageRef::parse(name).path;
    path.strip_prefix("library/").unwrap_or(&path).to_lowercase()
}

/// Names that the repository, the Dockerfile's folder or the nearest title suggest.
fn places(docs: &Docs) -> Vec<String> {
    let mut places = Vec::new();
    let folders: Vec<&str> = docs.dockerfile.split('/').rev().skip(1).collect();
    let inner = |folder: &str| {
        matches!(folder, "docker" | "build" | ".docker" | "deploy" | "dockerfiles" | "container" | "containers")
    };
    match folders.iter().find(|folder| !inner(folder)) {
        Some(folder) => places.push(plain(folder)),
        None => places.push(plain(&docs.root_name)),
    }
    // A title names the image only where the document lies beside the Dockerfile.
    let own_folder = docs.dockerfile.rsplit_once('/').map_or("", |(folder, _)| folder);
    for file in &docs.files {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let name = file.path.rsplit('/').next().unwrap_or("").to_lowercase();
        if folder == own_folder && name.starts_with("readme") && file.doc.title.len() > 2 {
            places.push(file.doc.title.clone());
            places.push(file.doc.title.trim_start_matches("docker").to_string());
            places.push(format!("docker{}", file.doc.title));
        }
    }
    places.retain(|place| place.len() > 2);
    places
}

/// `owner/name` behind the addresses that people put on badges: builds, pulls, releases.
fn own_paths(docs: &Docs) -> BTreeSet<String> {
    let marks = [
        "docker/pulls/",
        "docker/stars/",
        "docker/v/",
        "docker/image-size/",
        "docker/automated/",
        "docker/cloud/build/",
        "docker/build/",
        "microbadger.com/images/",
        "images.microbadger.com/badges/image/",
        "dockeri.co/image/",
    ];
    let mut found = BTreeSet::new();
    // Badges of several images are a table of images, not a title.
    let own_folder = docs.dockerfile.rsplit_once('/').map_or("", |(folder, _)| folder);
    for file in
        docs.files.iter().filter(|file| file.path.rsplit_once('/').map_or("", |(folder, _)| folder) == own_folder)
    {
        let text = &file.doc.text;
        for mark in marks {
            for (at, _) in text.match_indices(mark).take(20) {
                let rest = &text[at + mark.len()..];
                let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_/.".contains(c))).unwrap_or(rest.len());
                let parts: Vec<&str> = rest[..end].split('/').take(2).collect();
                if let [owner, name] = parts[..] {
                    let name = name.trim_end_matches(".svg").trim_end_matches(".png");
                    found.insert(format!("{owner}/{name}").to_lowercase());
                }
            }
        }
    }
    if found.len() > 1 { BTreeSet::new() } else { found }
}

/// The one `owner/name` that the documents beside the Dockerfile run, if their title speaks of it.
fn only_image(docs: &Docs) -> Option<String> {
    let own_folder = docs.dockerfile.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut only: Option<String> = None;
    let mut is_titled = false;
    for (file, run) in docs.invocations().filter(|(_, it)| it.verb == Verb::Run) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = path_of(&run.image()?.text);
        if folder != own_folder || is_placeholder(&path) {
            continue;
        }
        if only.as_ref().is_some_and(|other| *other != path) {
            return None;
        }
        let name = path.rsplit('/').next().unwrap_or("");
        let mut parts = name.split(['-', '_', '.']).filter(|part| part.len() > 3);
        is_titled |= parts.any(|part| file.doc.title.contains(part));
        only = Some(path);
    }
    let path = only?;
    let owner = path.split_once('/')?.0;
    (is_titled && !PUBLISHERS.contains(&owner) && docs.builds().next().is_none()).then_some(path)
}
