//! Looking names up, and the check of what is found.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving as Answer};

use crate::policy::Policy;

/// The addresses of a name, to come.
pub type Resolving = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Looks names up.
pub trait Resolver: Send + Sync + 'static {
    /// All addresses of a name. An error and an empty list are the same: the name leads nowhere.
    fn resolve(&self, name: &str) -> Resolving;
}

/// The operating system's resolver, as other programs use it.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

impl Resolver for SystemResolver {
    fn resolve(&self, name: &str) -> Resolving {
        let name = name.to_owned();
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    }
}

/// The name leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("the name leads nowhere")]
pub(crate) struct LeadsNowhere;

/// Gives the connector those addresses that were checked, and it has no other source of them.
pub(crate) struct Guard {
    pub(crate) policy: Arc<Policy>,
    pub(crate) resolver: Box<dyn Resolver>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Answer {
        let policy = Arc::clone(&self.policy);
        let resolving = self.resolver.resolve(name.as_str());
        Box::pin(async move {
            let found = resolving.await.map_err(|_| LeadsNowhere)?;
            if found.is_empty() {
                return Err(LeadsNowhere.into());
            }
            // One bad address is enough: a name with a public and a private one is made to be retried until it is the latter.
            for address in &found {
                policy.check_found(name.as_str(), *address)?;
            }
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok(Box::new(found) as Addrs)
        })
    }
}
