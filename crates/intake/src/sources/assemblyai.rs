//! AssemblyAI: its webhook says that a transcript is there, which is fetched with the operator's key; a transcript itself is read too.
//!
//! - Times are in milliseconds, the length in seconds.
//! - Voices are letters or channels; which one is the agent the address says (`?agent=A`).

use aftercall_core::{Call, Problem};
use serde_json::{Map, Value as Json, json};

use super::{STANDARD_SIGNATURE, Source, answers, ignored, missing, path_id};
use crate::analysis::Analysis;
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::{AGENT, Hints};
use crate::object::{Object, Reading};
use crate::outcome::{Access, Fetch, Fetched, Notice, Outcome};
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, json, speakers};

const NAME: &str = "assemblyai";
const COMPLETED: &str = "completed";
const BASE: &str = "https://api.assemblyai.com";
const ACCESS: Access = Access::Authorization;

static TURNS: Names = Names {
    list: "utterances",
    role: "speaker",
    content: "text",
    start: "start",
    end: "end",
};
static WHOLE: Names = Names {
    list: "text",
    ..TURNS
};

pub(super) struct AssemblyAi;

impl Source for AssemblyAi {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &STANDARD_SIGNATURE
    }

    fn signs(&self) -> bool {
        false
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let reading = Reading::default();
        let root = Object::root(&reading, json::parse(incoming.body)?)?;
        let event = root
            .see_text("status")
            .ok_or_else(|| missing("status"))?
            .to_owned();
        if event != COMPLETED {
            return ignored(format!("status {event}"));
        }
        if root.see("id").is_some() {
            let fields = root.fields;
            return read_transcript(fields, Map::new(), incoming.query());
        }
        let id = path_id(&root, "transcript_id")?;
        Ok(Outcome::Fetch(Box::new(Notice {
            source: NAME.to_owned(),
            event,
            fetches: vec![Fetch {
                name: "transcript".to_owned(),
                base: BASE.to_owned(),
                path: format!("/v2/transcript/{id}"),
                access: ACCESS,
            }],
            call_id: id,
            payload: Json::Object(root.fields),
            query: incoming.query().to_owned(),
        })))
    }

    fn access(&self) -> Option<Access> {
        Some(ACCESS)
    }

    fn read_fetched(
        &self,
        notice: &Notice,
        fetched: &[Fetched<'_>],
    ) -> Result<Outcome, Vec<Problem>> {
        let transcript = answers(fetched, "transcript")?.into_iter().next();
        let mut said = notice.payload.as_object().cloned().unwrap_or_default();
        for name in ["transcript_id", "status"] {
            said.shift_remove(name);
        }
        let mut fields = transcript.unwrap_or_default();
        let status = fields.get("status").and_then(Json::as_str);
        if let Some(status) = status.filter(|status| *status != COMPLETED) {
            return ignored(format!("status {status}"));
        }
        // The id of the notice is the call's, whatever has come back.
        fields.insert("id".to_owned(), notice.call_id.as_str().into());
        read_transcript(fields, said, &notice.query)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["id", "variables", "role"]
    }
}

fn read_transcript(
    fields: Map<String, Json>,
    notice: Map<String, Json>,
    query: &str,
) -> Result<Outcome, Vec<Problem>> {
    let reading = Reading::default();
    let mut root = Object::root(&reading, Json::Object(fields))?;
    let hints = Hints::of(query);
    let mut draft = Draft::default();
    draft.set("callId", root.text("id"), "id");
    root.take("status");
    draft.duration = root.seconds("audio_duration");
    let path = "language_code";
    // It writes `en_us` where the tag is `en-us`.
    let language = root.text(path).map(|code| code.replace('_', "-"));
    draft.set("language", language, path);
    let path = "audio_url";
    draft.set("recordingUrl", root.text(path), path);
    let several = root.see("multichannel") == Some(&Json::Bool(true));
    root.each("utterances", |item, index| {
        let (channel, speaker) = (item.text("channel"), item.text("speaker"));
        let label = if several { channel } else { speaker };
        let said = item.said("text").unwrap_or_default();
        let role = speakers::role(&label.unwrap_or_default(), hints.get(AGENT));
        let mut turn = DraftTurn::new(&TURNS, index, role, said);
        (turn.start, turn.end) = (item.millis("start"), item.millis("end"));
        item.leave_out("words");
        draft.turns.push(turn);
    });
    let text = root.said("text");
    if draft.turns.is_empty()
        && let Some(text) = text
    {
        let role = speakers::role("", None);
        draft.turns.push(DraftTurn::new(&WHOLE, 0, role, text));
    }
    root.leave_out("words");
    draft.analysis = analysis(&mut root);
    let mut left = root.fields;
    left.insert("notice".to_owned(), Json::Object(notice));
    draft.finish(NAME, COMPLETED.to_owned(), &hints, reading, left)
}

fn analysis(root: &mut Object<'_>) -> Option<Analysis> {
    let mut raw = Map::new();
    for name in [
        "summary",
        "chapters",
        "sentiment_analysis_results",
        "auto_highlights_result",
        "iab_categories_result",
        "content_safety_labels",
        "entities",
    ] {
        if let Some(value) = root.take(name) {
            raw.insert(name.to_owned(), value);
        }
    }
    let analysis = Analysis {
        summary: raw.get("summary").cloned(),
        raw,
        ..Analysis::default()
    };
    (!analysis.is_empty()).then_some(analysis)
}

fn sample(call: &Call) -> Sample {
    let id = "5551722a-f677-48a6-9287-39c0aafd9ac1";
    let millis = |seconds: Option<f64>| seconds.map(|seconds| (seconds * 1000.0).round());
    let utterances: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            let speaker = if speakers::number(&turn.role) == 0 { "A" } else { "B" };
            json!({"speaker": speaker, "text": turn.content, "start": millis(turn.start), "end": millis(turn.end)})
        })
        .collect();
    let transcript = json!({
        "id": id,
        "status": COMPLETED,
        "language_code": call.language,
        "audio_url": call.recording_url,
        "audio_duration": samples::duration(call),
        "utterances": utterances,
    });
    Sample::json(&json!({"transcript_id": id, "status": COMPLETED}))
        .telling(
            call,
            &["type", "status", "startedAt", "timezone", "from", "to"],
        )
        .naming_agent("A")
        .answering("transcript", &transcript)
}
