//! The server as a process of its own, between a client that may die and streams that may stay open.

use std::io::{Read, Write};
use std::net::TcpListener;
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

/// With `--socket` the editor listens and the server comes to it.
#[test]
fn the_server_speaks_on_a_port_as_well() {
    let editor = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = editor.local_addr().expect("is bound").port().to_string();
    let mut server = Command::new(env!("CARGO_BIN_EXE_cachalot"))
        .args(["lsp", "--socket", &port])
        .stdin(Stdio::null())
        .spawn()
        .expect("the server starts");
    let (mut stream, _) = editor.accept().expect("the server connects");
    stream.set_read_timeout(Some(Duration::from_secs(30))).expect("can be set");
    let bodies = [
        r#"{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"capabilities":{}}}"#,
        r#"{"jsonrpc":"2.0","id":2,"method":"shutdown"}"#,
        r#"{"jsonrpc":"2.0","method":"exit"}"#,
    ];
    for body in bodies {
        write!(stream, "Content-Length: {}\r\n\r\n{body}", body.len()).expect("the server reads");
    }
    let mut said = String::new();
    stream.read_to_string(&mut said).expect("the server ends the connection");
    assert!(said.contains(r#""name":"cachalot""#) && said.contains(r#""id":2"#), "{said}");
    assert_eq!(server.wait().expect("has ended").code(), Some(0));
}
