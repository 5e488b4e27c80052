//! Names, paths, checks and removal.

use aftercall_models::{DEFAULT_MODEL, Error, ModelStore, Silent, SourceKind};

use crate::support::{
    Heard, Hub, Reply, content, files, hub_source, model, nobody, settings, sha256, store,
};

#[test]
fn unknown_names_list_the_known_ones() {
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::with_settings(dir.path(), settings(&nobody()));
    let error = store.resolve("gpt-17").unwrap_err();
    assert!(error.to_string().contains(DEFAULT_MODEL), "{error}");
    assert!(matches!(error, Error::Unknown { known, .. } if known.len() == store.models().len()));
    assert!(matches!(
        store.pull("hf:nonsense", &mut Silent),
        Err(Error::Reference { .. })
    ));
}

#[test]
fn any_gguf_file_works_by_its_path() {
    let (dir, own) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bytes = content(1_000);
    let path = own.path().join("My model.v2.gguf");
    std::fs::write(&path, &bytes).unwrap();
    let name = path.to_str().unwrap();
    let store = ModelStore::with_settings(dir.path(), settings(&nobody()));
    let file = store.resolve(name).unwrap();
    assert_eq!((file.name.as_str(), &file.path), ("My model.v2", &path));
    assert_eq!(file.sha256, None);
    assert_eq!(store.pull(name, &mut Silent).unwrap(), file);
    assert_eq!(
        store.fingerprint(&file, &mut Silent).unwrap(),
        sha256(&bytes)
    );
    // Remembered, and nothing is left beside the user's file.
    assert_eq!(store.resolve(name).unwrap().sha256, Some(sha256(&bytes)));
    assert_eq!(files(own.path()), ["My model.v2.gguf"]);
    assert!(matches!(store.remove(name), Err(Error::OwnFile { .. })));

    let text = own.path().join("notes.gguf");
    std::fs::write(&text, "no model").unwrap();
    assert!(matches!(
        store.resolve(text.to_str().unwrap()),
        Err(Error::NotGguf { .. })
    ));
}

#[test]
fn a_file_put_there_by_hand_is_checked_once() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(10_000);
    let store = store(
        dir.path(),
        settings(&nobody()),
        model(&bytes, vec![hub_source()]),
    );
    std::fs::write(dir.path().join("tiny.gguf"), &bytes).unwrap();
    let file = store.pull("tiny", &mut Silent).unwrap();
    assert_eq!(file.sha256, Some(sha256(&bytes)));
    assert_eq!(files(dir.path()), ["tiny.gguf", "tiny.sha256"]);
    let mut heard = Heard::default();
    store.pull("tiny", &mut heard).unwrap();
    assert_eq!(heard.bytes, 0, "nothing is hashed a second time");
}

#[test]
fn a_changed_file_is_found_out_and_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(10_000);
    let served = bytes.clone();
    let hub = Hub::new(move |request| Reply::file(&served, request));
    let store = store(
        dir.path(),
        settings(&hub.address),
        model(&bytes, vec![hub_source()]),
    );
    let path = store.pull("tiny", &mut Silent).unwrap().path;
    let mut heard = Heard::default();
    assert!(store.verify("tiny", &mut heard).is_ok());
    assert_eq!((heard.total, heard.bytes), (Some(10_000), 10_000));
    let mut changed = bytes.clone();
    changed[77] ^= 1;
    std::fs::write(&path, &changed).unwrap();
    for error in [
        store.verify("tiny", &mut Silent).unwrap_err(),
        store.resolve("tiny").unwrap_err(),
    ] {
        assert!(
            matches!(&error, Error::Hash { expected, found, .. }
                if *expected == sha256(&bytes) && *found == sha256(&changed)),
            "{error}"
        );
    }
    assert_eq!(store.pull("tiny", &mut Silent).unwrap().path, path);
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}

#[test]
fn removal_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let bytes = content(10_000);
    let store = store(
        dir.path(),
        settings(&nobody()),
        model(&bytes, vec![hub_source()]),
    );
    assert!(!store.remove("tiny").unwrap());
    assert!(matches!(store.path("tiny"), Err(Error::NotPulled { .. })));
    std::fs::write(dir.path().join("tiny.gguf"), &bytes).unwrap();
    std::fs::write(dir.path().join("tiny.gguf.part"), "x").unwrap();
    std::fs::create_dir(dir.path().join("tiny.wheels")).unwrap();
    store.resolve("tiny").unwrap();
    assert_eq!(store.path("tiny").unwrap(), dir.path().join("tiny.gguf"));
    assert!(store.list().unwrap()[0].present);
    assert!(store.remove("tiny").unwrap());
    assert!(files(dir.path()).is_empty());
    assert!(!store.list().unwrap()[0].present);
}

#[test]
fn the_order_of_sources_can_be_narrowed() {
    let dir = tempfile::tempdir().unwrap();
    let mut settings = settings(&nobody());
    settings.order = Some(vec![SourceKind::Wheels]);
    let store = store(
        dir.path(),
        settings,
        model(&content(100), vec![hub_source()]),
    );
    let error = store.pull("tiny", &mut Silent).unwrap_err();
    assert!(
        matches!(&error, Error::NoSource { asked, has, .. } if asked == "wheels" && has == "hub"),
        "{error}"
    );
}
