//! Twilio Conversational Intelligence, both generations. Both send notices; the words are fetched.
//!
//! - Classic: `voice_intelligence_transcript_available`; transcript, sentences and results of operators are fetched. Participants say
//!   which channel is the agent; where they do not, the address can (`?agent=1`). The start is `media_start_time`.
//! - The newer one: the webhook of a rule, which brings results of operators; communications and participants are fetched. A rule that
//!   fires on every communication fires within the conversation: that is left alone. Several rules of one conversation add up.

use std::collections::HashMap;

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::{Source, TWILIO_SIGNATURE, answers, goes_on, ignored, missing, not_followed, path_id};
use crate::analysis::{Analysis, Found};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::{AGENT, Hints};
use crate::object::{Object, Reading};
use crate::outcome::{Access, Fetch, Fetched, Notice, Outcome};
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, json, speakers};

const NAME: &str = "twilio";
const AVAILABLE: &str = "voice_intelligence_transcript_available";
const RESULTS: &str = "operator_results";
const CLASSIC: &str = "https://intelligence.twilio.com";
const CONVERSATIONS: &str = "https://conversations.twilio.com";
const ACCESS: Access = Access::Basic;

static SENTENCES: Names = Names {
    list: "sentences",
    role: "media_channel",
    content: "transcript",
    start: "start_time",
    end: "end_time",
};
static COMMUNICATIONS: Names = Names {
    list: "communications",
    role: "author",
    content: "content.text",
    start: "createdAt",
    end: "createdAt",
};

pub(super) struct Twilio;

impl Source for Twilio {
    fn name(&self) -> &'static str {
        NAME
    }

    fn signature(&self) -> &'static dyn Signature {
        &TWILIO_SIGNATURE
    }

    fn signs(&self) -> bool {
        true
    }

    fn read(&self, incoming: &Incoming<'_>) -> Result<Outcome, Vec<Problem>> {
        let payload = if incoming.body.starts_with(b"{") {
            json::parse(incoming.body)?
        } else {
            form(incoming.body)?
        };
        let reading = Reading::default();
        let root = Object::root(&reading, payload)?;
        let query = incoming.query();
        if root.see("conversationId").is_some() {
            conversation(root, query)
        } else {
            transcript(root, query)
        }
    }

    fn access(&self) -> Option<Access> {
        Some(ACCESS)
    }

    fn read_fetched(
        &self,
        notice: &Notice,
        fetched: &[Fetched<'_>],
    ) -> Result<Outcome, Vec<Problem>> {
        if notice.event == RESULTS {
            read_conversation(notice, fetched)
        } else {
            read_transcript(notice, fetched)
        }
    }

    fn next_page(&self, fetch: &Fetch, body: &[u8]) -> Option<Fetch> {
        let page = json::parse(body).ok()?;
        let meta = page.get("meta")?;
        let token = meta.get("nextToken").and_then(Json::as_str);
        let path = if let Some(token) = token.filter(|token| !token.is_empty()) {
            let token: String = form_urlencoded::byte_serialize(token.as_bytes()).collect();
            let path = fetch.path.split("&pageToken=").next().unwrap_or_default();
            format!("{path}&pageToken={token}")
        } else {
            let url = meta.get("next_page_url")?.as_str()?;
            let path = url.strip_prefix(fetch.base.as_str())?;
            path.starts_with("/v2/").then(|| path.to_owned())?
        };
        Some(Fetch {
            path,
            ..fetch.clone()
        })
        .filter(|next| next.path != fetch.path)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["id", "variables", "role"]
    }
}

fn form(body: &[u8]) -> Result<Json, Vec<Problem>> {
    json::check_size(body)?;
    let fields: Map<String, Json> = form_urlencoded::parse(body)
        .take(1000)
        .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
        .collect();
    Ok(Json::Object(fields))
}

fn fetch(base: &str, name: &str, path: String) -> Fetch {
    Fetch {
        name: name.to_owned(),
        base: base.to_owned(),
        path,
        access: ACCESS,
    }
}

