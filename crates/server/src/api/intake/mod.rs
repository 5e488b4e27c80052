//! Calls from other platforms: the addresses that they send to, how those are set up, and the notices of calls that are fetched.

pub(super) mod notices;
pub(super) mod payloads;
mod setup;
pub(super) mod sources;
pub(super) mod take;

use aftercall_intake::{Source, all, by_name};

use super::problem::Problem;
use super::problem_kind::Kind;

fn known(name: &str) -> Result<&'static dyn Source, Problem> {
    by_name(name).ok_or_else(|| {
        let names: Vec<&str> = all().iter().map(|source| source.name()).collect();
        let names = names.join(", ");
        Problem::new(
            Kind::NotFound,
            format!("there is no source {name:?}: it is one of {names}"),
        )
    })
}
