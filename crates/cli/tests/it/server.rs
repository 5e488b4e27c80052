//! The server and the commands beside it, as an operator starts them.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, ChildStdout, Command, Stdio};

use serde_json::{Value as Json, json};

use crate::support::{METRICS, Place, test_model, wordless};

/// A running server; killed when this is dropped.
struct Running {
    child: Child,
    out: BufReader<ChildStdout>,
    address: String,
    /// Printed at the first start.
    key: Option<String>,
}

impl Running {
    fn start(place: &Place, more: &[&str]) -> Self {
        Self::start_command(place, "serve", more)
    }

    /// `serve` or `worker`, on a free port.
    fn start_command(place: &Place, name: &str, more: &[&str]) -> Self {
        let words = [name, "--data-dir", "data", "--listen", "127.0.0.1:0"];
        let mut command = place.command(&[&words, more].concat());
        // Nobody reads its log: a full pipe would hold it up.
        let mut child = command.stderr(Stdio::null()).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut running = Self {
            child,
            out,
            address: String::new(),
            key: None,
        };
        while running.address.is_empty() {
            let line = running.line();
            if let Some(start) = line.find("sk_") {
                running.key = Some(line[start..].trim().to_owned());
            }
            if let Some((_, address)) = line.split_once("http://") {
                running.address = address.trim().to_owned();
            }
        }
        running
    }

    /// The next line on standard output.
    fn line(&mut self) -> String {
        let mut line = String::new();
        assert!(
            self.out.read_line(&mut line).unwrap() > 0,
            "the server ended"
        );
        line
    }

    fn ask(&self, method: &str, path: &str, key: &str, body: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(
            stream,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nAuthorization: Bearer {key}\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            self.address,
            body.len()
        )
        .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, body.to_owned())
    }

    fn json(&self, method: &str, path: &str, key: &str, body: &Json) -> (u16, Json) {
        let (status, text) = self.ask(method, path, key, &body.to_string());
        (status, serde_json::from_str(&text).unwrap_or(Json::Null))
    }

    /// SIGTERM; the exit code.
    fn stop(mut self) -> Option<i32> {
        let killed = Command::new("kill")
            .arg(self.child.id().to_string())
            .status();
        assert!(killed.unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An agent with one metric, and a call of it.
fn agent_and_call(server: &Running, key: &str) -> Json {
    let (status, made) = server.json("POST", "/atoms/v1/agent", key, &json!({"name": "a"}));
    assert_eq!(status, 201, "{made}");
    let agent = made["data"].as_str().unwrap();
    let metrics = json!({"dispositionMetrics": [
        {"identifier": "solved", "dispositionMetricPrompt": "Solved?", "dispositionMetricType": "BOOLEAN"}]});
    let path = format!("/atoms/v1/agent/{agent}/post-call-analytics");
    let (status, answer) = server.json("POST", &path, key, &metrics);
    assert!(status < 300, "{answer}");
    let call = json!({"callId": "c", "agentId": agent, "transcript": [
        {"role": "agent", "content": "Hello"}, {"role": "user", "content": "I want to cancel my order."}]});
    let (status, answer) = server.json("POST", "/v1/calls", key, &call);
    assert_eq!(status, 201, "{answer}");
    call
}

#[test]
fn the_first_start_makes_everything_and_prints_a_key_once() {
    let place = Place::new();
    let server = Running::start(&place, &[]);
    let key = server.key.clone().unwrap();
    let call = agent_and_call(&server, &key);
    assert_eq!(server.ask("GET", "/healthz", "", "").0, 200);
    let (status, ready) = server.ask("GET", "/readyz", "", "");
    assert_eq!(status, 503, "there is no model");
    assert!(ready.contains("aftercall model pull"), "{ready}");
    assert_eq!(server.ask("GET", "/v1/calls", "sk_wrong", "").0, 401);
    assert_eq!(server.stop(), Some(0));

    let server = Running::start(&place, &["--no-worker"]);
    assert_eq!(server.key, None);
    let (status, _) = server.json("POST", "/v1/calls", &key, &call);
    assert_eq!(status, 200, "the call is there");
    let data = place.path("data");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = data.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o77, 0, "nobody else may look");
    }
    assert!(data.join("aftercall.sqlite").is_file());
}

#[cfg(unix)]
#[test]
fn in_a_folder_that_is_open_the_files_are_not() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    place.write("data/aftercall.toml", "");
    let open = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(place.path("data"), open).unwrap();
    let server = Running::start(&place, &["--no-worker"]);
    let mut files = Vec::new();
    for entry in std::fs::read_dir(place.path("data")).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("aftercall.sqlite") {
            let mode = entry.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o77, 0, "{name}: {mode:o}");
            files.push(name);
        }
    }
    assert!(files.len() > 1, "SQLite's own files too: {files:?}");
    assert_eq!(server.stop(), Some(0));
    // A start that ends by itself, behind the warning: its keys are none.
    place.write("bad.key", "none");
    place.write("data/aftercall.toml", "secrets.key_file = 'bad.key'");
    let words = [
        "serve",
        "--data-dir",
        "data",
        "--listen",
        "127.0.0.1:0",
        "--no-worker",
    ];
    let ran = place.run(&words);
    assert!(ran.err.contains("open to every user"), "{ran:?}");
    let closed = std::fs::Permissions::from_mode(0o700);
    std::fs::set_permissions(place.path("data"), closed).unwrap();
    let ran = place.run(&words);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(!ran.err.contains("open to every user"), "{ran:?}");
}

