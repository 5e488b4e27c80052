//! vCon, the IETF's container of conversations, unsigned: parties, dialogs, analyses.
//!
//! - The words come from the dialogs that are texts, and else from the first analysis of the type `transcript`: a list of who said what, an
//!   object that holds one (`segments`, `utterances`, `messages`, `transcript`), what Deepgram answers, or a text with a speaker before every line.
//! - A party's role is its `role`, else its name; which one is the agent the address can say (`?agent=0`, the party's place).
//! - The start is the first dialog's; who made it (`originator`, else the first party) calls, the other is called.
//! - Any other analysis is the platform's own.

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::{STANDARD_SIGNATURE, Source, deepgram, missing, status};
use crate::analysis::Analysis;
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::{AGENT, Hints};
use crate::object::{Object, Place, Reading, each};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, dialogue, json, speakers, times};

const NAME: &str = "vcon";
/// Characters of a vCon's text that are parsed once more.
const MAX_INNER_BYTES: usize = crate::MAX_PAYLOAD_BYTES;

static TEXTS: Names = Names {
    list: "dialog",
    role: "parties",
    content: "body",
    start: "start",
    end: "duration",
};
static TURNS: Names = Names {
    list: "analysis[].body",
    role: "speaker",
    content: "text",
    start: "start",
    end: "end",
};

pub(super) struct Vcon;

impl Source for Vcon {
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
        let mut root = Object::root(&reading, json::parse(incoming.body)?)?;
        for name in ["payload", "ciphertext"] {
            if root.see(name).is_some() {
                let rule = "must be a vCon that is neither signed nor encrypted";
                return Err(vec![Problem::told(name, "a container around it", rule)]);
            }
        }
        let call_id = root.text("uuid");
        if call_id.is_none() {
            return Err(missing("uuid"));
        }
        let hints = Hints::of(incoming.query());
        let mut draft = Draft::default();
        draft.set("callId", call_id, "uuid");
        let parties = parties(&root, hints.get(AGENT));
        read_dialogs(&mut root, &mut draft, &parties);
        read_analyses(&mut root, &mut draft, &parties, &reading)?;
        let left = root.fields;
        draft.finish(NAME, NAME.to_owned(), &hints, reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["variables", "role"]
    }
}

struct Party {
    role: Role,
    tel: Option<String>,
}

/// The parties, which stay where they are: there is more to a party than its role.
fn parties(root: &Object<'_>, agent: Option<&str>) -> Vec<Party> {
    let list = root.see("parties").and_then(Json::as_array);
    (0..)
        .zip(list.into_iter().flatten())
        .map(|(place, party): (usize, &Json)| {
            let text = |name: &str| party.get(name).and_then(Json::as_str);
            let label = match agent {
                Some(_) => place.to_string(),
                None => text("role")
                    .or(text("name"))
                    .map_or_else(|| place.to_string(), str::to_owned),
            };
            Party {
                role: speakers::role(&label, agent),
                tel: text("tel").map(str::to_owned),
            }
        })
        .collect()
}

/// The first of one or several places of parties.
fn place(value: Option<Json>) -> Option<usize> {
    let first = match value? {
        Json::Array(list) => list.into_iter().next()?,
        other => other,
    };
    usize::try_from(first.as_u64()?).ok()
}

fn role_of(parties: &[Party], place: Option<usize>) -> Role {
    place
        .and_then(|place| parties.get(place))
        .map_or_else(|| speakers::role("", None), |party| party.role.clone())
}

fn read_dialogs(root: &mut Object<'_>, draft: &mut Draft, parties: &[Party]) {
    let mut texts = Vec::new();
    let mut first = true;
    root.each("dialog", |item, index| {
        let kind = item.see_text("type").unwrap_or_default().to_owned();
        let originator = item.see("originator").cloned();
        let begins = originator.or_else(|| item.see("parties").cloned());
        let begins = place(begins);
        if first {
            first = false;
            draft.set_instant("startedAt", item.instant("start"), "dialog[0].start");
            draft.duration = item.seconds("duration");
            if let (Some(begins), 2) = (begins, parties.len()) {
                let tel = |place: usize| parties.get(place).and_then(|party| party.tel.clone());
                draft.set("from", tel(begins), "parties");
                draft.set("to", tel(1 - begins.min(1)), "parties");
            }
        }
        if kind == "text" {
            let said = item.said("body").unwrap_or_default();
            let mut turn = DraftTurn::new(&TEXTS, index, role_of(parties, begins), said);
            turn.at = item.instant("start");
            texts.push(turn);
        } else if kind == "incomplete" {
            let why = item.text("disposition").map(|word| status(&word));
            draft.set("status", why, "dialog[].disposition");
        } else if kind == "recording" && !draft.says("recordingUrl") {
            draft.set("recordingUrl", item.text("url"), "dialog[].url");
            // Sound that is in the vCon itself.
            item.leave_out("body");
        }
    });
    // The first text's own start was taken for the call's.
    if let Some(turn) = texts.first_mut()
        && turn.index == 0
    {
        turn.start = Some(0.0);
    }
    draft.turns = texts;
}

