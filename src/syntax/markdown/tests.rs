use super::*;

/// Each block as `info|what it is|text linted`, lines joined by `⏎`.
fn check(markdown: &str) -> Vec<String> {
    let show = |fence: &Fence| {
        let (kind, content) = match is_dockerfile(fence) {
            DockerfileFence::Whole(content) => ("whole", content),
            DockerfileFence::Fragment(content) => ("fragment", content),
            DockerfileFence::No => ("no", Spliced::default()),
        };
        verbatim(&content, markdown);
        format!("{}|{kind}|{}", fence.info, content.text.trim_end().replace('\n', "⏎"))
    };
    fences(markdown).iter().map(show).collect()
}

fn verbatim(content: &Spliced, markdown: &str) {
    for piece in &content.segments {
        let text = &content.text[piece.text as usize..(piece.text + piece.len) as usize];
        assert_eq!(markdown.get(piece.source as usize..(piece.source + piece.len) as usize), Some(text));
    }
}

#[test]
fn tagged_blocks() {
    assert_eq!(check("```dockerfile\nFROM a\nRUN b\n```"), ["dockerfile|whole|FROM a⏎RUN b"]);
    assert_eq!(check("```Dockerfile title=\"x\"\nRUN b\n```"), ["dockerfile|fragment|RUN b"]);
    assert_eq!(check("~~~docker\nfrom a # base\n\n~~~"), ["docker|whole|from a # base"]);
    assert_eq!(
        check("```docker\ndocker build -t x .\n```\n```docker\n$ docker run -it x\n```"),
        ["docker|no|", "docker|no|"]
    );
    assert_eq!(check("```dockerfile\nnode_modules\n.git\n```"), ["dockerfile|no|"]);
    assert_eq!(check("```dockerfile\nFROM <image>[:<tag>] [AS <name>]\n```"), ["dockerfile|no|"]);
    assert_eq!(check("```dockerfile:api/Dockerfile\nFROM a\n...\nRUN b\n```"), ["dockerfile|fragment|FROM a⏎RUN b"]);
    assert_eq!(check("```dockerfile\nFORM a\nRUN b\n```"), ["dockerfile|fragment|FORM a⏎RUN b"]);
    assert_eq!(check("```dockerfile\nEXPOSE <port> [<port>/<protocol>...]\n```"), ["dockerfile|no|"]);
    assert_eq!(check("```dockerfile\nRUN cat <in >out\n```"), ["dockerfile|fragment|RUN cat <in >out"]);
    assert_eq!(check("```python\ndocker run x\n```"), ["python|no|"]);
}

#[test]
fn untagged_blocks() {
    assert_eq!(check("```\n// Dockerfile\n\nFROM  a \nCMD [\"x\"]\n```"), ["|whole|⏎FROM  a ⏎CMD [\"x\"]"]);
    assert_eq!(
        check("```\n# Dockerfile\nARG V=1\nFROM a:$V AS b\n```"),
        ["|whole|# Dockerfile⏎ARG V=1⏎FROM a:$V AS b"]
    );
    assert_eq!(
        check("```\nfrom flask import Flask\napp = Flask()\n```\n\n    FROM a\n    RUN b \\\n     && c\n"),
        ["|no|", "|whole|FROM a⏎RUN b \\⏎ && c"]
    );
    assert_eq!(
        check("```\nFROM users\nWHERE id = 1\n```\n```\nRUN x\n```\n```\ndocker ps\n```"),
        ["|no|", "|no|", "|no|"]
    );
    assert_eq!(check("```\n$ cat app/Dockerfile\nFROM a\n$ docker build .\nStep 1/1 : FROM a\n```"), ["|whole|FROM a"]);
    assert_eq!(check("```\n[box] > cat Dockerfile\nFROM a\n[box] >\n```"), ["|whole|FROM a"]);
}

#[test]
fn the_terminal_session_behind_is_left_out() {
    let session = |line: &str| check(&format!("```\nFROM a\nRUN <<EOF\n$ no\nEOF\n\n{line}\n\n=> ERROR: x\n```"));
    for line in [
        "PS C:\\Users\\me> docker build .",
        "C:\\x>docker build .",
        "me@box:~/app$ docker build .",
        "docker build .",
        "➜ app docker ps",
        "#1 [internal] load",
        "// compose.yaml",
    ] {
        assert_eq!(session(line), ["|whole|FROM a⏎RUN <<EOF⏎$ no⏎EOF"], "{line}");
    }
}

#[test]
fn indentation_of_lists_and_quotes_is_not_content() {
    let markdown = "1. one\r\n\r\n   ```dockerfile\r\n   FROM a\r\n     RUN b\r\n   ```\r\n\r\n> - ```docker\r\n>   FROM b\r\n>   ```\r\n";
    assert_eq!(check(markdown), ["dockerfile|whole|FROM a⏎  RUN b", "docker|whole|FROM b"]);
    let found = fences(markdown);
    let run = found[0].content.text.find("RUN").expect("kept") as u32;
    assert_eq!(found[0].content.span(run, run + 5).slice(markdown), "RUN b");
    assert_eq!(found[1].span.slice(markdown), "```docker\r\n>   FROM b\r\n>   ```");
}

#[test]
fn hostile_markdown_is_quick() {
    for text in [
        "> ".repeat(50_000),
        "- ".repeat(50_000),
        "```\n".repeat(50_000),
        format!("```docker\n{}", "FROM a \\\n#\n".repeat(50_000)),
        format!("```\n{}", "RUN <<A <<B <<C\n".repeat(20_000)),
    ] {
        fences(&text).iter().for_each(|fence| drop(is_dockerfile(fence)));
    }
}

proptest::proptest! {
    #[test]
    fn pieces_are_verbatim(lines in proptest::collection::vec("(> |- |1. |\t|    |  )?(> |- |\t|  )?(```|```docker|FROM a|RUN <<E|E|\\.\\.\\.|\\$ x|// Dockerfile|COPY \u{e9} \\\\|)\r?\n", 0..14)) {
        let markdown = lines.concat();
        check(&markdown);
        for fence in fences(&markdown) {
            verbatim(&fence.content, &markdown);
            proptest::prop_assert!(markdown.get(fence.span.range()).is_some());
        }
    }
}
