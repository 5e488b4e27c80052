//! Asking a platform for everything that a notice names.

use std::collections::HashSet;
use std::time::Duration;

use aftercall_delivery::{Base, Client, Policy, Wanted};
use aftercall_intake::{Access, Fetch, MAX_PAYLOAD_BYTES, Notice, Source};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use jiff::Timestamp;

use super::outcome::Failed;

/// Pages of one thing.
const MAX_PAGES: usize = 1_000;

/// A platform's API, and the operator's key to it.
pub(super) struct Platform<'a> {
    pub(super) client: &'a Client,
    pub(super) policy: &'a Policy,
    pub(super) source: &'static dyn Source,
    /// Takes the place of the platform's own scheme and host.
    pub(super) base: Option<&'a str>,
    pub(super) key: &'a str,
    /// For one request.
    pub(super) timeout: Duration,
    /// The present.
    pub(super) now: Timestamp,
}

/// Something that came back, under the name that the source gave it.
pub(super) type Answer = (String, Vec<u8>);

impl Platform<'_> {
    /// Everything that a notice names, page by page, as long as it is no more than a payload may be.
    pub(super) async fn fetch(&self, notice: &Notice) -> Result<Vec<Answer>, Failed> {
        let mut answers = Vec::new();
        let mut room = MAX_PAYLOAD_BYTES;
        for fetch in &notice.fetches {
            let base = self.base_of(fetch)?;
            let mut seen = HashSet::from([fetch.path.clone()]);
            let mut next = Some(fetch.clone());
            while let Some(fetch) = next {
                let body = self.get(&base, &fetch, room).await?;
                room -= body.len();
                next = self.next_page(&base, &fetch, &body);
                if let Some(next) = &next
                    && (seen.len() >= MAX_PAGES || !seen.insert(next.path.clone()))
                {
                    let reason = format!("the pages of {} have no end", fetch.name);
                    return Err(Failed::Slow(reason));
                }
                answers.push((fetch.name, body));
            }
        }
        Ok(answers)
    }

    fn base_of(&self, fetch: &Fetch) -> Result<Base, Failed> {
        let base = Base::read(self.policy, self.base.unwrap_or(&fetch.base));
        base.map_err(|refused| Failed::Slow(format!("the address of the platform {refused}")))
    }

    /// A platform under another address may still name its own in what it answers; either way only the path counts.
    fn next_page(&self, base: &Base, fetch: &Fetch, body: &[u8]) -> Option<Fetch> {
        let ours = Fetch {
            base: base.text(),
            ..fetch.clone()
        };
        let next = self.source.next_page(fetch, body);
        let next = next.or_else(|| self.source.next_page(&ours, body))?;
        Some(Fetch {
            base: fetch.base.clone(),
            ..next
        })
    }

    async fn get(&self, base: &Base, fetch: &Fetch, room: usize) -> Result<Vec<u8>, Failed> {
        let address = base.address(&fetch.path);
        let address = address
            .map_err(|refused| Failed::Slow(format!("the address of {} {refused}", fetch.name)))?;
        let wanted = Wanted {
            address,
            headers: headers(fetch.access, self.key)?,
            timeout: self.timeout,
            max_body: room,
        };
        let answer = self.client.get(wanted).await;
        let answer = answer.map_err(|error| Failed::unanswered(&error))?;
        if !(200..300).contains(&answer.status) {
            return Err(Failed::answered(&answer, &fetch.name, self.now));
        }
        if answer.cut && answer.body.len() == room {
            let reason = format!("what there is to fetch has more than {MAX_PAYLOAD_BYTES} bytes");
            return Err(Failed::Slow(reason));
        }
        if answer.cut {
            let reason = format!("the answer broke off where {} was asked for", fetch.name);
            return Err(Failed::Soon(reason));
        }
        Ok(answer.body)
    }
}

fn headers(access: Access, key: &str) -> Result<HeaderMap, Failed> {
    let (name, value) = access.header(key);
    let value = HeaderValue::try_from(value);
    let mut value =
        value.map_err(|_| Failed::Slow("the fetch key cannot be sent in a header".to_owned()))?;
    value.set_sensitive(true);
    let accept = HeaderValue::from_static("application/json");
    Ok(HeaderMap::from_iter([
        (header::ACCEPT, accept),
        (HeaderName::from_static(name), value),
    ]))
}
