//! Which COPY and ADD sources are addresses.

/// True for a web address that is no git repository.
pub(in crate::rules) fn is_http(source: &str) -> bool {
    (source.starts_with("http://") || source.starts_with("https://")) && !is_git(source)
}

/// True for what BuildKit takes for a git repository: `git@host:path`, `ssh://` and `git://`
/// addresses, and web addresses whose path ends in `.git`.
pub(in crate::rules) fn is_git(source: &str) -> bool {
    let path = source.split(['#', '?']).next().unwrap_or(source);
    let scp = || {
        let (user, rest) = source.split_once('@')?;
        let (host, path) = rest.split_once(':')?;
        let word =
            |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b));
        Some(word(user) && word(host) && !path.is_empty())
    };
    let web = |scheme: &str| source.starts_with(scheme) && path.ends_with(".git");
    source.starts_with("git://")
        || source.starts_with("ssh://")
        || web("http://")
        || web("https://")
        || !source.contains("://") && scp().unwrap_or(false)
}
