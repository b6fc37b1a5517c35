//! `copy-before-install.json`: with these files in the context, is the COPY at `line` reported, and
//! the install at `install_line` labelled?

use cachalot::config::Loaded;
use cachalot::diagnostic::Diagnostic;
use cachalot::lint::{FileKind, Input, lint};
use cachalot::model::MemoryFiles;
use cachalot::text::{Source, Sources};
use serde_json::Value;

const RULES: [&str; 3] = ["copy-before-install", "dependencies-fetched-in-build", "volatile-arg-early"];

/// Runs one case; the error says what was expected and what came.
pub(crate) fn check(case: &Value) -> Result<(), String> {
    let dockerfile = case["dockerfile"].as_str().ok_or("no dockerfile")?;
    let context = case["context_files"].as_object().ok_or("no context_files")?;
    let files = MemoryFiles::new(context.iter().map(|(path, text)| (path, text.as_str().unwrap_or_default())));
    let mut sources = Sources::default();
    let file = sources.add(Source::new("Dockerfile", dockerfile));
    let config = Loaded::none().resolve("Dockerfile", &Default::default()).map_err(|error| error.to_string())?;
    let config = config.only(&RULES);
    let input = Input::new(&sources, file, FileKind::Dockerfile, &config).with_context(&files, Some("Dockerfile"));
    let found: Vec<Diagnostic> = lint(&input).into_iter().filter(|it| RULES.contains(&it.rule)).collect();
    let source = sources.get(file);
    let line = |offset: u32| u64::from(source.line(offset));
    let Some(copy) = case["line"].as_u64() else {
        return match found.first() {
            None => Ok(()),
            Some(first) => Err(format!("reported at line {}: {}", line(first.primary.span.start), first.message)),
        };
    };
    let Some(there) = found.iter().find(|it| line(it.primary.span.start) == copy) else {
        return Err(format!("line {copy} is not reported, {} other places are", found.len()));
    };
    let install = case["install_line"].as_u64().unwrap_or_default();
    // A command may stand on a later line of the instruction that begins there.
    let begins = |at: u64| dockerfile.lines().take(at as usize).collect::<Vec<_>>().join("\n").ends_with('\\');
    let labelled = there.secondary.iter().any(|label| {
        let at = line(label.span.start);
        at == install || (at > install && (install..at).all(begins))
    });
    if labelled { Ok(()) } else { Err(format!("no label at line {install}")) }
}
