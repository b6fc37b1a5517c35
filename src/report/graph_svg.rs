use std::collections::BTreeMap;
use std::io::{self, Write};

use super::graph::{GraphReport, colour, edges, plain};
use super::step::cut;

/// Size of a box and the gaps between boxes, in pixels.
const WIDTH: usize = 330;
const HEIGHT: usize = 34;
const ACROSS: usize = 60;
const DOWN: usize = 26;
const MARGIN: usize = 20;
/// Letters that fit into a box.
const LETTERS: usize = 46;

/// A picture: a column for what comes from outside, then one for each stage; a vertex stands below all
/// that it reads. What content can match is dashed.
pub fn graph_svg(write: &mut dyn Write, report: &GraphReport) -> io::Result<()> {
    let places = places(report);
    let columns = places.iter().map(|it| it.0).max().unwrap_or(0) + 1;
    let rows = places.iter().map(|it| it.1).max().unwrap_or(0) + 1;
    let (wide, high) =
        (2 * MARGIN + columns * (WIDTH + ACROSS) - ACROSS / 2, 2 * MARGIN + rows * (HEIGHT + DOWN) - DOWN);
    writeln!(
        write,
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{wide}" height="{high}" viewBox="0 0 {wide} {high}" font-family="monospace" font-size="11">"#
    )?;
    writeln!(
        write,
        r##"<defs><marker id="end" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="#607d8b"/></marker></defs>"##
    )?;
    writeln!(write, r##"<rect width="{wide}" height="{high}" fill="#ffffff"/>"##)?;
    for (node, edge) in edges(report) {
        let (Some(from), Some(to)) = (places.get(edge.id), places.get(node.id)) else { continue };
        let dash = if edge.matched_by == "content" { r#" stroke-dasharray="5 4""# } else { "" };
        let between = |place: &(usize, usize)| place.0 == to.0 && (from.1 + 1..to.1).contains(&place.1);
        let is_free = from.0 == to.0 && !places.iter().any(between);
        let path = path(*from, *to, is_free);
        writeln!(write, r##"<path d="{path}" fill="none" stroke="#607d8b"{dash} marker-end="url(#end)"/>"##)?;
    }
    for (node, place) in report.vertices.iter().zip(&places) {
        let (x, y) = corner(*place);
        let name = escaped(&cut(&plain(&node.name), LETTERS));
        let title = escaped(&plain(&node.name));
        writeln!(
            write,
            r##"<g><title>{title}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="4" fill="{}" stroke="#90a4ae"/><text x="{}" y="{}">{name}</text></g>"##,
            colour(node.verdict),
            x + 8,
            y + HEIGHT / 2 + 4
        )?;
    }
    writeln!(write, "</svg>")
}

/// Column and row of each vertex.
fn places(report: &GraphReport) -> Vec<(usize, usize)> {
    let mut columns: BTreeMap<&str, usize> = BTreeMap::new();
    let mut next = vec![0usize];
    let mut places: Vec<(usize, usize)> = Vec::with_capacity(report.vertices.len());
    for node in &report.vertices {
        let column = match node.stage.as_deref() {
            None => 0,
            Some(stage) => {
                let new = columns.len() + 1;
                *columns.entry(stage).or_insert(new)
            }
        };
        next.resize(next.len().max(column + 1), 0);
        let above = node.inputs.iter().filter_map(|edge| places.get(edge.id)).map(|it| it.1 + 1).max().unwrap_or(0);
        let row = above.max(next[column]);
        next[column] = row + 1;
        places.push((column, row));
    }
    places
}

fn corner((column, row): (usize, usize)) -> (usize, usize) {
    (MARGIN + column * (WIDTH + ACROSS), MARGIN + row * (HEIGHT + DOWN))
}

/// Down within a column; from side to side between two.
fn path(from: (usize, usize), to: (usize, usize), is_free: bool) -> String {
    let ((ax, ay), (bx, by)) = (corner(from), corner(to));
    if is_free {
        return format!("M{} {}L{} {}", ax + WIDTH / 2, ay + HEIGHT, bx + WIDTH / 2, by);
    }
    let (start, end) = match from.0.cmp(&to.0) {
        std::cmp::Ordering::Less => (ax + WIDTH, bx),
        std::cmp::Ordering::Greater => (ax, bx + WIDTH),
        // Past what stands between in the same column.
        std::cmp::Ordering::Equal => {
            let side = ax + WIDTH;
            let out = side + ACROSS / 2;
            let (y1, y2) = (ay + HEIGHT / 2, by + HEIGHT / 2);
            return format!("M{side} {y1}C{out} {y1} {out} {y2} {side} {y2}");
        }
    };
    let (y1, y2) = (ay + HEIGHT / 2, by + HEIGHT / 2);
    let middle = (start + end) / 2;
    format!("M{start} {y1}C{middle} {y1} {middle} {y2} {end} {y2}")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
