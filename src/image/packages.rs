//! The package databases that an image carries.

use std::collections::BTreeMap;

use super::rpm;

/// Files whose contents a scan keeps: package databases and the account files.
pub(crate) fn is_wanted(path: &[u8]) -> bool {
    matches!(
        path,
        b"etc/passwd"
            | b"etc/group"
            | b"etc/shadow"
            | b"etc/master.passwd"
            | b"etc/os-release"
            | b"usr/lib/os-release"
            | b"var/lib/dpkg/status"
            | b"lib/apk/db/installed"
            | b"usr/lib/apk/db/installed"
    ) || is_rpm(path)
        || path.strip_prefix(b"var/lib/dpkg/status.d/").is_some_and(|name| !name.ends_with(b".md5sums"))
}

fn is_rpm(path: &[u8]) -> bool {
    let name = RPM_FOLDERS.iter().find_map(|folder| path.strip_prefix(folder.as_bytes())?.strip_prefix(b"/"));
    name.is_some_and(|name| rpm::FILES.iter().any(|file| file.as_bytes() == name))
}

/// Where rpm keeps its database.
pub(crate) const RPM_FOLDERS: [&str; 2] = ["var/lib/rpm", "usr/lib/sysimage/rpm"];

/// A package database's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Manager {
    /// Debian's.
    Dpkg,
    /// Alpine's.
    Apk,
    /// Fedora's, Red Hat's and SUSE's.
    Rpm,
}

/// What a scan keeps of a file that [`is_wanted`]: of a database in binary form only the packages,
/// a line for each, and nothing where it cannot be read.
pub(crate) fn condensed(path: &[u8], contents: Vec<u8>) -> Vec<u8> {
    if !is_rpm(path) {
        return contents;
    }
    let packages = rpm::packages(&contents).unwrap_or_default();
    packages.iter().map(|(name, version)| format!("{name} {version}\n")).collect::<String>().into_bytes()
}

/// Reads a database by its path in the image: name to version. `None` for other files.
pub fn read(path: &[u8], contents: &[u8]) -> Option<(Manager, BTreeMap<String, String>)> {
    let text = String::from_utf8_lossy(contents);
    if path.starts_with(b"var/lib/dpkg/status") {
        Some((Manager::Dpkg, dpkg(&text)))
    } else if path.ends_with(b"apk/db/installed") {
        Some((Manager::Apk, apk(&text)))
    } else if is_rpm(path) {
        let lines = text.lines().filter_map(|line| line.split_once(' '));
        Some((Manager::Rpm, lines.map(|(name, version)| (name.to_owned(), version.to_owned())).collect()))
    } else {
        None
    }
}

/// Paragraphs of `Key: value`; a package counts while its status ends in `installed`. The
/// distroless form has no status.
fn dpkg(text: &str) -> BTreeMap<String, String> {
    let mut packages = BTreeMap::new();
    let (mut name, mut version, mut installed) = (None, None, true);
    for line in text.lines().chain([""]) {
        if line.is_empty() {
            if let (Some(name), Some(version), true) = (name.take(), version.take(), installed) {
                packages.insert(name, version);
            }
            installed = true;
        } else if let Some(value) = line.strip_prefix("Package: ") {
            name = Some(value.trim().to_owned());
        } else if let Some(value) = line.strip_prefix("Version: ") {
            version = Some(value.trim().to_owned());
        } else if let Some(value) = line.strip_prefix("Status: ") {
            installed = value.trim_end().ends_with(" installed");
        }
    }
    packages
}

/// Paragraphs of `P:name` and `V:version`.
fn apk(text: &str) -> BTreeMap<String, String> {
    let mut packages = BTreeMap::new();
    let mut name = None;
    for line in text.lines() {
        if let Some(value) = line.strip_prefix("P:") {
            name = Some(value.to_owned());
        } else if let Some(value) = line.strip_prefix("V:")
            && let Some(name) = name.take()
        {
            packages.insert(name, value.to_owned());
        }
    }
    packages
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_databases() {
        let status = "Package: a\nStatus: install ok installed\nVersion: 1\n\nPackage: b\nStatus: deinstall ok config-files\nVersion: 2\n";
        let (manager, packages) = read(b"var/lib/dpkg/status", status.as_bytes()).expect("as written");
        assert_eq!((manager, packages.len(), &packages["a"][..]), (Manager::Dpkg, 1, "1"));
        let (_, packages) = read(b"lib/apk/db/installed", b"C:x\nP:musl\nV:1.2-r0\n\nP:z\nV:3\n").expect("as written");
        assert_eq!(packages["musl"], "1.2-r0");
    }
}
