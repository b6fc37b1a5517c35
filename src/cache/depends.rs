use super::graph::{Graph, Part, Step};
use super::select::Selector;

/// What decides whether a step is found in the cache.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Depends {
    /// The step or image that it builds upon, as BuildKit prints it.
    pub upon: Option<String>,
    /// What it reads: the name of each source and the paths in it. The main build context is `context`.
    pub reads: Vec<(String, Vec<String>)>,
    /// ARGs and ENVs that are part of its key, whether it uses them or not.
    pub variables: Vec<String>,
}

impl Depends {
    /// What a step of the graph depends on, besides its own text.
    pub fn of(graph: &Graph, step: &Step) -> Depends {
        let mut depends = Depends::default();
        let own = |at: usize| step.vertices.contains(&at);
        for vertex in step.vertices.iter().filter_map(|at| graph.vertices.get(*at)) {
            for input in vertex.inputs.iter().filter(|input| !own(input.vertex)) {
                let Some(source) = graph.vertices.get(input.vertex) else { continue };
                if input.content.is_empty() && input.selector.is_empty() {
                    depends.upon.get_or_insert_with(|| source.name.clone());
                    continue;
                }
                let name = match &source.kind {
                    super::VertexKind::Context(name, _) if name.is_empty() => "context".to_string(),
                    _ => source.name.clone(),
                };
                let paths = input.content.iter().map(shown).collect();
                if !depends.reads.iter().any(|(it, other)| *it == name && *other == paths) {
                    depends.reads.push((name, paths));
                }
            }
            let is_variable = |part: Part| matches!(part, Part::Argument | Part::Environment);
            depends
                .variables
                .extend(vertex.key.parts().iter().filter(|it| is_variable(it.part)).map(|it| it.name.clone()));
        }
        depends
    }
}

fn shown(selector: &Selector) -> String {
    let path = selector.path.trim_start_matches('/');
    if path.is_empty() { ".".to_string() } else { path.to_string() }
}
