//! `aftercall model`, without fetching anything.

use crate::support::Place;

#[test]
fn the_list_has_the_catalogue_and_where_files_lie() {
    let place = Place::new();
    let ran = place.run(&["model", "list"]);
    assert_eq!(ran.code, Some(0));
    assert!(
        ran.out
            .contains("qwen2.5-coder-1.5b-instruct-q4_k_m  1.1 GB"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains(place.path("models").to_str().unwrap()));
    let ran = place.run(&["model", "list", "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&ran.out).unwrap();
    assert!(
        list.as_array()
            .unwrap()
            .iter()
            .all(|entry| entry["present"] == false)
    );
}

#[test]
fn a_model_that_is_not_there_is_named_with_the_way_to_get_it() {
    let place = Place::new();
    for words in [["model", "path"], ["model", "verify"]] {
        let ran = place.run(&words);
        assert_eq!(ran.code, Some(3), "{ran:?}");
        assert!(
            ran.err.contains("aftercall model pull qwen2.5"),
            "{}",
            ran.err
        );
    }
    let ran = place.run(&["model", "remove", "smollm2-135m-instruct-q4_1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn names_that_mean_nothing_are_input_errors() {
    let place = Place::new();
    for name in ["no-such-model", "hf:only-an-owner"] {
        assert_eq!(place.run(&["model", "pull", name]).code, Some(2), "{name}");
    }
    place.write("own.gguf", "GGUF....");
    let ran = place.run(&["model", "path", "own.gguf"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), "own.gguf\n"));
    assert_eq!(place.run(&["model", "remove", "own.gguf"]).code, Some(2));
}
