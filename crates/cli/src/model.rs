//! `aftercall model`: which model files there are, and fetching, checking and removing them.

use std::fmt::Write as _;
use std::io::Write as _;

use aftercall_models::{Error, Listed, ModelFile, ModelStore, Progress};
use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

use crate::args::{ModelCommand, Report};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::model_progress::ModelProgress;
use crate::model_test;
use crate::terminal::{self, size};

/// Runs `aftercall model`.
pub(crate) fn run(command: &ModelCommand) -> Result<Exit, Failure> {
    let store = ModelStore::open_default().map_err(failure)?;
    match command {
        ModelCommand::Test(args) => return model_test::run(args),
        ModelCommand::List { format } => {
            let listed = store.list().map_err(failure)?;
            let text = match format {
                Report::Text => table(&store, &listed),
                Report::Json => serde_json::to_string_pretty(&listed).or_exit(Exit::Input)? + "\n",
            };
            print(&text)?;
        }
        ModelCommand::Pull(model) => {
            let mut progress = ModelProgress::new();
            let before = store.path(&model.name).is_ok();
            let file = store.pull(&model.name, &mut progress).map_err(failure)?;
            drop(progress);
            let there = if before {
                "is there"
            } else {
                "is fetched and checked"
            };
            terminal::tell(format_args!(
                "{} {there}: {}",
                file.name,
                file.path.display()
            ));
        }
        ModelCommand::Verify(model) => {
            let mut progress = ModelProgress::new();
            let file = store.verify(&model.name, &mut progress).map_err(failure)?;
            drop(progress);
            let sha256 = file.sha256.unwrap_or_default();
            print(&format!("{}: SHA-256 {sha256} is right\n", file.name))?;
        }
        ModelCommand::Path(model) => {
            let path = store.path(&model.name).map_err(failure)?;
            print(&format!("{}\n", path.display()))?;
        }
        ModelCommand::Remove { name } => {
            let removed = store.remove(name).map_err(failure)?;
            let text = if removed {
                "is removed"
            } else {
                "was not on this machine"
            };
            terminal::tell(format_args!("{name} {text}"));
        }
    }
    Ok(Exit::Well)
}

/// Finds the model of a run, with its hash.
pub(crate) fn find(name: &str, progress: &mut dyn Progress) -> Result<ModelFile, Failure> {
    let store = ModelStore::open_default().map_err(failure)?;
    let mut file = store
        .resolve(name)
        .map_err(|error| missing(&store, error))?;
    let sha256 = store.fingerprint(&file, progress).map_err(failure)?;
    file.sha256 = Some(sha256);
    Ok(file)
}

/// Says how much there is to fetch.
fn missing(store: &ModelStore, error: Error) -> Failure {
    let size_of = |name: &str| {
        let model = store.models().iter().find(|model| model.name == name)?;
        Some(terminal::size(model.size))
    };
    match &error {
        Error::NotPulled { name, .. } => match size_of(name) {
            Some(size) => Failure::new(Exit::Engine, format!("{error} ({size}, once)")),
            None => failure(error),
        },
        _ => failure(error),
    }
}

/// Names and settings are the user's input; everything else is about the model.
fn failure(error: Error) -> Failure {
    let exit = match &error {
        Error::Unknown { .. }
        | Error::Reference { .. }
        | Error::OwnFile { .. }
        | Error::NoSource { .. }
        | Error::Setting { .. }
        | Error::NoFolder => Exit::Input,
        _ => Exit::Engine,
    };
    Failure {
        exit,
        error: error.into(),
    }
}

fn print(text: &str) -> Result<(), Failure> {
    let mut out = anstream::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .or_exit(Exit::Input)
}

fn table(store: &ModelStore, listed: &[Listed]) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(["name", "size", "memory", "licence", "here"]);
    for entry in listed {
        let model = entry.model.as_ref();
        table.add_row([
            entry.name.clone(),
            size(entry.size),
            model.map_or_else(|| "–".into(), |model| size(model.memory)),
            model.map_or_else(|| "–".into(), |model| model.licence.clone()),
            if entry.present { "yes" } else { "no" }.into(),
        ]);
    }
    for column in [1, 2] {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let mut text = terminal::trimmed(&table);
    let _ = writeln!(text);
    for model in listed.iter().filter_map(|entry| entry.model.as_ref()) {
        let _ = writeln!(text, " {}", model.name);
        let _ = writeln!(
            text,
            "   {} ({} tokens of context)",
            model.description, model.context
        );
    }
    let _ = writeln!(text, "\n Files lie in {}", store.dir().display());
    text
}
