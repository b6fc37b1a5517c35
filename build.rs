//! Reads the front matter of every page under `rules/` and writes the registry table and the
//! `mod` lines. A page without its function, a function without its page, a misspelt key or a name
//! used twice stops the build with the path and the remedy.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FrontMatter {
    severity: String,
    fix: String,
    since: String,
    default: String,
    subject: String,
    aliases: Vec<String>,
    #[serde(default)]
    options: Vec<RuleOption>,
    #[serde(default)]
    presets: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleOption {
    name: String,
    r#type: String,
    default: String,
    summary: String,
}

struct Page {
    path: PathBuf,
    category: String,
    name: String,
    front: FrontMatter,
    summary: String,
}

/// Aliases that several rules share on purpose.
const SHARED_ALIASES: [&str; 8] =
    ["DL1000", "DL3000", "DL3002", "DL3021", "DL3022", "DL3025", "SecretsUsedInArgOrEnv", "UndefinedVar"];

/// The folder of the pages of ShellCheck's codes.
const CODES: &str = "rules/shellcheck";

fn main() {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src");
    println!("cargo::rerun-if-changed=Cargo.lock");
    println!("cargo::rustc-env=CACHALOT_BUILD={:016x}", fingerprint(&root));
    let codes = code_pages(&root);
    let pages = pages(&root);
    check_unique(&pages);
    check_functions(&root, &pages);
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let text = registry(&root, &pages) + &code_registry(&root, &codes);
    fs::write(out.join("registry.rs"), text).expect("the output folder is writable");
}

