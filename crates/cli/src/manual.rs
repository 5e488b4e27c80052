//! Shell completions and manual pages, from the definitions of the command line.

use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::args::Args;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::terminal;

/// Prints the completion script of a shell.
pub(crate) fn completions(shell: Shell) -> Result<Exit, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "aftercall", &mut script);
    let mut out = std::io::stdout().lock();
    out.write_all(&script)
        .and_then(|()| out.flush())
        .or_exit(Exit::Input)?;
    Ok(Exit::Well)
}

/// Writes a page for the program and one for each command.
pub(crate) fn pages(folder: &Path) -> Result<Exit, Failure> {
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Args::command(), folder))
        .with_context(|| format!("cannot write manual pages to {}", folder.display()))
        .or_exit(Exit::Input)?;
    terminal::note(format_args!("manual pages are in {}", folder.display()));
    Ok(Exit::Well)
}
