//! The server as a process of its own, between a client that may die and streams that may stay open.

use std::io::{Read, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;
use std::time::Duration;

/// The client is a shell that starts the server and waits. The server's streams are the test's own and
/// outlive the shell: only the watch on the client's process can end the server. Where there is a `/proc`
/// it looks there, elsewhere, as on macOS, it sees that another process has adopted it.
#[test]
fn the_server_ends_with_its_client_although_the_streams_stay_open() {
    let mut shell = Command::new("sh")
        .args(["-c", "exec 3<&0; \"$0\" lsp <&3 & wait", env!("CARGO_BIN_EXE_cachalot")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("sh starts");
    let mut to_server = shell.stdin.take().expect("is piped");
    let mut from_server = shell.stdout.take().expect("is piped");
    let body = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{"processId":{},"capabilities":{{}}}}}}"#,
        shell.id()
    );
    write!(to_server, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
    let mut first = [0; 15];
    from_server.read_exact(&mut first).expect("the server answers");
    assert_eq!(&first, b"Content-Length:");
    shell.kill().expect("runs until now");
    shell.wait().expect("has ended");

    let (ended, end) = channel();
    std::thread::spawn(move || {
        let rest = from_server.read_to_end(&mut Vec::new());
        // The test may have given up.
        let _ = ended.send(rest.is_ok());
    });
    assert!(end.recv_timeout(Duration::from_secs(30)).expect("the server ends by itself"));
    drop(to_server);
}
