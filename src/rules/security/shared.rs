//! Which files are secrets, by name and by what is in them.

/// Names that only secrets have, wherever they lie.
pub(super) fn is_secret_name(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let named = [
        "id_rsa",
        "id_dsa",
        "id_ecdsa",
        "id_ed25519",
        ".netrc",
        ".git-credentials",
        ".pgpass",
        ".pypirc",
        ".htpasswd",
        "kubeconfig",
        "terraform.tfstate",
    ];
    named.contains(&name) || path.ends_with(".aws/credentials") || path.ends_with(".docker/config.json")
}

/// Names that often hold a secret: the content decides.
fn may_be_secret(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let ends = [".pem", ".key", ".ppk", ".p8", "credentials.json", ".kubeconfig"];
    let service_account =
        name.ends_with(".json") && (name.contains("service-account") || name.contains("serviceaccount"));
    is_secret_name(path)
        || is_dotenv(name)
        || name == ".npmrc"
        || service_account
        || ends.iter().any(|it| name.ends_with(it))
}

/// `.env`, `.env.local`, `.env.production`, not the samples that projects keep beside them.
fn is_dotenv(name: &str) -> bool {
    let samples = ["example", "sample", "template", "dist", "test", "tmpl", "defaults", "default", "schema", "ci"];
    let rest = name.strip_prefix(".env").filter(|rest| rest.is_empty() || rest.starts_with('.'));
    rest.is_some_and(|rest| !rest.split(['.', '-', '_']).any(|part| samples.contains(&part)))
}

/// What makes the file a secret: `a private key`; `None` where name and content do not say so.
pub(super) fn secret_in(path: &str, read: impl FnOnce() -> Option<String>) -> Option<&'static str> {
    let folders = path.rsplit_once('/').map_or("", |(folders, _)| folders).to_ascii_lowercase();
    let harmless =
        ["test", "spec", "fixture", "example", "sample", "mock", "vendor", "node_modules", "docs", "demo", "stub"];
    if !may_be_secret(path) || harmless.iter().any(|it| folders.contains(it)) {
        return None;
    }
    let name = path.rsplit('/').next().unwrap_or(path);
    let text = read()?;
    if text.contains("PRIVATE KEY-----") {
        return Some("a private key");
    }
    if text.contains("\"private_key\"") {
        return Some("a service account's key");
    }
    match name {
        ".npmrc" => text.lines().any(npm_token).then_some("an access token"),
        ".netrc" | ".git-credentials" | ".pgpass" | ".pypirc" => (text.trim().len() > 10).then_some("passwords"),
        _ if path.ends_with(".aws/credentials") => text.contains("aws_secret_access_key").then_some("an access key"),
        _ if path.ends_with(".docker/config.json") => text.contains("\"auth\"").then_some("registry passwords"),
        _ if name.contains("kubeconfig") => text.contains("client-key-data").then_some("a client's key"),
        "terraform.tfstate" => Some("every value of the infrastructure, secrets too"),
        _ if is_dotenv(name) => text.lines().any(secret_setting).then_some("passwords or tokens"),
        _ => None,
    }
}

/// `//registry/:_authToken=…` with the token itself.
fn npm_token(line: &str) -> bool {
    let value =
        ["_authToken=", "_password=", "_auth="].iter().find_map(|key| line.split_once(key)).map(|(_, value)| value);
    value.is_some_and(|value| value.trim().len() > 8 && !value.contains('$'))
}

/// `DB_PASSWORD=hunter2`, not an empty value, a variable or a placeholder.
fn secret_setting(line: &str) -> bool {
    let line = line.trim().trim_start_matches("export ");
    let Some((key, value)) = line.split_once('=').filter(|_| !line.starts_with('#')) else { return false };
    let key = key.trim().to_ascii_uppercase();
    let value = value.trim().trim_matches(['"', '\'']);
    let lower = value.to_ascii_lowercase();
    let placeholder = [
        "your",
        "change",
        "example",
        "xxx",
        "todo",
        "placeholder",
        "<",
        "...",
        "secret",
        "password",
        "dummy",
        "replace",
        "test",
        "insert",
    ];
    let names = ["SECRET", "TOKEN", "PASSWORD", "PASSWD", "API_KEY", "APIKEY", "PRIVATE_KEY", "ACCESS_KEY"];
    let public = [
        "PUBLIC",
        "NEXT_PUBLIC",
        "VITE_",
        "REACT_APP",
        "EXPIR",
        "TTL",
        "LIFETIME",
        "_FILE",
        "_PATH",
        "_URL",
        "HEADER",
        "_NAME",
        "ALGORITHM",
    ];
    names.iter().any(|it| key.contains(it))
        && !public.iter().any(|it| key.contains(it))
        && value.len() >= 8
        && !value.contains('$')
        && !placeholder.iter().any(|it| lower.contains(it))
}