#[test]
fn a_worker_tells_how_it_is() {
    let place = Place::new();
    let worker = Running::start_command(&place, "worker", &[]);
    assert_eq!(worker.ask("GET", "/healthz", "", "").0, 200);
    let (status, ready) = loop {
        let answer = worker.ask("GET", "/readyz", "", "");
        if !answer.1.contains("starting") {
            break answer;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    };
    assert_eq!(status, 503, "there is no model");
    assert!(ready.contains("aftercall model pull"), "{ready}");
    let (status, figures) = worker.ask("GET", "/metrics", "", "");
    assert_eq!(status, 200);
    assert!(figures.contains("aftercall_queue_age_seconds"), "{figures}");
    let secret = place.run(&[
        "key",
        "create",
        "--name",
        "x",
        "--role",
        "admin",
        "--data-dir",
        "data",
    ]);
    assert_eq!(worker.ask("GET", "/v1/calls", secret.out.trim(), "").0, 404);
    assert_eq!(worker.stop(), Some(0));
}

#[test]
fn keys_are_made_listed_and_revoked_beside_a_running_server() {
    let place = Place::new();
    let server = Running::start(&place, &["--no-worker"]);
    let at = ["--data-dir", "data"];
    let made = place.run(
        &[
            &["key", "create", "--name", "x", "--role", "viewer"],
            &at[..],
        ]
        .concat(),
    );
    assert_eq!(made.code, Some(0), "{made:?}");
    let secret = made.out.trim();
    assert!(secret.starts_with("sk_") && !secret.contains(char::is_whitespace));
    assert_eq!(server.ask("GET", "/v1/calls", secret, "").0, 200);
    assert_eq!(
        server
            .ask("POST", "/atoms/v1/agent", secret, "{\"name\":\"a\"}")
            .0,
        403
    );
    let list = place.run(&[&["key", "list", "--format", "json"], &at[..]].concat());
    let keys: Json = serde_json::from_str(&list.out).unwrap();
    assert!(!list.out.contains(secret));
    let of_x = keys
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["name"] == "x")
        .unwrap();
    assert_eq!(of_x["role"], "viewer");
    let id = of_x["id"].as_str().unwrap();
    let revoked = place.run(&[&["key", "revoke", id], &at[..]].concat());
    assert_eq!(revoked.code, Some(0), "{revoked:?}");
    let table = place.run(&[&["key", "list"], &at[..]].concat());
    assert!(table.out.contains("revoked"), "{table:?}");
    let unknown = place.run(&[&["key", "revoke", "0123456789abcdef01234567"], &at[..]].concat());
    assert_eq!(unknown.code, Some(2), "{unknown:?}");
}

#[test]
fn jobs_are_listed_and_only_given_up_ones_are_put_back() {
    let place = Place::new();
    let server = Running::start(&place, &["--no-worker"]);
    let key = server.key.clone().unwrap();
    agent_and_call(&server, &key);
    let at = ["--data-dir", "data"];
    let list = place.run(&[&["jobs", "list", "--format", "json"], &at[..]].concat());
    let jobs: Json = serde_json::from_str(&list.out).unwrap();
    assert_eq!(jobs[0]["state"], "queued");
    assert_eq!(jobs[0]["callId"], "c");
    let table = place.run(&[&["jobs", "list", "--state", "queued"], &at[..]].concat());
    assert!(table.out.contains("internal"), "{table:?}");
    let id = jobs[0]["id"].as_str().unwrap();
    let retried = place.run(&[&["jobs", "retry", id], &at[..]].concat());
    assert_eq!(retried.code, Some(2), "{retried:?}");
    let all = place.run(&[&["jobs", "retry", "--dead"], &at[..]].concat());
    assert_eq!(
        (all.code, all.err.contains("0 jobs")),
        (Some(0), true),
        "{all:?}"
    );
}

#[test]
fn the_configuration_is_printed_without_secrets() {
    let place = Place::new();
    place.write(
        "a.toml",
        "listen = \"0.0.0.0:1\"\n[worker]\nlease_seconds = 7\n\
         [log]\notlp_endpoint = \"http://u:hidden@h/v1/traces?api_key=hidden\"\n",
    );
    let url = "postgres://me:hidden@db/aftercall";
    let ran = place.run(&[
        "config",
        "--config",
        "a.toml",
        "--data-dir",
        "data",
        "--database-url",
        url,
    ]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        ran.out.contains("lease_seconds = 7") && ran.out.contains("listen = \"0.0.0.0:1\""),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("postgres://me:***@db/aftercall"));
    assert!(ran.out.contains("http://***:***@h/v1/traces?api_key=***"));
    assert!(!ran.out.contains("hidden"), "{ran:?}");
    place.write("b.toml", &ran.out);
    let again = place.run(&["config", "--config", "b.toml"]);
    assert_eq!(again.out, ran.out, "what is printed can be read again");
    place.write("c.toml", "lisen = \"x\"\n");
    let wrong = place.run(&["config", "--config", "c.toml"]);
    assert_eq!(
        (wrong.code, wrong.err.contains("lisen")),
        (Some(2), true),
        "{wrong:?}"
    );
}