fn transcript(root: Object<'_>, query: &str) -> Result<Outcome, Vec<Problem>> {
    let event = root
        .see_text("event_type")
        .ok_or_else(|| missing("event_type"))?;
    if event != AVAILABLE {
        return ignored(event);
    }
    let sid = path_id(&root, "transcript_sid")?;
    let path = format!("/v2/Transcripts/{sid}");
    let fetches = vec![
        fetch(CLASSIC, "transcript", path.clone()),
        fetch(
            CLASSIC,
            "sentences",
            format!("{path}/Sentences?PageSize=1000"),
        ),
        fetch(
            CLASSIC,
            "operatorResults",
            format!("{path}/OperatorResults?PageSize=1000"),
        ),
    ];
    Ok(Outcome::Fetch(Box::new(Notice {
        source: NAME.to_owned(),
        event: AVAILABLE.to_owned(),
        call_id: sid,
        fetches,
        payload: Json::Object(root.fields),
        query: query.to_owned(),
    })))
}

fn conversation(root: Object<'_>, query: &str) -> Result<Outcome, Vec<Problem>> {
    let id = path_id(&root, "conversationId")?;
    let results = root.see("operatorResults").and_then(Json::as_array);
    let on = results.and_then(|results| {
        let trigger = results.first()?.get("executionDetails")?.get("trigger")?;
        trigger.get("on")?.as_str()
    });
    if on == Some("COMMUNICATION") {
        return ignored(format!("{RESULTS} on COMMUNICATION"));
    }
    let path = format!("/v2/Conversations/{id}");
    let fetches = vec![
        fetch(
            CONVERSATIONS,
            "communications",
            format!("{path}/Communications?pageSize=1000"),
        ),
        fetch(
            CONVERSATIONS,
            "participants",
            format!("{path}/Participants?pageSize=1000"),
        ),
    ];
    Ok(Outcome::Fetch(Box::new(Notice {
        source: NAME.to_owned(),
        event: RESULTS.to_owned(),
        call_id: id,
        fetches,
        payload: Json::Object(root.fields),
        query: query.to_owned(),
    })))
}

