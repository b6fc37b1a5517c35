use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Keyword;
use crate::text::Span;

use super::shared::code;

/// Reports remote sources of ADD whose address says nothing of a fixed content.
pub(crate) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    let adds = model.steps().map(|(_, step)| step).filter(|step| step.kind() == Keyword::Add && !step.onbuild);
    for step in adds.filter(|step| step.instruction.flag("checksum").is_none()) {
        for word in step.transfer().into_iter().flat_map(|it| &it.sources) {
            let source = step.expand(word);
            // What a variable stands for is somebody's choice, most often of a version.
            if word.is_constant()
                && let Some(what) = Remote::of(&source.text).and_then(|it| it.open())
            {
                report(cx, word.span, what);
            }
        }
    }
}

fn report(cx: &mut DockerfileCx, span: Span, what: &'static str) {
    let (message, remedy) = match what {
        GIT => ("is whatever the branch holds when it is built", "name a commit or a tag after `#`".to_string()),
        _ => {
            let flag = code("--checksum=sha256:…");
            let remedy = format!("add {flag}: with it the builder does not even ask, or name a version");
            ("is whatever the server answers when it is built", remedy)
        }
    };
    cx.report(span, format!("{} {message}; each new answer reruns the steps below", code(cx.slice(span)))).note(remedy);
}

const GIT: &str = "git";
const HTTP: &str = "http";

/// A source that is fetched.
enum Remote<'t> {
    /// A repository with what stands after `#`, if anything does.
    Git(Option<&'t str>),
    /// A file.
    Http(&'t str),
}

impl<'t> Remote<'t> {
    fn of(source: &'t str) -> Option<Remote<'t>> {
        let (address, fragment) = source.split_once('#').map_or((source, None), |(a, b)| (a, Some(b)));
        let is_http = address.starts_with("https://") || address.starts_with("http://");
        let is_git = address.starts_with("git@") || address.starts_with("git://") || address.starts_with("ssh://");
        match () {
            () if is_git || is_http && address.trim_end_matches('/').ends_with(".git") => {
                let named = fragment.map(|it| it.split(':').next().unwrap_or(it));
                Some(Remote::Git(named.filter(|it| !it.is_empty())))
            }
            () if is_http => Some(Remote::Http(address)),
            () => None,
        }
    }

    /// What kind it is, where its content is left open.
    fn open(&self) -> Option<&'static str> {
        match self {
            Remote::Git(named) => (!named.is_some_and(is_fixed)).then_some(GIT),
            Remote::Http(address) => {
                // `ADD https://api.github.com/repos/…/git/refs/heads/main` is there to rerun what follows.
                if address.contains("://api.github.com/") {
                    return None;
                }
                let path = address.split_once("://").map_or("", |it| it.1).split_once('/').map_or("", |it| it.1);
                (!path.split('/').any(is_fixed)).then_some(HTTP)
            }
        }
    }
}

/// True for a version, a date or a commit: several numbers in one part of a path, or long hexadecimal
/// digits, or `v7`.
fn is_fixed(part: &str) -> bool {
    let mut part = part.to_ascii_lowercase();
    for platform in ["x86_64", "x86-64", "amd64", "arm64", "aarch64", "i386", "win32", "win64", "x64"] {
        part = part.replace(platform, "");
    }
    let numbers = part.split(|c: char| !c.is_ascii_digit()).filter(|it| !it.is_empty());
    let words = part.split(|c: char| !c.is_ascii_alphanumeric());
    let is_commit = |word: &str| {
        word.len() >= 7 && word.chars().all(|c| c.is_ascii_hexdigit()) && word.contains(|c: char| c.is_ascii_digit())
    };
    let is_major = |word: &str| {
        word.strip_prefix(['v', 'r']).is_some_and(|it| !it.is_empty() && it.chars().all(|c| c.is_ascii_digit()))
    };
    numbers.count() > 1 || words.into_iter().any(|word| is_commit(word) || is_major(word))
}
