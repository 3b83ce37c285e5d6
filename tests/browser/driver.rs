//! A headless Chromium driven over the DevTools protocol: one browser with one tab, which notes what the page says, asks for and fails
//! at.
//!
//! The protocol runs over two pipes (`--remote-debugging-pipe`), messages of JSON with a zero byte after each: no port that others
//! could reach, no client library, and a browser that ends when its test does. A shell gives Chromium its own standard input and
//! output as the descriptors 3 and 4 that it wants.
//!
//! Nothing here sleeps for a fixed time: every wait is for a condition, and [`PATIENCE`] only says when a test gives up.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// When a test gives up waiting: far beyond what a slow, busy machine needs.
const PATIENCE: Duration = Duration::from_secs(120);
/// Between two looks at a condition.
const PAUSE: Duration = Duration::from_millis(15);
/// Where Chromium is looked for.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];
const FLAGS: [&str; 15] = [
    "--headless",
    "--remote-debugging-pipe",
    // Root and containers have no sandbox; the pages are our own.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--no-first-run",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--lang=en-US",
];

/// What a tab gave away about itself since it was opened.
#[derive(Debug, Default)]
pub struct Heard {
    /// Lines of the console, uncaught exceptions and the browser's own complaints (content security policy, for one).
    pub console: Vec<String>,
    /// Every address that was asked for, in order, `data:` without its contents.
    pub requests: Vec<String>,
    /// What could not be loaded: the reason, and the address where it is known; also answers of status 400 and above.
    pub failed: Vec<String>,
}

/// A browser with one tab. Dropping it ends the browser.
pub struct Page {
    browser: Child,
    to: Option<ChildStdin>,
    from: Receiver<Value>,
    session: String,
    sent: u64,
    loaded: Vec<String>,
    addresses: BTreeMap<String, String>,
    /// Answers of these statuses and above count as failed: 400 unless a test wants to see an error.
    pub failing_status: u64,
    /// What the tab gave away so far; [`Page::settle`] brings it up to date.
    pub heard: Heard,
    /// Keeps the browser's profile and what it wrote to its standard error.
    profile: tempfile::TempDir,
}

fn executable() -> Option<PathBuf> {
    let path = {
        #[allow(clippy::disallowed_methods, reason = "where a browser lies is no result")]
        std::env::var_os("PATH")?
    };
    NAMES.iter().find_map(|name| std::env::split_paths(&path).map(|folder| folder.join(name)).find(|f| f.is_file()))
}

#[allow(clippy::disallowed_methods, reason = "when to give up is no result")]
fn now() -> Instant {
    Instant::now()
}

/// The first element of a selector as an expression.
pub(super) fn element(selector: &str) -> String {
    format!("document.querySelector({})", json!(selector))
}

/// `file://` address of a file.
pub fn address(file: &Path) -> String {
    let path = file.canonicalize().unwrap();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let escaped = |byte: u8| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    format!("file://{}", path.to_str().unwrap().bytes().map(escaped).collect::<String>())
}

fn listen(output: ChildStdout) -> Receiver<Value> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut bytes = Vec::new();
        while output.read_until(0, &mut bytes).is_ok_and(|n| n > 0) {
            bytes.pop();
            let Ok(message) = serde_json::from_slice(&bytes) else { break };
            bytes.clear();
            if sender.send(message).is_err() {
                break;
            }
        }
    });
    receiver
}

