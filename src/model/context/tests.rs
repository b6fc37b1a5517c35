use super::*;

fn check(ignore: &str, source: &str) -> String {
    let files = MemoryFiles::new([
        (".dockerignore", ignore),
        ("Dockerfile", "FROM scratch"),
        ("package.json", "{}"),
        ("package-lock.json", "{}"),
        ("src/a.js", ""),
        ("src/lib/b.js", ""),
        ("src-old/a.js", ""),
        ("empty/", ""),
    ]);
    let context = Context::new(&files, Some("Dockerfile"));
    context.matching(source).iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>().join(" ")
}

#[test]
fn sources_bring_files_folders_and_wildcards() {
    assert_eq!(check("", "./src/"), "src src/a.js src/lib src/lib/b.js");
    assert_eq!(check("", "package*.json"), "package-lock.json package.json");
    assert_eq!(check("", "s*/a.js"), "src-old/a.js src/a.js");
    assert_eq!(check("", "s?c"), "src src/a.js src/lib src/lib/b.js");
    assert_eq!(check("", "/../package.json"), "package.json");
    assert_eq!(check("", "[a"), "");
    assert_eq!(check("*\n!src/lib", "."), "src src/lib src/lib/b.js");
    assert_eq!(
        check("**/*.js\n.dockerignore", "."),
        "Dockerfile empty package-lock.json package.json src src-old src/lib"
    );
}

#[test]
fn the_dockerfiles_own_ignore_file_comes_first() {
    let files = MemoryFiles::new([
        ("build/prod.Dockerfile.dockerignore", "secret"),
        (".dockerignore", "*"),
        ("secret", "x"),
        ("open", "caf\u{e9}"),
    ]);
    let context = Context::new(&files, Some("./build/prod.Dockerfile"));
    assert_eq!(context.ignore_file().map(|ignore| ignore.path.as_str()), Some("build/prod.Dockerfile.dockerignore"));
    assert!(context.is_ignored("secret") && context.exists("secret") && !context.is_sent("secret"));
    assert!(context.is_sent("./open") && !context.is_ignored("absent"));
    assert_eq!(context.read_text("/open").as_deref(), Some("caf\u{e9}"));
    assert!(Context::new(&files, Some("Dockerfile")).is_ignored("absent"));
    assert!(context.exists(".") && !context.exists("absent"));
}

struct Listing(Vec<Entry>);

impl Files for Listing {
    fn read(&self, path: &Path) -> Option<Arc<[u8]>> {
        let ignore = "node_modules\n**/*.log\n**/__pycache__\nbuild/**\n*.tmp\n.git\n!keep.log\n";
        (path == Path::new(".dockerignore")).then(|| ignore.as_bytes().into())
    }

    fn list(&self) -> &[Entry] {
        &self.0
    }
}

#[test]
fn large_contexts_are_matched_whole() {
    let folders = (0..2_000).map(|folder| Entry::dir(format!("pkg-{folder}")));
    let files = (0..200_000).map(|file| Entry::file(format!("pkg-{}/sub/module_{file}.js", file % 2_000), 1));
    let listing = Listing(folders.chain(files).collect());
    let context = Context::new(&listing, None);
    assert_eq!(context.sent().len(), 202_000);
    assert_eq!(context.matching("pkg-*/sub/module_1*.js").len(), 111_111);
    assert_eq!(context.matching("pkg-7").len(), 101);
}
