//! `aftercall migrate`: the database of a server is brought up to date.

use anyhow::Context as _;

use crate::database::{block_on, connect};
use crate::exit::{Exit, Failure, OrExit as _};
use crate::serve::say;
use crate::server_args::MigrateArgs;

/// Runs `aftercall migrate`.
pub(crate) fn run(args: &MigrateArgs) -> Result<Exit, Failure> {
    let config = args.config.load(&[])?;
    let (names, done) = block_on(async {
        let store = connect(&config).await?;
        let outcome = if args.dry_run {
            store.pending_migrations().await
        } else {
            store.migrate().await
        };
        let names = outcome
            .context("cannot bring the database up to date")
            .or_exit(Exit::Input)?;
        if args.recount {
            store
                .recount_statistics()
                .await
                .context("cannot count anew")
                .or_exit(Exit::Input)?;
        }
        Ok((names, !args.dry_run))
    })?;
    for name in &names {
        let what = if done { "applied" } else { "to apply" };
        say(&format!("{what}: {name}"));
    }
    if names.is_empty() {
        say("the database is up to date");
    }
    if args.recount {
        say("statistics are counted anew");
    }
    Ok(Exit::Well)
}
