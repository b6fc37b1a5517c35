use std::io::{self, Write};

use serde::Serialize;

use crate::cache::{Graph, Verdict, VertexKind};

/// A build graph with what happens to each vertex, ready to print. Within version 1 keys are only
/// added.
#[derive(Debug, Serialize)]
pub struct GraphReport {
    version: u32,
    dockerfile: String,
    pub(super) vertices: Vec<Node>,
}

#[derive(Debug, Serialize)]
pub(super) struct Node {
    pub(super) id: usize,
    pub(super) name: String,
    /// Name of its stage; none for images that COPY reads, the context and the like.
    pub(super) stage: Option<String>,
    /// Line of the Dockerfile; none for images that COPY reads, the context and the like.
    line: Option<u32>,
    /// None for the context, which has no verdict of its own.
    pub(super) verdict: Option<&'static str>,
    pub(super) inputs: Vec<Edge>,
}

#[derive(Debug, Serialize)]
pub(super) struct Edge {
    pub(super) id: usize,
    /// `content` where equal files are enough, `definition` where the step itself must be the same.
    pub(super) matched_by: &'static str,
    paths: Vec<String>,
}

impl GraphReport {
    /// Puts a graph together with its verdicts, one per vertex.
    pub fn new(dockerfile: String, graph: &Graph, verdicts: &[Verdict]) -> GraphReport {
        let node = |(id, (vertex, verdict)): (usize, (&crate::cache::Vertex, &Verdict))| {
            let edge = |input: &crate::cache::Input| Edge {
                id: input.vertex,
                matched_by: if input.content.is_empty() { "definition" } else { "content" },
                paths: input.content.iter().map(|it| it.path.clone()).collect(),
            };
            let is_context = matches!(vertex.kind, VertexKind::Context(..));
            Node {
                id,
                name: vertex.name.clone(),
                stage: vertex.step.map(|step| graph.steps[step].place.stage_name.clone()),
                line: vertex.step.map(|step| graph.steps[step].place.line),
                verdict: (!is_context).then(|| verdict.name()),
                inputs: vertex.inputs.iter().map(edge).collect(),
            }
        };
        let vertices = graph.vertices.iter().zip(verdicts).enumerate().map(node).collect();
        GraphReport { version: 1, dockerfile, vertices }
    }
}

/// A line per vertex with what it reads.
pub fn graph_text(write: &mut dyn Write, report: &GraphReport) -> io::Result<()> {
    for node in &report.vertices {
        writeln!(write, "{:>3}  {:<5}  {}", node.id, node.verdict.unwrap_or(""), plain(&node.name))?;
        for edge in &node.inputs {
            let paths = if edge.paths.is_empty() { String::new() } else { format!(": {}", edge.paths.join(" ")) };
            writeln!(write, "            from {} by {}{}", edge.id, edge.matched_by, plain(&paths))?;
        }
    }
    Ok(())
}

/// For Graphviz: what content can match is dashed.
pub fn graph_dot(write: &mut dyn Write, report: &GraphReport) -> io::Result<()> {
    writeln!(write, "digraph build {{")?;
    writeln!(write, "  node [shape=box, style=filled, fontname=\"monospace\"];")?;
    for node in &report.vertices {
        let name = plain(&node.name).replace('\\', "\\\\").replace('"', "\\\"");
        writeln!(write, "  v{} [label=\"{name}\", fillcolor=\"{}\"];", node.id, colour(node.verdict))?;
    }
    for (node, edge) in edges(report) {
        let style = if edge.matched_by == "content" { " [style=dashed]" } else { "" };
        writeln!(write, "  v{} -> v{}{style};", edge.id, node.id)?;
    }
    writeln!(write, "}}")
}

/// For Mermaid, as Markdown renders it.
pub fn graph_mermaid(write: &mut dyn Write, report: &GraphReport) -> io::Result<()> {
    writeln!(write, "flowchart TD")?;
    for node in &report.vertices {
        writeln!(write, "  v{}[\"{}\"]", node.id, escaped(&node.name))?;
        writeln!(write, "  style v{} fill:{}", node.id, colour(node.verdict))?;
    }
    for (node, edge) in edges(report) {
        let arrow = if edge.matched_by == "content" { "-.->" } else { "-->" };
        writeln!(write, "  v{} {arrow} v{}", edge.id, node.id)?;
    }
    Ok(())
}

pub(super) fn edges(report: &GraphReport) -> impl Iterator<Item = (&Node, &Edge)> {
    report.vertices.iter().flat_map(|node| node.inputs.iter().map(move |edge| (node, edge)))
}

pub(super) fn colour(verdict: Option<&str>) -> &'static str {
    match verdict {
        Some("hit") => "#c8e6c9",
        Some("miss") => "#ffcdd2",
        Some("maybe") => "#fff9c4",
        _ => "#eceff1",
    }
}

/// One line that cannot steer a terminal.
pub(super) fn plain(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// Mermaid reads `#34;` for a quote.
fn escaped(text: &str) -> String {
    let letter = |c: char| match c {
        '"' | '#' | '<' | '>' | '&' | ';' | '`' => format!("#{};", c as u32),
        c => c.to_string(),
    };
    plain(text).chars().map(letter).collect()
}
