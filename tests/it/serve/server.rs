//! `gatecap serve` as a child in a folder of its own, spoken to over plain sockets.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::program::command;

/// No answer takes so long, however slow the machine: a test that waits for one fails and does not hang.
const PATIENCE: Duration = Duration::from_secs(300);

/// Lines of events, which come some times a second, after which what is waited for will never be.
const MOST_LINES: usize = 20_000;

/// A server that is ended with the test.
pub struct Server {
    pub child: Child,
    pub port: u16,
}

/// An answer: status, head, body.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Starts it in `folder`, on a port that is free, and waits for its address.
    pub fn start(folder: &Path, arguments: &[&str]) -> Server {
        let mut all = vec!["serve", "--port", "0", "--quiet"];
        all.extend(arguments);
        let mut child =
            command(folder, &all).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut address = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut address).unwrap();
        let port =
            address.strip_prefix("http://127.0.0.1:").and_then(|rest| rest.trim_end().strip_suffix('/')?.parse().ok());
        let Some(port) = port else {
            let mut said = String::new();
            let _ = child.stderr.take().unwrap().read_to_string(&mut said);
            panic!("no address: {address:?} {said}")
        };
        Server { child, port }
    }

    pub fn connect(&self) -> std::io::Result<TcpStream> {
        let stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        stream.set_write_timeout(Some(PATIENCE))?;
        Ok(stream)
    }

    /// Sends these bytes and reads all that comes until the server closes; what it leaves unread breaks no answer.
    pub fn raw(&self, bytes: &[u8]) -> Answer {
        let mut stream = self.connect().unwrap();
        let _ = stream.write_all(bytes);
        all_of(stream)
    }

    /// A request with these further lines of its head; `HOST` stands for the server's own name.
    pub fn ask(&self, method: &str, path: &str, lines: &[&str], body: &str) -> Answer {
        let host = format!("127.0.0.1:{}", self.port);
        let lines: String = lines.iter().map(|line| format!("{line}\r\n")).collect();
        self.raw(
            format!("{method} {path} HTTP/1.1\r\n{lines}Connection: close\r\n\r\n{body}")
                .replace("HOST", &host)
                .as_bytes(),
        )
    }

    pub fn get(&self, path: &str) -> Answer {
        self.ask("GET", path, &["Host: HOST"], "")
    }

    /// A change as the page asks for it.
    pub fn post(&self, path: &str, body: &Value) -> Answer {
        let body = body.to_string();
        let length = format!("Content-Length: {}", body.len());
        let lines = ["Host: HOST", "Origin: http://HOST", "Content-Type: application/json", &length];
        self.ask("POST", path, &lines, &body)
    }

    /// Watches the events until a state is as wanted.
    pub fn until(&self, is_so: impl Fn(&Value) -> bool) -> Value {
        let mut stream = self.connect().unwrap();
        let head = format!("GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", self.port);
        stream.write_all(head.as_bytes()).unwrap();
        for (number, line) in BufReader::new(stream).lines().enumerate() {
            let line = line.unwrap();
            let Some(data) = line.strip_prefix("data: ") else { continue };
            let state: Value = serde_json::from_str(data).unwrap();
            if is_so(&state) {
                return state;
            }
            assert!(number < MOST_LINES, "{state}");
        }
        panic!("the stream ended")
    }

    /// Waits for sweep `id` to end, and returns how it did.
    pub fn ended(&self, id: u64) -> String {
        let of = |state: &Value| {
            let ended = state["ended"].as_array()?.iter().find(|run| run["id"] == id)?;
            ended["state"].as_str().map(str::to_string)
        };
        of(&self.until(|state| of(state).is_some())).unwrap()
    }
}

/// Everything that comes until the other side closes, as an answer; a status of 0 where nothing does.
pub fn all_of(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut piece = [0; 1 << 14];
    while let Ok(read @ 1..) = stream.read(&mut piece) {
        bytes.extend_from_slice(&piece[..read]);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
    let is_chunked = head.to_lowercase().contains("transfer-encoding: chunked");
    let body = if is_chunked { unchunked(body) } else { body.to_string() };
    Answer { status, head: head.to_lowercase(), body }
}

fn unchunked(mut body: &str) -> String {
    let mut whole = String::new();
    while let Some((length, rest)) = body.split_once("\r\n") {
        let length = usize::from_str_radix(length, 16).unwrap_or(0);
        whole.push_str(rest.get(..length).unwrap_or(rest));
        body = rest.get(length + 2..).unwrap_or("");
    }
    whole
}
