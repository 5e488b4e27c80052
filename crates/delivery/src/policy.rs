//! What addresses may be sent to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use url::{Host, Url};

use crate::networks::not_public;
use crate::refused::Refused;

/// Bytes of an address at most.
const MAX_ADDRESS: usize = 2048;

/// Names that every machine has for itself.
const OWN_NAMES: [&str; 7] = [
    "localhost",
    "localhost.localdomain",
    "localhost6",
    "localhost6.localdomain6",
    "ip6-localhost",
    "ip6-loopback",
    "loopback",
];

/// Names that clouds give to the service that hands out a machine's credentials.
const METADATA_NAMES: [&str; 7] = [
    "instance-data",
    "instance-data.ec2.internal",
    "metadata",
    "metadata.goog",
    "metadata.google.internal",
    "metadata.tencentyun.com",
    "rancher-metadata",
];

const METADATA_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::new(169, 254, 169, 254));

/// What addresses may be sent to. The default takes all of the public internet, by HTTP and HTTPS, on every port.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    /// Networks that would be refused otherwise.
    pub allow: Vec<IpNet>,
    /// Where set, the only ports that may be sent to.
    pub ports: Option<Vec<u16>>,
    /// Whether HTTP without encryption is refused.
    pub https_only: bool,
}

impl Policy {
    /// Reads an address and checks what can be told without a name server; a [`Client`](crate::Client) does the rest at every
    /// sending.
    ///
    /// # Errors
    /// The first rule that is broken.
    pub fn check(&self, address: &str) -> Result<Url, Refused> {
        if address.len() > MAX_ADDRESS {
            return Err(Refused::Long {
                bytes: address.len(),
                max: MAX_ADDRESS,
            });
        }
        // Such characters are dropped in reading, so that what is shown and what is sent to would differ.
        if address.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(Refused::Malformed("spaces or control characters".into()));
        }
        let url = Url::parse(address).map_err(|error| Refused::Malformed(error.to_string()))?;
        self.check_url(&url)?;
        Ok(url)
    }

    /// As [`check`](Self::check), of an address that has been read.
    pub(crate) fn check_url(&self, url: &Url) -> Result<(), Refused> {
        match url.scheme() {
            "https" => {}
            "http" if self.https_only => return Err(Refused::NotHttps),
            "http" => {}
            other => return Err(Refused::Scheme(other.into())),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(Refused::UserInfo);
        }
        if let (Some(allowed), Some(port)) = (&self.ports, url.port_or_known_default())
            && !allowed.contains(&port)
        {
            return Err(Refused::Port {
                port,
                allowed: allowed.clone(),
            });
        }
        match url.host() {
            Some(Host::Ipv4(address)) => self.check_literal(address.into()),
            Some(Host::Ipv6(address)) => self.check_literal(address.into()),
            Some(Host::Domain(name)) => self.check_name(name),
            None => Err(Refused::Malformed("no host".into())),
        }
    }

    /// Checks an address that a name led to.
    pub(crate) fn check_found(&self, host: &str, address: IpAddr) -> Result<(), Refused> {
        self.objection(address).map_or(Ok(()), |meaning| {
            Err(Refused::Found {
                host: host.into(),
                meaning,
            })
        })
    }

    fn check_literal(&self, address: IpAddr) -> Result<(), Refused> {
        self.objection(address)
            .map_or(Ok(()), |meaning| Err(Refused::Literal { address, meaning }))
    }

    fn check_name(&self, name: &str) -> Result<(), Refused> {
        let plain = name.trim_end_matches('.').to_ascii_lowercase();
        let plain = plain.as_str();
        let stands_for: &[IpAddr] = if OWN_NAMES.contains(&plain) || plain.ends_with(".localhost") {
            &[
                IpAddr::V4(Ipv4Addr::LOCALHOST),
                IpAddr::V6(Ipv6Addr::LOCALHOST),
            ]
        } else if METADATA_NAMES.contains(&plain) {
            &[METADATA_ADDRESS]
        } else {
            return Ok(());
        };
        let objections: Option<Vec<_>> = stands_for.iter().map(|a| self.objection(*a)).collect();
        match objections.as_deref() {
            Some([meaning, ..]) => Err(Refused::Name {
                host: name.into(),
                meaning,
            }),
            _ => Ok(()),
        }
    }

    fn objection(&self, address: IpAddr) -> Option<&'static str> {
        let address = address.to_canonical();
        if self.allows(address) {
            None
        } else {
            not_public(address)
        }
    }

    /// Whether the operator allows the address by name of its network.
    pub(crate) fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.allow.iter().any(|network| network.contains(&address))
    }
}