impl Page {
    /// A browser with an empty tab of 1200 by 900 pixels, or none where there is no Chromium or it does not start, which is said with
    /// `what` was skipped.
    pub fn new(what: &str) -> Option<Page> {
        let Some(executable) = executable() else {
            println!("skipped: no Chromium here, so nobody looked at {what}");
            return None;
        };
        let profile = tempfile::tempdir().unwrap();
        let said = std::fs::File::create(profile.path().join("said")).unwrap();
        let mut browser = Command::new("sh")
            .args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null", "sh"])
            .arg(executable)
            .args(FLAGS)
            .arg(format!("--user-data-dir={}", profile.path().join("profile").display()))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(said)
            .spawn()
            .unwrap();
        let (to, from) = (browser.stdin.take(), listen(browser.stdout.take().unwrap()));
        let mut page = Page {
            browser,
            to,
            from,
            session: String::new(),
            sent: 0,
            loaded: Vec::new(),
            addresses: BTreeMap::new(),
            failing_status: 400,
            heard: Heard::default(),
            profile,
        };
        if page.ask("Browser.getVersion", json!({})).is_none() {
            let said = std::fs::read_to_string(page.profile.path().join("said")).unwrap_or_default();
            println!("skipped: Chromium does not start here ({}), so nobody looked at {what}", said.trim());
            return None;
        }
        let tab = page.call("Target.createTarget", json!({ "url": "about:blank" }));
        let attached = page.call("Target.attachToTarget", json!({ "targetId": tab["targetId"], "flatten": true }));
        page.session = attached["sessionId"].as_str().unwrap().into();
        for domain in ["Page", "Runtime", "Log", "Network", "DOM", "Accessibility"] {
            page.call(&format!("{domain}.enable"), json!({}));
        }
        page.call("Page.setLifecycleEventsEnabled", json!({ "enabled": true }));
        page.viewport(1200, 900);
        Some(page)
    }

    /// [`Page::new`] at an address.
    pub fn open(address: &str) -> Option<Page> {
        let mut page = Page::new(address)?;
        page.go(address);
        Some(page)
    }

    /// Goes to an address and waits until the page and all that belongs to it have been loaded.
    pub fn go(&mut self, address: &str) {
        let answer = self.call("Page.navigate", json!({ "url": address }));
        assert!(answer["errorText"].is_null(), "{address}: {}", answer["errorText"]);
        let loader = answer["loaderId"].as_str().unwrap().to_string();
        self.until(&format!("{address} is loaded"), |page| page.loaded.contains(&loader).then_some(()));
    }

    /// What a method of the protocol answers, or none when the browser is gone.
    fn ask(&mut self, method: &str, params: Value) -> Option<Value> {
        self.sent += 1;
        let id = self.sent;
        let mut message = json!({ "id": id, "method": method, "params": params });
        if !self.session.is_empty() {
            message["sessionId"] = json!(self.session);
        }
        let mut bytes = serde_json::to_vec(&message).unwrap();
        bytes.push(0);
        self.to.as_mut()?.write_all(&bytes).ok()?;
        let end = now() + PATIENCE;
        loop {
            match self.from.recv_timeout(end.saturating_duration_since(now())) {
                Ok(answer) if answer["id"] == id => {
                    assert!(answer["error"].is_null(), "{method}: {}", answer["error"]);
                    return Some(answer["result"].clone());
                }
                Ok(event) => self.note(&event),
                Err(RecvTimeoutError::Disconnected) => return None,
                Err(RecvTimeoutError::Timeout) => panic!("{method}: no answer within {PATIENCE:?}"),
            }
        }
    }

