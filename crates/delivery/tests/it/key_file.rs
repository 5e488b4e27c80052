//! The key file, and secrets that are sealed with its keys.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use aftercall_delivery::seal::{KeyFileError, Keyring, NoKeys, OpenError};

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_is_sealed_is_opened_in_its_place_alone() {
    let keys = Keyring::new(vec![[1; 32]]).unwrap();
    let sealed = keys.seal("s3crét", "webhooks/1", [7; 24]);
    assert_eq!(keys.open(&sealed, "webhooks/1").unwrap(), "s3crét");
    assert_eq!(keys.open(&sealed, "webhooks/2"), Err(OpenError::Changed));
    assert_ne!(sealed, keys.seal("s3crét", "webhooks/1", [8; 24]));
    assert!(sealed.is_ascii() && !sealed.contains("s3cr"), "{sealed}");
    assert_eq!(keys.open(&keys.seal("", "", [0; 24]), "").unwrap(), "");
}

#[test]
fn no_character_of_a_sealed_text_can_be_changed() {
    let keys = Keyring::new(vec![[1; 32]]).unwrap();
    let sealed = keys.seal("secret", "c", [7; 24]);
    for place in 0..sealed.len() {
        let mut bytes = sealed.clone().into_bytes();
        bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
        let changed = String::from_utf8(bytes).unwrap();
        assert!(keys.open(&changed, "c").is_err(), "{place}: {changed}");
        assert!(keys.open(&sealed[..place], "c").is_err(), "{place}");
    }
    for text in ["", "x1", "x1..", "x1.0123456789abcdef.", "secret", "x2.a.b"] {
        assert_eq!(keys.open(text, "c"), Err(OpenError::Form), "{text}");
    }
}

#[test]
fn the_first_key_seals_and_all_open() {
    let old = Keyring::new(vec![[1; 32]]).unwrap();
    let both = Keyring::new(vec![[2; 32], [1; 32]]).unwrap();
    let new = Keyring::new(vec![[2; 32]]).unwrap();
    let (before, after) = (old.seal("s", "c", [0; 24]), both.seal("s", "c", [0; 24]));
    assert_eq!(both.open(&before, "c").unwrap(), "s");
    assert_eq!(new.open(&after, "c").unwrap(), "s");
    assert!(both.is_current(&after) && !both.is_current(&before) && !both.is_current("s"));
    assert!(matches!(
        new.open(&before, "c"),
        Err(OpenError::UnknownKey(_))
    ));
    assert_eq!(Keyring::new(Vec::new()).unwrap_err(), NoKeys);
    assert!(!format!("{both:?}").contains("2, 2"), "{both:?}");
}

#[test]
fn a_missing_key_file_is_made_for_its_owner_and_then_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let first = Keyring::load(&path, [1; 32]).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let sealed = first.seal("s", "c", [0; 24]);
    let again = Keyring::load(&path, [2; 32]).unwrap();
    assert_eq!(again.open(&sealed, "c").unwrap(), "s");
    assert!(again.is_current(&sealed));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_new_key_goes_before_the_old_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let old = Keyring::load(&path, [1; 32])
        .unwrap()
        .seal("s", "c", [0; 24]);
    let text = format!(
        "{}\n\n{}",
        "AB".repeat(32),
        fs::read_to_string(&path).unwrap()
    );
    fs::write(&path, text).unwrap();
    let keys = Keyring::load(&path, [9; 32]).unwrap();
    assert_eq!(keys.open(&old, "c").unwrap(), "s");
    assert!(!keys.is_current(&old));
    let expected = Keyring::new(vec![[0xab; 32]]).unwrap();
    assert!(expected.is_current(&keys.seal("s", "c", [0; 24])));
}

#[test]
fn processes_that_start_together_share_the_key_of_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let sealed: Vec<String> = std::thread::scope(|scope| {
        let loading: Vec<_> = (1..9)
            .map(|n| {
                let path = &path;
                scope.spawn(move || {
                    let keys = Keyring::load(path, [n; 32]).unwrap();
                    keys.seal("s", "c", [n; 24])
                })
            })
            .collect();
        let sealed = loading.into_iter().map(|thread| thread.join().unwrap());
        sealed.collect()
    });
    let keys = Keyring::load(&path, [99; 32]).unwrap();
    for sealed in sealed {
        assert_eq!(keys.open(&sealed, "c").unwrap(), "s");
    }
}

#[test]
fn a_file_that_others_may_read_or_that_holds_no_keys_is_refused_and_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("keys");
    let load = || Keyring::load(&path, [1; 32]).unwrap_err();
    load_good(&path);
    for bad in [0o640, 0o604, 0o620, 0o660, 0o644, 0o610] {
        mode(&path, bad);
        assert!(matches!(load(), KeyFileError::Open { mode, .. } if mode == bad));
    }
    mode(&path, 0o400);
    load_good(&path);
    mode(&path, 0o600);
    for text in [
        "s3cret",
        &"0".repeat(63),
        &"0".repeat(65),
        &"g".repeat(64),
        &"+1".repeat(32),
        &"é".repeat(32),
    ] {
        fs::write(&path, format!("\n{text}\n")).unwrap();
        let error = load();
        assert!(
            matches!(error, KeyFileError::Line { line: 2, .. }),
            "{error}"
        );
        assert!(!error.to_string().contains(text), "{error}");
    }
    fs::write(&path, "\n \n").unwrap();
    assert!(matches!(load(), KeyFileError::Empty { .. }));
    let missing = folder.path().join("no/keys");
    let error = Keyring::load(&missing, [1; 32]).unwrap_err();
    assert!(matches!(error, KeyFileError::Io { .. }), "{error}");
}

fn load_good(path: &Path) {
    Keyring::load(path, [1; 32]).unwrap();
}
