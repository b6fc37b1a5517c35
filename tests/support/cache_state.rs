//! What a build is made of in the tests of the cache: a Dockerfile's lines, the files of its context
//! and the options. It can be written to disk for a builder, and lowered for the model.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::sync::Arc;

use cachalot::cache::{ContentId, Dir, Filter, Graph, Node, Request, lower};
use cachalot::syntax::dockerfile::parse;
use cachalot::syntax::dockerignore::Dockerignore;
use cachalot::text::FileId;

/// Stands in texts for what makes one chain of builds differ from every other one.
pub(crate) const NONCE: &str = "NONCE";

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum File {
    Text(String, u32),
    /// A tar archive that holds one file of this text.
    Archive(String),
    Link(String),
    Folder(u32),
}

/// One build.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct State {
    pub(crate) files: BTreeMap<String, File>,
    /// Lines before the first stage.
    pub(crate) head: Vec<String>,
    /// Lines of each stage, FROM first; `@N@` is the name of stage N.
    pub(crate) stages: Vec<Vec<String>>,
    pub(crate) names: Vec<String>,
    /// The frontend's options, such as `build-arg:A`.
    pub(crate) options: BTreeMap<String, String>,
    pub(crate) ignore: Vec<String>,
    /// True if the patterns stand in `Dockerfile.dockerignore`.
    pub(crate) own_ignore: bool,
    pub(crate) secret: String,
    pub(crate) nonce: String,
}

impl State {
    pub(crate) fn dockerfile(&self) -> String {
        let mut text = String::new();
        for line in self.head.iter().chain(self.stages.iter().flatten()) {
            text.push_str(line);
            text.push('\n');
        }
        for (at, name) in self.names.iter().enumerate() {
            text = text.replace(&format!("@{at}@"), name);
        }
        text.replace(NONCE, &self.nonce)
    }

    /// Writes the context, the folder of tools and the secret.
    pub(crate) fn write(&self, folder: &Path) {
        let context = folder.join("context");
        let _ = fs::remove_dir_all(&context);
        fs::create_dir_all(&context).expect("creates");
        self.write_context(&context);
        self.write_beside(folder);
    }

    /// Writes what stands beside the context.
    pub(crate) fn write_beside(&self, folder: &Path) {
        fs::write(folder.join("secret"), &self.secret).expect("writes");
        tools(&folder.join("tools"));
    }

    pub(crate) fn write_context(&self, context: &Path) {
        for (path, file) in &self.files {
            let path = context.join(path);
            fs::create_dir_all(path.parent().expect("is in a folder")).expect("creates");
            match file {
                File::Text(text, mode) => put(&path, self.text(text).as_bytes(), *mode),
                File::Archive(text) => put(&path, &archive(&self.text(text)), 0o644),
                File::Link(target) => symlink(target, &path).expect("links"),
                File::Folder(mode) => {
                    fs::create_dir_all(&path).expect("creates");
                    fs::set_permissions(&path, fs::Permissions::from_mode(*mode)).expect("sets the mode");
                }
            }
        }
        put(&context.join("Dockerfile"), self.dockerfile().as_bytes(), 0o644);
        if !self.ignore.is_empty() {
            put(&context.join(self.ignore_path()), self.ignore_text().as_bytes(), 0o644);
        }
    }

    fn text(&self, text: &str) -> String {
        text.replace(NONCE, &self.nonce)
    }

    fn ignore_path(&self) -> &'static str {
        if self.own_ignore { "Dockerfile.dockerignore" } else { ".dockerignore" }
    }

    fn ignore_text(&self) -> String {
        self.ignore.join("\n") + "\n"
    }

    /// The build as the model sees it.
    pub(crate) fn graph(&self) -> Graph {
        let text = self.dockerfile();
        let file = |bytes: &[u8], mode: u32| Node::File(mode, ContentId::of(bytes));
        let node = |it: &File| match it {
            File::Text(text, mode) => file(self.text(text).as_bytes(), *mode),
            File::Archive(text) => file(&archive(&self.text(text)), 0o644),
            File::Link(target) => Node::Link(target.as_str().into()),
            File::Folder(mode) => Node::Dir(Arc::new(Dir::new(*mode, Vec::new()))),
        };
        let mut paths: Vec<(String, Node)> = self.files.iter().map(|(path, it)| (path.clone(), node(it))).collect();
        paths.push(("Dockerfile".to_string(), file(text.as_bytes(), 0o644)));
        if !self.ignore.is_empty() {
            paths.push((self.ignore_path().to_string(), file(self.ignore_text().as_bytes(), 0o644)));
        }
        let ignore = Dockerignore::parse(&self.ignore_text());
        let context = Filter::new(ignore.matcher()).sent(&Dir::from_paths(paths));
        let (dockerfile, _) = parse(FileId(0), &text);
        lower(&dockerfile, &text, &Request { options: self.options.clone(), context, ..Request::default() })
    }

    /// Everything about it, for a report.
    pub(crate) fn describe(&self) -> String {
        let mut text = format!("options: {:?}\nignore: {:?} own: {}\n", self.options, self.ignore, self.own_ignore);
        for (path, file) in &self.files {
            let shown = match file {
                File::Text(text, mode) => format!("{mode:o} {} bytes", text.len()),
                File::Archive(text) => format!("an archive of {} bytes", text.len()),
                other => format!("{other:?}"),
            };
            let _ = writeln!(text, "  {path}: {shown}");
        }
        format!("{text}{}", self.dockerfile())
    }
}

/// The folder that the stage `tools` stands for: a static busybox.
fn tools(folder: &Path) {
    fs::create_dir_all(folder).expect("creates");
    if !folder.join("busybox").exists() {
        let busybox = std::env::var("CACHALOT_BUSYBOX").unwrap_or_else(|_| "/bin/busybox".to_string());
        fs::copy(busybox, folder.join("busybox")).expect("a static busybox");
    }
}

fn put(path: &Path, bytes: &[u8], mode: u32) {
    fs::write(path, bytes).expect("writes");
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("sets the mode");
}

/// A ustar archive of one file.
fn archive(text: &str) -> Vec<u8> {
    let mut header = [0_u8; 512];
    let mut set = |at: usize, value: &str| header[at..at + value.len()].copy_from_slice(value.as_bytes());
    set(0, "packed/in.txt");
    set(100, "0000644");
    set(108, "0000000");
    set(116, "0000000");
    set(124, &format!("{:011o}", text.len()));
    set(136, "00000000000");
    set(148, "        ");
    set(156, "0");
    set(257, "ustar");
    set(263, "00");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    let mut bytes = header.to_vec();
    bytes.extend(text.as_bytes());
    bytes.resize(bytes.len().div_ceil(512) * 512 + 1024, 0);
    bytes
}