fn read_analyses(
    root: &mut Object<'_>,
    draft: &mut Draft,
    parties: &[Party],
    reading: &Reading,
) -> Result<(), Vec<Problem>> {
    let mut words = None;
    let mut raw = Map::new();
    root.each("analysis", |item, index| {
        let kind = item.see_text("type").unwrap_or("analysis").to_owned();
        if kind == "transcript" && words.is_none() && draft.turns.is_empty() {
            words = item.take("body").map(|body| (index, body));
            return;
        }
        let fields = std::mem::take(&mut item.fields);
        let name = if raw.contains_key(&kind) {
            format!("{kind}_{index}")
        } else {
            kind
        };
        raw.insert(name, Json::Object(fields));
    });
    if let Some((index, body)) = words {
        let rest = read_words(draft, parties, reading, body)?;
        if let Some(rest) = rest {
            root.put(&format!("transcript_{index}"), rest);
        }
    }
    let summary = raw
        .get("summary")
        .and_then(|summary| summary.get("body"))
        .cloned();
    let analysis = Analysis {
        summary,
        raw,
        ..Analysis::default()
    };
    draft.analysis = (!analysis.is_empty()).then_some(analysis);
    Ok(())
}

/// Reads a transcript of whatever vendor. Gives what is left of it.
fn read_words(
    draft: &mut Draft,
    parties: &[Party],
    reading: &Reading,
    body: Json,
) -> Result<Option<Json>, Vec<Problem>> {
    let body = match body {
        Json::String(text)
            if text.trim_start().starts_with(['{', '[']) && text.len() <= MAX_INNER_BYTES =>
        {
            json::parse(text.as_bytes()).unwrap_or(Json::String(text))
        }
        body => body,
    };
    let mut fields = match body {
        Json::String(text) => {
            dialogue::add(draft, &TURNS, &text)?;
            return Ok(None);
        }
        Json::Array(list) => return Ok(read_list(draft, parties, reading, list)),
        Json::Object(fields) => fields,
        other => return Ok(Some(other)),
    };
    if fields.contains_key("results") {
        let mut answer = Object::new(reading, Place::Field(TURNS.list), fields);
        deepgram::read_results(&mut answer, "results", draft, None);
        return Ok(Some(Json::Object(answer.fields)));
    }
    // Of Deepgram's alternatives the paragraphs name the speakers.
    let named = fields
        .get("paragraphs")
        .and_then(|paragraphs| paragraphs.get("transcript"));
    if let Some(text) = named.and_then(Json::as_str).map(str::to_owned) {
        dialogue::add(draft, &TURNS, &text)?;
        let mut answer = Object::new(reading, Place::Field(TURNS.list), fields);
        for same in ["paragraphs", "transcript", "words"] {
            answer.leave_out(same);
        }
        return Ok(Some(Json::Object(answer.fields)));
    }
    for name in ["segments", "utterances", "messages", "transcript", "turns"] {
        match fields.get(name) {
            Some(Json::Array(_)) => {}
            Some(Json::String(text)) if name == "transcript" => {
                let text = text.clone();
                fields.shift_remove(name);
                dialogue::add(draft, &TURNS, &text)?;
                break;
            }
            _ => continue,
        }
        let Some(Json::Array(list)) = fields.shift_remove(name) else {
            continue;
        };
        if let Some(rest) = read_list(draft, parties, reading, list) {
            fields.insert(name.to_owned(), rest);
        }
        break;
    }
    Ok(Some(Json::Object(fields)))
}

fn read_list(
    draft: &mut Draft,
    parties: &[Party],
    reading: &Reading,
    list: Vec<Json>,
) -> Option<Json> {
    each(reading, TURNS.list, list, &mut |item, index| {
        let who = ["party", "speaker", "role"]
            .into_iter()
            .find_map(|name| item.take(name));
        let role = match who {
            Some(Json::Number(number)) => {
                let place = number
                    .as_u64()
                    .and_then(|place| usize::try_from(place).ok());
                role_of(parties, place)
            }
            Some(Json::String(name)) => speakers::role(&name, None),
            _ => speakers::role("", None),
        };
        let said = ["text", "message", "content", "transcript"]
            .into_iter()
            .find(|name| item.see(name).is_some());
        let said = said.and_then(|name| item.said(name)).unwrap_or_default();
        let mut turn = DraftTurn::new(&TURNS, index, role, said);
        for name in ["start", "start_time"] {
            // Some vendors write when it was said, others how long after the start.
            match item.see(name).map(|value| times::number(value).is_some()) {
                Some(true) => turn.start = item.seconds(name),
                Some(false) => turn.at = item.instant(name),
                None => {}
            }
        }
        let end = item.seconds("end").or(item.seconds("end_time"));
        let lasts = item.seconds("duration");
        let counted = turn.start.zip(lasts).map(|(start, lasts)| start + lasts);
        turn.end = end.or(counted);
        item.leave_out("words");
        draft.turns.push(turn);
    })
}

fn sample(call: &Call) -> Sample {
    let turns: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            json!({
                "party": speakers::number(&turn.role),
                "text": turn.content,
                "start": turn.start,
                "end": turn.end,
            })
        })
        .collect();
    // The one who calls is the originator.
    let outbound = call.kind.as_deref() == Some("telephony_outbound");
    let (agent, user) = if outbound {
        (&call.from, &call.to)
    } else {
        (&call.to, &call.from)
    };
    let body = json!({
        "vcon": "0.0.2",
        "uuid": call.call_id,
        "parties": [{"tel": agent, "role": "agent"}, {"tel": user, "role": "customer"}],
        "dialog": [{
            "type": "recording",
            "start": samples::instant(call.started_at),
            "duration": samples::duration(call),
            "parties": [0, 1],
            "originator": u8::from(!outbound),
            "url": call.recording_url,
        }],
        "analysis": [{"type": "transcript", "dialog": 0, "vendor": "aftercall", "encoding": "json", "body": turns}],
    });
    Sample::json(&body).telling(call, &["type", "status", "timezone", "language"])
}
