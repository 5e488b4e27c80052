//! Amazon Transcribe: the output of a job, of call analytics and standard. The call's id is the name of the job.
//!
//! - Call analytics says who is `AGENT` and `CUSTOMER`; its categories and characteristics are its analysis. A turn is interrupted where the
//!   other side breaks in while it lasts.
//! - Standard output has words; those of one speaker or channel in a row are a turn. Which one is the agent the address says
//!   (`?agent=spk_0`, `?agent=ch_0`).

use aftercall_core::{Call, Problem, Role};
use serde_json::{Map, Value as Json, json};

use super::{STANDARD_SIGNATURE, Source, ignored, missing};
use crate::analysis::{Analysis, Found};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::{AGENT, Hints};
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::Sample;
use crate::signature::Signature;
use crate::words::{Word, stretches};
use crate::{Incoming, json, speakers, times};

const NAME: &str = "amazon-transcribe";
const ANALYTICS: &str = "call analytics";
const STANDARD: &str = "transcript";

static TURNS: Names = Names {
    list: "Transcript",
    role: "ParticipantRole",
    content: "Content",
    start: "BeginOffsetMillis",
    end: "EndOffsetMillis",
};
static SEGMENTS: Names = Names {
    list: "results.audio_segments",
    role: "speaker_label",
    content: "transcript",
    start: "start_time",
    end: "end_time",
};
static ITEMS: Names = Names {
    list: "results.items",
    ..SEGMENTS
};

pub(super) struct AmazonTranscribe;

impl Source for AmazonTranscribe {
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
        let state = root.text("JobStatus").or(root.text("status"));
        if let Some(state) = state.filter(|state| state != "COMPLETED") {
            return ignored(format!("status {state}"));
        }
        let hints = Hints::of(incoming.query());
        let mut draft = Draft::default();
        let (event, id) = if root.see("Transcript").is_some() {
            read_analytics(&mut root, &mut draft);
            (ANALYTICS, "JobName")
        } else if root.see("results").is_some() {
            read_standard(&mut root, &mut draft, hints.get(AGENT));
            (STANDARD, "jobName")
        } else {
            return Err(missing("results"));
        };
        draft.set("callId", root.text(id), id);
        let left = root.fields;
        draft.finish(NAME, event.to_owned(), &hints, reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        sample(call)
    }

    fn loses(&self) -> &'static [&'static str] {
        &["variables", "role"]
    }
}

fn read_analytics(root: &mut Object<'_>, draft: &mut Draft) {
    draft.set("language", root.text("LanguageCode"), "LanguageCode");
    let path = "ConversationCharacteristics.TotalConversationDurationMillis";
    draft.duration = root.millis(path);
    root.each("Transcript", |item, index| {
        let role = item.text("ParticipantRole").unwrap_or_default();
        let said = item.said("Content").unwrap_or_default();
        let mut turn = DraftTurn::new(&TURNS, index, Role::from_name(&role), said);
        turn.start = item.millis("BeginOffsetMillis");
        turn.end = item.millis("EndOffsetMillis");
        item.leave_out("Items");
        item.leave_out("LoudnessScores");
        draft.turns.push(turn);
    });
    mark_interrupted(root, draft);
    let mut raw = Map::new();
    for name in ["Categories", "ConversationCharacteristics"] {
        if let Some(value) = root.take(name) {
            raw.insert(name.to_owned(), value);
        }
    }
    let mut analysis = Analysis::default();
    let matched = raw
        .get("Categories")
        .and_then(|categories| categories.get("MatchedCategories"));
    for category in matched.and_then(Json::as_array).into_iter().flatten() {
        if let Some(name) = category.as_str() {
            analysis.found.push(Found::plain(name, true.into()));
        }
    }
    analysis.raw = raw;
    draft.analysis = (!analysis.is_empty()).then_some(analysis);
}

/// Marks the turns of one side that the other breaks into.
fn mark_interrupted(root: &Object<'_>, draft: &mut Draft) {
    let path = "ConversationCharacteristics.Interruptions.InterruptionsByInterrupter";
    let sides = root.see(path).and_then(Json::as_object);
    let mut breaks: Vec<(Role, f64)> = Vec::new();
    for (side, list) in sides.into_iter().flatten() {
        for item in list.as_array().into_iter().flatten() {
            let at = item.get("BeginOffsetMillis").and_then(times::number);
            breaks.extend(at.map(|at| (Role::from_name(side), at / 1000.0)));
        }
    }
    // Both are in order of time as a rule, but nothing says so: the product of both is bounded instead.
    let room = 1_000_000 / breaks.len().max(1);
    for turn in draft.turns.iter_mut().take(room) {
        let (Some(start), Some(end)) = (turn.start, turn.end) else {
            continue;
        };
        turn.interrupted = breaks
            .iter()
            .any(|(side, at)| *side != turn.role && (start..=end).contains(at));
    }
}

