use std::fs;
use std::io::{self, Write};
use std::path::Path;

/// Replaces the contents of a file in one step: a reader sees the old text or the new one, and a
/// crash or a full disk leaves the old one. Mode bits are kept; a symlink keeps pointing at the
/// file, which is what changes.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path)?;
    let meta = fs::metadata(&target)?;
    if meta.permissions().readonly() {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the file is read-only"));
    }
    let folder = target.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".cachalot-").tempfile_in(folder)?;
    new.write_all(bytes)?;
    keep_owner(new.path(), &meta);
    new.as_file().set_permissions(meta.permissions())?;
    new.as_file().sync_all()?;
    new.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a report: replaces a file in one step or makes a new one; a pipe or a device gets the bytes.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::metadata(path) {
        Ok(meta) if meta.is_file() => write_atomically(path, bytes),
        Ok(_) => fs::OpenOptions::new().write(true).open(path)?.write_all(bytes),
        Err(_) => create(path, bytes),
    }
}

/// Puts a new file there in one step; an error if there is one already.
pub fn create(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".cachalot-").tempfile_in(folder)?;
    new.write_all(bytes)?;
    readable(&new)?;
    new.as_file().sync_all()?;
    new.persist_noclobber(path).map_err(|error| error.error)?;
    Ok(())
}

/// Temporary files are private; this one is not.
#[cfg(unix)]
fn readable(new: &tempfile::NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    new.as_file().set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable(_: &tempfile::NamedTempFile) -> io::Result<()> {
    Ok(())
}

/// Root fixing somebody's file leaves it theirs; where that is not allowed the file is ours anyway.
#[cfg(unix)]
fn keep_owner(new: &Path, old: &fs::Metadata) {
    use std::os::unix::fs::{MetadataExt, chown};
    let _ = chown(new, Some(old.uid()), Some(old.gid()));
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &fs::Metadata) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_else_is_left_in_the_folder() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("Dockerfile");
        fs::write(&file, "old").expect("writes");
        write_atomically(&file, b"new").expect("replaces");
        assert_eq!(fs::read_to_string(&file).expect("reads"), "new");
        assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn mode_and_symlink_are_kept() {
        use std::os::unix::fs::{PermissionsExt, symlink};
        let folder = tempfile::tempdir().expect("a temporary folder");
        let (file, link) = (folder.path().join("real"), folder.path().join("Dockerfile"));
        fs::write(&file, "old").expect("writes");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o751)).expect("sets the mode");
        symlink(&file, &link).expect("links");
        write_atomically(&link, b"new").expect("replaces");
        assert!(fs::symlink_metadata(&link).expect("looks").is_symlink());
        assert_eq!(fs::read_to_string(&file).expect("reads"), "new");
        assert_eq!(fs::metadata(&file).expect("looks").permissions().mode() & 0o777, 0o751);
    }

    #[test]
    fn a_read_only_file_is_not_replaced_behind_its_owners_back() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = folder.path().join("Dockerfile");
        fs::write(&file, "old").expect("writes");
        let mut permissions = fs::metadata(&file).expect("looks").permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&file, permissions).expect("sets the mode");
        assert!(write_atomically(&file, b"new").is_err());
        assert_eq!(fs::read_to_string(&file).expect("reads"), "old");
    }
}
