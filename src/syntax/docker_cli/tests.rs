use super::*;

fn parse(text: &str, language: &str) -> Vec<Invocation> {
    let mut content = Spliced::default();
    content.push(text, 0);
    invocations(&content, language, Place::Block(0))
}

/// Each call as `path [flag=value…] arg…`, lines joined by `⏎`.
fn check(text: &str) -> String {
    check_in(text, "")
}

fn check_in(text: &str, language: &str) -> String {
    let show = |it: &Invocation| {
        let mut words: Vec<String> = it.path.iter().map(|word| word.text.clone()).collect();
        for flag in &it.flags {
            let value = flag.value.as_ref().map(|value| format!("={}", value.text)).unwrap_or_default();
            words.push(format!("[{}{}{value}]", flag.name, if flag.known { "" } else { "?" }));
        }
        words.extend(it.args.iter().map(|word| word.text.clone()));
        words.join(" ")
    };
    parse(text, language).iter().map(show).collect::<Vec<_>>().join("⏎")
}

#[test]
fn flags_and_clusters() {
    assert_eq!(
        check("docker run -dp 80:80 -it --name=x app:1 --port 3"),
        "run [detach] [publish=80:80] [interactive] [tty] [name=x] app:1 --port 3"
    );
    assert_eq!(check("docker run -p80:80 -e A=b app"), "run [publish=80:80] [env=A=b] app");
    assert_eq!(
        check("sudo FOO=1 docker container run --rm \"my app\" sh -c 'a b'"),
        "container run [rm] my app sh -c a b"
    );
    assert_eq!(check("docker build . -t app -f docker/Dockerfile"), "build [tag=app] [file=docker/Dockerfile] .");
    assert_eq!(check("docker -H tcp://x run app && podman run --pod p app"), "run app⏎run [pod=p] app");
    assert_eq!(check("docker run --rf app"), "run [rf?] app");
    assert_eq!(check("docker run -name x app"), "run [name?=x] app");
    assert_eq!(check("docker buildx create --use"), "buildx create [use]");
    assert_eq!(check("docker compose -f a.yml up -d --buidl web"), "compose up [detach] [buidl?] web");
    assert_eq!(check("docker-compose --verbose run --rm web ls -l"), "run [rm] web ls -l");
    assert_eq!(check("podman pod create -p 80:80"), "pod create [publish=80:80]");
    assert_eq!(check("nerdctl -n k8s run --ipfs-address x app"), "run [ipfs-address=x] app");
    assert_eq!(check("./scripts/docker up"), "");
    assert_eq!(check("/usr/bin/docker ps"), "ps");
    assert_eq!(parse("docker scout cves --x y", "")[0].subcommand, None);
}

#[test]
fn prompts_continuations_and_output() {
    assert_eq!(check("$ docker run \\\n    -d \\\n    app\ndocker run output\n"), "run [detach] app");
    assert_eq!(check("PS C:\\x> docker build .\n => docker run x"), "build .");
    assert_eq!(check("➜  study git:(main) ✗ docker run -it node\nWelcome to Node.js"), "run [interactive] [tty] node");
    assert_eq!(check_in("docker run `\n  -d `\n  app", "powershell"), "run [detach] app");
    assert_eq!(check_in("# docker run app", "console"), "run app");
    assert_eq!(check_in("# docker run app", "sh"), "");
    assert_eq!(check("[root@box ~]# docker ps"), "ps");
}

#[test]
fn placeholders_typos_and_dashes() {
    assert_eq!(check("docker run -d <image name> {tag} > out 2>&1"), "run [detach] <image name> {tag}");
    assert_eq!(check("docekr run x"), "run x");
    assert!(parse("docekr run x", "")[0].misspelt);
    assert_eq!(check("docker is nice\ndocket run x"), "is nice");
    let dashes = parse("docker run —rm –d app", "");
    assert!(dashes[0].flags.iter().all(|flag| flag.typographic && flag.known));
    assert_eq!(parse("docker log x", "")[0].verb, Verb::Unknown);
}

#[test]
fn prose_speaks_of_calls() {
    let spoken = |text: &str| {
        let call = in_prose(&Spliced::verbatim(text, 0))?;
        let flags = call.flags.iter().map(|flag| format!(" [{}{}]", flag.name, if flag.known { "" } else { "?" }));
        Some(format!(
            "{:?} {}{}",
            call.verb,
            call.path.iter().map(|it| &*it.text).collect::<Vec<_>>().join(" "),
            flags.collect::<String>()
        ))
    };
    assert_eq!(spoken("docker run에서 --rf 옵션").as_deref(), Some("Run run [rf?]"));
    assert_eq!(spoken("docker log로 본다").as_deref(), Some("Unknown log"));
    assert_eq!(spoken("then type dodcker ps -a and look").as_deref(), Some("Other ps [all]"));
    assert_eq!(spoken("we docket run it; docker is fine"), None);
}

#[test]
fn never_panics() {
    for text in [
        "docker",
        "docker run -",
        "docker run --",
        "$(",
        "docker run $(",
        "'",
        "docker -H",
        "docker run —",
        "docker run -é",
        "docker run -p",
    ] {
        for end in 0..=text.len() {
            if let Some(part) = text.get(..end) {
                check(part);
            }
        }
    }
}

#[test]
fn folders_are_followed_from_a_fresh_clone_on() {
    let folders = |text: &str| parse(text, "").into_iter().map(|it| it.folder).collect::<Vec<_>>();
    assert_eq!(folders("git clone x && cd x\ndocker build .\ncd api\ndocker build ."), ["", "api"]);
    assert_eq!(folders("cd a; cd b; docker build ."), ["a/b"]);
}