fn read_standard(root: &mut Object<'_>, draft: &mut Draft, agent: Option<&str>) {
    let path = "results.language_code";
    draft.set("language", root.text(path), path);
    root.each("results.audio_segments", |item, index| {
        let (speaker, channel) = (item.text("speaker_label"), item.text("channel_label"));
        let label = speaker.or(channel).unwrap_or_default();
        let said = item.said("transcript").unwrap_or_default();
        let mut turn = DraftTurn::new(&SEGMENTS, index, speakers::role(&label, agent), said);
        (turn.start, turn.end) = (item.seconds("start_time"), item.seconds("end_time"));
        item.take("id");
        item.leave_out("items");
        draft.turns.push(turn);
    });
    if draft.turns.is_empty() {
        for stretch in stretches(words(root)) {
            let role = speakers::role(&stretch.label, agent);
            let mut turn = DraftTurn::new(&ITEMS, draft.turns.len(), role, stretch.text);
            (turn.start, turn.end) = (stretch.start, stretch.end);
            draft.turns.push(turn);
        }
    }
    for path in [
        "results.transcripts",
        "results.items",
        "results.speaker_labels.segments",
        "results.channel_labels.channels",
    ] {
        root.leave_out(path);
    }
}

/// The words in order of time, each with its speaker or channel.
fn words(root: &mut Object<'_>) -> Vec<Word> {
    let mut words = Vec::new();
    if root.see("results.channel_labels.channels").is_some() {
        root.each("results.channel_labels.channels", |channel, _| {
            let label = channel.text("channel_label").unwrap_or_default();
            add_words(channel, "items", &mut words, |_| label.clone());
        });
        // Marks have no time: they go with the word before them.
        let mut at = 0.0;
        for word in &mut words {
            at = word.start.unwrap_or(at);
            word.start = Some(at);
        }
        let start = |word: &Word| word.start.unwrap_or_default();
        words.sort_by(|a, b| start(a).total_cmp(&start(b)));
        return words;
    }
    let segments = root.see("results.speaker_labels.segments");
    let spans: Vec<(f64, String)> = segments
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(|segment| {
            let start = segment.get("start_time").and_then(times::number)?;
            let label = segment.get("speaker_label")?.as_str()?.to_owned();
            Some((start, label))
        })
        .collect();
    let mut place = 0;
    add_words(root, "results.items", &mut words, |start| {
        // Segments and words are both in order of time.
        while spans
            .get(place + 1)
            .is_some_and(|(next, _)| start.is_some_and(|start| *next <= start))
        {
            place += 1;
        }
        spans
            .get(place)
            .map_or_else(String::new, |(_, label)| label.clone())
    });
    words
}

fn add_words(
    object: &mut Object<'_>,
    path: &str,
    words: &mut Vec<Word>,
    mut speaker: impl FnMut(Option<f64>) -> String,
) {
    object.each(path, |item, _| {
        let mark = item.text("type").as_deref() == Some("punctuation");
        let (start, end) = (item.seconds("start_time"), item.seconds("end_time"));
        let told = item.text("speaker_label");
        let mut text = String::new();
        item.each("alternatives", |best, rank| {
            if rank == 0 {
                text = best.said("content").unwrap_or_default();
            }
        });
        words.push(Word {
            label: told.unwrap_or_else(|| speaker(start)),
            text,
            start,
            end,
            mark,
        });
    });
    object.leave_out(path);
}

fn sample(call: &Call) -> Sample {
    let millis = |seconds: Option<f64>| seconds.map(|seconds| (seconds * 1000.0).round());
    let turns: Vec<Json> = call
        .transcript
        .iter()
        .map(|turn| {
            let side = if turn.role == Role::Agent {
                "AGENT"
            } else {
                "CUSTOMER"
            };
            json!({
                "ParticipantRole": side,
                "Content": turn.content,
                "BeginOffsetMillis": millis(turn.start),
                "EndOffsetMillis": millis(turn.end),
            })
        })
        .collect();
    let body = json!({
        "JobName": call.call_id,
        "JobStatus": "COMPLETED",
        "LanguageCode": call.language,
        "Transcript": turns,
    });
    let told = [
        "type",
        "status",
        "startedAt",
        "endedAt",
        "timezone",
        "from",
        "to",
        "recordingUrl",
    ];
    Sample::json(&body).telling(call, &told)
}
