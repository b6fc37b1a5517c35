use std::collections::BTreeMap;

use super::*;

/// The error of one file, as shown.
fn error(name: &str, text: &str) -> String {
    Loaded::from_text(name, text).map(|_| "no error".to_string()).unwrap_or_else(|error| error.to_string())
}

fn resolved(text: &str, path: &str) -> Config {
    let loaded = Loaded::from_text("cachalot.toml", text).unwrap_or_else(|error| panic!("{error}"));
    loaded.resolve(path, &Overrides::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn rule() -> &'static Rule {
    rules::by_name("unused-suppression").expect("the rule is there")
}

#[test]
fn errors_say_where_and_what_was_meant() {
    let cases = [
        ("ingore = []", "cachalot.toml:1:1: unknown key `ingore` (did you mean `ignore`?)"),
        ("preset = \"al\"", "cachalot.toml:1:10: unknown preset `al`: one of recommended, all, hadolint, buildkit"),
        (
            "fail-on = \"fatal\"",
            "cachalot.toml:1:11: unknown threshold `fatal`: one of error, warning, info, hint, never",
        ),
        ("fail-on = 3", "cachalot.toml:1:11: `fail-on` takes a string, not an integer"),
        (
            "\nignore = [\"SC2086\",\n  \"unused-supression\"]",
            "cachalot.toml:3:3: unknown rule `unused-supression` (did you mean `unused-suppression`?)",
        ),
        ("select = [1]", "cachalot.toml:1:10: `select` takes a list of strings"),
        (
            "[rules]\nunused-suppression = \"eror\"",
            "cachalot.toml:2:22: unknown severity `eror`: one of error, warning, info, hint, off (did you mean `error`?)",
        ),
        (
            "[rules.unused-suppression]\nseverty = \"error\"",
            "cachalot.toml:2:1: rule `unused-suppression` has no option `severty` (did you mean `severity`?)",
        ),
        (
            "[rules]\nunused-suppression = 3",
            "cachalot.toml:2:22: a rule is set to a severity (error, warning, info, hint, off) or to a table",
        ),
        ("rules = 1", "cachalot.toml:1:9: `rules` is a table"),
        (
            "[rules.no-such-thing-at-all]\nseverity = \"error\"",
            "cachalot.toml:1:8: unknown rule `no-such-thing-at-all`",
        ),
        ("[[overrides]]\nignore = []", "cachalot.toml:1:3: an override has no `paths` (add `paths = [\"glob\"]`)"),
        (
            "[[overrides]]\npaths = [\"a\"]\nexclude = [\"b\"]",
            "cachalot.toml:3:1: `exclude` cannot stand in an override",
        ),
        ("[[overrides]]\npaths = [\"a[\"]", "cachalot.toml:2:10: `a[`: unclosed character class; missing ']'"),
        ("[shell]\nengine = \"bash\"", "cachalot.toml:2:10: unknown engine `bash`: one of native, external, auto, off"),
        ("[shell]\nengin = \"native\"", "cachalot.toml:2:1: unknown key `engin` in `[shell]` (did you mean `engine`?)"),
        ("build-args = { A = 1 }", "cachalot.toml:1:20: `A` takes a string, not an integer"),
        ("a = ", "cachalot.toml:1:5: string values must be quoted, expected literal string"),
    ];
    for (text, expected) in cases {
        assert_eq!(error("cachalot.toml", text), expected, "{text}");
    }
}

#[test]
fn hadolint_errors() {
    let cases = [
        ("ignred: [DL3008]\n", ".hadolint.yaml:1:1: unknown key `ignred` (did you mean `ignored`?)"),
        ("ignored:\n  - DL3008\n  - nonsense-code\n", ".hadolint.yaml:3:5: unknown rule `nonsense-code`"),
        (
            "failure-threshold: fatal\n",
            ".hadolint.yaml:1:20: unknown threshold `fatal`: one of error, warning, info, style, ignore, none",
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(error(".hadolint.yaml", text), expected, "{text}");
    }
}

#[test]
fn a_hadolint_file_in_full() {
    let text = "# comment\nignored: [DL3008, SC2086]\noverride:\n  error: [SC1091]\n  style: [SC1091]\n\
                trustedRegistries:\n  - docker.io\nlabel-schema:\n  author: text\n  empty:\nstrict-labels: true\n\
                disable-ignore-pragma: true\nfailure-threshold: error\nformat: json\nno-color: true\nverbose: false\n";
    let loaded = Loaded::from_text("a/.hadolint.yaml", text).unwrap_or_else(|error| panic!("{error}"));
    let config = loaded.resolve("a/Dockerfile", &Overrides::default()).expect("nothing on the command line");
    assert_eq!(config.fail_on.value, FailOn::At(Severity::Error));
    assert_eq!(config.code_severity("SC2086", Severity::Info), None);
    assert_eq!(config.code_severity("SC1091", Severity::Info), Some(Severity::Error));
    assert!(config.no_hadolint_comments);
    assert_eq!(config.formats, ["json"]);
    assert_eq!(error(".hadolint.yml", ""), "no error");
    assert_eq!(error(".hadolint.yml", "---\n# nothing\n"), "no error");
}

#[test]
fn later_layers_win() {
    let text = "preset = \"all\"\n[rules]\nunused-suppression = \"error\"\nSC2086 = \"off\"\n\
                [[overrides]]\npaths = [\"images/**\"]\nignore = [\"unused-suppression\"]\nfail-on = \"never\"\n";
    let config = resolved(text, "Dockerfile");
    assert_eq!(config.severity(rule()), Some(Severity::Error));
    assert_eq!(config.severity_origin(rule()).to_string(), "cachalot.toml:3");
    assert_eq!(config.code_severity("SC2086", Severity::Info), None);
    let config = resolved(text, "images/app/Dockerfile");
    assert_eq!(config.severity(rule()), None);
    assert_eq!((config.fail_on.value, config.fail_on.origin.to_string()), (FailOn::Never, "cachalot.toml:8".into()));
}

#[test]
fn the_command_line_has_the_last_word() {
    let loaded =
        Loaded::from_text("cachalot.toml", "ignore = [\"unused-suppression\"]\ntarget = \"a\"").expect("valid");
    let given =
        Overrides { select: vec!["unused-suppression".into()], target: Some("b".into()), ..Overrides::default() };
    let config = loaded.resolve("Dockerfile", &given).expect("valid");
    assert_eq!(config.severity(rule()), Some(Severity::Info));
    assert_eq!(config.target, Set { value: Some("b".to_string()), origin: Origin::CommandLine });
    let wrong = Overrides { ignore: vec!["unused-supression".into()], ..Overrides::default() };
    let error = loaded.resolve("Dockerfile", &wrong).expect_err("misspelt");
    let expected = "command line: unknown rule `unused-supression` (did you mean `unused-suppression`?)";
    assert_eq!(error.to_string(), expected);
}

#[test]
fn files_extend_files() {
    let files = BTreeMap::from([
        ("/r/base.toml", "fail-on = \"error\"\ntarget = \"base\"\ncontext = \"ctx\""),
        ("/r/app/cachalot.toml", "extends = \"../base.toml\"\ntarget = \"app\""),
        ("/r/loop.toml", "extends = [\"loop.toml\"]"),
        ("/r/gone.toml", "\nextends = [\"nowhere.toml\"]"),
    ]);
    let texts = |path: &str| files.get(path).map(|text| text.to_string()).ok_or("no such file".to_string());
    let config = Loaded::read("/r/app/cachalot.toml", &texts)
        .expect("valid")
        .resolve("/r/app/Dockerfile", &Overrides::default());
    let config = config.expect("valid");
    assert_eq!(config.fail_on.origin.to_string(), "/r/base.toml:1");
    assert_eq!(config.target.value.as_deref(), Some("app"));
    assert_eq!(config.context.value.as_deref(), Some("/r/ctx"));
    let error = |path: &str| Loaded::read(path, &texts).expect_err("wrong").to_string();
    assert_eq!(
        error("/r/loop.toml"),
        "/r/loop.toml:1:1: `extends` goes round in a circle: /r/loop.toml -> /r/loop.toml"
    );
    assert_eq!(error("/r/gone.toml"), "/r/gone.toml:2:1: cannot read `nowhere.toml`: no such file");
    assert_eq!(error("/r/absent.toml"), "/r/absent.toml: no such file");
}

#[test]
fn globs_are_from_the_file_s_folder() {
    let cases = [
        ("vendor", "vendor/x/Dockerfile", true),
        ("vendor", "a/vendor/Dockerfile", true),
        ("a/vendor", "vendor/Dockerfile", false),
        ("*.dev.dockerfile", "x/app.dev.dockerfile", true),
        ("images/*", "images/a/Dockerfile", true),
        ("images/*/Dockerfile", "images/a/b/Dockerfile", false),
        ("images/**/Dockerfile", "images/a/b/Dockerfile", true),
        ("./images/", "images/Dockerfile", true),
        ("images", "images2/Dockerfile", false),
    ];
    for (glob, path, expected) in cases {
        let text = format!("exclude = [\"{glob}\"]");
        assert_eq!(resolved(&text, path).excluded, expected, "{glob} {path}");
        let loaded = Loaded::from_text("/r/cachalot.toml", &text).expect("valid");
        let absolute = loaded.resolve(&format!("/r/{path}"), &Overrides::default()).expect("valid");
        assert_eq!(absolute.excluded, expected, "/r: {glob} {path}");
    }
}

#[test]
fn presets_choose_rules() {
    for rule in rules::all() {
        assert_eq!(Preset::All.severity(rule), Some(rule.severity));
        assert_eq!(Preset::Recommended.severity(rule).is_some(), rule.default, "{}", rule.name);
        let is_theirs =
            rule.aliases.iter().any(|alias| alias.starts_with("DL") && !["DL1001", "DL3057"].contains(alias));
        assert!(!is_theirs || Preset::Hadolint.severity(rule).is_some(), "{}", rule.name);
        let is_experiment = rule.buildkit_name() == Some("InvalidDefinitionDescription");
        let is_check = rule.buildkit_name().is_some() && !is_experiment;
        assert!(!is_check || Preset::Buildkit.severity(rule) >= Some(Severity::Warning), "{}", rule.name);
        assert!(!is_experiment || Preset::Buildkit.severity(rule).is_none(), "runs only where a file asks for it");
    }
    let theirs = ["DL", "SC", "CIS-DI-", "DKL-DI-", "DKL-LI-"];
    let is_known = |alias: &str| theirs.iter().any(|it| alias.starts_with(it)) || rules::is_buildkit_name(alias);
    let unknown: Vec<&str> =
        rules::all().iter().flat_map(|rule| rule.aliases.iter().copied()).filter(|alias| !is_known(alias)).collect();
    assert!(unknown.is_empty(), "aliases that are not hadolint's, BuildKit's, ShellCheck's or dockle's: {unknown:?}");
}

#[test]
fn the_schema_knows_every_rule_and_key() {
    let schema = schema();
    let keys = schema["properties"].as_object().expect("an object");
    for rule in rules::all() {
        assert!(keys["rules"]["properties"].get(rule.name).is_some(), "{}", rule.name);
    }
    for key in file::SETTINGS.iter().chain(&["extends", "exclude", "baseline", "overrides", "shell", "cache", "image"])
    {
        assert!(keys.get(*key).is_some_and(|it| it["description"].is_string()), "{key}");
    }
}

#[test]
fn what_is_shown_says_where_it_came_from() {
    let config = resolved("fail-on = \"info\"\n[rules.unused-suppression]\nseverity = \"hint\"\n", "Dockerfile");
    let shown = config.shown();
    let line = |key: &str| {
        let found = shown.iter().find(|it| it.key == key).unwrap_or_else(|| panic!("{key} is not shown"));
        format!("{} ({})", found.value, found.origin)
    };
    assert_eq!(line("fail-on"), "\"info\" (cachalot.toml:1)");
    assert_eq!(line("preset"), "\"recommended\" (default)");
    assert_eq!(line("rules.unused-suppression.severity"), "\"hint\" (cachalot.toml:3)");
}
