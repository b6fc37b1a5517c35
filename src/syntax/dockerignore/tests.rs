use super::*;

fn check(text: &str) -> Vec<String> {
    Dockerignore::parse(text).patterns.into_iter().map(|pattern| pattern.text).collect()
}

fn excluded<'p>(patterns: &[&str], paths: &[&'p str]) -> Vec<&'p str> {
    let matcher = Matcher::new(patterns).expect("valid patterns");
    paths.iter().copied().filter(|path| matcher.excludes(path)).collect()
}

fn sent<'p>(ignore: &str, paths: &[&'p str]) -> Vec<&'p str> {
    let entries: Vec<(&str, bool)> =
        paths.iter().map(|path| (path.trim_end_matches('/'), path.ends_with('/'))).collect();
    let sent = Dockerignore::parse(ignore).matcher().sent(&entries);
    paths.iter().zip(sent).filter(|(_, sent)| *sent).map(|(path, _)| *path).collect()
}

#[test]
fn lines_become_cleaned_patterns() {
    assert_eq!(check("\u{feff}# no\r\n ./a//b/ \r\n # yes\n\n!  /c/../d\n/\n!\n"), ["a/b", "# yes", "!d", "/", "!"]);
}

#[test]
fn spans_cover_the_line_without_blanks() {
    let text = "\u{feff}a\n  !b/ \r\n\u{e9}*";
    let slices: Vec<&str> = Dockerignore::parse(text).patterns.iter().map(|line| line.span.slice(text)).collect();
    assert_eq!(slices, ["a", "!b/", "\u{e9}*"]);
}

#[test]
fn refused_patterns_are_located() {
    let text = "ok\n[a-\n!\n[z-a]\n\\é\n";
    let told: Vec<(String, String)> = Dockerignore::parse(text)
        .diagnostics(FileId(0))
        .into_iter()
        .map(|diagnostic| (diagnostic.primary.span.slice(text).to_string(), diagnostic.notes[0].clone()))
        .collect();
    let syntax = "the build fails with: syntax error in pattern";
    let lone = "the build fails with: illegal exclusion pattern: \"!\"";
    assert_eq!(
        told,
        [("[a-", syntax), ("!", lone), ("[z-a]", syntax), ("\\é", syntax)].map(|(a, b)| (a.into(), b.into()))
    );
    let long = "x".repeat(70_000);
    assert_eq!(Dockerignore::parse(&long).diagnostics(FileId(0)).len(), 1);
}

#[test]
fn stars_classes_and_folders() {
    let paths = ["a", "b.log", "x/b.log", "x/y/b.log", "x/y/z", "xb.log"];
    assert_eq!(excluded(&["*.log"], &paths), ["b.log", "xb.log"]);
    assert_eq!(excluded(&["**/b.log"], &paths), ["b.log", "x/b.log", "x/y/b.log"]);
    assert_eq!(excluded(&["**b.log"], &paths), ["b.log", "x/b.log", "x/y/b.log", "xb.log"]);
    assert_eq!(excluded(&["x/**/z", "[a-b]*"], &paths), ["a", "b.log", "x/y/z"]);
    assert_eq!(excluded(&["x", "!x/y"], &paths), ["x/b.log"]);
    assert_eq!(excluded(&["x/*", "!x/y/z"], &paths), ["x/b.log", "x/y/b.log"]);
}

#[test]
fn escapes_and_classes_are_those_of_go_regular_expressions() {
    assert_eq!(excluded(&["v\\d"], &["v1", "vd"]), ["v1"]);
    assert_eq!(excluded(&["[[:digit:]]x"], &["1x", ":x"]), ["1x"]);
    assert_eq!(excluded(&["[a*]"], &["a", "a]", "aa]", "*"]), ["a]", "aa]"]);
    assert_eq!(excluded(&["a^*"], &["a^", "a^b"]), Vec::<&str>::new());
    assert_eq!(excluded(&["^a"], &["^a", "a"]), ["^a"]);
    assert_eq!(excluded(&["\\*.md"], &["*.md", "a.md"]), ["*.md"]);
    assert_eq!(excluded(&["a|b*"], &["ax", "xb", "xby", "c"]), ["ax", "xb", "xby"]);
    assert_eq!(excluded(&["*.{js,ts}"], &["a.js", "a.{js,ts}"]), ["a.{js,ts}"]);
    assert_eq!(excluded(&["x*a\\"], &["xa$", "xa"]), ["xa$"]);
    assert_eq!(excluded(&["[^\\W]"], &["a", "-"]), ["a"]);
}

#[test]
fn a_walk_keeps_the_folders_above_what_it_keeps() {
    let paths =
        ["docs-old/", "docs-old/a", "docs/", "docs/README.md", "docs/sub/", "docs/sub/x", "src/", "src/main.rs"];
    assert_eq!(
        sent("docs\n!docs/README.md", &paths),
        ["docs-old/", "docs-old/a", "docs/", "docs/README.md", "src/", "src/main.rs"]
    );
    assert_eq!(sent("*\n!src", &paths), ["src/", "src/main.rs"]);
    assert_eq!(sent("**\n!**/*.md", &paths), ["docs/", "docs/README.md"]);
    assert_eq!(sent("*\n!docs/sub/*", &paths), ["docs/", "docs/sub/", "docs/sub/x"]);
    assert_eq!(sent("", &paths), paths);
}

#[test]
fn a_walk_needs_no_folders_in_its_list_and_no_order() {
    assert_eq!(sent("a\n!a/b/c", &["z", "a/b/d", "a/b/c", "a/b/"]), ["z", "a/b/c", "a/b/"]);
}

#[test]
fn hostile_patterns_stay_linear() {
    let pattern = format!("{}x", "**/*a*/".repeat(5_000));
    let path = "a/".repeat(2_000) + "a";
    assert!(!Matcher::new(&[pattern]).expect("valid").excludes(&path));
    let deep = format!("{}\n!{}", "**/a/".repeat(2_000), "**/b/".repeat(2_000));
    let paths: Vec<String> = (1..400).map(|depth| "a/".repeat(depth) + "f").collect();
    let entries: Vec<(&str, bool)> = paths.iter().map(|path| (path.as_str(), false)).collect();
    assert_eq!(Dockerignore::parse(&deep).matcher().sent(&entries).len(), 399);
}

proptest::proptest! {
    #[test]
    fn any_text_is_an_ignore_file(text in "[a-c!#/.*?\\[\\]^\\\\ \n\u{e9}-]{0,60}", path in "[a-c/.\u{e9}]{0,20}") {
        let file = Dockerignore::parse(&text);
        file.diagnostics(FileId(0));
        let matcher = file.matcher();
        matcher.excludes(&path);
    }

    /// Walking and asking for one path agree wherever no exception is involved.
    #[test]
    fn walk_agrees_with_match(patterns in proptest::collection::vec("[ab*/]{1,6}", 1..4), path in "[ab]{1,2}(/[ab]{1,2}){0,3}") {
        let matcher = Dockerignore::parse(&patterns.join("\n")).matcher();
        proptest::prop_assert_eq!(matcher.sent(&[(&path, false)])[0], !matcher.excludes(&path));
    }
}
