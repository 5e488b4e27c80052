//! The sources, one file each.

mod amazon_transcribe;
mod assemblyai;
mod atoms;
mod bland;
mod bolna;
mod deepgram;
mod elevenlabs;
mod fish;
mod livekit;
mod millis;
mod pipecat;
mod retell;
mod srt;
mod synthflow;
mod text;
mod twilio;
mod ultravox;
mod vapi;
mod vcon;
mod webvtt;
mod whisper;

use aftercall_core::{Call, Problem};
use serde_json::{Map, Value as Json};

use crate::object::Object;
use crate::outcome::{Access, Fetch, Fetched, Notice, Outcome};
use crate::samples::Sample;
use crate::signature::{
    OfBody, Retell, Signature, Stamped, Standard, Synthflow, Twilio, Ultravox, Vapi,
};
use crate::{Incoming, json};

pub(crate) static ATOMS_SIGNATURE: OfBody = OfBody("x-signature");
pub(crate) static VAPI_SIGNATURE: Vapi = Vapi;
pub(crate) static RETELL_SIGNATURE: Retell = Retell;
pub(crate) static ELEVENLABS_SIGNATURE: Stamped = Stamped {
    header: "elevenlabs-signature",
    version: "v0",
    window: 30 * 60,
};
pub(crate) static BLAND_SIGNATURE: OfBody = OfBody("x-webhook-signature");
pub(crate) static FISH_SIGNATURE: Stamped = Stamped {
    header: "x-fish-webhook-signature",
    version: "v1",
    window: 5 * 60,
};
pub(crate) static SYNTHFLOW_SIGNATURE: Synthflow = Synthflow;
pub(crate) static ULTRAVOX_SIGNATURE: Ultravox = Ultravox;
pub(crate) static TWILIO_SIGNATURE: Twilio = Twilio;
pub(crate) static STANDARD_SIGNATURE: Standard = Standard;

/// A platform, or a format, that calls come from.
pub trait Source: Sync {
    /// Its name in addresses and variables, such as `vapi`.
    fn name(&self) -> &'static str;

    /// How its requests are signed. Where the platform has no way of its own, it is Standard Webhooks, for whoever sends by a program of
    /// theirs; a platform that cannot do that has a secret in its address instead.
    fn signature(&self) -> &'static dyn Signature;

    /// Whether the platform signs by itself, so that an unsigned request is not its own.
    fn signs(&self) -> bool;

    /// Reads a payload. Who sent it was checked before.
    ///
    /// # Errors
    /// Every broken rule, with the field's path in the payload.
    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>>;

    /// How the operator's key goes with what is fetched; `None` where the source sends its calls whole.
    fn access(&self) -> Option<Access> {
        None
    }

    /// Reads what a notice led to: everything that [`Notice::fetches`] and [`Source::next_page`] named. [`Outcome::Ignored`] says that
    /// the call is not ready yet: it is to be fetched again later.
    ///
    /// # Errors
    /// Every broken rule, with the field's path in what was fetched.
    fn read_fetched(
        &self,
        notice: &Notice,
        _fetched: &[Fetched<'_>],
    ) -> Result<Outcome, Vec<Problem>> {
        let rule = "this source sends its calls whole";
        Err(vec![Problem::told("source", notice.source.clone(), rule)])
    }

    /// What to fetch after this, where it came in pages. The address is of the same host.
    fn next_page(&self, _fetch: &Fetch, _body: &[u8]) -> Option<Fetch> {
        None
    }

    /// How much an event of that name knows of a call, beside its others.
    fn rank(&self, _event: &str) -> u8 {
        1
    }

    /// A call as the platform would send it, for set-up tests. What the shape cannot carry, and the address can, stands in the address.
    fn sample(&self, call: &Call) -> Sample;

    /// What neither can carry of a call: `start` and `end` of turns, `role` where it is neither agent nor user, `id`.
    fn loses(&self) -> &'static [&'static str] {
        &[]
    }
}

static ALL: [&dyn Source; 21] = [
    &atoms::Atoms,
    &vapi::Vapi,
    &retell::Retell,
    &elevenlabs::ElevenLabs,
    &twilio::Twilio,
    &text::Text,
    &webvtt::WebVtt,
    &bland::Bland,
    &bolna::Bolna,
    &synthflow::Synthflow,
    &ultravox::Ultravox,
    &livekit::LiveKit,
    &pipecat::Pipecat,
    &fish::Fish,
    &millis::Millis,
    &deepgram::Deepgram,
    &assemblyai::AssemblyAi,
    &amazon_transcribe::AmazonTranscribe,
    &whisper::Whisper,
    &vcon::Vcon,
    &srt::Srt,
];

