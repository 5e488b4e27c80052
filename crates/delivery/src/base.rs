//! Where a platform's API lies, and addresses under it.

use url::{Host, Url};

use crate::policy::Policy;
use crate::refused::Refused;

/// Scheme, host and port: what a key is sent to, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base(Url);

impl Base {
    /// Reads a base that `policy` lets be asked. A key goes there, so it has to be encrypted; in plain HTTP it only goes to an address
    /// (and not to a name) in a network that the policy allows although it is private.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn read(policy: &Policy, address: &str) -> Result<Self, Refused> {
        let url = policy.check(address)?;
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return Err(Refused::NotBase);
        }
        let allowed = match url.host() {
            Some(Host::Ipv4(host)) => policy.allows(host.into()),
            Some(Host::Ipv6(host)) => policy.allows(host.into()),
            Some(Host::Domain(_)) | None => false,
        };
        if url.scheme() != "https" && !allowed {
            return Err(Refused::NotHttps);
        }
        Ok(Self(url))
    }

    /// The address of a path, with its query, under this base.
    ///
    /// # Errors
    /// Where it would lead to another host.
    pub fn address(&self, path: &str) -> Result<Url, Refused> {
        let address = self.0.join(path);
        let address = address.map_err(|error| Refused::Malformed(error.to_string()))?;
        if address.origin() == self.0.origin() {
            Ok(address)
        } else {
            Err(Refused::Elsewhere)
        }
    }

    /// It as a text, without a slash at its end.
    #[must_use]
    pub fn text(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}
