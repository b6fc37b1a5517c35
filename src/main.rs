//! The `cachalot` program: an exit code and nothing else.

fn main() -> std::process::ExitCode {
    cachalot::cli::main()
}
