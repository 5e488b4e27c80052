//! `aftercall config`: what is in force.

use crate::config::reference;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::serve::say;
use crate::server_args::ConfigCommandArgs;

/// Runs `aftercall config`.
pub(crate) fn run(args: &ConfigCommandArgs) -> Result<Exit, Failure> {
    let text = if args.reference {
        reference()
    } else {
        args.config.load(&[])?.printed().or_exit(Exit::Input)?
    };
    say(text.trim_end());
    Ok(Exit::Well)
}
