//! Documents that no person writes on purpose and every editor opens some day: what stands between two
//! keystrokes, what other programs leave behind, and what somebody hostile would send.

/// All of them, each with a name; what can be long is `size` pieces long.
pub(crate) fn documents(size: usize) -> Vec<(&'static str, String)> {
    let stage = |rest: &str| format!("FROM alpine:3.20\n{rest}\n");
    let many = |piece: &str| piece.repeat(size);
    let numbered = |line: &dyn Fn(usize) -> String| (0..size).map(line).collect::<String>();
    vec![
        ("empty", String::new()),
        ("one-line-end", "\n".to_string()),
        ("blank-lines", many("\n")),
        ("one-comment", "#".to_string()),
        ("only-continuations", many("\\\n")),
        ("byte-order-mark", "\u{feff}FROM alpine:3.20\n".to_string()),
        ("byte-order-mark-alone", "\u{feff}".to_string()),
        ("windows-line-ends", "FROM alpine:3.20\r\nRUN a \\\r\n  && b\r\n".to_string()),
        ("mixed-line-ends", "FROM alpine:3.20\rRUN a\r\nRUN b\nRUN c".to_string()),
        ("nul", stage("RUN echo \0\nENV A=\0")),
        ("control-characters", stage("RUN \u{1b}[1m\u{7}\u{b}\u{c}\u{85}\u{2028}\u{2029}")),
        ("beyond-the-basic-plane", stage("LABEL \u{1f600}=\u{1f468}\u{200d}\u{1f469}\nRUN echo \u{1d11e} $\u{1f600}")),
        ("right-to-left", stage("RUN echo \u{202e}txt.exe\u{202c}")),
        ("combining", stage(&format!("RUN e{}", many("\u{301}")))),
        ("no-final-line-end", "FROM alpine:3.20\nRUN a \\".to_string()),
        ("backquote-escapes", "# escape=`\nFROM a\nRUN x `\n  y\nCOPY a `\n".to_string()),
        ("half-typed", "FROM\nFROM a AS\nCOPY --from=\nRUN --mount=type=\nENV\nENV A\nARG\nCOPY a\nEXPOSE\nHEALTHCHECK\nONBUILD\nSHELL [\n".to_string()),
        ("variables-before-a-stage", "  ARG A=$B\n  ARG B=$A\n RUN $A\n  FROM $A\n".to_string()),
        ("stages-in-a-circle", "FROM c AS a\nFROM a AS b\nFROM b AS c\nFROM d AS d\n".to_string()),
        ("heredoc-without-end", stage("RUN <<EOF\na\n EOF\nEOF2")),
        ("heredoc-of-tabs", stage("RUN cat <<-A <<B\n\ta\n\tA\nb\nB\nCOPY <<-\"C\" /c\n\t$x\n\tC")),
        ("here-string", stage("RUN cat <<<WORD\nRUN cat <<<<WORD\nRUN <<<")),
        ("comments-in-continuations", stage("ENV \\\n# a\n  A=1 \\\n\n  # b\n  B=2")),
        ("quotes-in-quotes", stage("RUN \"'\"'\"'`'\nENV A=\"\\\"'\" B='\"'\nLABEL a=\"")),
        ("long-line", stage(&format!("RUN echo {}", many("word ")))),
        ("long-continuation", stage(&format!("RUN a{}", many(" \\\n b")))),
        ("many-stages", numbered(&|at| format!("FROM alpine AS s{at}\nCOPY --from=s{} /a /b\n", at.saturating_sub(1)))),
        ("many-variables", format!("FROM a\n{}", numbered(&|at| format!("ENV V{}=$V{at}$V{at}\n", at + 1)))),
        ("many-flags", stage(&format!("RUN {} a", many("--mount=type=cache,target=/x ")))),
        ("many-heredocs", stage(&format!("RUN {}", numbered(&|at| format!("<<E{at} "))))),
        ("many-labels", stage(&format!("LABEL{}", numbered(&|at| format!(" a{at}=\"x\""))))),
        ("braces", stage(&format!("ENV A={}{}", many("${A:-"), many("}")))),
        ("brackets", stage(&format!("CMD {}", many("[")))),
        ("parentheses", stage(&format!("RUN {}", many("(")))),
        ("substitutions", stage(&format!("RUN {}", many("$(")))),
        ("backquotes", stage(&format!("RUN {}", many("`")))),
        ("escaped-quotes", stage(&format!("CMD [\"{}\"]", many("\\\"")))),
        ("ifs", stage(&format!("RUN {}", many("if a; then ")))),
        ("nested-triggers", stage(&format!("{}RUN a", many("ONBUILD ")))),
        ("template", "FROM {{ image }}\n{% for a in b %}\nRUN {{ a }}\n{% endfor %}\n".to_string()),
    ]
}
