//! Every rule page is a test: its examples are linted and fixed, and what the page claims is held
//! against what happens. `UPDATE_PAGES=1` rewrites the `text` and `dockerfile fixed` fences.

#[path = "support/page.rs"]
mod page;

use cachalot::config::{Config, Loaded, Overrides};
use cachalot::diagnostic::{Applicability, Diagnostic, Severity};
use cachalot::lint::{FileKind, Fixed, Input, fix_where, lint};
use cachalot::model::MemoryFiles;
use cachalot::model::docs::{DocFile, DocText, Docs};
use cachalot::report::diagnostic_text;
use cachalot::rules::{self, Check, CodePage, Example, Rule};
use cachalot::syntax::dockerfile;
use cachalot::syntax::markup::Markup;
use cachalot::text::{FileId, Source, Sources, unified_diff};
use libtest_mimic::{Arguments, Failed, Trial};

/// Rules whose Dockerfile cannot be written down: what they report is no text, or our own fault.
const WITHOUT_EXAMPLES: [&str; 3] = ["internal-error", "invalid-utf8", "line-too-long"];
const SECTIONS: [&str; 3] = ["## Why", "## Examples", "## When to ignore"];

fn main() {
    let arguments = Arguments::from_args();
    let update = std::env::var_os("UPDATE_PAGES").is_some_and(|value| value != "0");
    let trial = |rule: &'static Rule| {
        Trial::test(format!("{}/{}", rule.category, rule.name), move || {
            if update {
                page::update(rule, &|example| rendered(rule, example), &|example| fixed(rule, example).text);
            }
            check(rule, update)
        })
    };
    let code = |page: &'static CodePage| {
        Trial::test(format!("shellcheck/{}", page.code), move || {
            let faults = code_faults(page);
            if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
        })
    };
    // The pages about images hold images, which tests/image reads.
    let linted = rules::all().iter().filter(|rule| !matches!(rule.check, Check::Image(_)));
    let trials = linted.map(trial).chain(rules::code_pages().iter().map(code));
    let trials = trials.chain([Trial::test("index", move || index(update))]);
    libtest_mimic::run(&arguments, trials.collect()).exit();
}

/// `rules/README.md` ends with a table of all rules, as their pages say.
fn index(update: bool) -> Result<(), Failed> {
    const HEADING: &str = "## Index\n";
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/README.md");
    let text = std::fs::read_to_string(&path)?.replace("\r\n", "\n");
    let (before, _) = text.split_once(HEADING).ok_or("rules/README.md: there is no `## Index`")?;
    let readme = include_str!("../README.md");
    let table = readme.split("| it finds |").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    let unknown = table.split('`').skip(1).step_by(2).find(|name| rules::by_name(name).is_none());
    if let Some(name) = unknown.or_else(|| table.is_empty().then_some("its table")) {
        return Err(format!("README.md: there is no rule `{name}`").into());
    }
    let expected = format!("{before}{HEADING}{}", index_tables());
    if update {
        std::fs::write(&path, &expected)?;
    } else if text != expected {
        return Err("rules/README.md: the index is old; run UPDATE_PAGES=1 cargo test --test rules".into());
    }
    Ok(())
}

/// One table for each category. A rule that is off has its severity in brackets.
fn index_tables() -> String {
    let mut out = String::new();
    let mut category = "";
    for rule in rules::all() {
        if rule.category != category {
            category = rule.category;
            out += &format!(
                "\n### {category}\n\n| rule | severity | fix | finds | also called |\n| --- | --- | --- | --- | --- |\n"
            );
        }
        let severity = if rule.default { rule.severity.to_string() } else { format!("({})", rule.severity) };
        let fix = rule.fix.map_or(String::new(), |fix| format!("{fix:?}").to_lowercase());
        let summary = rule.summary.replace('|', "\\|");
        let (name, aliases) = (rule.name, rule.aliases.join(", "));
        out += &format!("| [{name}]({category}/{name}.md) | {severity} | {fix} | {summary} | {aliases} |\n");
    }
    out
}

