//! Images of real builders, daemons and registries: every source gives the same report.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cachalot::host::image::{Options, open, read_layers};
use cachalot::image::analysis::Files;
use cachalot::image::base::Base;
use cachalot::image::compare::{Verdict, compare};
use serde_json::Value;

fn run(program: &str, arguments: &[&str], folder: &Path) {
    let output = Command::new(program).args(arguments).current_dir(folder).output().expect("the program is installed");
    assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// Ends with its test.
struct Server(Child);

impl Server {
    fn start(program: &str, arguments: &[&str], folder: &Path) -> Server {
        let log = std::fs::File::create(folder.join(format!("{program}.log"))).expect("a fresh folder");
        let started =
            Command::new(program).args(arguments).current_dir(folder).stdout(Stdio::null()).stderr(log).spawn();
        Server(started.unwrap_or_else(|error| panic!("{program} is installed: {error}")))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Asked to end, a Docker daemon ends its own servers too.
        let _ = Command::new("kill").arg(self.0.id().to_string()).status();
        let _ = self.0.wait();
    }
}

fn wait_for(what: &str, is_there: impl Fn() -> bool) {
    for _ in 0..120 {
        if is_there() {
            return;
        }
        std::thread::sleep(Duration::from_millis(500));
    }
    panic!("{what} did not start");
}

/// A registry on that port of this machine, with a password file if one is given.
fn registry(port: u16, password_file: Option<&str>, folder: &Path) -> Server {
    let auth =
        password_file.map_or(String::new(), |file| format!("auth: {{htpasswd: {{realm: here, path: {file}}}}}\n"));
    let configuration = format!(
        "version: 0.1\nlog: {{level: warn}}\nstorage: {{filesystem: {{rootdirectory: ./data}}}}\nhttp: {{addr: 127.0.0.1:{port}}}\n{auth}"
    );
    let name = format!("registry-{port}.yml");
    std::fs::write(folder.join(&name), configuration).expect("a fresh folder");
    let server = Server::start("docker-registry", &["serve", &name], folder);
    wait_for("the registry", || std::net::TcpStream::connect(("127.0.0.1", port)).is_ok());
    server
}

/// The program's report as JSON, without what must differ from source to source: names, and how the
/// layers are stored.
fn report(arguments: &[&str], variables: &[(&str, &str)], folder: &Path) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
    command.args(["image", "--files", "--no-cache", "--fail-on", "never", "--format", "json"]).args(arguments);
    let output = command.envs(variables.iter().copied()).current_dir(folder).output().expect("it was built");
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    let mut report = serde_json::from_slice(&output.stdout).expect("JSON");
    strip(&mut report);
    report
}

