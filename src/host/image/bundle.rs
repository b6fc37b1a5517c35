//! From named files to an image: `docker save` archives old and new, OCI layouts, skopeo's `dir:`.

use std::collections::BTreeSet;

use super::Error;
use super::store::{Blob, Store};
use super::{Opened, Options, Place, Source};
use crate::image::archive::clean;
use crate::image::provenance::{self, Provenance};
use crate::image::{
    Config, Descriptor, Digest, Document, Image, ImageError, Index, LayerInfo, MAX_CONFIG, MAX_MANIFEST, Manifest,
    Media, SavedImage, choose, saved_images,
};

/// Opens the image in a store; `tag` names one of several.
pub(super) fn open(store: Box<dyn Store>, tag: Option<&str>, options: &Options) -> Result<Opened, Error> {
    let manifest = store.document("manifest.json", MAX_MANIFEST)?;
    let index = store.document("index.json", MAX_MANIFEST)?;
    let bundle = Bundle { store: &*store, tag, options };
    let starts =
        |bytes: &Option<Vec<u8>>, byte| bytes.as_ref().is_some_and(|b| b.trim_ascii_start().first() == Some(&byte));
    let (image, names) = if starts(&manifest, b'[') || manifest.is_some() && index.is_some() {
        bundle.saved(&manifest.unwrap_or_default(), index.as_deref())?
    } else if let Some(manifest) = manifest {
        bundle.dir(&manifest)?
    } else if let Some(index) = index {
        bundle.layout(&index)?
    } else {
        return Err(bundle.not_an_image());
    };
    Ok(Opened { image, place: Place::Disk, source: Box::new(Files { store, names }) })
}

/// Layers as files of a store.
struct Files {
    store: Box<dyn Store>,
    names: Vec<String>,
}

impl Source for Files {
    fn layer(&self, layer: usize) -> Result<Blob, Error> {
        self.store.layer(&self.names[layer])
    }

    fn blob_name(&self, layer: usize) -> String {
        self.names[layer].clone()
    }

    fn is_remote(&self) -> bool {
        self.store.is_remote()
    }
}

struct Bundle<'a> {
    store: &'a dyn Store,
    tag: Option<&'a str>,
    options: &'a Options<'a>,
}

/// How deep indexes may nest.
const MAX_DEPTH: usize = 4;

/// A manifest that an index leads to.
#[derive(Clone)]
struct Candidate {
    descriptor: Descriptor,
    tags: Vec<String>,
}

impl Candidate {
    fn called(&self) -> String {
        if self.tags.is_empty() { self.descriptor.digest.to_string() } else { self.tags.join(", ") }
    }
}

