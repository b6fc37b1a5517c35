use crate::rules::DockerfileCx;
use crate::syntax::dockerfile::Body;
use crate::text::Span;

/// hadolint's DL3064: ARG or ENV whose name holds one of a list of words, anywhere in the file.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let mut found: Vec<(Span, String)> = Vec::new();
    for instruction in &cx.dockerfile.instructions {
        match &instruction.body {
            Body::Arg(declarations) => found.extend(declarations.iter().map(|it| (it.name.span, it.name.text.clone()))),
            Body::Env(pairs) => found.extend(pairs.iter().map(|pair| (pair.key.span, pair.key.raw.clone()))),
            Body::Onbuild(trigger) => match &trigger.body {
                Body::Arg(declarations) => {
                    found.extend(declarations.iter().map(|it| (it.name.span, it.name.text.clone())));
                }
                Body::Env(pairs) => found.extend(pairs.iter().map(|pair| (pair.key.span, pair.key.raw.clone()))),
                _ => {}
            },
            _ => {}
        }
    }
    for (span, name) in found.into_iter().filter(|(_, name)| is_listed(name)) {
        cx.report(span, format!("the name `{name}` sounds like a secret"))
            .note("what ARG and ENV hold can be read from the image; use `RUN --mount=type=secret,id=…`");
    }
}

fn is_listed(name: &str) -> bool {
    let upper = name.to_ascii_uppercase();
    let words = ["API_KEY", "CLIENT_KEY", "PASSWORD", "PRIVATE", "SECRET", "TOKEN", "USERNAME"];
    // A personal access token: `GITHUB_PAT`.
    NAMES.contains(&upper.as_str()) || upper.ends_with("_PAT") || words.iter().any(|word| upper.contains(word))
}

/// Names of services' credentials that hold none of the words.
const NAMES: [&str; 24] = [
    "AWS_ACCESS_KEY_ID",
    "AWS_ACCOUNT_ID",
    "AZURE_CLIENT_ID",
    "AZURE_TENANT_ID",
    "CLOUDFLARE_EMAIL",
    "CODECLIMATE_REPO",
    "CONSUMER_KEY",
    "DATABASE_URL",
    "DB_PASS",
    "DO_ACCESS_KEY",
    "DOCKERHUB_PASS",
    "FACEBOOK_ACCESS_KEY",
    "FACEBOOK_APP_ID",
    "FIREBASE_KEY",
    "GOOGLE_APPLICATION_CREDENTIALS",
    "HEROKU_KEY",
    "MYSQL_PASS",
    "MYSQL_PWD",
    "PGPASS",
    "REDIS_URL",
    "SENDGRID_KEY",
    "SSH_KEY",
    "TRAVIS_OS_NAME",
    "TWILIO_SID",
];
