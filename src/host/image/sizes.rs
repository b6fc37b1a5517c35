use crate::image::source::{align, written};
use crate::model::BuildOptions;
use crate::syntax::dockerfile::parse;
use crate::text::FileId;

use super::{Error, Options, open, user_store};

/// The layers that the instructions of a Dockerfile left in an image: (line, bytes of the blob).
pub fn layer_bytes(reference: &str, dockerfile: &str) -> Result<Vec<(u32, u64)>, Error> {
    let opened = open(reference, &Options { cache: user_store(), ..Options::default() })?;
    let (parsed, _) = parse(FileId(0), dockerfile);
    let written = written(&parsed, dockerfile, BuildOptions::default());
    let lines = align(&opened.image, &written).into_iter().map(|at| Some(written[at?].line));
    let bytes = |step: &crate::image::Step| {
        let layer = opened.image.layers.get(step.layer?)?;
        layer.blob_size.or(layer.tar_size)
    };
    let steps = opened.image.steps();
    Ok(steps.iter().zip(lines).filter_map(|(step, line)| Some((line?, bytes(step)?))).collect())
}
