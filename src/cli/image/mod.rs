mod gates;
mod list;
mod progress;
mod stale;

use std::io::Write;
use std::path::Path;

use anyhow::{Context, bail};
use clap::ValueEnum;

use crate::host::image::{Opened, Options, diff_ids, newest, open, open_all, read_layers};
use crate::host::terminal_width;
use crate::image::analysis::Files;
use crate::image::base::{self, Base, Evidence};
use crate::image::cache::origins;
use crate::image::compare::compare;
use crate::image::{Digest, Image, Limits, Platform, diff, series};
use crate::lint::lint_image;
use crate::report::image as report;
use crate::report::image::ImageReport;
use crate::report::{Run, Style};
use crate::rules::{self, ImageSubject, ImageText};
use crate::text::Sources;
use progress::Bar;

use super::Outcome;
use super::fleet::{CacheArgs, ListArgs};
use super::output::{complain, stdout};

/// Analyze a built image: sizes, waste, which layers came from the cache, gates
#[derive(clap::Args)]
#[command(
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    after_help = "\
IMAGE is one of:
  ./image.tar  ./image.tar:TAG  an archive: docker save, podman save, buildx,
                                skopeo, kaniko; compressed as a whole or not
  ./layout  ./layout:TAG        an OCI layout, or a skopeo dir:
  -                             an archive on the standard input
  docker-daemon:NAME            from the Docker daemon's socket
  podman:NAME                   from Podman's
  docker://NAME[:TAG]           from a registry
  NAME[:TAG]                    from the Docker daemon if it answers and has it,
                                else from a registry

Examples:
  docker save app:1 | cachalot image -
  cachalot image app:2 --against app:1
  cachalot image app:1 --dockerfile Dockerfile --context . --fail-if-stale
  cachalot image app.tar --max-wasted 20MB --min-efficiency 95%
  cachalot image docker://ghcr.io/me/app:1 --files
  cachalot image --files-from all.txt --shard 3/16 --format ndjson > 3.ndjson
  cachalot image series app:1 app:2 app:3
  cachalot image diff app:1 app:2"
)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Option<Command>,
    /// The image
    #[arg(value_name = "IMAGE", required_unless_present = "files_from")]
    image: Option<String>,
    /// How to print the report
    #[arg(long, value_enum, default_value_t, value_name = "FORMAT", help_heading = "Report")]
    format: ImageFormat,
    /// How many files, folders and losses to list
    #[arg(long, default_value_t = 10, value_name = "N", help_heading = "Report")]
    top: usize,
    /// Print the files as a tree
    #[arg(long, help_heading = "Report")]
    tree: bool,
    /// Print the files of layer N, counted from 1, the lowest
    #[arg(long, value_name = "N", help_heading = "Report")]
    layer: Option<usize>,
    /// Print the files that the glob matches
    #[arg(long, value_name = "GLOB", help_heading = "Report")]
    path: Option<String>,
    /// Compare with an older build: which layers were reused, and why the first was not
    #[arg(long, value_name = "IMAGE", help_heading = "Other builds")]
    against: Option<String>,
    /// The base image, or several that it may be: its layers and its waste are not yours
    #[arg(long, value_name = "IMAGE", help_heading = "Other builds")]
    base: Vec<String>,
    /// Count the base image's waste too
    #[arg(long, help_heading = "Other builds")]
    include_base: bool,
    #[command(flatten)]
    tree_args: stale::TreeArgs,
    #[command(flatten)]
    gates: gates::GateArgs,
    /// Fetch a registry's layers, which questions about files need
    #[arg(long, help_heading = "Source")]
    files: bool,
    #[command(flatten)]
    source: SourceArgs,
    #[command(flatten)]
    list: ListArgs,
}

#[derive(clap::Subcommand)]
enum Command {
    /// Compare many builds of one image, oldest first: churn, reuse, what reordering saves
    Series {
        /// The builds; or one registry repository with --tags
        #[arg(required = true, value_name = "IMAGE")]
        images: Vec<String>,
        /// The newest N builds that the repository has tags for
        #[arg(long, value_name = "N")]
        tags: Option<usize>,
        /// Keep the order given instead of sorting by the time of the build
        #[arg(long)]
        keep_order: bool,
        /// How to print
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: PlainFormat,
        #[command(flatten)]
        source: SourceArgs,
    },
    /// Compare two images: configuration, layers, files, packages
    Diff {
        /// The older image
        before: String,
        /// The newer image
        after: String,
        /// How many files to list of each kind
        #[arg(long, default_value_t = 30, value_name = "N")]
        top: usize,
        /// Fetch a registry's layers, which questions about files need
        #[arg(long)]
        files: bool,
        /// How to print
        #[arg(long, value_enum, default_value_t, value_name = "FORMAT")]
        format: PlainFormat,
        #[command(flatten)]
        source: SourceArgs,
    },
}

