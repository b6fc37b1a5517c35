//! Images of real builders, daemons and registries: every source gives the same report.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cachalot::host::image::{Options, open, read_layers};
use cachalot::image::analysis::Files;
use cachalot::image::base::Base;
use cachalot::image::compare::{Verdict, compare};

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let output = Command::new(program).args(arguments).current_dir(folder).output().expect("the program is installed");
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Ends with its test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What must be the same whatever the source: times and sizes of files, not of blobs.
fn facts(reference: &str, options: &Options) -> String {
    let mut opened = open(reference, options).unwrap_or_else(|error| panic!("{reference}: {error}"));
    let trees = read_layers(&mut opened, options).unwrap_or_else(|error| panic!("{reference}: {error}"));
    let files = Files::new(trees);
    let changes: Vec<_> = files.stacked.changes.iter().map(|change| format!("{change:?}")).collect();
    let image = &opened.image;
    format!("{:?} {:?} {:?} {:?} {changes:?}", image.id, image.diff_ids(), image.layer_instructions(), files.totals(0))
}

#[test]
#[ignore = "needs umoci, skopeo and docker-registry; .ci/e2e starts them"]
fn layouts_archives_and_a_registry_agree() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = folder.path();
    std::fs::create_dir_all(at.join("l1/bin")).expect("a fresh folder");
    std::fs::write(at.join("l1/bin/big"), vec![7; 300_000]).expect("a fresh folder");
    std::fs::create_dir_all(at.join("l2/bin")).expect("a fresh folder");
    std::fs::write(at.join("l2/bin/.wh.big"), b"").expect("a fresh folder");
    run("umoci", &["init", "--layout", "oci"], at);
    run("umoci", &["new", "--image", "oci:base"], at);
    for (from, to, tar, text) in
        [("base", "v1", "l1", "COPY l1 / # buildkit"), ("v1", "v2", "l2", "RUN /bin/sh -c rm /bin/big # buildkit")]
    {
        run("tar", &["-C", tar, "-cf", &format!("{tar}.tar"), "."], at);
        let image = format!("oci:{from}");
        let file = format!("{tar}.tar");
        run("umoci", &["raw", "add-layer", "--image", &image, "--tag", to, "--history.created_by", text, &file], at);
    }
    run("skopeo", &["copy", "-q", "oci:oci:v2", "docker-archive:docker.tar:test/app:v2"], at);
    run("skopeo", &["copy", "-q", "oci:oci:v2", "oci-archive:oci.tar:v2"], at);
    run("skopeo", &["copy", "-q", "--dest-decompress", "oci:oci:v2", "dir:plain"], at);
    let configuration = "version: 0.1\nlog: {level: warn}\nstorage: {filesystem: {rootdirectory: ./data}}\nhttp: {addr: 127.0.0.1:5066}\n";
    std::fs::write(at.join("reg.yml"), configuration).expect("a fresh folder");
    let server =
        Command::new("docker-registry").args(["serve", "reg.yml"]).current_dir(at).stderr(Stdio::null()).spawn();
    let _server = Server(server.expect("docker-registry is installed"));
    std::thread::sleep(Duration::from_secs(2));
    run("skopeo", &["copy", "-q", "--dest-tls-verify=false", "oci:oci:v2", "docker://127.0.0.1:5066/test/app:v2"], at);
    let options = Options { insecure: true, ..Options::default() };
    let path = |name: &str| at.join(name).to_string_lossy().into_owned();
    let wanted = facts(&format!("oci:{}:v2", path("oci")), &options);
    assert!(wanted.contains("wasted_bytes: 300000"), "{wanted}");
    for reference in [path("docker.tar"), path("oci.tar"), path("plain"), "docker://127.0.0.1:5066/test/app:v2".into()]
    {
        assert_eq!(facts(&reference, &options), wanted, "{reference}");
    }
}

#[test]
#[ignore = "needs a BuildKit daemon; .ci/e2e starts it"]
fn a_cached_rebuild_is_all_hits() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = folder.path();
    let busybox = std::env::var("CACHALOT_BUSYBOX").unwrap_or_else(|_| "/bin/busybox".into());
    std::fs::copy(busybox, at.join("busybox")).expect("a static busybox is installed");
    let dockerfile =
        "FROM scratch\nCOPY busybox /bin/sh\nCOPY busybox /bin/busybox\nCOPY app /app\nRUN busybox touch /x\n";
    std::fs::write(at.join("Dockerfile"), dockerfile).expect("a fresh folder");
    let build = |name: &str, app: &str| {
        std::fs::write(at.join("app"), app).expect("a fresh folder");
        let output = format!("type=oci,dest={name}");
        run(
            "buildctl",
            &[
                "build",
                "--frontend",
                "dockerfile.v0",
                "--local",
                "context=.",
                "--local",
                "dockerfile=.",
                "--output",
                &output,
            ],
            at,
        );
        open(&at.join(name).to_string_lossy(), &Options::default()).expect("a good image").image
    };
    let unique = format!("{:?}", std::time::SystemTime::now());
    let first = build("one.tar", &unique);
    let again = build("two.tar", &unique);
    let changed = build("three.tar", &(unique + "!"));
    let instructions = ["COPY busybox /bin/sh", "COPY busybox /bin/busybox", "COPY app /app", "RUN busybox touch /x"];
    assert_eq!(first.layer_instructions(), instructions);
    assert_eq!(compare(&again, &first, &Base::default()).verdicts, [Verdict::Hit; 4]);
    let found = compare(&changed, &first, &Base::default());
    assert_eq!(found.verdicts[..3], [Verdict::Hit, Verdict::Hit, Verdict::Missed]);
    assert_eq!(found.first_miss.expect("one layer differs").layer, 2);
}
