//! What a source is to be, as it is sent.

use aftercall_core::Problem as Broken;
use aftercall_delivery::{Base, Policy};
use aftercall_intake::{Access, Source};
use utoipa::ToSchema;

use crate::api::body::{Body, HIDDEN, Reader};
use crate::api::problem::Problem;
use crate::api::webhooks::{shown, told};

const MAX_SECRET: usize = 1_000;
const MAX_BASE: usize = 2_000;
/// Hours for which secrets that are replaced still count, unless somebody says otherwise, and at most.
const OVERLAP_HOURS: u64 = 24;
const MAX_OVERLAP_HOURS: u64 = 24 * 30;

/// How to set a source up.
#[derive(ToSchema)]
#[schema(as = IntakeSetup, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body that is read field by field")]
pub(crate) struct SetupBody {
    /// What the platform signs with: its webhook secret, API key or token, by the platform's own rule. From then on payloads
    /// have to be signed.
    #[schema(min_length = 1, max_length = 1000)]
    signing_secret: Option<String>,
    /// The operator's key to the platform's API, for sources that send only a notice: calls are fetched with it. A new one takes the
    /// place of the old one at once; null takes it away.
    #[schema(min_length = 1, max_length = 1000)]
    fetch_key: Option<String>,
    /// Scheme and host, `https://…`, in the place of the platform's own: for another region, or a platform of one's own. Null is the
    /// platform's own.
    #[schema(min_length = 1, max_length = 2000)]
    fetch_base: Option<String>,
    /// Whether a new secret for the address is made. So it is at the first set-up.
    new_path_secret: Option<bool>,
    /// Hours for which secrets that are replaced still count; 24 without.
    #[schema(maximum = 720)]
    overlap_hours: Option<u64>,
}

/// What was sent. Of a key and a base the inner `None` takes away what is there.
pub(super) struct Setup {
    pub(super) signing_secret: Option<String>,
    pub(super) new_path_secret: Option<bool>,
    pub(super) overlap_hours: i64,
    pub(super) fetch_key: Option<Option<String>>,
    pub(super) fetch_base: Option<Option<String>>,
}

impl Setup {
    /// Reads the body for that source.
    ///
    /// # Errors
    /// 422 with every field that breaks a rule.
    pub(super) fn read(body: &Body, source: &dyn Source, policy: &Policy) -> Result<Self, Problem> {
        let mut read = body.read();
        let setup = Self {
            signing_secret: read.text("signingSecret", MAX_SECRET),
            new_path_secret: read.flag("newPathSecret"),
            overlap_hours: read
                .whole("overlapHours", 0..=MAX_OVERLAP_HOURS)
                .unwrap_or(OVERLAP_HOURS)
                .cast_signed(),
            fetch_key: key(&mut read, source),
            fetch_base: base(&mut read, source, policy),
        };
        read.finish()?;
        Ok(setup)
    }
}

fn key(read: &mut Reader<'_>, source: &dyn Source) -> Option<Option<String>> {
    const NAME: &str = "fetchKey";
    // A key is not told, not even a wrong one.
    let key = read.hidden(NAME, MAX_SECRET)?;
    let Some(access) = source.access() else {
        refuse(read, NAME, source);
        return None;
    };
    let key = key.map(|key| key.trim().to_owned());
    let text = key.as_deref().unwrap_or_default();
    if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        read.add([hidden(NAME, "must have printable ASCII characters alone")]);
    } else if access == Access::Basic && key.is_some() && !text.contains(':') {
        read.add([hidden(
            NAME,
            "must be a name and a password with a colon between them",
        )]);
    }
    Some(key)
}

fn base(read: &mut Reader<'_>, source: &dyn Source, policy: &Policy) -> Option<Option<String>> {
    const NAME: &str = "fetchBase";
    if !read.has(NAME) {
        return None;
    }
    let text = read.text(NAME, MAX_BASE);
    if source.access().is_none() {
        refuse(read, NAME, source);
    }
    let base = text.and_then(|text| match Base::read(policy, &text) {
        Ok(base) => Some(base.text()),
        Err(refused) => {
            read.add([Broken::told(NAME, shown(&text), told(&refused.to_string()))]);
            None
        }
    });
    Some(base)
}

fn refuse(read: &mut Reader<'_>, name: &'static str, source: &dyn Source) {
    let rule = format!(
        "must be absent: {} sends its calls whole, nothing is fetched",
        source.name()
    );
    read.add([hidden(name, &rule)]);
}

fn hidden(name: &str, rule: &str) -> Broken {
    Broken::told(name, HIDDEN, rule)
}
