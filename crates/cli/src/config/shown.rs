//! Addresses as they may be shown: without what could be a secret.

/// Stands in the place of a secret.
const HIDDEN: &str = "***";
/// Parts of a database's query that are no secrets.
const OPEN: [&str; 13] = [
    "application_name",
    "cache",
    "dbname",
    "host",
    "immutable",
    "mode",
    "port",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "user",
    "vfs",
];

/// The address of a database. Its user is shown; of the query what is known to be harmless.
pub(super) fn shown_database(url: &str) -> String {
    without_secrets(url, |user| user, |name| OPEN.contains(&name))
}

/// Any other address: a user may be a token there, and so may everything in the query.
pub(super) fn shown_url(url: &str) -> String {
    without_secrets(url, |_| HIDDEN, |_| false)
}

fn without_secrets(
    url: &str,
    shown_user: impl Fn(&str) -> &str,
    is_open: impl Fn(&str) -> bool,
) -> String {
    let (address, query) = match url.split_once('?') {
        Some((address, query)) => (address, Some(query)),
        None => (url, None),
    };
    let mut shown = match address.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(end_of_authority(rest));
            let authority = match authority.rsplit_once('@') {
                Some((who, host)) => match who.split_once(':') {
                    Some((user, _)) => format!("{}:{HIDDEN}@{host}", shown_user(user)),
                    None => format!("{}@{host}", shown_user(who)),
                },
                None => authority.to_owned(),
            };
            format!("{scheme}://{authority}{path}")
        }
        None => address.to_owned(),
    };
    if let Some(query) = query {
        let pairs = query.split('&').map(|pair| match pair.split_once('=') {
            Some((name, _)) if is_open(name) => pair.to_owned(),
            Some((name, _)) => format!("{name}={HIDDEN}"),
            None => HIDDEN.to_owned(),
        });
        shown.push('?');
        shown.push_str(&pairs.collect::<Vec<_>>().join("&"));
    }
    shown
}

/// Where the path begins. A password may hold a `/` that nobody has escaped: what stands before the last `@` is no path.
fn end_of_authority(rest: &str) -> usize {
    let host = rest.rfind('@').map_or(0, |at| at + 1);
    rest[host..].find('/').map_or(rest.len(), |end| host + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_of_databases_are_not_shown() {
        for (url, shown) in [
            ("postgres://u:secret@h:5/db", "postgres://u:***@h:5/db"),
            ("postgres://u@h/db", "postgres://u@h/db"),
            (
                "postgres://h/db?user=u&password=secret&sslmode=require",
                "postgres://h/db?user=u&password=***&sslmode=require",
            ),
            ("postgres://u:p@ss@h/db", "postgres://u:***@h/db"),
            ("postgres://u:p/ss@h/db", "postgres://u:***@h/db"),
            ("sqlite:/a/b?mode=rwc", "sqlite:/a/b?mode=rwc"),
        ] {
            assert_eq!(shown_database(url), shown);
        }
    }

    #[test]
    fn nothing_of_another_address_is_shown_that_could_be_a_secret() {
        for (url, shown) in [
            ("http://h:4318/v1/traces", "http://h:4318/v1/traces"),
            (
                "http://u:secret@h/v1?api_key=secret&secret",
                "http://***:***@h/v1?api_key=***&***",
            ),
            ("https://secret@h/v1", "https://***@h/v1"),
        ] {
            assert_eq!(shown_url(url), shown);
        }
    }
}
