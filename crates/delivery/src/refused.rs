//! Why an address is not sent to.

use std::net::IpAddr;

/// The rule that an address breaks, and what was found. The text shows nothing of path, query and user info, where secrets
/// stand; nor which address inside a private network a name leads to.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refused {
    /// It cannot be read.
    #[error("must be a URL such as https://example.com/hook (got what cannot be read: {0})")]
    Malformed(String),
    /// It is too long to be meant.
    #[error("must have at most {max} bytes (got {bytes})")]
    Long {
        /// Its length.
        bytes: usize,
        /// The longest that is taken, in bytes.
        max: usize,
    },
    /// It is not HTTP.
    #[error("must begin with https:// or http:// (got {0}:)")]
    Scheme(String),
    /// It is not encrypted where that is asked for.
    #[error("must begin with https:// (got http:)")]
    NotHttps,
    /// It is not only scheme, host and port where no more may stand.
    #[error(
        "must be scheme and host alone, such as https://api.example.com (got a path, a query or a fragment)"
    )]
    NotBase,
    /// It leads to another host than the one that it belongs to.
    #[error("must stay with the host that is set (got another one)")]
    Elsewhere,
    /// It holds a user name or password.
    #[error("must hold no user name or password (got some before the host)")]
    UserInfo,
    /// The port is none that may be sent to.
    #[error("must have one of the ports {} (got {port})", list(allowed))]
    Port {
        /// The port of the address.
        port: u16,
        /// The ports that may be sent to.
        allowed: Vec<u16>,
    },
    /// The host is written as an address that is not public.
    #[error("must lead to the public internet (got {address}, which is {meaning})")]
    Literal {
        /// The host.
        address: IpAddr,
        /// What it leads to, in words.
        meaning: &'static str,
    },
    /// The host's name is known to stand for something that is not public.
    #[error("must lead to the public internet (got {host}, which is {meaning})")]
    Name {
        /// The host.
        host: String,
        /// What it leads to, in words.
        meaning: &'static str,
    },
    /// The name was looked up, and one of its addresses is not public.
    #[error("must lead to the public internet (got {host}, which now leads to {meaning})")]
    Found {
        /// The host.
        host: String,
        /// What it leads to, in words.
        meaning: &'static str,
    },
}

fn list(ports: &[u16]) -> String {
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    ports.join(", ")
}
