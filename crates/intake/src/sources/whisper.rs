//! Whisper: `verbose_json`, WhisperX with speakers, and OpenAI's `diarized_json`. A segment is a turn.
//!
//! Whisper does not tell voices apart: without `speaker` everybody is `speaker`. A language that is written out becomes its tag.

use aftercall_core::{Call, Problem};
use serde_json::{Value as Json, json};

use super::{STANDARD_SIGNATURE, Source, missing};
use crate::draft::{Draft, DraftTurn, Names};
use crate::hints::{AGENT, Hints};
use crate::object::{Object, Reading};
use crate::outcome::Outcome;
use crate::samples::{self, Sample};
use crate::signature::Signature;
use crate::{Incoming, json, speakers};

const NAME: &str = "whisper";
const HEARD: &str = "transcript";

static TURNS: Names = Names {
    list: "segments",
    role: "speaker",
    content: "text",
    start: "start",
    end: "end",
};

/// Languages as Whisper writes them, and their tags.
const LANGUAGES: [(&str, &str); 57] = [
    ("afrikaans", "af"),
    ("arabic", "ar"),
    ("armenian", "hy"),
    ("azerbaijani", "az"),
    ("belarusian", "be"),
    ("bosnian", "bs"),
    ("bulgarian", "bg"),
    ("catalan", "ca"),
    ("chinese", "zh"),
    ("croatian", "hr"),
    ("czech", "cs"),
    ("danish", "da"),
    ("dutch", "nl"),
    ("english", "en"),
    ("estonian", "et"),
    ("finnish", "fi"),
    ("french", "fr"),
    ("galician", "gl"),
    ("german", "de"),
    ("greek", "el"),
    ("hebrew", "he"),
    ("hindi", "hi"),
    ("hungarian", "hu"),
    ("icelandic", "is"),
    ("indonesian", "id"),
    ("italian", "it"),
    ("japanese", "ja"),
    ("kannada", "kn"),
    ("kazakh", "kk"),
    ("korean", "ko"),
    ("latvian", "lv"),
    ("lithuanian", "lt"),
    ("macedonian", "mk"),
    ("malay", "ms"),
    ("marathi", "mr"),
    ("maori", "mi"),
    ("nepali", "ne"),
    ("norwegian", "no"),
    ("persian", "fa"),
    ("polish", "pl"),
    ("portuguese", "pt"),
    ("romanian", "ro"),
    ("russian", "ru"),
    ("serbian", "sr"),
    ("slovak", "sk"),
    ("slovenian", "sl"),
    ("spanish", "es"),
    ("swahili", "sw"),
    ("swedish", "sv"),
    ("tagalog", "tl"),
    ("tamil", "ta"),
    ("thai", "th"),
    ("turkish", "tr"),
    ("ukrainian", "uk"),
    ("urdu", "ur"),
    ("vietnamese", "vi"),
    ("welsh", "cy"),
];

pub(super) struct Whisper;

impl Source for Whisper {
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
        let text = root.said("text");
        if root.see("segments").is_none() && text.is_none() {
            return Err(missing("segments"));
        }
        let hints = Hints::of(incoming.query());
        let mut draft = Draft::default();
        draft.set("callId", root.text("id"), "id");
        draft.duration = root.seconds("duration");
        let language = root.text("language").map(|word| tag(&word));
        draft.set("language", language, "language");
        root.each("segments", |item, index| {
            let label = item.text("speaker").unwrap_or_default();
            let said = item.said("text").unwrap_or_default();
            let role = speakers::role(&label, hints.get(AGENT).filter(|_| !label.is_empty()));
            let mut turn = DraftTurn::new(&TURNS, index, role, said.trim().to_owned());
            (turn.start, turn.end) = (item.seconds("start"), item.seconds("end"));
            for detail in ["tokens", "words"] {
                item.leave_out(detail);
            }
            draft.turns.push(turn);
        });
        if draft.turns.is_empty()
            && let Some(text) = text
        {
            let role = speakers::role("", None);
            draft.turns.push(DraftTurn::new(&TURNS, 0, role, text));
        }
        for detail in ["words", "word_segments"] {
            root.leave_out(detail);
        }
        let left = root.fields;
        draft.finish(NAME, HEARD.to_owned(), &hints, reading, left)
    }

    fn sample(&self, call: &Call) -> Sample {
        let segments: Vec<Json> = call
            .transcript
            .iter()
            .map(|turn| {
                let speaker = if speakers::number(&turn.role) == 0 { "A" } else { "B" };
                json!({"speaker": speaker, "text": turn.content, "start": turn.start, "end": turn.end})
            })
            .collect();
        let body = json!({"duration": samples::duration(call), "segments": segments});
        let told = [
            "callId",
            "type",
            "status",
            "startedAt",
            "timezone",
            "from",
            "to",
            "language",
            "recordingUrl",
        ];
        Sample::json(&body).telling(call, &told).naming_agent("A")
    }

    fn loses(&self) -> &'static [&'static str] {
        &["variables", "role"]
    }
}

fn tag(language: &str) -> String {
    let word = language.to_lowercase();
    LANGUAGES
        .iter()
        .find(|(name, _)| *name == word)
        .map_or_else(|| language.to_owned(), |(_, tag)| (*tag).to_owned())
}
