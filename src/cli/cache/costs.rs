use std::path::{Path, PathBuf};

use crate::cache::advice::Costs;
use crate::cache::{BuildLog, Graph, LoggedResult};
use crate::host::{self, image::layer_bytes};
use crate::report::StepCost;
use crate::text::decode;

/// Where it is known from what steps cost.
#[derive(clap::Args, Clone, Debug, Default)]
pub(super) struct CostArgs {
    /// A log of a build in which the steps ran: how long they take (`-` is standard input)
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
    /// A built image, as `cachalot image` takes it: how large the steps' layers are
    #[arg(long, value_name = "REF")]
    image: Option<String>,
}

impl CostArgs {
    /// What each step of the graph costs; `dockerfile` is the file it was made from.
    pub(super) fn read(&self, graph: &Graph, dockerfile: &str) -> anyhow::Result<Vec<StepCost>> {
        let mut costs = vec![StepCost::default(); graph.steps.len()];
        if let Some(file) = &self.log {
            let bytes = if file == Path::new("-") { host::read_stdin()? } else { host::read(file)? };
            let log = BuildLog::parse(&decode(&bytes).0);
            for (step, at) in log.steps.iter().zip(log.places(graph)) {
                let ran = step.result == LoggedResult::Ran;
                if let (Some(at), Some(seconds), true) = (at, step.seconds, ran) {
                    costs[at].seconds = Some(costs[at].seconds.unwrap_or(0.0) + seconds);
                }
            }
            if costs.iter().all(|it| it.seconds.is_none()) {
                anyhow::bail!("--log: {}: says of no step of this Dockerfile how long it ran", host::display(file));
            }
        }
        if let Some(reference) = &self.image {
            for (line, bytes) in layer_bytes(reference, dockerfile)? {
                // A line with several steps (ONBUILD of the base image) cannot be told apart.
                let mut here = (0..costs.len()).filter(|at| graph.steps[*at].place.line == line);
                if let (Some(at), None) = (here.next(), here.next()) {
                    costs[at].bytes = Some(costs[at].bytes.unwrap_or(0) + bytes);
                }
            }
        }
        Ok(costs)
    }
}

/// The costs as advice takes them.
pub(super) fn by_instruction(graph: &Graph, costs: &[StepCost]) -> Costs {
    let mut found = Costs::default();
    for (step, cost) in graph.steps.iter().zip(costs) {
        let key = (step.place.stage, step.place.instruction.clone());
        if let Some(seconds) = cost.seconds {
            found.seconds.insert(key.clone(), seconds);
        }
        if let Some(bytes) = cost.bytes {
            found.bytes.insert(key, bytes);
        }
    }
    found
}
