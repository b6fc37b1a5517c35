use super::shared_labels::check_type;
use crate::rules::DockerfileCx;

/// A label that the schema wants to be an SPDX licence identifier or expression.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    check_type(cx, "spdx", "an SPDX licence", is_valid);
}

fn is_valid(value: &str) -> bool {
    spdx::license_id(value).is_some() || spdx::Expression::parse(value).is_ok()
}
