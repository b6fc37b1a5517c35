use crate::host::image::{self, Opened, Options};

/// Opens whatever a reference means.
pub(super) fn open(reference: &str, options: &Options) -> anyhow::Result<Opened> {
    Ok(image::open(reference, options)?)
}

/// The newest tags of a repository, as references.
pub(super) fn tags(repository: &str, count: usize, options: &Options) -> anyhow::Result<Vec<String>> {
    Ok(image::tags(repository, count, options)?)
}
