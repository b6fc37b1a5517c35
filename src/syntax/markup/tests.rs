use super::*;
use crate::syntax::markdown::is_dockerfile;
use crate::text::Spliced;

/// Each block as `language|attributes|text`, then the spans, the prose and the titles; lines joined by `⏎`.
fn check(markup: Markup, text: &str) -> Vec<String> {
    let code = markup.code(text);
    for content in code.fences.iter().map(|it| &it.content).chain(&code.spans).chain(&code.prose) {
        verbatim(content, text);
    }
    let block = |it: &markdown::Fence| {
        format!("{}|{}|{}", it.info, it.attributes, it.content.text.trim_end().replace('\n', "⏎"))
    };
    let spans = code.spans.iter().map(|it| format!("span {}", it.text));
    let titles = code.titles.iter().map(|it| format!("title {it}"));
    code.fences.iter().map(block).chain(spans).chain(titles).collect()
}

fn adoc(text: &str) -> Vec<String> {
    check(Markup::AsciiDoc, text)
}

fn rst(text: &str) -> Vec<String> {
    check(Markup::ReStructuredText, text)
}

fn verbatim(content: &Spliced, text: &str) {
    for piece in &content.segments {
        let ours = &content.text[piece.text as usize..(piece.text + piece.len) as usize];
        assert_eq!(text.get(piece.source as usize..(piece.source + piece.len) as usize), Some(ours));
    }
}

#[test]
fn asciidoc_blocks() {
    assert_eq!(
        adoc("= Notes\n\n.Dockerfile\n[source,dockerfile,linenums]\n----\nFROM a\n  RUN b\n----\n"),
        ["dockerfile|linenums Dockerfile|FROM a⏎  RUN b", "title Notes"]
    );
    assert_eq!(adoc("[,sh]\n----\ndocker ps\n----\n\n....\n$ x\n....\n"), ["sh||docker ps", "||$ x"]);
    assert_eq!(adoc("```dockerfile\nFROM a\n```\n"), ["dockerfile||FROM a"]);
    assert_eq!(
        adoc(":source-language: sh\n\n[source]\ndocker ps\ndocker info\n\ntext\n"),
        ["sh||docker ps⏎docker info"]
    );
    assert_eq!(adoc("* item\n+\n[source,sh]\n----\r\ndocker ps\r\n----\n"), ["sh||docker ps"]);
    assert_eq!(adoc("Text:\n\n  docker ps\n   -a\n\nmore\n"), ["||docker ps⏎ -a"]);
    assert_eq!(adoc("* one\n  ** two\n  . three\n\n  1. four\n"), [""; 0]);
    assert_eq!(adoc("////\n----\nx\n----\n////\n++++\n<b>\n++++\n"), [""; 0]);
    assert_eq!(adoc("----\nnobody closes this\n"), [""; 0]);
}

#[test]
fn asciidoc_callouts_and_spans() {
    assert_eq!(
        adoc("[source,dockerfile]\n----\nFROM a <1>\nRUN b # <2> <3>\nRUN c <image>\n----\n<1> base\n"),
        ["dockerfile||FROM a⏎RUN b⏎RUN c <image>"]
    );
    assert_eq!(adoc("Use `docker ps`, then `docker info`."), ["span docker ps", "span docker info"]);
}

#[test]
fn restructured_blocks() {
    assert_eq!(
        rst(
            "Notes\n=====\n\n.. code-block:: dockerfile\n   :caption: Dockerfile\n   :linenos:\n\n   FROM a\n     RUN b\n\nmore\n"
        ),
        ["dockerfile|Dockerfile|FROM a⏎  RUN b", "title Notes"]
    );
    assert_eq!(rst("Build it::\n\n    docker build .\n\n    docker ps\n\nmore\n"), ["||docker build .⏎⏎docker ps"]);
    assert_eq!(rst("1. Build it::\n\n     docker build .\n\n   and look\n"), ["||docker build ."]);
    assert_eq!(
        rst(".. note::\n\n   See::\n\n      docker ps\n\n   .. code:: sh\n\n      docker info\n"),
        ["||docker ps", "sh||docker info"]
    );
    assert_eq!(rst(".. highlight:: sh\n\n.. code-block::\n\n   docker ps\n"), ["sh||docker ps"]);
    assert_eq!(rst(".. a comment ::\n\n   docker ps\n\n.. raw:: html\n\n   <b>\n"), [""; 0]);
    assert_eq!(rst("term::\n  what it is\n\nUse ``docker ps`` now.\n"), ["span docker ps"]);
    assert_eq!(rst("=====\nTitle\n=====\n\nPart\n----\n\nOther\n=====\n"), ["title Title"]);
}

#[test]
fn hostile_documents_are_quick() {
    for text in [
        "- ".repeat(50_000),
        "----\n".repeat(50_000),
        "x::\n\n".repeat(50_000),
        (4..1_000).map(|len| "-".repeat(len) + "\n").collect(),
        "`".repeat(100_000),
        (0..2_000).map(|indent| " ".repeat(indent) + ".. code::\n").collect(),
    ] {
        for markup in [Markup::AsciiDoc, Markup::ReStructuredText] {
            markup.code(&text).fences.iter().for_each(|fence| drop(is_dockerfile(fence)));
        }
    }
}

proptest::proptest! {
    #[test]
    fn pieces_are_verbatim(lines in proptest::collection::vec("(  |\t|\\* |1\\. )?(----|\\.\\.\\.\\.|x::|\\.\\. code:: sh|\\[source,sh\\]|FROM a <1>|`\u{e9}`|``b``|:o: x|====)?\r?\n", 0..14)) {
        check(Markup::AsciiDoc, &lines.concat());
        check(Markup::ReStructuredText, &lines.concat());
    }
}
