use std::collections::BTreeMap;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use xxhash_rust::xxh3::Xxh3;

use crate::cache::{ContentId, ImageFacts, Request, lower};
use crate::cli::options::build_arg;
use crate::host;
use crate::image::analysis::Files;
use crate::image::base::Base;
use crate::image::source::{Written, align, written};
use crate::image::stale::{Stale, build_args, content_id, own_start, stale};
use crate::image::{Image, keyword};
use crate::model::BuildOptions;
use crate::model::docs::Docs;
use crate::syntax::dockerfile::{Body, parse};
use crate::text::{FileId, Sources, decode};

/// The working tree that the image is held against.
#[derive(clap::Args)]
#[command(next_help_heading = "Working tree")]
pub(super) struct TreeArgs {
    /// Name the Dockerfile's line beside each step
    #[arg(long, value_name = "FILE")]
    dockerfile: Option<PathBuf>,
    /// The build context: which layers would a build of it reuse now, and which files differ
    #[arg(long, value_name = "FOLDER")]
    context: Option<PathBuf>,
    /// A build argument of that build; those of the image where the Dockerfile has no default
    #[arg(long, value_name = "NAME[=VALUE]", requires = "context")]
    build_arg: Vec<String>,
    /// The stage of that build
    #[arg(long, value_name = "STAGE")]
    target: Option<String>,
    /// Exit with status 1 where the image is not what a build of --context would give
    #[arg(long, requires = "context")]
    fail_if_stale: bool,
}

/// What a Dockerfile says about an image.
#[derive(Default)]
pub(super) struct Joined {
    /// Per history step, the line, from 1.
    pub(super) lines: Vec<Option<u32>>,
    /// What a build of the context would do.
    pub(super) stale: Option<Stale>,
}

impl TreeArgs {
    /// True where the layers' files are needed.
    pub(super) fn needs_files(&self) -> bool {
        self.context.is_some()
    }

    /// True where the run has to fail.
    pub(super) fn fails(&self, joined: &Joined) -> bool {
        self.fail_if_stale && joined.stale.as_ref().is_some_and(|stale| stale.is_stale() == Some(true))
    }

    /// The documents beside the Dockerfile.
    pub(super) fn documents(&self, sources: &mut Sources) -> Option<Docs> {
        Some(host::Documents::default().near(&self.path()?, sources))
    }

    fn path(&self) -> Option<PathBuf> {
        let inside = |folder: &PathBuf| folder.join("Dockerfile");
        self.dockerfile.clone().or_else(|| self.context.as_ref().map(inside))
    }

    /// Joins an image with the Dockerfile and the context that were given.
    pub(super) fn join(&self, image: &Image, files: Option<&Files>, base: &Base) -> anyhow::Result<Joined> {
        let Some(path) = self.path() else { return Ok(Joined::default()) };
        let text = decode(&host::read(&path).context("the Dockerfile of --dockerfile")?).0;
        let (dockerfile, _) = parse(FileId(0), &text);
        let given: BTreeMap<String, String> = self.build_arg.iter().filter_map(|given| build_arg(given)).collect();
        let options =
            BuildOptions { target: self.target.clone(), build_args: given.clone(), ..BuildOptions::default() };
        let instructions = written(&dockerfile, &text, options);
        // A Dockerfile may be a FROM and nothing else.
        let is_bare =
            self.target.is_none() && dockerfile.instructions.iter().any(|it| matches!(it.body, Body::From(_)));
        if instructions.is_empty() && !is_bare {
            let stage = self.target.as_ref().map_or(String::new(), |stage| format!(" in a stage `{stage}`"));
            bail!("{}: has no instructions{stage}", host::display(&path));
        }
        let line = |at: &Option<usize>| at.map(|at| instructions[at].line);
        let lines = align(image, &instructions).iter().map(line).collect();
        let (Some(folder), Some(files)) = (&self.context, files) else { return Ok(Joined { lines, stale: None }) };
        if !folder.is_dir() {
            bail!("--context: `{}` is not a folder", host::display(folder));
        }
        let first = base.border();
        let request = self.request(image, first, folder, &path, &instructions, given)?;
        let from: Vec<String> = dockerfile
            .instructions
            .iter()
            .filter_map(|it| if let Body::From(from) = &it.body { Some(from.image.raw.clone()) } else { None })
            .collect();
        let request = Request { images: facts(image, first, &from), ..request };
        let graph = lower(&dockerfile, &text, &request);
        let mut found = stale(image, files, first, &instructions, &graph);
        if first > 0 {
            found.notes.push("the base image is taken to be unchanged".to_owned());
        }
        Ok(Joined { lines, stale: Some(found) })
    }

    fn request(
        &self,
        image: &Image,
        first: usize,
        folder: &Path,
        dockerfile: &Path,
        instructions: &[Written],
        given: BTreeMap<String, String>,
    ) -> anyhow::Result<Request> {
        // What the image was given is given again where the Dockerfile has no default of its own.
        let open = |name: &str| {
            let is_open =
                |it: &Written| it.keyword == "ARG" && it.text["ARG".len()..].split_whitespace().any(|arg| arg == name);
            instructions.iter().any(is_open)
        };
        let mut arguments: BTreeMap<String, String> =
            build_args(image, first).into_iter().filter(|(name, _)| open(name)).collect();
        arguments.extend(given);
        let mut options: BTreeMap<String, String> =
            arguments.into_iter().map(|(name, value)| (format!("build-arg:{name}"), value)).collect();
        options.extend(self.target.iter().map(|stage| ("target".to_string(), stage.clone())));
        options.insert("platform".to_string(), image.platform().to_string());
        let context = host::sent_context(folder, dockerfile, &name_bytes).context("the folder of --context")?;
        Ok(Request { options, context, ..Request::default() })
    }
}

/// What the image itself tells of its base: variables and the working folder.
fn facts(image: &Image, first: usize, names: &[String]) -> BTreeMap<String, ImageFacts> {
    let steps = image.steps();
    let base = steps[..own_start(image, first).min(steps.len())].iter().rev().map(|step| image.instruction(*step));
    let workdir = base
        .filter(|text| keyword(text) == Some("WORKDIR"))
        .map(|text| text["WORKDIR".len()..].trim().to_owned())
        .next();
    let env = image.config.config.env.iter().filter_map(|variable| variable.split_once('='));
    let env: Vec<(String, String)> = env.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
    let facts = ImageFacts { env: Some(env), workdir, ..ImageFacts::default() };
    names.iter().map(|name| (name.clone(), facts.clone())).collect()
}

fn name_bytes(file: &mut dyn Read) -> io::Result<ContentId> {
    let mut hasher = Xxh3::new();
    let mut buffer = vec![0; 64 << 10];
    let mut size = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) => return Ok(content_id(size, hasher.digest())),
            Ok(count) => {
                hasher.update(&buffer[..count]);
                size += count as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}
