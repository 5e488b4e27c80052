//! Several pulls of one model at once.

use std::process::{Command, Stdio};
use std::time::Duration;

use aftercall_models::{ModelFile, ModelStore, Silent};

use crate::support::{Hub, Reply, content, files, hub_source, model, settings, store};

const LEN: usize = 50_000;
const DIR: &str = "AFTERCALL_TEST_DIR";
const HUB: &str = "AFTERCALL_TEST_HUB";

/// A hub that takes its time, so that the pulls overlap.
fn slow_hub() -> Hub {
    let bytes = content(LEN);
    Hub::new(move |request| {
        std::thread::sleep(Duration::from_millis(500));
        Reply::file(&bytes, request)
    })
}

fn store_at(dir: &std::path::Path, hub: &str) -> ModelStore {
    store(dir, settings(hub), model(&content(LEN), vec![hub_source()]))
}

#[test]
fn threads_share_one_download() {
    let dir = tempfile::tempdir().unwrap();
    let hub = slow_hub();
    let pull = || store_at(dir.path(), &hub.address).pull("tiny", &mut Silent);
    let files: Vec<ModelFile> = std::thread::scope(|scope| {
        let running: Vec<_> = (0..3).map(|_| scope.spawn(pull)).collect();
        let ended = running.into_iter().map(|thread| thread.join().unwrap());
        ended.collect::<Result<_, _>>().unwrap()
    });
    assert_eq!(std::fs::read(&files[0].path).unwrap(), content(LEN));
    assert!(files.iter().all(|file| *file == files[0]));
    assert_eq!(hub.seen().len(), 1);
}

#[test]
fn processes_share_one_download() {
    let dir = tempfile::tempdir().unwrap();
    let hub = slow_hub();
    let start = || {
        Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "together::one_of_several_processes"])
            .env(DIR, dir.path())
            .env(HUB, &hub.address)
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let mut running = [start(), start()];
    for process in &mut running {
        assert!(process.wait().unwrap().success());
    }
    assert_eq!(
        std::fs::read(dir.path().join("tiny.gguf")).unwrap(),
        content(LEN)
    );
    assert_eq!(files(dir.path()), ["tiny.gguf", "tiny.sha256"]);
    assert_eq!(hub.seen().len(), 1);
}

/// What each process of the test above runs; alone it does nothing.
#[test]
fn one_of_several_processes() {
    if let (Some(dir), Ok(hub)) = (std::env::var_os(DIR), std::env::var(HUB)) {
        let store = store_at(dir.as_ref(), &hub);
        store.pull("tiny", &mut Silent).unwrap();
    }
}