/// FNV-1a over everything that decides what is found, the same on every machine: two builds of one
/// version between releases must not share results.
fn fingerprint(root: &Path) -> u64 {
    let mut all: Vec<PathBuf> = ["rs", "txt"].iter().flat_map(|kind| files(&root.join("src"), kind)).collect();
    all.extend(files(&root.join("rules"), "md"));
    all.sort();
    all.push(root.join("Cargo.lock"));
    let mut hash = 0xcbf2_9ce4_8422_2325u64;
    for path in all {
        // A packaged source may come without its lock file.
        for byte in fs::read(path).unwrap_or_default() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash
}

fn pages(root: &Path) -> Vec<Page> {
    let mut pages: Vec<Page> =
        files(&root.join("rules"), "md").into_iter().filter(|path| is_rule_page(root, path)).map(page).collect();
    pages.sort_by(|a, b| (&a.category, &a.name).cmp(&(&b.category, &b.name)));
    pages
}

fn is_rule_page(root: &Path, path: &Path) -> bool {
    depth(root, path) == 3 && !path.starts_with(root.join(CODES))
}

/// The pages of ShellCheck's codes with their headings. They are no rules: the engine finds them,
/// and the page has no front matter.
fn code_pages(root: &Path) -> Vec<(PathBuf, String)> {
    let pages = files(&root.join(CODES), "md").into_iter().filter(|path| !path.ends_with("README.md"));
    pages.map(|path| (path.clone(), code_heading(&path))).collect()
}

fn code_heading(path: &Path) -> String {
    let code = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let is_code = code.strip_prefix("SC").is_some_and(|it| it.len() == 4 && it.bytes().all(|b| b.is_ascii_digit()));
    let text = fs::read_to_string(path).expect("a page is UTF-8");
    let heading = text.lines().next().and_then(|line| line.strip_prefix("# ")).map(str::trim);
    match heading {
        Some(heading) if is_code => heading.to_string(),
        Some(_) => panic!("{}: a page here is called after a code, such as SC2086.md", path.display()),
        None => panic!("{}: the first line is a `# heading`, the code's summary", path.display()),
    }
}

fn code_registry(root: &Path, codes: &[(PathBuf, String)]) -> String {
    let mut out = String::from("pub(super) static CODES: &[CodePage] = &[\n");
    for (path, summary) in codes {
        let relative = path.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/");
        let code = path.file_stem().unwrap_or_default().to_string_lossy();
        let page = path.to_string_lossy();
        writeln!(
            out,
            "CodePage {{ code: {code:?}, summary: {summary:?}, path: {relative:?}, page: include_str!({page:?}) }},"
        )
        .expect("a String takes any text");
    }
    out.push_str("];\n");
    out
}

fn depth(root: &Path, path: &Path) -> usize {
    path.strip_prefix(root).map_or(0, |inner| inner.components().count())
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut found = Vec::new();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn page(path: PathBuf) -> Page {
    let text = fs::read_to_string(&path).expect("a page is UTF-8").replace("\r\n", "\n");
    let fail = |why: &str| -> ! { panic!("{}: {why}", path.display()) };
    let Some((yaml, body)) = text.strip_prefix("---\n").and_then(|rest| rest.split_once("\n---\n")) else {
        fail("begins with no front matter: put `---`, the keys, `---` first (see rules/README.md)")
    };
    let front: FrontMatter = match serde_saphyr::from_str(yaml) {
        Ok(front) => front,
        Err(error) => fail(&format!("front matter: {error}")),
    };
    let one_of = |key: &str, value: &str, allowed: &[&str]| {
        if !allowed.contains(&value) {
            fail(&format!("`{key}: {value}` is not one of {}", allowed.join(", ")));
        }
    };
    one_of("severity", &front.severity, &["error", "warning", "info", "hint"]);
    one_of("fix", &front.fix, &["none", "safe", "unsafe"]);
    one_of("default", &front.default, &["on", "off"]);
    one_of("subject", &front.subject, &["dockerfile", "docs", "image", "parser"]);
    for preset in &front.presets {
        one_of("presets", preset, &["hadolint", "buildkit"]);
    }
    for option in &front.options {
        one_of("type", &option.r#type, &["bool", "integer", "string", "strings", "map"]);
    }
    let Some(summary) = body.lines().find_map(|line| line.strip_prefix("# ")) else {
        fail("has no `# heading`: it is the rule's summary")
    };
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default().to_string();
    let category = path.parent().and_then(Path::file_name).and_then(|it| it.to_str()).unwrap_or_default().to_string();
    if !name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-') {
        fail("a rule's name is kebab-case");
    }
    let summary = summary.trim().to_string();
    Page { path, category, name, front, summary }
}

fn check_unique(pages: &[Page]) {
    let mut names: BTreeMap<String, &Path> = BTreeMap::new();
    for page in pages {
        let shared = |alias: &&String| !SHARED_ALIASES.contains(&alias.as_str());
        for name in std::iter::once(&page.name).chain(page.front.aliases.iter().filter(shared)) {
            if let Some(other) = names.insert(name.to_lowercase(), &page.path) {
                panic!("{}: `{name}` already belongs to {}", page.path.display(), other.display());
            }
        }
    }
}

fn check_functions(root: &Path, pages: &[Page]) {
    let has_function = |page: &&Page| page.front.subject != "parser";
    let expected: Vec<PathBuf> = pages.iter().filter(has_function).map(|page| function_path(root, page)).collect();
    for (path, page) in expected.iter().zip(pages.iter().filter(has_function)) {
        if !path.is_file() {
            panic!("{}: has no function: write {}", page.path.display(), path.display());
        }
    }
    for path in files(&root.join("src/rules"), "rs") {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
        let is_rule = depth(root, &path) == 4 && stem != "mod" && !stem.starts_with("shared");
        if is_rule && !expected.contains(&path) {
            panic!("{}: has no page: write rules/{{category}}/{}.md", path.display(), stem.replace('_', "-"));
        }
    }
}

fn function_path(root: &Path, page: &Page) -> PathBuf {
    root.join("src/rules").join(&page.category).join(format!("{}.rs", ident(&page.name)))
}

fn ident(name: &str) -> String {
    name.replace('-', "_")
}

fn registry(root: &Path, pages: &[Page]) -> String {
    let mut out = String::from("pub(super) static RULES: &[Rule] = &[\n");
    for page in pages {
        rule_entry(&mut out, root, page);
    }
    out.push_str("];\n");
    out
}

fn rule_entry(out: &mut String, root: &Path, page: &Page) {
    let front = &page.front;
    let function = format!("super::{}::{}::check", page.category, ident(&page.name));
    let check = match front.subject.as_str() {
        "dockerfile" => format!("Check::Dockerfile({function})"),
        "docs" => format!("Check::Docs({function})"),
        "image" => format!("Check::Image({function})"),
        _ => "Check::Parser".to_string(),
    };
    let fix = match front.fix.as_str() {
        "safe" => "Some(Applicability::Safe)",
        "unsafe" => "Some(Applicability::Unsafe)",
        _ => "None",
    };
    let options: String = front
        .options
        .iter()
        .map(|option| {
            format!(
                "RuleOption {{ name: {:?}, kind: OptionKind::{}, default: {:?}, summary: {:?} }}, ",
                option.name,
                capitalised(&option.r#type),
                option.default,
                option.summary
            )
        })
        .collect();
    let path = page.path.strip_prefix(root).unwrap_or(&page.path).to_string_lossy().replace('\\', "/");
    writeln!(
        out,
        "Rule {{ name: {:?}, category: {:?}, summary: {:?}, since: {:?}, path: {:?}, page: include_str!({:?}), \
         severity: Severity::{}, default: {}, fix: {fix}, aliases: &{:?}, presets: &{:?}, options: &[{options}], \
         check: {check} }},",
        page.name,
        page.category,
        page.summary,
        front.since,
        path,
        page.path.to_string_lossy(),
        capitalised(&front.severity),
        front.default == "on",
        front.aliases,
        front.presets,
    )
    .expect("a String takes any text");
}

fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase().to_string() + letters.as_str()).unwrap_or_default()
}
