use crate::rules::DocsCx;

/// How tokens of well-known services begin, and how many characters of which kind follow at least.
const TOKENS: [(&str, usize); 12] = [
    ("ghp_", 36),
    ("gho_", 36),
    ("ghs_", 36),
    ("github_pat_", 60),
    ("glpat-", 20),
    ("npm_", 36),
    ("AKIA", 16),
    ("AIza", 35),
    ("xoxb-", 40),
    ("xoxp-", 40),
    ("sk_live_", 24),
    ("dckr_pat_", 27),
];

pub(in crate::rules) fn check(cx: &mut DocsCx) {
    of_services(cx);
    let Some(doc) = cx.document else { return };
    for call in &doc.invocations {
        for value in call.values("env").chain(call.values("build-arg")).filter(|value| holds_token(&value.text)) {
            let name = value.text.split('=').next().unwrap_or("");
            cx.report(value.span, format!("the value of `{name}` looks like a real token"))
                .primary_label("readable by everybody who reads this")
                .note("revoke the token, then write a placeholder such as `<token>`");
        }
    }
}

/// Tokens in what the services of compose are given.
fn of_services(cx: &mut DocsCx) {
    let Some(builds) = cx.builds.filter(|it| !it.is_bake) else { return };
    for pair in builds.list.iter().flat_map(|build| &build.environment).filter(|pair| holds_token(&pair.text)) {
        let name = pair.text.split('=').next().unwrap_or("");
        cx.report(pair.span, format!("the value of `{name}` looks like a real token"))
            .primary_label("readable by everybody who reads this file")
            .note(format!(
                "revoke the token, then write `{name}: ${{{name}}}` and keep the value in a file that git ignores"
            ));
    }
}

/// True for `NAME=value` whose value is a token.
fn holds_token(pair: &str) -> bool {
    let Some((_, secret)) = pair.split_once('=') else { return false };
    let of_kind = |(start, len): &(&str, usize)| {
        secret.strip_prefix(start).is_some_and(|rest| {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-_".contains(c))).unwrap_or(rest.len());
            end >= *len && is_random(&rest[..end])
        })
    };
    TOKENS.iter().any(of_kind)
}

/// Made-up tokens repeat themselves, count, or say what they are.
fn is_random(text: &str) -> bool {
    let lower = text.to_lowercase();
    let mut seen: Vec<char> = lower.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    let says = ["example", "xxxx", "1234", "abcd", "your", "token", "0000", "test", "fake", "dummy"];
    seen.len() > 9 && !says.iter().any(|word| lower.contains(word)) && text.chars().any(|c| c.is_ascii_digit())
}
