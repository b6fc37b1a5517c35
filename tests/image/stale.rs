//! Is the image what the working tree gives?

use cachalot::cache::{Dir, Node, Request, lower};
use cachalot::image::source::written;
use cachalot::image::stale::{Now, Stale, content_id, stale};
use cachalot::model::BuildOptions;
use cachalot::syntax::dockerfile::parse as parse_dockerfile;
use cachalot::text::FileId;

use crate::image_spec::{Form, contents, parse};
use crate::shared::analysed;

/// An image, its Dockerfile and its context, then one change after the other.
#[test]
fn is_the_image_stale() {
    const DOCKERFILE: &str = "FROM scratch\nENV A=1\nWORKDIR /app\nCOPY package.json ./\nRUN install \\\n  --all\nCOPY --chmod=600 src src/\nCOPY --from=tools:1 /t /t\nCMD [\"a\"]\n";
    const IMAGE: &str = "empty ENV A=1\nlayer WORKDIR /app\ndir app mode=755\n\
        layer COPY package.json ./\nfile app/package.json 50 p\n\
        layer RUN /bin/sh -c install   --all # buildkit\nfile app/lib 700\n\
        layer COPY --chmod=600 src src/ # buildkit\ndir app/src mode=755\nfile app/src/a 10 a mode=600\nlink app/src/l a\nfile app/src/x 5 x mode=600\nhard app/src/y app/src/x mode=600\n\
        layer COPY /t /t\nfile t 9\n\
        empty CMD [\"a\"]\n";
    type Context = Vec<(&'static str, Node)>;
    let file = |mode: u32, size: usize, seed: &str| {
        Node::File(mode, content_id(size as u64, xxhash_rust::xxh3::xxh3_64(&contents(size, seed))))
    };
    let context = || -> Context {
        vec![
            ("package.json", file(0o644, 50, "p")),
            ("src/a", file(0o644, 10, "a")),
            ("src/l", Node::Link("a".into())),
            ("src/x", file(0o644, 5, "x")),
            ("src/y", file(0o644, 5, "x")),
            ("README.md", file(0o644, 5, "r")),
        ]
    };
    let (opened, files) = analysed(&parse(IMAGE), Form::OciGzip);
    let judge = |dockerfile: &str, context: Context| -> Stale {
        let (tree, _) = parse_dockerfile(FileId(0), dockerfile);
        let request = Request { context: Dir::from_paths(context), ..Request::default() };
        let graph = lower(&tree, dockerfile, &request);
        stale(&opened.image, &files, 0, &written(&tree, dockerfile, BuildOptions::default()), &graph)
    };
    let words = |found: &Stale| -> Vec<Now> {
        found.steps.iter().filter(|step| step.layer.is_some()).map(|step| step.now).collect()
    };
    let names = |found: &Stale| -> Vec<String> {
        found.steps.iter().flat_map(|step| &step.files).map(|file| format!("{} {}", file.what, file.path)).collect()
    };
    let same = judge(DOCKERFILE, context());
    assert_eq!(words(&same), [Now::Same, Now::Same, Now::Same, Now::Same, Now::Unknown], "{same:#?}");
    assert_eq!((same.is_stale(), same.layers()), (None, (4, 1, 5)));
    let without_image = DOCKERFILE.replace("COPY --from=tools:1 /t /t\n", "");
    assert_eq!(judge(&without_image, context()).steps.last().map(|step| step.now), Some(Now::Same));
    let mut edited = context();
    edited[1].1 = file(0o644, 10, "edited");
    edited.remove(3);
    edited.push(("src/new", file(0o644, 1, "n")));
    let found = judge(DOCKERFILE, edited);
    assert_eq!(words(&found), [Now::Same, Now::Same, Now::Same, Now::Changed, Now::Changed]);
    assert_eq!(names(&found), ["removed /app/src/x", "contents src/a", "added src/new"]);
    // What no COPY reads does not matter, nor does a mode that --chmod sets.
    let mut harmless = context();
    harmless[5].1 = file(0o644, 5, "other");
    harmless[1].1 = file(0o755, 10, "a");
    assert_eq!(words(&judge(DOCKERFILE, harmless)), words(&same));
    let mut mode = context();
    mode[0].1 = file(0o755, 50, "p");
    let found = judge(DOCKERFILE, mode);
    assert_eq!((words(&found)[1], names(&found)), (Now::Changed, vec!["mode package.json".to_owned()]));
    // A variable reaches commands, not copies; a label reaches nothing.
    let found = judge(&DOCKERFILE.replace("A=1", "A=2"), context());
    assert_eq!(words(&found)[..3], [Now::Same, Now::Same, Now::Changed]);
    let found = judge(&DOCKERFILE.replace("ENV A=1", "ENV A=1\nLABEL a=b"), context());
    assert_eq!((words(&found), found.is_stale()), (words(&same), Some(true)));
    // An instruction in between, one that is gone, a source that is gone.
    let found = judge(&DOCKERFILE.replace("WORKDIR", "RUN new\nWORKDIR"), context());
    assert_eq!(words(&found), [Now::Changed; 5]);
    let found = judge(&DOCKERFILE.replace("COPY package.json ./\n", ""), context());
    assert_eq!(words(&found)[1..3], [Now::Gone, Now::Changed]);
    let mut missing = context();
    missing.remove(0);
    assert!(judge(DOCKERFILE, missing).steps.iter().any(|step| step.why.contains("the build fails")));
    // A command without the variables that the history names before it.
    let found = judge(&DOCKERFILE.replace("install", "install -g"), context());
    assert_eq!(words(&found)[..3], [Now::Same, Now::Same, Now::Changed]);
}