/// How images are read.
#[derive(clap::Args)]
#[command(next_help_heading = "Source")]
struct SourceArgs {
    /// The platform of a multi-platform image, such as linux/arm64
    #[arg(long, value_name = "OS/ARCH")]
    platform: Option<Platform>,
    /// Speak plain HTTP to the registry
    #[arg(long)]
    insecure: bool,
    /// Do not compute digests: local uncompressed layers are then listed without reading contents
    #[arg(long)]
    no_verify: bool,
    /// Do not remember layers in the cache folder
    #[arg(long, conflicts_with = "cache_url")]
    no_cache: bool,
    /// Refuse layers that decompress to more
    #[arg(long, value_name = "BYTES", value_parser = gates::size)]
    max_layer_bytes: Option<u64>,
    #[command(flatten)]
    cache: CacheArgs,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ImageFormat {
    /// For people
    #[default]
    Text,
    /// One versioned object
    Json,
    /// The same as a stream of lines, for many runs put together
    Ndjson,
    /// SARIF 2.1.0 of what the rules find
    Sarif,
    /// dive's export, its numbers included
    DiveJson,
    /// For a comment on a pull request
    Markdown,
    /// One self-contained page with a waterfall and a treemap
    Html,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum PlainFormat {
    /// For people
    #[default]
    Text,
    /// One versioned object
    Json,
}

impl Args {
    /// True where files are listed instead of a report.
    fn lists(&self) -> bool {
        self.format == ImageFormat::Text && (self.tree || self.layer.is_some() || self.path.is_some())
    }
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let outcome = run_command(args);
    let source = match &args.command {
        Some(Command::Series { source, .. } | Command::Diff { source, .. }) => source,
        None => &args.source,
    };
    // The folder that is used without being asked for fails silently.
    if let Some(why) = source.cache.cache_url.as_ref().and_then(|store| store.take_trouble()) {
        complain(format_args!("results are not shared: {why}"));
    }
    outcome
}

fn run_command(args: &Args) -> anyhow::Result<Outcome> {
    match &args.command {
        Some(Command::Series { images, tags, keep_order, source, format }) => {
            run_series(images, *tags, *keep_order, source, *format)
        }
        Some(Command::Diff { before, after, top, files, source, format }) => {
            run_diff(before, after, *top, *files, source, *format)
        }
        None => match args.list.names()? {
            Some(names) => list::run_list(args, &names),
            None => run_image(args, args.image.as_deref().context("an image is needed: a file, a folder or a name")?),
        },
    }
}

fn run_image(args: &Args, name: &str) -> anyhow::Result<Outcome> {
    let gates = args.gates.resolve()?;
    let bar = Bar::default();
    let progress = |event| bar.tell(event);
    let options = args.source.options(&progress);
    let mut opened = open(name, &options)?;
    let asks_for_files = args.files
        || args.tree
        || args.layer.is_some()
        || args.path.is_some()
        || args.format == ImageFormat::DiveJson
        || args.tree_args.needs_files()
        || gates.need_files();
    let files = read_files(&mut opened, asks_for_files, &options)?;
    bar.finish();
    let (base, notes) = find_base(&opened, &args.base, &options)?;
    opened.image.warnings.extend(notes);
    let image = &opened.image;
    if args.layer.is_some_and(|number| number == 0 || number > image.layers.len()) {
        bail!("there is no layer {}: the image has {}", args.layer.unwrap_or(0), image.layers.len());
    }
    let origins = origins(image, &base);
    let old = args.against.as_deref().map(|name| open(name, &options)).transpose()?;
    let comparison = old.as_ref().map(|old| compare(image, &old.image, &base));
    let joined = args.tree_args.join(image, files.as_ref(), &base)?;
    let mut said = ImageReport {
        image,
        base: &base,
        origins: &origins,
        files: files.as_ref(),
        against: old.as_ref().zip(comparison.as_ref()).map(|(old, comparison)| (&old.image, comparison)),
        gates: &[],
        lines: &joined.lines,
        stale: joined.stale.as_ref(),
        top: args.top,
        include_base: args.include_base,
        width: terminal_width(),
    };
    let results = gates.judge(&said);
    said.gates = &results;
    let config = args.gates.config()?;
    let text = ImageText::new(image);
    let mut sources = Sources::default();
    let file = sources.add(text.source.clone());
    let first = rules::first_own(&base, args.include_base);
    let docs = args.tree_args.documents(&mut sources);
    let subject = ImageSubject { image, files: files.as_ref(), first_own: first, docs: docs.as_ref() };
    let diagnostics = lint_image(&config, file, &text, &subject);
    let run =
        Run { sources: &sources, diagnostics: &diagnostics, files: std::slice::from_ref(&image.name), folder: "" };
    let mut out = stdout();
    write_report(&mut out, args, &said, &run)?;
    out.flush()?;
    let failed: Vec<&str> =
        results.iter().filter(|gate| gate.passed == Some(false)).map(|gate| &gate.name[..]).collect();
    // A listing does not say what the rules find, so they do not decide either.
    let too_grave =
        !args.lists() && diagnostics.iter().any(|diagnostic| config.fail_on.value.fails(diagnostic.severity));
    let is_stale = args.tree_args.fails(&joined);
    if is_stale {
        complain(format_args!("{name}: is not what a build of the working tree gives"));
    }
    if failed.is_empty() {
        return Ok(if too_grave || is_stale { Outcome::Found } else { Outcome::Clean });
    }
    complain(format_args!("{name}: {} crossed", failed.join(", ")));
    Ok(Outcome::Found)
}

fn write_report(out: &mut dyn Write, args: &Args, said: &ImageReport, run: &Run) -> anyhow::Result<()> {
    if args.lists() {
        let glob = args.path.as_deref().map(|glob| globset::Glob::new(glob.trim_start_matches('/'))).transpose()?;
        let matcher = glob.map(|glob| glob.compile_matcher());
        let wanted = |path: &str| matcher.as_ref().is_none_or(|matcher| matcher.is_match(Path::new(path)));
        let layer = args.layer.map(|number| number - 1);
        let listing = report::listing(said, layer, args.tree, &wanted);
        if let (true, Some(glob)) = (listing.is_empty(), &args.path) {
            complain(format_args!("{}: no file matches `{glob}`", said.image.name));
        }
        return Ok(write!(out, "{listing}")?);
    }
    match args.format {
        ImageFormat::Text => {
            write!(out, "{}", report::text(said))?;
            if !run.diagnostics.is_empty() {
                writeln!(out, "\nRules")?;
                crate::report::text(out, run, Style::default())?;
            }
        }
        ImageFormat::Json => {
            let mut value = report::json(said);
            value["diagnostics"] = diagnostics(run)?;
            writeln!(out, "{value:#}")?;
        }
        ImageFormat::Ndjson => list::ndjson(out, &said.image.name, report::json(said), run)?,
        ImageFormat::Sarif => crate::report::sarif(out, run)?,
        ImageFormat::DiveJson => {
            writeln!(out, "{:#}", report::dive_json(said).context("dive's numbers need the layers: add --files")?)?;
        }
        ImageFormat::Markdown => {
            write!(out, "{}", report::markdown(said))?;
            if !run.diagnostics.is_empty() {
                writeln!(out)?;
                crate::report::markdown(out, run)?;
            }
        }
        ImageFormat::Html => write!(out, "{}", report::html(said, diagnostics(run)?))?,
    }
    Ok(())
}

/// The diagnostics as the linter's JSON format has them.
fn diagnostics(run: &Run) -> anyhow::Result<serde_json::Value> {
    let mut bytes = Vec::new();
    crate::report::json(&mut bytes, run)?;
    let mut found: serde_json::Value = serde_json::from_slice(&bytes)?;
    Ok(found["diagnostics"].take())
}

/// Layers are read where that costs no download, or was asked for.
fn read_files(opened: &mut Opened, asked: bool, options: &Options) -> anyhow::Result<Option<Files>> {
    if opened.is_remote() && !asked {
        return Ok(None);
    }
    Ok(Some(Files::new(read_layers(opened, options)?)))
}

/// How many images that an image names are looked up.
const MAX_LOOK_UPS: usize = 16;

/// The base border: what annotations and the provenance name, where it can be looked up, then what
/// the user says, then a guess. The second part is what could not be looked up.
fn find_base(opened: &Opened, given: &[String], options: &Options) -> anyhow::Result<(Base, Vec<String>)> {
    let image = &opened.image;
    let own = image.diff_ids();
    let fits = |diff_ids: &[Digest]| !diff_ids.is_empty() && own.starts_with(diff_ids);
    let (mut candidates, mut notes) = (Vec::new(), Vec::new());
    for (evidence, name) in base::names(image).into_iter().take(MAX_LOOK_UPS) {
        let how = evidence.as_str();
        match opened.look_up(&name, options) {
            Some(Ok(diff_ids)) if fits(&diff_ids) => {
                candidates.push(base::Candidate { evidence, name, diff_ids });
                if evidence == Evidence::Annotation {
                    break;
                }
            }
            // A build reads images for its other stages, too.
            Some(Ok(_)) if evidence == Evidence::Provenance => {}
            Some(Ok(_)) => notes.push(format!("the base {how}, `{name}`, has other layers by now")),
            Some(Err(error)) => notes.push(format!("the base {how} cannot be looked up: {error}")),
            None => {
                notes.push(format!("the base {how} is not looked up for an image on disk: `--base {name}` does it"))
            }
        }
    }
    if !candidates.is_empty() {
        return Ok((base::find(image, &candidates), notes));
    }
    for name in given {
        let diff_ids = diff_ids(name, options).context("the base image of --base")?;
        candidates.push(base::Candidate { evidence: Evidence::Given, name: name.clone(), diff_ids });
    }
    if !given.is_empty() && !candidates.iter().any(|candidate| fits(&candidate.diff_ids)) {
        bail!("{} is not the base of {}: its layers are not the lowest ones", given.join(", "), image.name);
    }
    Ok((base::find(image, &candidates), notes))
}

fn run_series(
    images: &[String],
    tags: Option<usize>,
    keep_order: bool,
    source: &SourceArgs,
    format: PlainFormat,
) -> anyhow::Result<Outcome> {
    let bar = Bar::default();
    let progress = |event| bar.tell(event);
    let options = source.options(&progress);
    let mut builds = match (images, tags) {
        ([repository], Some(count)) => {
            let (builds, notes) = newest(repository, count, &options)?;
            notes.iter().for_each(|note| complain(format_args!("{note}")));
            builds
        }
        (_, Some(_)) => bail!("--tags takes one repository"),
        (images, None) => named(images, &options)?,
    };
    bar.finish();
    if builds.len() < 2 {
        bail!("a series takes two builds or more");
    }
    if !keep_order {
        series::sort_by_time(&mut builds);
    }
    let said = series::series(&builds);
    let mut out = stdout();
    match format {
        PlainFormat::Text => write!(out, "{}", report::series_text(&said, terminal_width()))?,
        PlainFormat::Json => writeln!(out, "{:#}", report::series_json(&said))?,
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

fn named(names: &[String], options: &Options) -> anyhow::Result<Vec<Image>> {
    let mut builds = Vec::new();
    for opened in open_all(names, options) {
        let mut opened = opened?;
        // Archives do not say how large their layers are until they are read.
        if !opened.is_remote() && opened.image.layers.iter().any(|layer| layer.blob_size.is_none()) {
            read_layers(&mut opened, options)?;
        }
        builds.push(opened.image);
    }
    Ok(builds)
}

fn run_diff(
    before: &str,
    after: &str,
    top: usize,
    asked: bool,
    source: &SourceArgs,
    format: PlainFormat,
) -> anyhow::Result<Outcome> {
    let bar = Bar::default();
    let progress = |event| bar.tell(event);
    let options = source.options(&progress);
    let mut before = open(before, &options)?;
    let mut after = open(after, &options)?;
    let files = (read_files(&mut before, asked, &options)?, read_files(&mut after, asked, &options)?);
    let files = files.0.as_ref().zip(files.1.as_ref());
    let said = diff::diff(&before.image, &after.image, files);
    let mut out = stdout();
    match format {
        PlainFormat::Text => write!(out, "{}", report::diff_text(&said, top))?,
        PlainFormat::Json => writeln!(out, "{:#}", report::diff_json(&said))?,
    }
    out.flush()?;
    Ok(Outcome::Clean)
}

impl SourceArgs {
    fn options<'p>(&self, progress: &'p crate::host::image::Progress<'p>) -> Options<'p> {
        let limits = Limits::default();
        Options {
            platform: self.platform.clone(),
            verify: !self.no_verify,
            cache: match &self.cache.cache_url {
                _ if self.no_cache => None,
                Some(store) => Some(store.clone()),
                None => crate::host::image::user_store(),
            },
            limits: Limits { max_layer_bytes: self.max_layer_bytes.unwrap_or(limits.max_layer_bytes), ..limits },
            insecure: self.insecure,
            progress: Some(progress),
            ..Options::default()
        }
    }
}