fn strip(value: &mut Value) {
    const DIFFERS: [&str; 8] =
        ["name", "tags", "digest", "annotations", "blob_bytes", "compression", "file", "warnings"];
    match value {
        Value::Object(object) => {
            object.retain(|key, _| !DIFFERS.contains(&key.as_str()));
            object.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

/// A folder with a static busybox and a Dockerfile that has an instruction of most kinds.
fn context(folder: &Path) {
    let busybox = std::env::var("CACHALOT_BUSYBOX").unwrap_or_else(|_| "/bin/busybox".into());
    std::fs::create_dir_all(folder.join("context")).expect("a fresh folder");
    std::fs::copy(busybox, folder.join("context/busybox")).expect("a static busybox is installed");
    std::fs::write(folder.join("context/app"), "app").expect("a fresh folder");
    let dockerfile = "FROM scratch\nCOPY busybox /bin/sh\nCOPY busybox /bin/busybox\nARG WHO=me\nENV A=1\nWORKDIR /app\n\
        COPY app ./\nRUN busybox dd if=/dev/urandom of=/big bs=1000 count=300\n\
        RUN busybox rm /big && busybox chmod 600 /app/app && busybox mkdir -m 777 /open\n\
        LABEL a=\"b c\"\nEXPOSE 8080\nUSER 1000\nVOLUME /data\nSTOPSIGNAL SIGINT\n\
        HEALTHCHECK --interval=5s CMD busybox true\nENTRYPOINT [\"busybox\"]\nCMD [\"sleep\", \"1\"]\n";
    std::fs::write(folder.join("context/Dockerfile"), dockerfile).expect("a fresh folder");
}

fn buildctl(output: &str, more: &[&str], folder: &Path) {
    let fixed = ["build", "--frontend", "dockerfile.v0", "--local", "context=context", "--local", "dockerfile=context"];
    run("buildctl", &[&fixed[..], more, &["--output", output]].concat(), folder);
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
    let _server = registry(5066, None, at);
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

/// One build, handed out by everything that can hand it out.
#[test]
#[ignore = "needs BuildKit, Docker, podman, skopeo and docker-registry; .ci/e2e starts them"]
fn every_source_gives_the_same_report() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = folder.path();
    context(at);
    buildctl("type=oci,dest=oci.tar", &[], at);
    buildctl("type=oci,dest=zstd.tar,compression=zstd,force-compression=true", &[], at);
    buildctl("type=oci,dest=estargz.tar,compression=estargz,force-compression=true,oci-mediatypes=true", &[], at);
    buildctl("type=oci,dest=plain.tar,compression=uncompressed,force-compression=true", &[], at);
    buildctl("type=oci,dest=layout,tar=false", &[], at);
    buildctl("type=docker,name=app:1,dest=docker.tar", &[], at);
    let wanted = report(&["oci.tar"], &[], at);
    let history: Vec<&str> =
        wanted["history"].as_array().expect("a list").iter().filter_map(|row| row["instruction"].as_str()).collect();
    let instructions = [
        "COPY busybox /bin/sh",
        "COPY busybox /bin/busybox",
        "ARG WHO=me",
        "ENV A=1",
        "WORKDIR /app",
        "COPY app ./",
        "RUN busybox dd if=/dev/urandom of=/big bs=1000 count=300",
        "RUN busybox rm /big && busybox chmod 600 /app/app && busybox mkdir -m 777 /open",
        "LABEL a=b c",
        "EXPOSE 8080/tcp",
        "USER 1000",
        "VOLUME [/data]",
        "STOPSIGNAL SIGINT",
        "HEALTHCHECK CMD busybox true",
        "ENTRYPOINT [\"busybox\"]",
        "CMD [\"sleep\" \"1\"]",
    ];
    assert_eq!(history, instructions);
    assert_eq!(wanted["files"]["totals"]["deleted_bytes"], 300_000);
    assert_eq!(wanted["files"]["totals"]["metadata_bytes"], 3);
    let rules: Vec<&str> =
        wanted["diagnostics"].as_array().expect("a list").iter().filter_map(|it| it["rule"].as_str()).collect();
    assert_eq!(rules, ["world-writable-file"]);
    for name in ["layout", "docker.tar", "zstd.tar", "plain.tar"] {
        assert_eq!(report(&[name], &[], at), wanted, "{name}");
    }
    // Nothing was edited since: a build of the same context would reuse all of it.
    let tree = ["--dockerfile", "context/Dockerfile", "--context", "context"];
    let now = report(&[&tree[..], &["oci.tar"]].concat(), &[], at);
    assert_eq!(now["working_tree"]["stale"], false, "{:#}", now["working_tree"]);
    std::fs::write(at.join("context/app"), "new").expect("a fresh folder");
    let now = report(&[&tree[..], &["oci.tar"]].concat(), &[], at);
    let files: Vec<&str> = now["working_tree"]["steps"]
        .as_array()
        .expect("a list")
        .iter()
        .flat_map(|step| step["files"].as_array().expect("a list"))
        .filter_map(|file| file["path"].as_str())
        .collect();
    assert_eq!((&now["working_tree"]["stale"], &files[..]), (&Value::Bool(true), &["app"][..]));
    std::fs::write(at.join("context/app"), "app").expect("a fresh folder");
    // eStargz puts marks and a table into the layers, so their diff ids differ; the files do not.
    let estargz = report(&["estargz.tar"], &[], at);
    assert_eq!(estargz["files"]["totals"], wanted["files"]["totals"]);

    let _open = registry(5067, None, at);
    run("htpasswd", &["-Bbc", "password", "me", "secret"], at);
    let _closed = registry(5068, Some("password"), at);
    let push =
        ["copy", "-q", "--dest-tls-verify=false", "docker-archive:docker.tar", "docker://127.0.0.1:5067/me/app:1"];
    run("skopeo", &push, at);
    let from_registry = report(&["--insecure", "docker://127.0.0.1:5067/me/app:1"], &[], at);
    assert_eq!(from_registry, wanted, "the registry");
    let closed = ["--insecure", "docker://127.0.0.1:5068/me/app:1"];
    std::fs::create_dir_all(at.join("login")).expect("a fresh folder");
    let login = at.join("login").to_string_lossy().into_owned();
    std::fs::write(at.join("login/config.json"), "{}").expect("a fresh folder");
    let refused = Command::new(env!("CARGO_BIN_EXE_cachalot"))
        .arg("image")
        .args(closed)
        .env("DOCKER_CONFIG", &login)
        .env("HOME", &login)
        .output()
        .expect("it was built");
    assert_eq!(refused.status.code(), Some(2));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("docker login 127.0.0.1:5068"), "{said}");
    std::fs::write(at.join("login/config.json"), r#"{"auths":{"127.0.0.1:5068":{"auth":"bWU6c2VjcmV0"}}}"#)
        .expect("a fresh folder");
    assert_eq!(report(&closed, &[("DOCKER_CONFIG", &login)], at), wanted, "the registry with a login");
    // A credential helper, as `docker-credential-pass` is one.
    std::fs::write(at.join("login/config.json"), r#"{"credHelpers":{"127.0.0.1:5068":"canned"}}"#)
        .expect("a fresh folder");
    let helper = "#!/bin/sh\ncat >/dev/null\necho '{\"Username\":\"me\",\"Secret\":\"secret\"}'\n";
    std::fs::write(at.join("login/docker-credential-canned"), helper).expect("a fresh folder");
    run("chmod", &["+x", "login/docker-credential-canned"], at);
    let path = format!("{login}:{}", std::env::var("PATH").unwrap_or_default());
    assert_eq!(report(&closed, &[("DOCKER_CONFIG", &login), ("PATH", &path)], at), wanted, "a credential helper");

    let socket = format!("unix://{}", at.join("docker.sock").display());
    // containerd does not find its socket by a relative path.
    let place = |name: &str| at.join(name).to_string_lossy().into_owned();
    let (data, state, pid) = (place("dk"), place("dkx"), place("dockerd.pid"));
    let arguments = ["--data-root", &data, "--exec-root", &state, "--pidfile", &pid, "-H", &socket];
    let arguments = [&arguments[..], &["--storage-driver", "vfs", "--iptables=false", "--bridge=none"]].concat();
    let _docker = Server::start("dockerd", &arguments, at);
    let answers = || Command::new("/usr/bin/docker").args(["-H", &socket, "version"]).output();
    wait_for("dockerd", || answers().is_ok_and(|output| output.status.success()));
    run("/usr/bin/docker", &["-H", &socket, "load", "-q", "-i", "docker.tar"], at);
    let docker = [("DOCKER_HOST", &socket[..])];
    assert_eq!(report(&["docker-daemon:app:1"], &docker, at), wanted, "docker-daemon:");
    assert_eq!(report(&["app:1"], &docker, at), wanted, "a bare name");
    run("/usr/bin/docker", &["-H", &socket, "save", "-o", "saved.tar", "app:1"], at);
    assert_eq!(report(&["saved.tar"], &[], at), wanted, "docker save");
    a_classic_build(&socket, at);

    let store = ["--root", "pod", "--runroot", "podx", "--storage-driver", "vfs"];
    run("podman", &[&store[..], &["load", "-q", "-i", "docker.tar"]].concat(), at);
    run("podman", &[&store[..], &["save", "-q", "-o", "podman.tar", "app:1"]].concat(), at);
    assert_eq!(report(&["podman.tar"], &[], at), wanted, "podman save");
    let socket = format!("unix://{}", at.join("podman.sock").display());
    let _podman = Server::start("podman", &[&store[..], &["system", "service", "--time", "0", &socket]].concat(), at);
    wait_for("podman", || at.join("podman.sock").exists());
    assert_eq!(report(&["podman:app:1"], &[("CONTAINER_HOST", &socket)], at), wanted, "podman:");
}

/// However an instruction is written, the history of its image does not look edited.
#[test]
#[ignore = "needs a BuildKit daemon; .ci/e2e starts it"]
fn an_unedited_tree_is_not_stale() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = folder.path();
    context(at);
    let dockerfile = r#"ARG BASE=scratch
FROM ${BASE} AS shell
COPY busybox /bin/sh
COPY --chmod=755 busybox /bin/busybox
LABEL one=1 two="a b" \
    three='c d'
FROM shell AS tools
RUN busybox echo tool > /tool
FROM shell
MAINTAINER me
ARG WHO=me UNUSED
ENV OLD form of two words
ENV A=1 B="x y" C=${A}/c
WORKDIR /app
WORKDIR sub
SHELL ["/bin/sh", "-e", "-c"]
RUN busybox echo "$WHO" \
    # a comment in between
    && busybox true
RUN --mount=type=cache,target=/c busybox true
RUN <<EOF
busybox echo one > /one
busybox echo two > /two
EOF
COPY --from=tools /tool /usr/
COPY --link app /link/
COPY <<end /text
of $A
end
ADD app Dockerfile ./many/
RUN ["busybox", "true"]
EXPOSE 80 443/tcp 53/udp
VOLUME ["/data", "/more"]
VOLUME /third /fourth
USER 1000:1000
STOPSIGNAL SIGTERM
HEALTHCHECK --timeout=3s CMD busybox true || exit 1
ONBUILD RUN true
ENTRYPOINT exec busybox "$@"
CMD busybox sleep 1, 2 [3]
"#;
    std::fs::write(at.join("context/Dockerfile"), dockerfile).expect("a fresh folder");
    buildctl("type=oci,dest=odd.tar", &[], at);
    let found = report(&["--dockerfile", "context/Dockerfile", "--context", "context", "odd.tar"], &[], at);
    let tree = &found["working_tree"];
    let steps = tree["steps"].as_array().expect("a list");
    let odd: Vec<&Value> = steps.iter().filter(|step| step["now"] != "same").collect();
    assert!(odd.iter().all(|step| step["now"] == "unknown"), "{odd:#?}");
    assert_ne!(tree["stale"], true, "{tree:#}");
    assert!(steps.iter().filter(|step| step["now"] == "same").count() > 15, "{tree:#}");
}

/// The classic builder writes another history for the same Dockerfile.
fn a_classic_build(socket: &str, at: &Path) {
    let build = ["-H", socket, "build", "-q", "--network=none", "-t", "classic:1", "context"];
    let output = Command::new("/usr/bin/docker").args(build).env("DOCKER_BUILDKIT", "0").current_dir(at).output();
    let output = output.expect("Docker is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found = report(&["classic:1"], &[("DOCKER_HOST", socket)], at);
    let history: Vec<&str> =
        found["history"].as_array().expect("a list").iter().filter_map(|row| row["instruction"].as_str()).collect();
    let starts = [
        "COPY file:",
        "COPY file:",
        "ARG WHO=me",
        "ENV A=1",
        "WORKDIR /app",
        "COPY file:",
        "RUN busybox dd",
        "RUN busybox rm /big &&",
        "LABEL a=b c",
        "EXPOSE 8080",
        "USER 1000",
        "VOLUME [/data]",
        "STOPSIGNAL SIGINT",
        "HEALTHCHECK",
        "ENTRYPOINT [\"busybox\"]",
        "CMD [\"sleep\" \"1\"]",
    ];
    assert_eq!(history.len(), starts.len(), "{history:#?}");
    for (instruction, start) in history.iter().zip(starts) {
        assert!(instruction.starts_with(start), "{instruction}: {start}");
    }
    assert_eq!(found["files"]["totals"]["deleted_bytes"], 300_000);
}

/// Tags of a repository by the time of their build, whatever they are called.
#[test]
#[ignore = "needs BuildKit, skopeo and docker-registry; .ci/e2e starts them"]
fn a_series_of_tags() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let at = folder.path();
    context(at);
    let _registry = registry(5069, None, at);
    for (number, tag) in ["1.9", "1.10", "zz-3", "aa-4"].into_iter().enumerate() {
        std::fs::write(at.join("context/app"), format!("app {number} {:?}", std::time::SystemTime::now()))
            .expect("a fresh folder");
        buildctl("type=oci,dest=build.tar", &[], at);
        let to = format!("docker://127.0.0.1:5069/me/app:{tag}");
        run("skopeo", &["copy", "-q", "--dest-tls-verify=false", "oci-archive:build.tar", &to], at);
    }
    let to = "docker://127.0.0.1:5069/me/app:latest";
    run("skopeo", &["copy", "-q", "--dest-tls-verify=false", "oci-archive:build.tar", to], at);
    let series = ["image", "series", "docker://127.0.0.1:5069/me/app", "--tags", "3", "--insecure", "--format", "json"];
    let output = Command::new(env!("CARGO_BIN_EXE_cachalot")).args(series).output().expect("it was built");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let found: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let names: Vec<&str> =
        found["builds"].as_array().expect("a list").iter().filter_map(|build| build["name"].as_str()).collect();
    let tags: Vec<&str> = names.iter().filter_map(|name| name.rsplit(':').next()).collect();
    assert_eq!(tags, ["1.10", "zz-3", "aa-4"]);
    let slot = |start: &str| {
        let slots = found["slots"].as_array().expect("a list").iter();
        slots.clone().find(|slot| slot["instruction"].as_str().is_some_and(|text| text.starts_with(start))).cloned()
    };
    assert_eq!(slot("COPY app").expect("a layer of it")["changed"], 2);
    assert_eq!(slot("RUN busybox dd").expect("a layer of it")["collateral"], 2);
    assert_eq!(slot("COPY busybox /bin/sh").expect("a layer of it")["changed"], 0);
}

/// What a reader of the page can do, done by a script in a real browser: enter a folder of the map, go
/// back, look at one layer alone and at all again.
const CLICKS: &str = r##"<script>
const said = [];
const boxes = () => [...document.querySelectorAll("#map button")].map(box => box.textContent);
const tell = what => said.push(`${what}: ${document.getElementById("crumbs").textContent} | ${boxes().join(", ")}`);
const click = selector => document.querySelector(selector).click();
tell("whole");
[...document.querySelectorAll("#map button")].find(box => box.textContent.startsWith("app/")).click();
tell("entered");
click("#crumbs button");
tell("back");
click("tr.pick:nth-child(3)");
tell("layer");
click("tr.pick:nth-child(3)");
tell("again");
const out = document.createElement("pre");
out.id = "said";
out.textContent = said.join("\n");
document.body.replaceChildren(out);
</script>"##;

#[test]
#[ignore = "needs chromium; .ci/e2e installs it"]
fn the_page_in_a_browser() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let image = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/image.in/app-2.tar");
    let mut command = Command::new(env!("CARGO_BIN_EXE_cachalot"));
    command.args(["image", "--no-cache", "--fail-on", "never", "--include-base", "--format", "html"]).arg(image);
    let page = String::from_utf8(command.output().expect("it was built").stdout).expect("UTF-8");
    let path = folder.path().join("page.html");
    std::fs::write(&path, page.replace("</body>", &format!("{CLICKS}</body>"))).expect("a fresh folder");
    let profile = format!("--user-data-dir={}", folder.path().join("profile").display());
    let browser = Command::new("chromium")
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--window-size=1200,900", &profile, "--dump-dom"])
        .arg(format!("file://{}", path.display()))
        .output()
        .expect("chromium is installed");
    let dom = String::from_utf8_lossy(&browser.stdout);
    let said = dom.split("<pre id=\"said\">").nth(1).and_then(|rest| rest.split("</pre>").next());
    let lines: Vec<&str> = said.unwrap_or_else(|| panic!("the script ran: {dom}")).lines().collect();
    let boxes = |line: usize| lines[line].split(" | ").nth(1).expect("a bar in each line");
    assert!(boxes(0).contains("usr/ ") && boxes(0).contains("app/ ") && boxes(0).contains("curl 30.0 kB"));
    assert!(lines[1].starts_with("entered: /app") && boxes(1).contains("server 12.0 kB") && !boxes(1).contains("usr"));
    assert_eq!(boxes(2), boxes(0));
    assert!(lines[3].contains("from layer 2: RUN apt-get update"), "{}", lines[3]);
    assert!(boxes(3).contains("curl 30.0 kB") && !boxes(3).contains("server"));
    assert_eq!((lines.len(), boxes(4)), (5, boxes(0)));
}
