use crate::rules::DockerfileCx;
use crate::rules::commands::{Use, commands};

const QUERIES: &[&str] = &[
    "torch.cuda.is_available",
    "torch.cuda.get_device",
    "torch.cuda.device_count",
    "torch.cuda.current_device",
    "tf.config.list_physical_devices",
    "tensorflow.config.list_physical_devices",
    "jax.devices(",
    "cupy.cuda.runtime.getDevice",
];

/// A build has no GPU: what asks for one fails or finds none, for good.
pub(in crate::rules) fn check(cx: &mut DockerfileCx) {
    let model = cx.model;
    for it in commands(model) {
        if it.command.name == "nvidia-smi" {
            cx.report(it.command.span, "`nvidia-smi` finds no GPU while the image is built")
                .note("ask when the container starts, and name architectures explicitly: `TORCH_CUDA_ARCH_LIST=…`");
        } else if let Some(query) = asked(&it) {
            cx.report(it.command.span, format!("`{query}` finds no GPU while the image is built"))
                .note("ask when the container starts, and name architectures explicitly: `TORCH_CUDA_ARCH_LIST=…`");
        }
    }
}

fn asked(it: &Use) -> Option<&'static str> {
    let is_python = it.command.name.starts_with("python");
    let mut args = it.command.args.iter().filter(|_| is_python);
    args.find_map(|arg| QUERIES.iter().find(|query| arg.raw.contains(**query)).map(|query| query.trim_end_matches('(')))
}
