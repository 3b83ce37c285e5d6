//! `gatecap serve` from outside: what it answers to whom, what hostile requests get, what becomes of sweeps and of files.

mod server;

use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};
use std::path::Path;

use serde_json::{Value, json};

use crate::program::run;
use server::{Answer, Server, all_of};

/// A sweep of a second.
const SMALL: &str = "title = \"Shop\"\nseed = 7\noptions = [\"http-fan-out\", \"rest-alb-direct\"]\n[run]\nrequests = 2_000\nreplications = 3\n\
                     [sweep]\nservices = [1, 4, 60]\n[sensitivity]\nenabled = false\n";
/// A sweep of minutes, which ends when it is stopped.
const LONG: &str = "[run]\nrequests = 400_000\nreplications = 50\n[sensitivity]\nenabled = false\n";

fn folder_with(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// A server whose first sweep is small and has ended.
fn small() -> (tempfile::TempDir, Server) {
    let folder = folder_with(&[("shop.toml", SMALL)]);
    let server = Server::start(folder.path(), &["shop.toml"]);
    assert_eq!(server.ended(1), "done");
    (folder, server)
}

/// A server whose first sweep is long and runs.
fn long() -> (tempfile::TempDir, Server) {
    let folder = folder_with(&[("shop.toml", LONG)]);
    let server = Server::start(folder.path(), &["shop.toml"]);
    server.until(|state| state["running"]["done"].as_u64() > Some(0));
    (folder, server)
}

fn lives(server: &Server) {
    assert_eq!(server.get("/").status, 200);
}

/// Every file below a folder with its content; links are not followed.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).unwrap().map(|entry| entry.unwrap()) {
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() {
                folders.push(path);
            } else if kind.is_file() {
                files.insert(path.strip_prefix(folder).unwrap().display().to_string(), std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn the_page_keeps_to_itself_and_a_sweep_is_the_one_of_the_command_line() {
    let (folder, server) = small();
    for (path, kind) in [
        ("/", "text/html"),
        ("/style.css", "text/css"),
        ("/script.js", "text/javascript"),
        ("/api/start", "application/json"),
    ] {
        let answer = server.get(path);
        assert_eq!(answer.status, 200, "{path}");
        for line in [
            &format!("content-type: {kind}"),
            "default-src 'none'",
            "nosniff",
            "no-store",
            "frame-ancestors 'none'",
            "same-origin",
        ] {
            assert!(answer.head.contains(line), "{path}: {line} is not in {}", answer.head);
        }
        let head = server.ask("HEAD", path, &["Host: HOST"], "");
        assert_eq!((head.status, head.body.as_str()), (200, ""), "{path}");
    }
    let swept = run(folder.path(), &["sweep", "shop.toml", "--quiet", "--out", "swept"]);
    assert_eq!(swept.status, 0, "{swept:?}");
    let document = std::fs::read_to_string(folder.path().join("swept/results.json")).unwrap();
    assert_eq!(server.get("/api/runs/1/results.json").body, document);
    let told = server.get("/api/runs/1").json();
    assert_eq!(
        (&told["answers"]["options"][1]["number"], &told["answers"]["options"][1]["title"]),
        (&json!(2), &json!("REST API, VPC link V2, ALB"))
    );
    let chart = told["charts"][0]["name"].as_str().unwrap().to_string();
    assert!(server.get(&format!("/api/runs/1/charts/{chart}.svg")).body.starts_with("<svg"));

    let saved = server.post("/api/do/save-report", &json!({ "id": 1, "name": "shop", "over": false }));
    assert_eq!(saved.status, 200, "{saved:?}");
    assert_eq!(content(&folder.path().join("shop-report")), content(&folder.path().join("swept")));
    let report = server.get(saved.json()["link"].as_str().unwrap());
    assert!(
        report.status == 200 && report.body.contains("id=\"verdict\"") && report.head.contains("sandbox allow-scripts")
    );
    let again = server.post("/api/do/save-report", &json!({ "id": 1, "name": "shop", "over": false })).json();
    assert!(again["taken"].is_string() && again["path"].is_null(), "{again}");
    assert_eq!(server.post("/api/do/save-report", &json!({ "id": 1, "name": "shop", "over": true })).status, 200);
}

#[test]
fn a_changed_input_is_written_run_and_compared() {
    let (folder, server) = small();
    let start = server.get("/api/start").json();
    assert_eq!((&start["checked"]["text"], &start["checked"]["name"]), (&json!(SMALL), &json!("shop")));
    let filled = json!({ "name": "shop", "text": SMALL, "changes": [["metric", "latency.mean"], ["bound", "5"], ["targets", "6"]] });
    let checked = server.post("/api/do/form", &filled).json()["checked"].clone();
    let text = checked["text"].as_str().unwrap();
    assert!(text.starts_with(SMALL) && text.contains("latency.mean <= 5ms") && text.contains("targets = 6"), "{text}");
    assert!(checked["issues"].is_null(), "{checked}");
    let asked = server.post("/api/do/run", &json!({ "name": "shop", "text": text }));
    assert_eq!((asked.status, asked.json()["id"].as_u64()), (202, Some(2)));
    assert_eq!(server.ended(2), "done");
    let told = server.get("/api/runs/2").json();
    let before = &told["before"];
    let keys: Vec<&str> =
        before["changes"].as_array().unwrap().iter().map(|change| change["key"].as_str().unwrap()).collect();
    assert!(before["id"] == 1 && keys.contains(&"services.targets") && keys.contains(&"objectives.hold"), "{before}");
    assert_eq!(told["answers"]["options"][0]["holds"], "none");
    let option = &before["options"]["http-fan-out"];
    assert!(option["now"] == "none" && option["metrics"][0]["verdict"].is_string(), "{option}");

    let file = folder.path().join("shop.toml");
    let save = |over: bool| {
        let wish = json!({ "name": "shop", "text": text, "over": over });
        (
            server.post("/api/do/save-scenario", &wish).json()["path"].is_string(),
            std::fs::read_to_string(&file).unwrap(),
        )
    };
    assert_eq!(save(false), (false, SMALL.to_string()));
    assert_eq!(save(true), (true, text.to_string()));
    let same = server.post("/api/do/run", &json!({ "name": "shop", "text": text })).json();
    assert_eq!(server.ended(same["id"].as_u64().unwrap()), "done");
    assert_eq!(server.get("/api/runs/3").json()["before"]["identical"], true);
}

#[test]
fn every_broken_or_hostile_request_gets_its_status() {
    let (_folder, server) = small();
    let own = "Host: HOST";
    let (here, json) = ("Origin: http://HOST", "Content-Type: application/json");
    let check = "/api/do/check";
    let long = format!("/{}", "a".repeat(5_000));
    let deep = format!("/reports/{}", "%2e%2e%2f".repeat(20));
    let wide = format!("X-Wide: {}", "a".repeat(40_000));
    let too_long = "Content-Length: 9999999999";
    let cases: Vec<(u16, &str, &str, Vec<&str>, &str)> = vec![
        (400, "GET", "/", vec![], ""),
        (400, "GET", "/", vec![own, own], ""),
        (400, "GET", "/ /", vec![own], ""),
        (400, "GET", "/", vec![own, "no colon"], ""),
        (400, "POST", check, vec![own, here, json, "Content-Length: 9"], "{\"name\": "),
        (400, "POST", check, vec![own, here, json, "Content-Length: 2"], "[]"),
        (400, "POST", check, vec![own, here, json, "Content-Length: -1"], ""),
        (400, "POST", check, vec![own, here, json, "Content-Length: 1", "Content-Length: 2"], "{}"),
        (403, "GET", "/", vec![own, "Origin: http://evil.example"], ""),
        (403, "GET", "/api/start", vec![own, "Sec-Fetch-Site: cross-site"], ""),
        (403, "POST", check, vec![own, json, "Content-Length: 2"], "{}"),
        (403, "POST", check, vec![own, json, "Origin: null", "Content-Length: 2"], "{}"),
        (403, "POST", check, vec![own, json, here, "Sec-Fetch-Site: same-site", "Content-Length: 2"], "{}"),
        (404, "GET", "/nothing", vec![own], ""),
        (404, "GET", "/api/runs/99", vec![own], ""),
        (404, "GET", "/api/runs/99999999999999999999999", vec![own], ""),
        (404, "GET", "/../../etc/passwd", vec![own], ""),
        (404, "GET", "/style.css/../../etc/passwd", vec![own], ""),
        (404, "GET", "/reports/../shop.toml", vec![own], ""),
        (400, "GET", "/reports/..", vec![own], ""),
        (400, "GET", &deep, vec![own], ""),
        (404, "GET", "/reports/shop", vec![own], ""),
        (404, "POST", "/api/do/none", vec![own, here, json, "Content-Length: 2"], "{}"),
        (405, "DELETE", "/", vec![own], ""),
        (405, "OPTIONS", check, vec![own], ""),
        (405, "GET", check, vec![own], ""),
        (405, "POST", "/", vec![own, here, json, "Content-Length: 2"], "{}"),
        (411, "POST", check, vec![own, here, json], ""),
        (411, "POST", check, vec![own, here, json, "Transfer-Encoding: chunked"], "2\r\n{}\r\n0\r\n\r\n"),
        (413, "POST", check, vec![own, here, json, too_long], "{}"),
        (414, "GET", &long, vec![own], ""),
        (415, "POST", check, vec![own, here, "Content-Type: text/plain", "Content-Length: 2"], "{}"),
        (421, "GET", "/", vec!["Host: evil.example"], ""),
        (421, "GET", "/", vec!["Host: 127.0.0.1"], ""),
        (421, "GET", "http://evil.example/", vec![own], ""),
        (431, "GET", "/", vec![own, &wide], ""),
    ];
    for (status, method, path, lines, body) in cases {
        let answer = server.ask(method, path, &lines, body);
        assert_eq!(answer.status, status, "{method} {path:.60} {lines:.60?}: {answer:?}");
    }
    for bytes in [
        &b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"[..],
        b"\0\0\0\0\r\n\r\n",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\r\n\r\n\r\n",
    ] {
        let mut stream = server.connect().unwrap();
        let _ = stream.write_all(bytes);
        let _ = stream.shutdown(std::net::Shutdown::Write);
        assert!(all_of(stream).status != 200);
    }
    assert_eq!(server.ask("DELETE", "/", &[own], "").head.matches("allow: get, head").count(), 1);
    lives(&server);
}

#[test]
fn what_comes_too_slowly_is_told_so_and_let_go() {
    let (_folder, server) = small();
    let head = format!("GET / HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nX-Slow: ", server.port);
    let mut of_head = server.connect().unwrap();
    of_head.write_all(head.as_bytes()).unwrap();
    let mut of_body = server.connect().unwrap();
    let lines = "Content-Type: application/json\r\nContent-Length: 100\r\nConnection: close";
    let host = format!("127.0.0.1:{}", server.port);
    let head = format!("POST /api/do/check HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n{lines}\r\n\r\n{{");
    of_body.write_all(head.as_bytes()).unwrap();
    let mut silent = server.connect().unwrap();
    lives(&server);
    assert_eq!((all_of(of_head).status, all_of(of_body).status), (408, 408));
    assert_eq!(silent.read(&mut [0; 10]).unwrap_or(0), 0, "who says nothing is let go without a word");
    lives(&server);
}

#[test]
fn a_thousand_connections_do_not_stop_it() {
    let (_folder, server) = small();
    // A machine may allow fewer open files than that.
    let all: Vec<_> = (0..1_000).map_while(|_| server.connect().ok()).collect();
    assert!(all.len() > 200, "{}", all.len());
    // Whoever is served says nothing and is let go; whoever is not is told so; on top of that connections are just closed.
    let statuses: Vec<u16> = all.into_iter().map(|stream| all_of(stream).status).collect();
    let turned_away = statuses.iter().filter(|status| **status == 503).count();
    assert!(statuses.iter().all(|status| [0, 503].contains(status)), "{statuses:?}");
    while server.get("/").status != 200 {
        std::thread::yield_now();
    }
    assert!(turned_away > 0, "nobody was told that it is full");
}

#[test]
fn few_sweeps_wait_and_each_can_be_stopped() {
    let (_folder, server) = long();
    let ask = || server.post("/api/do/run", &json!({ "name": "shop", "text": SMALL }));
    let answers: Vec<Answer> = (0..4).map(|_| ask()).collect();
    let statuses: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses, [202, 202, 503, 503]);
    let counted = server.get("/api/runs/1").json();
    assert!(counted["counted"] == true && counted["answers"]["options"][4]["holds"] == "at most 50", "{counted}");
    let stop = |id: u64| server.post("/api/do/stop", &json!({ "id": id })).status;
    assert_eq!((stop(2), stop(2), stop(77)), (200, 404, 404));
    assert_eq!((stop(1), server.ended(1).as_str(), server.ended(2).as_str()), (200, "stopped", "stopped"));
    assert_eq!(server.ended(3), "done");
    let told = server.get("/api/runs/1").json();
    assert!(
        told["stopped"] == true && (told["answers"].is_null() || told["answers"]["remarks"][0].is_string()),
        "{told}"
    );
}

#[test]
fn a_wrong_or_too_large_scenario_is_told_at_its_place() {
    let (_folder, server) = small();
    let ask = |text: &str| server.post("/api/do/run", &json!({ "name": "shop", "text": text }));
    let wrong = ask("[services]\ntargets = 0\n");
    let issue: Value = wrong.json()["issues"]["list"][0].clone();
    assert_eq!(
        (wrong.status, &issue["place"]["line"], &issue["place"]["column"], &issue["input"]),
        (422, &json!(2), &json!(11), &json!("targets")),
        "{wrong:?}"
    );
    for (text, said) in [
        ("= 1", "shop.toml:1:1"),
        ("[workload]\narrivals = { trace = { file = \"/etc/passwd\", column = 1 } }\n", "leads out of the folder"),
        ("options = [\"../x.toml\"]\n", "leads out of the folder"),
    ] {
        let answer = ask(text);
        assert!(
            answer.status == 422 && answer.json()["issues"]["text"].as_str().unwrap().contains(said),
            "{text}: {answer:?}"
        );
    }
    let values: Vec<String> = (1..=900).map(|n| n.to_string()).collect();
    let list = values.join(", ");
    let id = ask(&format!("[sweep]\n\"services.queue\" = [{list}]\n")).json()["id"].as_u64().unwrap();
    assert_eq!(server.ended(id), "failed");
    let told = server.get(&format!("/api/runs/{id}")).json();
    assert!(
        told["issues"]["list"][0]["message"].as_str().unwrap().contains("GB of memory, but a page may take"),
        "{told}"
    );
    lives(&server);
}

#[test]
fn a_queue_that_would_grow_without_bound_is_refused_and_a_modest_one_runs() {
    let (_folder, server) = small();
    let ask = |rate: &str, duration: &str| {
        let run = format!("[run]\nduration = \"{duration}\"\nwarmup = \"1s\"\nreplications = 2\n");
        let hop = "[[hop]]\nname = \"a\"\nservers = 1\ntime = { constant = \"1ms\" }\n";
        let text = format!("[workload]\nrate = \"{rate}\"\n{run}{hop}");
        server.post("/api/do/run", &json!({ "name": "queue", "text": text })).json()["id"].as_u64().unwrap()
    };
    let endless = ask("500000/s", "600s");
    assert_eq!(server.ended(endless), "failed");
    let told = server.get(&format!("/api/runs/{endless}")).json();
    let said = told["issues"]["text"].as_str().unwrap();
    assert!(said.contains("million requests may wait") && said.contains("`queue` or `patience`"), "{told}");
    assert_eq!(server.ended(ask("1100/s", "5s")), "done");
}

#[test]
fn nothing_outside_the_folder_is_written() {
    let top = folder_with(&[("outside.toml", "seed = 1\n")]);
    let inside = top.path().join("inside");
    std::fs::create_dir(&inside).unwrap();
    std::fs::write(inside.join("shop.toml"), SMALL).unwrap();
    let server = Server::start(&inside, &["shop.toml"]);
    assert_eq!(server.ended(1), "done");
    for name in ["../outside", "/outside", "..", ".", "", "a/b", "a\\b", "a\u{0}b", "\u{202e}lmot", "shop.toml"] {
        for (path, body) in [
            ("/api/do/save-scenario", json!({ "name": name, "text": "", "over": true })),
            ("/api/do/save-report", json!({ "name": name, "id": 1, "over": true })),
            ("/api/do/run", json!({ "name": name, "text": "" })),
        ] {
            assert_eq!(server.post(path, &body).status, 400, "{name:?} {path}");
        }
    }
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(top.path().join("outside.toml"), inside.join("link.toml")).unwrap();
        std::os::unix::fs::symlink(top.path(), inside.join("link-report")).unwrap();
        for (path, body) in [
            ("/api/do/save-scenario", json!({ "name": "link", "text": "", "over": true })),
            ("/api/do/save-report", json!({ "name": "link", "id": 1, "over": true })),
        ] {
            assert_eq!(server.post(path, &body).status, 409, "{path}");
        }
    }
    let names: Vec<String> = content(top.path()).into_keys().filter(|name| !name.starts_with("inside")).collect();
    assert_eq!(names, ["outside.toml"]);
    assert_eq!(std::fs::read_to_string(top.path().join("outside.toml")).unwrap(), "seed = 1\n");
}

#[test]
fn a_port_that_is_taken_and_what_is_no_folder_are_told() {
    let (folder, server) = small();
    let port = server.port.to_string();
    for (arguments, words) in [
        (vec!["serve", "--port", &port], vec!["is in use", "hint: ", "--port 0"]),
        (vec!["serve", "--port", "0", "--dir", "none"], vec!["`none` cannot be opened", "--dir"]),
        (vec!["serve", "--port", "0", "none.toml"], vec!["`none.toml` cannot be read"]),
        (vec!["serve", "--port", "0", "--dir", "shop.toml"], vec!["is a file"]),
    ] {
        let ran = run(folder.path(), &arguments);
        assert_eq!((ran.status, ran.stdout.as_str()), (2, ""), "{ran:?}");
        assert!(ran.stderr.starts_with("error: ") && words.iter().all(|word| ran.stderr.contains(word)), "{ran:?}");
    }
    lives(&server);
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_and_the_sweep() {
    let interrupt = |server: &mut Server| {
        let id = server.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
        server.child.wait().unwrap().code()
    };
    let (_folder, mut idle) = small();
    assert_eq!(interrupt(&mut idle), Some(0));
    let (_folder, mut busy) = long();
    assert_eq!(interrupt(&mut busy), Some(130));
}
