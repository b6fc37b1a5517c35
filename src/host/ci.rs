use std::path::Path;

use super::paths::slashed;

/// A service that runs builds and shows what its log or reports say beside the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ci {
    /// GitHub Actions and what imitates it, such as Gitea.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Azure Pipelines.
    Azure,
}

/// The variable that says the service, and the one that names the checkout.
const SERVICES: [(Ci, &str, &str); 3] = [
    (Ci::Github, "GITHUB_ACTIONS", "GITHUB_WORKSPACE"),
    (Ci::Gitlab, "GITLAB_CI", "CI_PROJECT_DIR"),
    (Ci::Azure, "TF_BUILD", "BUILD_SOURCESDIRECTORY"),
];

/// The service that this process runs in.
pub fn ci() -> Option<Ci> {
    SERVICES.iter().find(|(_, name, _)| is_set(name)).map(|(ci, ..)| *ci)
}

/// True on any service: all of them set `CI`, but for Azure.
pub fn is_ci() -> bool {
    is_set("CI") || ci().is_some()
}

fn is_set(name: &str) -> bool {
    let value = std::env::var_os(name).unwrap_or_default();
    !value.is_empty() && !value.eq_ignore_ascii_case("false")
}

/// The current folder as seen from the service's checkout, ending in `/`; empty at its root, outside
/// of it, or without a service.
pub fn folder_in_checkout() -> String {
    let here = std::env::current_dir().ok();
    let roots = SERVICES.iter().filter(|(_, name, _)| is_set(name)).filter_map(|(_, _, root)| std::env::var_os(root));
    let inner = roots.filter_map(|root| Some(slashed(here.as_ref()?.strip_prefix(Path::new(&root)).ok()?))).next();
    inner.filter(|inner| !inner.is_empty()).map(|inner| inner + "/").unwrap_or_default()
}