/// What is wrong with the page of one of ShellCheck's codes.
fn code_faults(page: &'static CodePage) -> Vec<String> {
    let has = |heading: &&str| page.page().lines().any(|line| line == *heading);
    let lacking = SECTIONS.into_iter().filter(|heading| !has(heading));
    let mut faults: Vec<String> = lacking.map(|heading| format!("{}: there is no `{heading}`", page.path)).collect();
    let examples = page.examples();
    if !(examples.iter().any(|it| it.bad) && examples.iter().any(|it| !it.bad)) {
        faults.push(format!("{}: a `dockerfile bad` and a `dockerfile good` are needed", page.path));
    }
    if cfg!(not(feature = "shellcheck-native")) {
        return faults;
    }
    let config = Loaded::none().resolve("Dockerfile", &Overrides::default()).expect("no names").only(&[page.code]);
    for example in examples {
        let mut sources = Sources::default();
        let file = sources.add(Source::new("Dockerfile", example.dockerfile.as_str()));
        let input = Input::new(&sources, file, FileKind::Dockerfile, &config);
        let found = lint(&input);
        let fixed = fix_where(&input, Applicability::Unsafe, &|it| it.rule == page.code);
        let is_code = |it: &&Diagnostic| it.rule == page.code;
        let fix = found.iter().filter(is_code).any(|it| it.fix.is_some());
        let expected = example.fixed.clone().filter(|_| fix).unwrap_or_else(|| fixed.text.clone());
        let at = format!("{}:{}", page.path, example.line);
        let wrong = [
            (found.iter().any(|it| it.rule == page.code) != example.bad).then(|| "is not what it says".to_string()),
            (example.bad && fix != example.fixed.is_some()).then(|| "the fix is not shown, or is none".to_string()),
            (errors(&fixed.text) > errors(&example.dockerfile)).then(|| "the fix breaks it".to_string()),
            difference("the fixed file", &expected, &fixed.text),
        ];
        faults.extend(wrong.into_iter().flatten().map(|fault| format!("{at}: {fault}")));
    }
    faults
}

