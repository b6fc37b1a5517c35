use std::io::{self, Write};

use super::super::page::filled;
use super::ReplayReport;

const PAGE: &str = include_str!("page.html");

/// Writes one self-contained page: rates before and after the advice, a map of commits and steps, the
/// patch.
pub fn replay_html(write: &mut dyn Write, report: &ReplayReport) -> io::Result<()> {
    let data = serde_json::to_value(report).map_err(io::Error::other)?;
    write.write_all(filled(PAGE, &data).as_bytes())
}
