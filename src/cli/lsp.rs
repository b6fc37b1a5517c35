use std::net::TcpStream;

use anyhow::Context;

use super::Outcome;
use crate::lsp;

/// Run the language server for an editor
#[derive(clap::Args)]
#[command(after_help = "\
The editor starts it; it speaks the Language Server Protocol on standard input and output.
It sends nothing over the network.")]
pub(super) struct Args {
    /// Connect to the editor on this port of the local machine instead
    #[arg(long, value_name = "PORT")]
    socket: Option<u16>,
    /// Speak on standard input and output, which is the default; editors like to say it
    #[arg(long, conflicts_with = "socket")]
    stdio: bool,
}

pub(super) fn run(args: &Args) -> anyhow::Result<Outcome> {
    let status = match args.socket {
        None => lsp::serve(std::io::stdin(), std::io::stdout()),
        Some(port) => {
            let stream = TcpStream::connect(("127.0.0.1", port)).with_context(|| format!("port {port}"))?;
            lsp::serve(stream.try_clone()?, stream)
        }
    };
    Ok(if status == 0 { Outcome::Clean } else { Outcome::Found })
}