/// Everything a page promises; all faults are told at once.
fn check(rule: &'static Rule, updated: bool) -> Result<(), Failed> {
    let mut faults = sections(rule);
    let mut fixes = Vec::new();
    for example in rule.examples() {
        let at = format!("{}:{}", rule.path, example.line);
        let found = diagnostics(rule, &example);
        fixes.extend(found.iter().filter_map(|it| it.fix.as_ref().map(|fix| fix.applicability)));
        let mut faults_here = Vec::from_iter(reported(&example, &found));
        faults_here.extend(tiles(&example.dockerfile).filter(|_| is_dockerfile(&example)));
        faults_here.extend(fix_faults(rule, &example, updated));
        if let Some(expected) = example.rendered.as_ref().filter(|_| !updated) {
            faults_here.extend(difference("the rendering", expected, &rendered(rule, &example)));
        }
        faults.extend(faults_here.into_iter().map(|fault| format!("{at}: {fault}")));
    }
    faults.extend(applicability(rule, &fixes));
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

fn sections(rule: &Rule) -> Vec<String> {
    let mut faults = Vec::new();
    let has = |heading: &str| rule.page().lines().any(|line| line.trim() == heading);
    for heading in SECTIONS.into_iter().filter(|heading| !has(heading)) {
        faults.push(format!("{}: there is no `{heading}`", rule.path));
    }
    if has("## Options") == rule.options.is_empty() {
        faults.push(format!("{}: `## Options` stands there exactly if the front matter has options", rule.path));
    }
    if rule.hover().is_empty() {
        faults.push(format!("{}: no paragraph follows the heading", rule.path));
    }
    let examples = rule.examples();
    let has_both = examples.iter().any(|it| it.bad) && examples.iter().any(|it| !it.bad);
    if !has_both && !WITHOUT_EXAMPLES.contains(&rule.name) {
        faults.push(format!("{}: at least one `dockerfile bad` and one `dockerfile good` are needed", rule.path));
    }
    faults
}

fn reported(example: &Example, found: &[Diagnostic]) -> Option<String> {
    match (example.bad, found.first()) {
        (true, None) => Some("the rule does not report this bad example".to_string()),
        (false, Some(first)) => Some(format!("the rule reports this good example: {}", first.message)),
        _ => None,
    }
}

/// Parser pages need the other rules too: a suppression is unused only beside the rule it names.
fn config(rule: &Rule, example: &Example) -> Config {
    let loaded = match &example.config {
        Some(text) => Loaded::from_text("cachalot.toml", text).unwrap_or_else(|error| panic!("{}: {error}", rule.path)),
        None => Loaded::none(),
    };
    let select = Overrides { select: vec![rule.name.to_string()], ..Overrides::default() };
    let config = loaded.resolve("Dockerfile", &select).expect("the rule's own name is known");
    if matches!(rule.check, Check::Parser) { config } else { config.only(&[rule.name]) }
}

/// Calls `act` with the example ready to be linted.
fn with_input<T>(rule: &Rule, example: &Example, act: impl FnOnce(&Input) -> T) -> T {
    let mut sources = Sources::default();
    let file = sources.add(Source::new(example.name, example.dockerfile.as_str()));
    let config = config(rule, example);
    let own = (example.name, example.dockerfile.as_str());
    let context = example.context.iter().map(|file| (file.path.as_str(), file.text.as_str())).chain([own]);
    let files = MemoryFiles::new(context);
    let docs = docs(example, &mut sources);
    let kind = FileKind::of(example.name).expect("a name that is linted");
    let input = Input::new(&sources, file, kind, &config).with_docs(&docs);
    match example.context.is_empty() {
        true => act(&input),
        false => act(&input.with_context(&files, Some(example.name))),
    }
}

fn is_dockerfile(example: &Example) -> bool {
    FileKind::of(example.name) == Some(FileKind::Dockerfile)
}

/// The Markdown and compose files of an example, as the documents of its Dockerfile.
fn docs(example: &Example, sources: &mut Sources) -> Docs {
    let mut docs = Docs { dockerfile: "Dockerfile".to_string(), root_name: "example".to_string(), ..Docs::default() };
    for file in &example.context {
        let doc = match () {
            () if file.path.ends_with(".md") => DocText::document(Markup::Markdown, &*file.text),
            () if file.path.contains("compose") => DocText::compose(&*file.text),
            () => continue,
        };
        let id = sources.add(Source::new(file.path.as_str(), file.text.as_str()));
        docs.files.push(DocFile { file: id, path: file.path.clone(), doc: doc.into() });
    }
    docs
}

fn diagnostics(rule: &Rule, example: &Example) -> Vec<Diagnostic> {
    let mut found = with_input(rule, example, lint);
    found.retain(|diagnostic| diagnostic.rule == rule.name);
    found
}

fn rendered(rule: &Rule, example: &Example) -> String {
    let found = diagnostics(rule, example);
    let texts = with_input(rule, example, |input| {
        found.iter().map(|diagnostic| diagnostic_text(input.sources, diagnostic)).collect::<Vec<_>>()
    });
    texts.join("\n")
}

fn fixed(rule: &Rule, example: &Example) -> Fixed {
    with_input(rule, example, |input| fix_where(input, Applicability::Unsafe, &|it| it.rule == rule.name))
}

fn fix_faults(rule: &Rule, example: &Example, updated: bool) -> Vec<String> {
    let fixed = fixed(rule, example);
    let mut faults = Vec::new();
    if !fixed.converged {
        faults.push("fixing does not come to rest".to_string());
    }
    faults.extend(fixed.refused.iter().map(|it| format!("a fix at line {} is refused: {}", it.line, it.why)));
    if is_dockerfile(example) && errors(&fixed.text) > errors(&example.dockerfile) {
        faults.push(format!("the fix adds a syntax error:\n{}", fixed.text));
    }
    if let Some(expected) = example.fixed.as_ref().filter(|_| !updated) {
        faults.extend(difference("the fixed file", expected, &fixed.text));
    }
    faults
}

fn errors(text: &str) -> usize {
    let (_, found) = dockerfile::parse(FileId::default(), text);
    found.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).count()
}

/// A page's `fix` names the safest fix that its examples show.
fn applicability(rule: &Rule, fixes: &[Applicability]) -> Option<String> {
    let shown = fixes.iter().min().copied();
    let say = |fix: Option<Applicability>| match fix {
        None => "none",
        Some(Applicability::Safe) => "safe",
        Some(Applicability::Unsafe) => "unsafe",
    };
    let fault = || format!("{}: `fix: {}` but the examples show `{}`", rule.path, say(rule.fix), say(shown));
    (shown != rule.fix).then(fault)
}

fn tiles(text: &str) -> Option<String> {
    let (tree, _) = dockerfile::parse(FileId::default(), text);
    let mut at = 0;
    for token in &tree.tokens {
        if token.span.start != at {
            return Some(format!("the tokens leave a gap or overlap at byte {at}"));
        }
        at = token.span.end;
    }
    (at as usize != text.len()).then(|| format!("the tokens end at byte {at} of {}", text.len()))
}

fn difference(what: &str, expected: &str, found: &str) -> Option<String> {
    if expected == found {
        return None;
    }
    let diff = unified_diff(expected, found, what);
    Some(format!("{what} differs (UPDATE_PAGES=1 rewrites it):\n{diff}"))
}
