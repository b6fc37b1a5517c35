use crate::rules::ImageCx;

/// Folders and files of that kind in one's own layers, but for those of installed packages.
pub(in crate::rules) fn check(cx: &mut ImageCx) {
    for (path, layer) in cx.own_live(|_| true) {
        let shown = cx.path(path);
        let is_installed =
            ["/node_modules/", "/vendor/", "/site-packages/", "/usr/share/"].iter().any(|at| shown.contains(at));
        let name = shown.rsplit('/').next().unwrap_or_default();
        if !is_installed && is_litter(name) {
            cx.report_layer(layer, format!("`{shown}` does not belong into an image")).note("list it in .dockerignore");
        }
    }
}

fn is_litter(name: &str) -> bool {
    matches!(
        name,
        ".git"
            | ".svn"
            | ".hg"
            | ".idea"
            | ".vscode"
            | ".DS_Store"
            | "Thumbs.db"
            | ".vimrc"
            | ".aws"
            | ".azure"
            | ".gcp"
            | ".npm"
            | "Dockerfile"
            | "docker-compose.yml"
            | "docker-compose.yaml"
    ) || name.starts_with('.') && name.ends_with(".swp")
}