impl Bundle<'_> {
    fn name(&self) -> String {
        self.store.name().to_owned()
    }

    /// A `docker save` archive: the order of layers is that of `manifest.json`; the index serves
    /// for names and digests only, because several versions of Docker wrote it wrongly.
    fn saved(&self, manifest: &[u8], index: Option<&[u8]>) -> Result<(Image, Vec<String>), Error> {
        let images = saved_images(manifest).map_err(|error| self.manifest_error("manifest.json", error))?;
        let image = match self.choose_saved(&images) {
            Ok(image) => image,
            Err(error) => return index.map_or(Err(error), |index| self.layout(index)),
        };
        let bytes = self.required(&image.config, MAX_CONFIG)?;
        let id = Digest::of(&bytes);
        if let Some(expected) = digest_in(&image.config) {
            self.check(&image.config, &expected, &bytes)?;
        }
        let config = self.config(&image.config, &bytes)?;
        let wanted = self.options.platform.as_ref();
        let platform = || format!("{}/{}", config.os, config.architecture);
        if wanted.is_some_and(|wanted| !wanted.to_string().starts_with(&platform())) {
            return match index {
                Some(index) => self.layout(index),
                None => Err(self.none_such(vec![platform()])),
            };
        }
        let counts = ImageError::Count { layers: image.layers.len(), diff_ids: config.rootfs.diff_ids.len() };
        if image.layers.len() != config.rootfs.diff_ids.len() {
            return Err(Error::Image { name: self.name(), error: counts });
        }
        let layers = image.layers.iter().zip(&config.rootfs.diff_ids);
        let layers = layers.map(|(name, diff_id)| self.saved_layer(name, diff_id)).collect();
        let mut saved = Image {
            name: self.name(),
            tags: image.repo_tags.clone(),
            manifest_digest: None,
            id,
            config_size: bytes.len() as u64,
            annotations: Default::default(),
            layers,
            config,
            provenance: None,
            warnings: Vec::new(),
        };
        if let Some(index) = index {
            self.add_manifest(&mut saved, index);
        }
        Ok((saved, image.layers.iter().map(|name| clean(name)).collect()))
    }

    fn saved_layer(&self, name: &str, diff_id: &Digest) -> LayerInfo {
        LayerInfo {
            digest: digest_in(name),
            blob_size: self.store.size(name),
            diff_id: diff_id.clone(),
            media_type: String::new(),
            compression: None,
            tar_size: None,
            opaque: !self.store.has(name),
        }
    }

    fn choose_saved<'i>(&self, images: &'i [SavedImage]) -> Result<&'i SavedImage, Error> {
        let tagged = |image: &&SavedImage| match self.tag {
            None => true,
            Some(tag) => image.repo_tags.iter().any(|name| is_called(name, tag)),
        };
        let found: Vec<&SavedImage> = images.iter().filter(tagged).collect();
        match found[..] {
            [only] => Ok(only),
            _ if images.is_empty() => Err(self.no_image("manifest.json lists no image")),
            _ => {
                let names = images.iter().map(|image| match &image.repo_tags[..] {
                    [] => image.config.clone(),
                    tags => tags.join(", "),
                });
                let names = names.collect();
                Err(if found.is_empty() { self.none_such(names) } else { self.several(names) })
            }
        }
    }

    /// Takes the manifest's digest, annotations and provenance from the index, if it has them.
    fn add_manifest(&self, image: &mut Image, index: &[u8]) {
        let Ok(index) = self.index("index.json", index) else {
            image.warnings.push("`index.json` cannot be read; `manifest.json` was used".into());
            return;
        };
        let Ok(candidates) = self.candidates(&index) else { return };
        for candidate in &candidates {
            let Ok(manifest) = self.manifest(&candidate.descriptor) else { continue };
            if manifest.config.digest != image.id {
                continue;
            }
            let digests = manifest.layers.iter().map(|layer| Some(&layer.digest));
            if !digests.eq(image.layers.iter().map(|layer| layer.digest.as_ref())) {
                image.warnings.push("the manifest in `index.json` lists other layers than `manifest.json`".into());
            }
            for (layer, blob) in image.layers.iter_mut().zip(&manifest.layers) {
                if layer.digest.as_ref() == Some(&blob.digest) {
                    layer.media_type.clone_from(&blob.media_type);
                    if layer.blob_size.is_some_and(|size| size != blob.size) {
                        image.warnings.push(format!("`index.json` gives a wrong size for `{}`", blob.digest));
                    }
                }
            }
            image.annotations = merge(&candidate.descriptor, &manifest);
            image.provenance = self.provenance(&candidates, &candidate.descriptor.digest);
            image.manifest_digest = Some(candidate.descriptor.digest.clone());
            return;
        }
    }

    /// An OCI layout.
    fn layout(&self, index: &[u8]) -> Result<(Image, Vec<String>), Error> {
        let index = self.index("index.json", index)?;
        let all = self.candidates(&index)?;
        let mut blobs = index.manifests.iter().map(|descriptor| self.blob_name(&descriptor.digest));
        let missing = blobs.find(|name| !self.store.has(name));
        let tagged = |candidate: &&Candidate| match self.tag {
            None => true,
            Some(tag) => candidate.tags.iter().any(|name| is_called(name, tag)),
        };
        let mut found: Vec<&Candidate> = Vec::new();
        for candidate in all.iter().filter(tagged).filter(|candidate| !candidate.descriptor.is_no_image()) {
            if found.iter().all(|other| other.descriptor.digest != candidate.descriptor.digest) {
                found.push(candidate);
            }
        }
        let images: Vec<Descriptor> = found.iter().map(|candidate| self.with_platform(&candidate.descriptor)).collect();
        let refs: Vec<&Descriptor> = images.iter().collect();
        let machine = &self.options.machine;
        let chosen = choose(&refs, self.options.platform.as_ref(), machine).map_err(|candidates| {
            let tags = |digest: &Digest| {
                let of = found.iter().find(|candidate| candidate.descriptor.digest == *digest);
                of.map_or(String::new(), |candidate| candidate.tags.join(", "))
            };
            let line = |image: &&Descriptor| {
                let platform = image.platform.as_ref().map_or("unknown platform".into(), |p| p.to_string());
                format!("{} {platform} {}", image.digest, tags(&image.digest)).trim_end().to_owned()
            };
            let wanted = self.options.platform.as_ref();
            let answers = |image: &&Descriptor| match (wanted, &image.platform) {
                (Some(wanted), Some(platform)) => platform.answers(wanted),
                _ => true,
            };
            match &candidates[..] {
                [] if all.is_empty() && missing.is_some() => {
                    let what = missing.clone().unwrap_or_default();
                    Error::Missing { name: self.name(), what }
                }
                [] => {
                    let images = all.iter().filter(|candidate| !candidate.descriptor.is_no_image());
                    self.none_such(images.map(Candidate::called).collect())
                }
                there if !there.iter().any(answers) => self.none_such(there.iter().map(line).collect()),
                there => self.several(there.iter().map(line).collect()),
            }
        })?;
        let manifest = self.manifest(chosen)?;
        let (mut image, names) = self.of_manifest(&manifest, Some(chosen.digest.clone()))?;
        image.annotations = merge(chosen, &manifest);
        let tags = found.iter().find(|candidate| candidate.descriptor.digest == chosen.digest);
        image.tags = tags.map(|candidate| candidate.tags.clone()).unwrap_or_default();
        image.provenance = self.provenance(&all, &chosen.digest);
        Ok((image, names))
    }

    /// skopeo's `dir:`: a bare manifest and blobs named by their hexadecimal digits.
    fn dir(&self, manifest: &[u8]) -> Result<(Image, Vec<String>), Error> {
        match Document::parse(manifest).map_err(|error| self.manifest_error("manifest.json", error))? {
            Document::Manifest(document) => self.of_manifest(&document, Some(Digest::of(manifest))),
            Document::Index(_) => Err(self.no_image("a `dir:` of several images: copy one with skopeo first")),
        }
    }

    fn of_manifest(&self, manifest: &Manifest, digest: Option<Digest>) -> Result<(Image, Vec<String>), Error> {
        if manifest.is_no_image() {
            return Err(self.no_image("the manifest is that of an artifact, not of an image"));
        }
        let name = self.blob_name(&manifest.config.digest);
        let bytes = self.required(&name, MAX_CONFIG)?;
        self.check(&name, &manifest.config.digest, &bytes)?;
        let config = self.config(&name, &bytes)?;
        let mut image = Image::new(self.store.name(), manifest, digest, config)
            .map_err(|error| Error::Image { name: self.name(), error })?;
        let names: Vec<String> = manifest.layers.iter().map(|layer| self.blob_name(&layer.digest)).collect();
        for (layer, name) in image.layers.iter_mut().zip(&names) {
            // Layers that may not be distributed are often not there.
            layer.opaque |= !self.store.has(name) && layer.media_type.contains("foreign")
                || !self.store.has(name) && layer.media_type.contains("nondistributable");
        }
        Ok((image, names))
    }

    /// All manifests below an index, in order, each verified digest once.
    fn candidates(&self, index: &Index) -> Result<Vec<Candidate>, Error> {
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        self.collect(index, &[], 0, &mut seen, &mut found)?;
        Ok(found)
    }

    fn collect(
        &self,
        index: &Index,
        tags: &[String],
        depth: usize,
        seen: &mut BTreeSet<Digest>,
        found: &mut Vec<Candidate>,
    ) -> Result<(), Error> {
        for descriptor in &index.manifests {
            let mut tags = tags.to_vec();
            tags.extend(descriptor.names().into_iter().map(str::to_owned));
            let tells = descriptor.platform.is_some() || descriptor.is_no_image();
            if self.store.is_remote() && tells && Media::of(&descriptor.media_type) == Media::Manifest {
                found.push(Candidate { descriptor: descriptor.clone(), tags });
                continue; // fetched when it is chosen
            }
            let name = self.blob_name(&descriptor.digest);
            // Platforms whose content was left out are normal.
            let Some(bytes) = self.store.document(&name, MAX_MANIFEST)? else { continue };
            self.check(&name, &descriptor.digest, &bytes)?;
            match Document::parse(&bytes) {
                Ok(Document::Index(inner)) if depth < MAX_DEPTH => {
                    if seen.insert(descriptor.digest.clone()) {
                        self.collect(&inner, &tags, depth + 1, seen, found)?;
                    }
                }
                Ok(Document::Index(_)) => {
                    return Err(self.no_image("its indexes are nested too deeply"));
                }
                Ok(Document::Manifest(_)) => found.push(Candidate { descriptor: descriptor.clone(), tags }),
                Err(error) if descriptor.is_no_image() => drop(error),
                Err(error) => return Err(self.manifest_error(&name, error)),
            }
        }
        Ok(())
    }

    /// The descriptor with the platform that the configuration tells, where the index does not, and
    /// marked as no image where the manifest is an artifact's.
    fn with_platform(&self, descriptor: &Descriptor) -> Descriptor {
        let mut descriptor = descriptor.clone();
        if self.store.is_remote() && descriptor.platform.is_some() {
            return descriptor;
        }
        let Ok(manifest) = self.manifest(&descriptor) else { return descriptor };
        if manifest.is_no_image() && descriptor.artifact_type.is_empty() {
            descriptor.artifact_type = "artifact".into();
        }
        if descriptor.platform.is_none() {
            let name = self.blob_name(&manifest.config.digest);
            let bytes = self.store.document(&name, MAX_CONFIG).ok().flatten();
            let config = bytes.and_then(|bytes| Config::parse(&bytes).ok());
            descriptor.platform = config.filter(|config| !config.os.is_empty()).map(|config| crate::image::Platform {
                os: config.os,
                architecture: config.architecture,
                variant: config.variant,
            });
        }
        descriptor
    }

    fn manifest(&self, descriptor: &Descriptor) -> Result<Manifest, Error> {
        let name = self.blob_name(&descriptor.digest);
        let bytes = self.required(&name, MAX_MANIFEST)?;
        self.check(&name, &descriptor.digest, &bytes)?;
        match Document::parse(&bytes).map_err(|error| self.manifest_error(&name, error))? {
            Document::Manifest(manifest) => Ok(*manifest),
            Document::Index(_) => Err(self.no_image(&format!("`{name}` is an index where a manifest is expected"))),
        }
    }

    /// What was attested about the manifest of that digest.
    fn provenance(&self, candidates: &[Candidate], subject: &Digest) -> Option<Provenance> {
        let about = |candidate: &&Candidate| candidate.descriptor.attests() == Some(subject.as_str());
        candidates.iter().filter(about).find_map(|candidate| {
            let manifest = self.manifest(&candidate.descriptor).ok()?;
            manifest.layers.iter().filter(|layer| layer.media_type.contains("in-toto")).find_map(|layer| {
                let bytes = self.store.document(&self.blob_name(&layer.digest), MAX_CONFIG).ok()??;
                (Digest::of(&bytes) == layer.digest).then(|| provenance::parse(&bytes))?
            })
        })
    }

    /// Where a blob is: in `blobs/`, or beside the manifest in a `dir:`.
    fn blob_name(&self, digest: &Digest) -> String {
        let name = format!("blobs/{}/{}", digest.algorithm(), digest.hex());
        if !self.store.has(&name) && self.store.has(digest.hex()) { digest.hex().to_owned() } else { name }
    }

    fn index(&self, name: &str, bytes: &[u8]) -> Result<Index, Error> {
        match Document::parse(bytes).map_err(|error| self.manifest_error(name, error))? {
            Document::Index(index) => Ok(index),
            Document::Manifest(_) => Err(self.no_image(&format!("`{name}` is a manifest where an index is expected"))),
        }
    }

    fn required(&self, name: &str, max: u64) -> Result<Vec<u8>, Error> {
        let missing = || Error::Missing { name: self.name(), what: name.to_owned() };
        self.store.document(name, max)?.ok_or_else(missing)
    }

    fn check(&self, what: &str, expected: &Digest, bytes: &[u8]) -> Result<(), Error> {
        let actual = Digest::of_like(expected, bytes);
        if actual == *expected {
            return Ok(());
        }
        Err(Error::Digest { name: self.name(), what: what.to_owned(), expected: expected.clone(), actual })
    }

    fn config(&self, what: &str, bytes: &[u8]) -> Result<Config, Error> {
        let what = what.to_owned();
        Config::parse(bytes).map_err(|error| Error::Config { name: self.name(), what, error })
    }

    /// `called TAG for PLATFORM`, as far as it was asked for.
    fn request(&self) -> String {
        let tag = self.tag.map_or(String::new(), |tag| format!(" called `{tag}`"));
        let platform = self.options.platform.as_ref();
        tag + &platform.map_or(String::new(), |platform| format!(" for {platform}"))
    }

    fn none_such(&self, candidates: Vec<String>) -> Error {
        let request = format!("there is no image{}", self.request());
        match candidates.is_empty() {
            true => self.no_image(&request),
            false => Error::Choice { name: self.name(), request, candidates },
        }
    }

    fn several(&self, candidates: Vec<String>) -> Error {
        let request = format!("there are several images{}: :TAG after the name or --platform chooses", self.request());
        Error::Choice { name: self.name(), request, candidates }
    }

    fn manifest_error(&self, what: &str, error: crate::image::ManifestError) -> Error {
        Error::Manifest { name: self.name(), what: what.to_owned(), error }
    }

    fn no_image(&self, why: &str) -> Error {
        Error::NotAnImage { name: self.name(), why: why.to_owned() }
    }

    fn not_an_image(&self) -> Error {
        let names = self.store.names();
        let has = |folder: &str| names.iter().any(|name| name == folder || name.starts_with(&format!("{folder}/")));
        if has("etc") || has("bin") || has("usr") {
            return self.no_image("is a root file system (buildx `type=tar` or `docker export`), not an image");
        }
        self.no_image("has neither `manifest.json` nor `index.json`: no image is in it")
    }
}

/// True where a full name, a bare tag or a name without its registry is meant by `wanted`.
fn is_called(name: &str, wanted: &str) -> bool {
    name == wanted
        || name.rsplit_once(':').is_some_and(|(_, tag)| tag == wanted)
        || name.strip_suffix(wanted).is_some_and(|rest| rest.ends_with('/'))
        || !wanted.contains(':') && name.strip_suffix(":latest") == Some(wanted)
}

/// The digest that a member's name promises: `blobs/sha256/HEX`, `sha256:HEX`.
fn digest_in(name: &str) -> Option<Digest> {
    let name = clean(name);
    if let Some(rest) = name.strip_prefix("blobs/") {
        return Digest::parse(&rest.replacen('/', ":", 1)).ok();
    }
    Digest::parse(&name).ok()
}

fn merge(descriptor: &Descriptor, manifest: &Manifest) -> std::collections::BTreeMap<String, String> {
    let mut annotations = descriptor.annotations.clone();
    annotations.extend(manifest.annotations.clone());
    annotations
}
