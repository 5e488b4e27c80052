//! What cannot be loaded is refused with a sentence that says why.

use std::io::Write as _;

use aftercall_engine::{Engine, EngineConfig, EngineError};

use crate::{child, config, model};

fn refused(config: EngineConfig) -> EngineError {
    match Engine::start(config, child) {
        Ok(_) => panic!("it was loaded"),
        Err(error) => error,
    }
}

#[test]
fn a_missing_file_is_named() {
    let error = refused(EngineConfig::new("/nowhere/model.gguf"));
    assert!(matches!(error, EngineError::NoSuchFile(_)), "{error}");
    assert!(error.to_string().contains("/nowhere/model.gguf"));
}

#[test]
fn another_kind_of_file_is_not_gguf() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"PK\x03\x04 a zip").unwrap();
    let error = refused(EngineConfig::new(file.path()));
    assert!(matches!(error, EngineError::NotGguf(_)), "{error}");
    let empty = tempfile::NamedTempFile::new().unwrap();
    let error = refused(EngineConfig::new(empty.path()));
    assert!(matches!(error, EngineError::NotGguf(_)), "{error}");
}

#[test]
fn a_torn_gguf_is_refused_and_the_parent_lives() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"GGUF\x03\x00\x00\x00garbage").unwrap();
    let mut config = EngineConfig::new(file.path());
    config.retries = 1;
    let error = refused(config);
    assert!(
        matches!(error, EngineError::Native(_) | EngineError::Crashed { .. }),
        "{error}"
    );
}

#[test]
fn a_program_that_is_no_engine_is_reported() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"GGUF").unwrap();
    let mut config = EngineConfig::new(file.path());
    config.retries = 2;
    let error = match Engine::start(config, || std::process::Command::new("true")) {
        Ok(_) => panic!("it was loaded"),
        Err(error) => error,
    };
    assert!(
        matches!(error, EngineError::Crashed { attempts: 3, .. }),
        "{error}"
    );
}

#[test]
#[ignore = "needs the test model"]
fn a_context_beyond_the_models_is_refused() {
    let mut large = config();
    large.context_tokens = Some(1 << 20);
    assert!(matches!(
        refused(large),
        EngineError::ContextTooLarge {
            asked: 1_048_576,
            ..
        }
    ));
    let mut small = config();
    small.context_tokens = Some(16);
    assert!(matches!(
        refused(small),
        EngineError::ContextTooSmall { .. }
    ));
}

#[test]
#[ignore = "needs the test model"]
fn an_architecture_that_llama_cpp_lacks_is_named() {
    // The same file under an architecture of the same length that does not exist.
    let mut bytes = std::fs::read(model()).unwrap();
    let at = bytes.windows(5).position(|w| w == b"llama").unwrap();
    bytes[at..at + 5].copy_from_slice(b"lamma");
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&bytes).unwrap();
    let mut config = config();
    config.model = file.path().into();
    match refused(config) {
        EngineError::Unsupported { architecture, .. } => assert_eq!(architecture, "lamma"),
        other => panic!("{other}"),
    }
}
