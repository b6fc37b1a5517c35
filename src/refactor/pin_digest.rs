use crate::diagnostic::{Edit, Fix};
use crate::model::{Base, ImageRef};

use super::Cx;

/// The digest of FROM's image behind its name, where it is known without asking a registry.
pub(super) fn find(cx: &Cx) -> Option<Fix> {
    let stage = cx.from()?;
    let Base::Image(image, _) = &stage.base else { return None };
    let word = &stage.from_body?.image;
    // A name with a variable is pinned where the variable is set.
    if !word.is_constant() || ImageRef::parse(&word.raw) != *image || image.digest.is_some() || !image.is_valid() {
        return None;
    }
    let digest = (cx.digest)(image)?;
    let short: String = digest.chars().take("sha256:".len() + 12).collect();
    Some(Fix::safe(format!("pin `{}` to {short}…", word.raw), vec![Edit::insert(word.span.end, format!("@{digest}"))]))
}
