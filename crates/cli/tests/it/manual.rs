//! Help, completions and manual pages.

use crate::support::Place;

#[test]
fn help_and_version() {
    let place = Place::new();
    let ran = place.run(&["--version"]);
    assert_eq!(
        ran.out.trim(),
        format!("aftercall {}", env!("CARGO_PKG_VERSION"))
    );
    for command in ["analyze", "model", "metrics check", "export"] {
        let mut words: Vec<&str> = command.split(' ').collect();
        words.push("--help");
        let ran = place.run(&words);
        assert_eq!(ran.code, Some(0));
        assert!(
            ran.out.contains("Examples:") && ran.out.contains("Exit codes:"),
            "{command}: {}",
            ran.out
        );
    }
    let ran = place.run(&["--help"]);
    assert!(
        !ran.out.contains("engine"),
        "the engine's command is not for people"
    );
    assert_eq!(place.run(&["analyze"]).code, Some(2));
}

#[test]
fn completions_know_the_options() {
    let place = Place::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = place.run(&["completions", shell]);
        assert_eq!(ran.code, Some(0));
        assert!(ran.out.contains("overwrite"), "{shell}");
    }
}

#[test]
fn manual_pages_are_written() {
    let place = Place::new();
    let ran = place.run(&["man", "--out", "share/man1"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let page = place.read("share/man1/aftercall-analyze.1");
    assert!(page.contains("Exit codes"), "{page}");
    assert!(place.path("share/man1/aftercall-model-pull.1").is_file());
}
