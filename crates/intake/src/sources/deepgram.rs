//! Deepgram: the answer to a recording, as its callback or its API gives it. The call's id is `request_id`.
//!
//! - Utterances are the turns; without them, words of one speaker in a row; without those, a channel's transcript.
//! - Several channels tell the voices apart, else the numbers of speakers do. Which one is the agent the address says (`?agent=0`).
//! - `created` is when the recording was heard, so the call's start has to come from elsewhere.

use aftercall_core::{Call, Problem};
use serde_json::{Map, Value as Json, json};

use super::{STANDARD_SIGNATURE, Source, missing};
use crate::analysis::Analysis;
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::{AGENT, Hints};
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::words::{Word, stretches};
use crate::{Incoming, json, speakers};

const NAME: &str = "deepgram";
const HEARD: &str = "transcript";

static UTTERANCES: Names = Names {
    list: "results.utterances",
    role: "speaker",
    content: "transcript",
    start: "start",
    end: "end",
};
static WORDS: Names = Names {
    list: "results.channels",
    ..UTTERANCES
};

pub(super) struct Deepgram;

impl Source for Deepgram {
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
        if root.see("results").is_none() {
            return Err(missing("results"));
        }
        let hints = Hints::of(incoming.query());
        let mut draft = Draft::default();
        let path = "metadata.request_id";
        draft.set("callId", root.text(path), path);
        draft.duration = root.seconds("metadata.duration");
        read_results(&mut root, "results", &mut draft, hints.get(AGENT));
        draft.analysis = analysis(&mut root);
        let left = root.fields;
        draft.finish(NAME, HEARD.to_owned(), &hints, reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        let utterances: Vec<Json> = call
            .transcript
            .iter()
            .map(|turn| {
                json!({
                    "transcript": turn.content,
                    "start": turn.start,
                    "end": turn.end,
                    "speaker": speakers::number(&turn.role),
                })
            })
            .collect();
        let body = json!({
            "metadata": {"request_id": call.call_id, "duration": samples::duration(call)},
            "results": {"utterances": utterances},
        });
        let told = [
            "type",
            "status",
            "startedAt",
            "timezone",
            "from",
            "to",
            "language",
            "recordingUrl",
        ];
        Sample::json(&body).telling(call, &told).naming_agent("0")
    }

    fn loses(&self) -> &'static [&'static str] {
        &["variables", "role"]
    }
}

/// Reads the results that stand at that path.
pub(super) fn read_results(
    root: &mut Object<'_>,
    at: &str,
    draft: &mut Draft,
    agent: Option<&str>,
) {
    let path = |name: &str| format!("{at}.{name}");
    let channels = root.see(&path("channels")).and_then(Json::as_array);
    let several = channels.is_some_and(|channels| channels.len() > 1);
    root.each(&path("utterances"), |item, index| {
        let (channel, speaker) = (item.text("channel"), item.text("speaker"));
        let label = if several { channel } else { speaker };
        let said = item.said("transcript").unwrap_or_default();
        let role = speakers::role(&label.unwrap_or_default(), agent);
        let mut turn = DraftTurn::new(&UTTERANCES, index, role, said);
        (turn.start, turn.end) = (item.seconds("start"), item.seconds("end"));
        item.leave_out("words");
        draft.turns.push(turn);
    });
    let heard = !draft.turns.is_empty();
    let mut language = None;
    let mut spoken_words = Vec::new();
    root.each(&path("channels"), |channel, index| {
        language = language.take().or(channel.text("detected_language"));
        channel.each("alternatives", |best, rank| {
            // The others are what it might have heard instead.
            if rank > 0 {
                return;
            }
            let said = best.said("transcript");
            if heard {
                best.leave_out("words");
                best.leave_out("paragraphs");
                return;
            }
            let label = several.then(|| index.to_string());
            spoken_words.extend(spoken(best, label, said));
            best.leave_out("paragraphs");
        });
    });
    if spoken_words.iter().all(|word| word.start.is_some()) {
        // Each channel has its own words: who speaks when is seen when they stand together.
        let start = |word: &Word| word.start.unwrap_or_default();
        spoken_words.sort_by(|a, b| start(a).total_cmp(&start(b)));
    }
    for stretch in stretches(spoken_words) {
        // Of several channels the label is the number.
        let channel = Some(&stretch.label).filter(|_| several);
        let index = channel.and_then(|number| number.parse().ok()).unwrap_or(0);
        let role = speakers::role(&stretch.label, agent);
        let mut turn = DraftTurn::new(&WORDS, index, role, stretch.text);
        (turn.start, turn.end) = (stretch.start, stretch.end);
        draft.turns.push(turn);
    }
    draft.set("language", language, &path("channels[0].detected_language"));
}

/// The words of an alternative, by speaker; without words, its transcript as one.
fn spoken(best: &mut Object<'_>, label: Option<String>, said: Option<String>) -> Vec<Word> {
    let mut words = Vec::new();
    let count = best
        .see("words")
        .and_then(Json::as_array)
        .map_or(0, Vec::len);
    best.each("words", |word, _| {
        let speaker = word.text("speaker");
        let (plain, written) = (word.text("word"), word.text("punctuated_word"));
        words.push(Word {
            label: label.clone().or(speaker).unwrap_or_default(),
            text: written.or(plain).unwrap_or_default(),
            start: word.seconds("start"),
            end: word.seconds("end"),
            mark: false,
        });
    });
    if count > 0 {
        best.leave_out("words");
        return words;
    }
    vec![Word {
        label: label.unwrap_or_default(),
        text: said.unwrap_or_default(),
        start: None,
        end: None,
        mark: false,
    }]
}

fn analysis(root: &mut Object<'_>) -> Option<Analysis> {
    let mut raw = Map::new();
    for name in ["summary", "sentiments", "topics", "intents"] {
        if let Some(value) = root.take(&format!("results.{name}")) {
            raw.insert(name.to_owned(), value);
        }
    }
    let analysis = Analysis {
        summary: raw
            .get("summary")
            .and_then(|summary| summary.get("short"))
            .cloned(),
        raw,
        ..Analysis::default()
    };
    (!analysis.is_empty()).then_some(analysis)
}