/// The lists of all pages as one. What a page says beside its list and its place among the pages goes to `whole`.
fn pages(
    fetched: &[Fetched<'_>],
    name: &str,
    list: &str,
    whole: &mut Map<String, Json>,
) -> Result<Json, Vec<Problem>> {
    let (mut all, mut beside) = (Vec::new(), Vec::new());
    let mut answers = answers(fetched, name)?;
    let meta = answers.last().and_then(|page| page.get("meta"));
    for place in ["nextToken", "next_page_url"] {
        let next = meta.and_then(|meta| meta.get(place)?.as_str());
        if let Some(next) = next.filter(|next| !next.is_empty()) {
            let path = format!("{name}.meta.{place}");
            return Err(not_followed(&path, &next.into()));
        }
    }
    for mut page in answers.drain(..) {
        page.shift_remove("meta");
        match page.shift_remove(list) {
            Some(Json::Array(items)) => all.extend(items),
            None | Some(Json::Null) => {}
            Some(other) => {
                let path = format!("{name}.{list}");
                return Err(vec![Problem::new(path, Some(&other), "must be a list")]);
            }
        }
        if !page.is_empty() {
            beside.push(Json::Object(page));
        }
    }
    if !beside.is_empty() {
        whole.insert(format!("{name}Pages"), Json::Array(beside));
    }
    Ok(Json::Array(all))
}

fn read_transcript(notice: &Notice, fetched: &[Fetched<'_>]) -> Result<Outcome, Vec<Problem>> {
    let mut whole = Map::new();
    whole.insert("notice".to_owned(), notice.payload.clone());
    let transcript = answers(fetched, "transcript")?.into_iter().next();
    let status = transcript
        .as_ref()
        .and_then(|transcript| transcript.get("status")?.as_str());
    if let Some(status) = status.filter(|status| goes_on(status)) {
        return ignored(format!("status {status}"));
    }
    whole.insert("transcript".to_owned(), json!(transcript));
    let sentences = pages(fetched, "sentences", "sentences", &mut whole)?;
    whole.insert("sentences".to_owned(), sentences);
    let results = pages(fetched, "operatorResults", "operator_results", &mut whole)?;

    let reading = Reading::default();
    let mut root = Object::root(&reading, Json::Object(whole))?;
    let hints = Hints::of(&notice.query);
    let mut draft = Draft::default();
    draft.set(
        "callId",
        Some(notice.call_id.as_str()),
        "notice.transcript_sid",
    );
    for path in [
        "notice.transcript_sid",
        "notice.event_type",
        "transcript.sid",
    ] {
        root.take(path);
    }
    let state = root
        .text("transcript.status")
        .map(|word| super::status(&word));
    draft.set("status", state, "transcript.status");
    let path = "transcript.media_start_time";
    draft.set_instant("startedAt", root.instant(path), path);
    draft.duration = root.seconds("transcript.duration");
    let path = "transcript.language_code";
    draft.set("language", root.text(path), path);
    let path = "transcript.channel.media_properties.media_url";
    draft.set("recordingUrl", root.text(path), path);
    let roles = roles_of_channels(&mut root);
    root.each("sentences", |item, index| {
        let channel = item.text("media_channel").unwrap_or_default();
        item.take("sentence_index");
        item.take("sid");
        let role = roles.get(&channel).cloned();
        let role = role.unwrap_or_else(|| speakers::role(&channel, hints.get(AGENT)));
        let said = item.said("transcript").unwrap_or_default();
        let mut turn = DraftTurn::new(&SENTENCES, index, role, said);
        (turn.start, turn.end) = (item.seconds("start_time"), item.seconds("end_time"));
        item.leave_out("words");
        draft.turns.push(turn);
    });
    draft.analysis = classic_results(results);
    let left = root.fields;
    draft.finish(NAME, notice.event.clone(), &hints, reading, left)
}

/// Channels and the roles of their participants. What else is known of a participant stays.
fn roles_of_channels(root: &mut Object<'_>) -> HashMap<String, Role> {
    let mut roles = HashMap::new();
    root.each("transcript.channel.participants", |item, _| {
        let channel = item.text("channel_participant").unwrap_or_default();
        let role = item.text("role").unwrap_or_default();
        if !channel.is_empty() && !role.is_empty() {
            roles.insert(channel, Role::from_name(&role));
        }
    });
    roles
}

fn classic_results(results: Json) -> Option<Analysis> {
    let Json::Array(results) = results else {
        return None;
    };
    let mut analysis = Analysis::default();
    for result in results {
        let name = ["name", "operator_sid"]
            .iter()
            .find_map(|name| result.get(name)?.as_str())
            .unwrap_or("operator")
            .to_owned();
        let given = |name: &str| result.get(name).filter(|value| !value.is_null());
        let value = given("predicted_label")
            .or_else(|| given("json_results"))
            .or_else(|| given("text_generation_results")?.get("result"))
            .or_else(|| given("extract_results"))
            .or_else(|| given("utterance_results"));
        analysis.found.push(Found {
            name: name.clone(),
            value: value.cloned().unwrap_or_default(),
            confidence: given("predicted_probability").cloned(),
            reasoning: None,
        });
        analysis.raw.insert(name, result);
    }
    (!analysis.is_empty()).then_some(analysis)
}

fn read_conversation(notice: &Notice, fetched: &[Fetched<'_>]) -> Result<Outcome, Vec<Problem>> {
    let mut whole = Map::new();
    whole.insert("notice".to_owned(), notice.payload.clone());
    for name in ["communications", "participants"] {
        let list = pages(fetched, name, name, &mut whole)?;
        whole.insert(name.to_owned(), list);
    }
    let reading = Reading::default();
    let mut root = Object::root(&reading, Json::Object(whole))?;
    let hints = Hints::of(&notice.query);
    let mut draft = Draft::default();
    draft.set(
        "callId",
        Some(notice.call_id.as_str()),
        "notice.conversationId",
    );
    root.take("notice.conversationId");
    draft.analysis = newer_results(root.take("notice.operatorResults"));
    let mut roles: HashMap<String, Role> = HashMap::new();
    root.each("participants", |item, _| {
        let id = item.see_text("id").unwrap_or_default().to_owned();
        let kind = item
            .see_text("type")
            .unwrap_or_default()
            .to_ascii_uppercase();
        let role = if kind.contains("AGENT") {
            Role::Agent
        } else if kind == "CUSTOMER" {
            Role::User
        } else {
            let name = item.see_text("name").unwrap_or(&id);
            speakers::role(name, hints.get(AGENT))
        };
        roles.insert(id, role);
    });
    root.each("communications", |item, index| {
        let author = item.text("author.participantId").unwrap_or_default();
        let role = roles.get(&author).cloned();
        let role = role.unwrap_or_else(|| speakers::role(&author, hints.get(AGENT)));
        let said = item.said("content.text");
        let said = said.or(item.said("content.transcription.text"));
        for path in ["id", "conversationId", "accountId", "updatedAt"] {
            item.take(path);
        }
        item.leave_out("content.transcription.words");
        let mut turn = DraftTurn::new(&COMMUNICATIONS, index, role, said.unwrap_or_default());
        turn.at = item.instant("createdAt");
        draft.turns.push(turn);
    });
    let left = root.fields;
    draft.finish(NAME, notice.event.clone(), &hints, reading, left)
}

fn newer_results(results: Option<Json>) -> Option<Analysis> {
    let Some(Json::Array(results)) = results else {
        return None;
    };
    let mut analysis = Analysis::default();
    for result in results {
        let name = result
            .get("operator")
            .and_then(|operator| operator.get("displayName").or_else(|| operator.get("id")))
            .and_then(Json::as_str)
            .unwrap_or("operator")
            .to_owned();
        let value = result.get("result").cloned().unwrap_or_default();
        analysis.found.push(Found::plain(&name, value));
        analysis.raw.insert(name, result);
    }
    (!analysis.is_empty()).then_some(analysis)
}

fn sample(call: &Call) -> Sample {
    let sid = "GT0123456789abcdef0123456789abcdef";
    let notice = json!({
        "account_sid": "AC0123456789abcdef0123456789abcdef",
        "service_sid": "GA0123456789abcdef0123456789abcdef",
        "transcript_sid": sid,
        "customer_key": call.call_id,
        "event_type": AVAILABLE,
    });
    let transcript = json!({
        "sid": sid,
        "media_start_time": samples::instant(call.started_at),
        "duration": samples::duration(call),
        "language_code": call.language,
        "channel": {"participants": [
            {"channel_participant": 1, "role": "Agent"},
            {"channel_participant": 2, "role": "Customer"},
        ], "media_properties": {"media_url": call.recording_url}},
    });
    let sentences: Vec<Json> = (0..)
        .zip(&call.transcript)
        .map(|(index, turn)| {
            let text = |seconds: Option<f64>| seconds.map(|seconds| seconds.to_string());
            json!({
                "media_channel": speakers::number(&turn.role) + 1,
                "sentence_index": index,
                "transcript": turn.content,
                "start_time": text(turn.start),
                "end_time": text(turn.end),
            })
        })
        .collect();
    Sample::json(&notice)
        .telling(call, &["type", "status", "timezone", "from", "to"])
        .answering("transcript", &transcript)
        .answering("sentences", &json!({"sentences": sentences, "meta": {}}))
        .answering(
            "operatorResults",
            &json!({"operator_results": [], "meta": {}}),
        )
}