    /// Calls a method of the protocol, for what this driver has no words for.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.ask(method, params).unwrap_or_else(|| panic!("{method}: the browser is gone"))
    }

    fn note(&mut self, event: &Value) {
        let params = &event["params"];
        let string = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_string);
        let request = string(&params["requestId"]);
        match event["method"].as_str().unwrap_or_default() {
            "Page.lifecycleEvent" if params["name"] == "load" => self.loaded.push(string(&params["loaderId"])),
            "Runtime.consoleAPICalled" => {
                let words = params["args"].as_array().into_iter().flatten();
                let words = words
                    .map(|word| string(if word["value"].is_null() { &word["description"] } else { &word["value"] }));
                self.heard.console.push(format!(
                    "{}: {}",
                    string(&params["type"]),
                    words.collect::<Vec<_>>().join(" ")
                ));
            }
            "Runtime.exceptionThrown" => {
                let details = &params["exceptionDetails"];
                self.heard
                    .console
                    .push(format!("uncaught: {} {}", details["text"], details["exception"]["description"]));
            }
            "Log.entryAdded" => {
                let entry = &params["entry"];
                self.heard.console.push(format!(
                    "{}: {} {}",
                    string(&entry["level"]),
                    string(&entry["text"]),
                    entry["url"]
                ));
            }
            "Network.requestWillBeSent" => {
                let address = string(&params["request"]["url"]);
                let shown = if address.starts_with("data:") { "data:".into() } else { address };
                self.addresses.insert(request, shown.clone());
                self.heard.requests.push(shown);
            }
            "Network.responseReceived" if params["response"]["status"].as_u64() >= Some(self.failing_status) => {
                let response = &params["response"];
                self.heard.failed.push(format!("status {}: {}", response["status"], string(&response["url"])));
            }
            "Network.loadingFailed" if params["canceled"] != true => {
                let address = self.addresses.get(&request).cloned().unwrap_or_default();
                self.heard.failed.push(format!("{}: {address}", string(&params["errorText"])));
            }
            _ => {}
        }
    }

    /// Asks `look` until it finds something; panics with `what` when patience ends.
    pub fn until<T>(&mut self, what: &str, mut look: impl FnMut(&mut Page) -> Option<T>) -> T {
        let end = now() + PATIENCE;
        loop {
            self.settle();
            if let Some(found) = look(self) {
                return found;
            }
            assert!(now() < end, "waited {PATIENCE:?} in vain until {what}; heard {:?}", self.heard);
            std::thread::sleep(PAUSE);
        }
    }

    /// Takes in everything that the browser has said up to now.
    pub fn settle(&mut self) {
        self.call("Runtime.evaluate", json!({ "expression": "0" }));
    }

    /// The value of an expression (a promise is awaited); panics with what it throws.
    pub fn evaluate(&mut self, script: &str) -> Value {
        let params = json!({ "expression": script, "awaitPromise": true, "returnByValue": true, "userGesture": true });
        let answer = self.call("Runtime.evaluate", params);
        let thrown = &answer["exceptionDetails"];
        assert!(thrown.is_null(), "{script}: {} {}", thrown["text"], thrown["exception"]["description"]);
        answer["result"]["value"].clone()
    }

    /// Waits until an expression is true; one that throws is not true yet.
    pub fn wait(&mut self, condition: &str) {
        let script = format!("(() => {{ try {{ return !!({condition}) }} catch {{ return false }} }})()");
        self.until(condition, |page| (page.evaluate(&script) == true).then_some(()));
    }

    /// Waits until the page has been painted with all that was changed before.
    pub fn painted(&mut self) {
        self.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(1))))");
    }

    /// How many elements a selector finds.
    pub fn count(&mut self, selector: &str) -> usize {
        self.evaluate(&format!("document.querySelectorAll({}).length", json!(selector))).as_u64().unwrap() as usize
    }

    /// The visible text of the first element, waited for.
    pub fn text(&mut self, selector: &str) -> String {
        self.wait(&element(selector));
        let script = format!("(e => e.innerText ?? e.textContent)({})", element(selector));
        self.evaluate(&script).as_str().unwrap().to_string()
    }

    /// An attribute of the first element, waited for; none where it is not set.
    pub fn attribute(&mut self, selector: &str, name: &str) -> Option<String> {
        self.wait(&element(selector));
        let value = self.evaluate(&format!("{}.getAttribute({})", element(selector), json!(name)));
        value.as_str().map(str::to_string)
    }

    /// Fails when the page said anything on its console, failed to load anything, or asked for anything that is neither in `origin`
    /// (a `file://` address is an origin of its own) nor carried in the page itself.
    pub fn assert_quiet(&mut self, origin: &str) {
        self.settle();
        let Heard { console, requests, failed } = &self.heard;
        assert!(console.is_empty(), "the page says on its console: {console:#?}");
        assert!(failed.is_empty(), "the page fails to load: {failed:#?}");
        let own = |address: &&String| {
            let carried = ["data:", "blob:", "about:"].iter().any(|scheme| address.starts_with(scheme));
            carried
                || address.strip_prefix(origin).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#', '?']))
        };
        let foreign: Vec<&String> = requests.iter().filter(|address| !own(address)).collect();
        assert!(foreign.is_empty(), "the page asks others than {origin}: {foreign:#?}");
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        // A browser whose pipe is closed ends by itself; one that does not within patience is ended.
        self.to = None;
        let end = now() + Duration::from_secs(20);
        while now() < end {
            if !matches!(self.browser.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(PAUSE);
        }
        let _ = self.browser.kill();
        let _ = self.browser.wait();
    }
}