/// Every source.
#[must_use]
pub fn all() -> &'static [&'static dyn Source] {
    &ALL
}

/// The source of that name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Source> {
    ALL.iter().copied().find(|source| source.name() == name)
}

/// An event that is left alone.
fn ignored(event: impl Into<String>) -> Result<Outcome, Vec<Problem>> {
    // It becomes a label of counters and logs: a sender must not choose its size.
    let event: String = event.into();
    let plain = event.chars().filter(|c| !c.is_control()).take(80).collect();
    Ok(Outcome::Ignored { event: plain })
}

/// A problem with one field of the payload.
fn missing(path: &str) -> Vec<Problem> {
    vec![Problem::new(path, None, "is required")]
}

/// `telephony_inbound` and the like, from words for a direction.
fn kind(direction: &str) -> Option<&'static str> {
    let word = direction.to_ascii_lowercase().replace(['_', '-', ' '], "");
    match word.as_str() {
        "inbound" | "incoming" | "inboundphonecall" | "telephonyinbound" => {
            Some("telephony_inbound")
        }
        "outbound" | "outgoing" | "outboundphonecall" | "telephonyoutbound" | "outboundapi" => {
            Some("telephony_outbound")
        }
        "web" | "webcall" | "webphonecall" | "browser" | "webrtc" | "websocket" => Some("webcall"),
        "chat" | "text" | "webchat" => Some("chat"),
        _ => None,
    }
}

/// Our words for what became of a call; other words stay as they are.
fn status(word: &str) -> String {
    let word = word.trim().to_ascii_lowercase().replace(['-', ' '], "_");
    match word.as_str() {
        "done" | "ended" | "complete" | "success" | "successful" | "call_ended" => {
            "completed".to_owned()
        }
        "canceled" => "cancelled".to_owned(),
        "noanswer" | "not_answered" | "unanswered" => "no_answer".to_owned(),
        "error" | "failure" => "failed".to_owned(),
        // Words that say a call goes on, about one that is over, would keep it waiting for ever.
        word if !aftercall_core::is_finished(Some(word)) => "completed".to_owned(),
        _ => word,
    }
}

/// Whether a word says that a call goes on or has not begun.
fn goes_on(word: &str) -> bool {
    let word = word.to_ascii_lowercase().replace(['-', ' '], "_");
    let open = [
        "queued",
        "queue",
        "scheduled",
        "rescheduled",
        "registered",
        "initiated",
        "initialized",
        "allocated",
        "started",
        "ringing",
        "answered",
        "ongoing",
        "new",
        "call_disconnected",
    ];
    open.contains(&word.as_str()) || !aftercall_core::is_finished(Some(&word))
}

/// An id that may stand in a path: letters, digits, `-`, `_`.
fn path_id(root: &Object<'_>, path: &str) -> Result<String, Vec<Problem>> {
    let value = root.see(path).ok_or_else(|| missing(path))?;
    let id = value.as_str().filter(|id| {
        (1..=128).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
    });
    id.map(str::to_owned).ok_or_else(|| {
        let rule = "must be an id of letters, digits, - and _";
        vec![Problem::new(path, Some(value), rule)]
    })
}

/// The last page names another one that cannot be fetched: a call of which part is missing is not taken for whole.
fn not_followed(path: &str, next: &Json) -> Vec<Problem> {
    let rule = "must be an address of the platform, under which the rest is fetched";
    vec![Problem::new(path, Some(next), rule)]
}

/// The answers of that name, each an object.
fn answers(fetched: &[Fetched<'_>], name: &str) -> Result<Vec<Map<String, Json>>, Vec<Problem>> {
    let mut out = Vec::new();
    for answer in fetched.iter().filter(|answer| answer.name == name) {
        let value = json::parse(answer.body).map_err(|mut problems| {
            for problem in &mut problems {
                problem.field = name.to_owned();
            }
            problems
        })?;
        match value {
            Json::Object(fields) => out.push(fields),
            other => return Err(vec![Problem::new(name, Some(&other), "must be an object")]),
        }
    }
    if out.is_empty() {
        return Err(missing(name));
    }
    Ok(out)
}