#[test]
fn a_database_is_migrated_once() {
    let place = Place::new();
    let plan = place.run(&["migrate", "--dry-run", "--data-dir", "data"]);
    assert!(plan.out.contains("to apply: "), "{plan:?}");
    let first = place.run(&["migrate", "--data-dir", "data"]);
    assert!(first.out.contains("applied: "), "{first:?}");
    let second = place.run(&["migrate", "--data-dir", "data"]);
    assert_eq!(
        (second.code, second.out.trim()),
        (Some(0), "the database is up to date")
    );
    let anew = place.run(&["migrate", "--recount", "--data-dir", "data"]);
    assert!(
        anew.out.ends_with("statistics are counted anew\n"),
        "{anew:?}"
    );
}

#[test]
fn what_cannot_be_served_is_said() {
    let place = Place::new();
    for (words, said) in [
        (["--listen", "nowhere"], "listen"),
        (["--database-url", "mysql://x"], "sqlite:"),
        (["--config", "missing.toml"], "missing.toml"),
    ] {
        let ran = place.run(&[&["serve", "--data-dir", "data"], &words[..]].concat());
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(said), "{ran:?}");
    }
}

#[test]
#[ignore = "needs the test model"]
fn the_samples_are_taken_in_and_analysed() {
    let place = Place::new();
    let model = test_model().into_os_string().into_string().unwrap();
    place.write("samples/metrics.yaml", METRICS);
    place.write(
        "samples/calls/a.txt",
        "Agent: Hello?\nCustomer: I want to cancel my order.\n",
    );
    place.write("samples/calls/b.jsonl", wordless("b") + &wordless("c"));
    let mut server = Running::start(&place, &["--model", &model, "--samples", "samples"]);
    let mut key = String::new();
    loop {
        let line = server.line();
        if let Some((_, secret)) = line.split_once("AFTERCALL_KEY=sk_") {
            key = format!("sk_{}", secret.trim());
        }
        if line.contains("Every call is analysed") {
            break;
        }
    }
    let (status, page) = server.json("GET", "/v1/calls?limit=100", &key, &Json::Null);
    assert_eq!(status, 200);
    let calls = page["calls"].as_array().unwrap();
    assert_eq!(calls.len(), 3);
    for call in calls {
        assert_eq!(call["analysis"]["status"], "completed", "{call}");
        let answers = call["analysis"]["dispositionMetrics"].as_array().unwrap();
        assert_eq!(answers.len(), 2);
    }
    let (status, ready) = server.ask("GET", "/readyz", "", "");
    assert_eq!(status, 200, "{ready}");
    let (status, output) = server.json(
        "POST",
        "/waves/v1/pca/generate",
        &key,
        &json!({"prompt": "Say hello."}),
    );
    assert_eq!(status, 200, "{output}");
    assert!(!output["output"].as_str().unwrap().is_empty());
    assert_eq!(server.stop(), Some(0));
}

#[test]
fn the_curl_lines_of_the_readme_work() {
    if Command::new("curl").arg("--version").output().is_err() {
        eprintln!("curl is not here: the lines of the README are not tried");
        return;
    }
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
    let readme = std::fs::read_to_string(format!("{root}/README.md")).unwrap();
    let block = readme.split_once("<!-- curl -->\n```sh\n").unwrap().1;
    let block = block.split_once("```").unwrap().0;
    let place = Place::new();
    let samples = format!("{root}/samples");
    let mut server = Running::start(&place, &["--no-worker", "--samples", &samples]);
    let mut printed = String::new();
    while !printed.contains("AGENT=") {
        printed = printed + &server.line();
    }
    let exports: String = printed
        .lines()
        .filter(|line| line.trim_start().starts_with("export "))
        .map(|line| format!("{line}\n"))
        .collect();
    let lines = block.replace("127.0.0.1:8080", &server.address);
    // The commands are separated by blank lines; after each, a line of its own ends what it printed.
    let script = exports + &lines.replace("\n\n", "\necho\n");
    let ran = Command::new("sh").args(["-euc", &script]).output().unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let answers: Vec<Json> = String::from_utf8(ran.stdout)
        .unwrap()
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(answers.len(), 4);
    assert_eq!(answers[0]["calls"], json!([]), "none is analysed here");
    assert_eq!(answers[1]["outcome"], "created");
    assert_eq!(answers[2]["transcript"].as_array().unwrap().len(), 3);
    assert_eq!(answers[3]["status"], true);
}
