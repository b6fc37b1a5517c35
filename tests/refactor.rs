//! Refactorings as data: `fixtures/refactor/<name>/<case>.before` with `‸` at the cursor, or at both ends
//! of the selection, and `<case>.after`. Without an `.after` nothing must be offered. `<case>.files` lists
//! the build context, `<case>.digests` images and their digests. `UPDATE_REFACTOR=1` writes what comes out
//! over the `.after`s that are there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use cachalot::diagnostic::{Diagnostic, Fix, Severity, apply};
use cachalot::model::{BuildOptions, Context, ImageRef, MemoryFiles, Model};
use cachalot::refactor::{self, Cx};
use cachalot::rules;
use cachalot::syntax::dockerfile;
use cachalot::text::{FileId, Span};
use libtest_mimic::{Arguments, Failed, Trial};

const MARK: char = '‸';

fn main() {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = cases()
        .into_iter()
        .map(|case| {
            let name = format!("{}/{}", folder(&case), case.file_stem().unwrap_or_default().to_string_lossy());
            Trial::test(name, move || check(&case))
        })
        .collect();
    trials.push(Trial::test("every_refactoring_has_cases", every_one_has_cases));
    trials.push(Trial::test("nothing_breaks_the_examples_of_the_rules", nothing_breaks));
    libtest_mimic::run(&arguments, trials).exit();
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/refactor")
}

fn cases() -> Vec<PathBuf> {
    let folders = fs::read_dir(root()).expect("fixtures/refactor is there").flatten();
    let files = folders.flat_map(|folder| fs::read_dir(folder.path()).into_iter().flatten().flatten());
    let mut cases: Vec<PathBuf> =
        files.map(|it| it.path()).filter(|it| it.extension().is_some_and(|it| it == "before")).collect();
    cases.sort();
    cases
}

fn folder(case: &Path) -> String {
    case.parent().and_then(Path::file_name).unwrap_or_default().to_string_lossy().into_owned()
}

fn check(case: &Path) -> Result<(), Failed> {
    let marked = fs::read_to_string(case).expect("readable").replace("\r\n", "\n");
    let places: Vec<usize> = marked.match_indices(MARK).map(|(at, _)| at).collect();
    let text = marked.replace(MARK, "");
    let (Some(start), Some(end)) = (places.first(), places.last()) else { return Err("no `‸` in it".into()) };
    let end = end - (places.len() - 1) * MARK.len_utf8();
    let selection = Span::from(*start..end.max(*start));
    let got = apply_named(&folder(case), &text, selection, case);
    let after = case.with_extension("after");
    if std::env::var_os("UPDATE_REFACTOR").is_some_and(|it| it != "0") && after.exists() {
        fs::write(&after, got.as_deref().unwrap_or("nothing is offered\n")).expect("writable");
    }
    let wanted = fs::read_to_string(&after).ok().map(|it| it.replace("\r\n", "\n"));
    if got == wanted {
        return Ok(());
    }
    let shown = |it: Option<String>| it.unwrap_or("nothing is offered\n".to_string());
    Err(format!("--- got\n{}--- wanted\n{}", shown(got), shown(wanted)).into())
}

/// What the refactoring makes of the text.
fn apply_named(name: &str, text: &str, selection: Span, case: &Path) -> Option<String> {
    let lines = |extension: &str| {
        let text = fs::read_to_string(case.with_extension(extension)).unwrap_or_default();
        text.lines().map(str::to_string).collect::<Vec<_>>()
    };
    let files = lines("files");
    let tree = MemoryFiles::new(files.iter().map(|line| line.split_once(": ").unwrap_or((line, ""))));
    let context = Context::new(&tree, Some("Dockerfile"));
    let digests: BTreeMap<String, String> =
        lines("digests").iter().filter_map(|it| it.split_once(' ')).map(|(a, b)| (a.into(), b.into())).collect();
    let digest = |image: &ImageRef| digests.get(&image.to_string()).cloned();
    let (tree, _) = dockerfile::parse(FileId(0), text);
    let model = Model::new(&tree, text, BuildOptions::default());
    let context = (!files.is_empty()).then_some(&context);
    let cx = Cx { model: &model, text, context, digest: &digest, selection };
    let found = refactor::named(&cx, name)?;
    Some(applied(text, &found.fix))
}

fn applied(text: &str, fix: &Fix) -> String {
    let mut carrier = Diagnostic::new("refactoring", Severity::Info, FileId(0), Span::default(), String::new());
    carrier.fix = Some(fix.clone());
    apply(text, &[&carrier]).text
}

fn every_one_has_cases() -> Result<(), Failed> {
    let count = |name: &str, after: bool| {
        cases().iter().filter(|case| folder(case) == name && case.with_extension("after").exists() == after).count()
    };
    for name in refactor::names() {
        if count(name, true) == 0 || count(name, false) == 0 {
            return Err(format!("fixtures/refactor/{name}: a case and one where nothing is offered are needed").into());
        }
    }
    Ok(())
}

/// Whatever is offered at any instruction of the rules' examples parses as well as before, and changes
/// something.
fn nothing_breaks() -> Result<(), Failed> {
    let errors = |text: &str| {
        let found = dockerfile::parse(FileId(0), text).1;
        found.iter().filter(|it| it.severity == Severity::Error).count()
    };
    let digest = |_: &ImageRef| Some(format!("sha256:{}", "0".repeat(64)));
    let mut offered = 0;
    for example in rules::all().iter().flat_map(|rule| rule.examples()) {
        let text = example.dockerfile.as_str();
        let (tree, _) = dockerfile::parse(FileId(0), text);
        let model = Model::new(&tree, text, BuildOptions::default());
        for instruction in &tree.instructions {
            let cx =
                Cx { model: &model, text, context: None, digest: &digest, selection: Span::at(instruction.span.start) };
            for found in refactor::all(&cx) {
                offered += 1;
                let after = applied(text, &found.fix);
                if after == text || errors(&after) > errors(text) {
                    return Err(format!("{}: {}\n{text}\n->\n{after}", found.name, found.fix.title).into());
                }
            }
        }
    }
    assert!(offered > 300, "only {offered} are offered");
    Ok(())
}
