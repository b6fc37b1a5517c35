//! The rules about images.

use cachalot::config::{Loaded, Overrides};
use cachalot::lint::lint_image;
use cachalot::model::docs::{DocFile, DocText, Docs};
use cachalot::rules::{Check, ImageSubject, ImageText, all};
use cachalot::syntax::markup::Markup;
use cachalot::text::{FileId, Sources, Span};

use crate::image_spec::{Form, parse};
use crate::shared::analysed;

/// The pages of the rules about images: their examples are images.
#[test]
fn image_rule_pages() {
    let mut checked = 0;
    for rule in all().iter().filter(|rule| matches!(rule.check, Check::Image(_))) {
        let config = Loaded::none().resolve("Dockerfile", &Overrides::default()).expect("the default configuration");
        let config = config.only(&[rule.name]);
        for heading in ["## Why", "## Examples", "## When to ignore"] {
            assert!(rule.page().contains(heading), "{}: {heading}", rule.name);
        }
        let mut verdicts = Vec::new();
        for fence in rule.page().split("```image ").skip(1) {
            let (word, rest) = fence.split_once('\n').expect("a fence has a line of its own");
            let spec = parse(rest.split("\n```").next().expect("split gives at least one"));
            let (opened, files) = analysed(&spec, Form::Legacy);
            let text = ImageText::new(&opened.image);
            let mut sources = Sources::default();
            let file: FileId = sources.add(text.source.clone());
            let doc =
                DocFile { file, path: "README.md".into(), doc: DocText::document(Markup::Markdown, &*spec.doc).into() };
            let docs =
                Docs { dockerfile: "Dockerfile".into(), root_name: "app".into(), files: vec![doc], ..Docs::default() };
            let docs = Some(&docs).filter(|_| !spec.doc.is_empty());
            let mut subject = ImageSubject { image: &opened.image, files: Some(&files), first_own: 0, docs };
            let found = lint_image(&config, file, &text, &subject);
            assert_eq!(!found.is_empty(), word == "bad", "{}: the {word} example: {found:?}", rule.name);
            verdicts.push(word.to_owned());
            // Nobody is blamed for the base image.
            let all_base = opened.image.layers.len();
            subject.first_own = all_base;
            let blamed = lint_image(&config, file, &text, &subject);
            let is_setting = [
                "image-user-root",
                "image-without-healthcheck",
                "system-folder-volume",
                "secret-in-image-env",
                "image-tagged-latest",
                "exposed-port-not-published",
            ];
            assert!(blamed.is_empty() || is_setting.contains(&rule.name), "{}: {blamed:?}", rule.name);
        }
        assert!(verdicts.contains(&"bad".into()) && verdicts.contains(&"good".into()), "{}", rule.name);
        checked += 1;
    }
    assert!(checked >= 13);
}

/// Rules about Dockerfiles that the commands in a history break.
#[test]
fn rules_about_commands_read_the_history() {
    let names = ["CIS-DI-0007", "CIS-DI-0009", "DKL-DI-0001", "DKL-DI-0003", "DKL-DI-0004"];
    let config = Loaded::none().resolve("Dockerfile", &Overrides::default()).expect("the default configuration");
    let config = config.only(&names);
    let found = |text: &str, first_own: usize, with_files: bool| -> Vec<String> {
        let (opened, files) = analysed(&parse(text), Form::Legacy);
        let text = ImageText::new(&opened.image);
        let file = Sources::default().add(text.source.clone());
        let subject =
            ImageSubject { image: &opened.image, files: Some(&files).filter(|_| with_files), first_own, docs: None };
        let found = lint_image(&config, file, &text, &subject);
        let line = |span: Span| text.source.text[..span.start as usize].matches('\n').count() + 1;
        found.iter().map(|diagnostic| format!("{} {}", line(diagnostic.primary.span), diagnostic.rule)).collect()
    };
    let text = "layer RUN /bin/sh -c apt-get update # buildkit\nfile a 1\n\
        layer |1 A=b /bin/sh -c apt-get install -y curl\nfile b 1\n\
        layer RUN /bin/sh -c apt-get update && apt-get -y dist-upgrade # buildkit\nfile c 1\n\
        layer RUN /bin/sh -c set -e; sudo -u app make # buildkit\nfile d 1\n\
        layer /bin/sh -c #(nop) ADD file:1234 in /conf \nfile conf 1\n\
        layer /bin/sh -c #(nop) ADD file:5678 in / \nfile e 1\nfile f 1\n\
        layer ADD rootfs.tar.gz / # buildkit\nfile g 1\n\
        layer RUN /bin/sh -c apk add curl # buildkit\nfile h 1\n";
    let wanted = ["1 update-without-install", "3 system-upgrade", "4 sudo-used", "5 add-instead-of-copy"];
    assert_eq!(found(text, 0, true), wanted);
    let without = ["1 update-without-install", "3 system-upgrade", "4 sudo-used", "8 apk-cache-kept"];
    assert_eq!(found(text, 0, false), without);
    // Nobody answers for the base image's commands.
    assert_eq!(found(text, 3, true), ["4 sudo-used", "5 add-instead-of-copy"]);
    assert!(found(text, 8, true).is_empty());
}
