//! A call file's JSON, taken apart as it is read: a transcript's turns are never held as JSON objects.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use crate::node::{Node, Read};

/// What stands in the place of a call: what was sent, before any rule is checked.
pub enum SentCall {
    /// An object, as it should be.
    Object {
        /// All but the transcript.
        fields: Map<String, Json>,
        /// What was said.
        transcript: Option<SentTranscript>,
    },
    /// Anything else.
    Other(Json),
}

/// What stands in the place of a transcript.
pub enum SentTranscript {
    /// A list of turns, as it should be.
    List(Vec<SentTurn>),
    /// Anything else.
    Other(Json),
}

/// What stands in the place of a turn.
#[expect(
    clippy::large_enum_variant,
    reason = "almost every one is an object: a box would only be one more allocation"
)]
pub enum SentTurn {
    /// An object, as it should be.
    Object(TurnFields),
    /// Anything else.
    Other(Json),
}

/// The fields of a turn, of any type.
#[derive(Default)]
pub struct TurnFields {
    /// Who speaks.
    pub role: Option<Json>,
    /// What is said.
    pub content: Option<Json>,
    /// Seconds from the start of the call.
    pub start: Option<Json>,
    /// Seconds from the start of the call.
    pub end: Option<Json>,
    /// When the turn began.
    pub timestamp: Option<Json>,
}

impl Node for SentCall {
    fn of(value: Json) -> Self {
        Self::Other(value)
    }

    fn of_object<'de, A: MapAccess<'de>>(mut entries: A) -> Result<Read<Self>, A::Error> {
        let mut fields = Map::new();
        let mut transcript = None;
        let mut read = Read::new(());
        while let Some(key) = entries.next_key::<String>()? {
            let again = if key == "transcript" {
                let value = entries.next_value()?;
                transcript.replace(read.within_key(&key, value)).is_some()
            } else {
                let value = entries.next_value()?;
                let value = read.within_key(&key, value);
                fields.insert(key.clone(), value).is_some()
            };
            if again {
                read.again(&key);
            }
        }
        Ok(read.map(|()| Self::Object { fields, transcript }))
    }
}

impl Node for SentTranscript {
    fn of(value: Json) -> Self {
        Self::Other(value)
    }

    fn of_list<'de, A: SeqAccess<'de>>(mut items: A) -> Result<Read<Self>, A::Error> {
        let mut read = Read::new(Vec::new());
        while let Some(item) = items.next_element()? {
            let turn = read.within_item(read.value.len(), item);
            read.value.push(turn);
        }
        Ok(read.map(Self::List))
    }
}

impl Node for SentTurn {
    fn of(value: Json) -> Self {
        Self::Other(value)
    }

    fn of_object<'de, A: MapAccess<'de>>(mut entries: A) -> Result<Read<Self>, A::Error> {
        let mut read = Read::new(TurnFields::default());
        // Fields that are not defined are forgotten, but for their names.
        let mut others = Map::new();
        while let Some(key) = entries.next_key::<Key>()? {
            let value = entries.next_value()?;
            let value = read.within_key(key.name(), value);
            let fields = &mut read.value;
            let before = match &key {
                Key::Role => fields.role.replace(value),
                Key::Content => fields.content.replace(value),
                Key::Start => fields.start.replace(value),
                Key::End => fields.end.replace(value),
                Key::Timestamp => fields.timestamp.replace(value),
                Key::Other(name) => others.insert(name.clone(), Json::Null),
            };
            if before.is_some() {
                read.again(key.name());
            }
        }
        Ok(read.map(Self::Object))
    }
}

/// Name of a turn's field.
enum Key {
    Role,
    Content,
    Start,
    End,
    Timestamp,
    Other(String),
}

impl Key {
    fn name(&self) -> &str {
        match self {
            Self::Role => "role",
            Self::Content => "content",
            Self::Start => "start",
            Self::End => "end",
            Self::Timestamp => "timestamp",
            Self::Other(name) => name,
        }
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_identifier(KeyVisitor)
    }
}

struct KeyVisitor;

impl Visitor<'_> for KeyVisitor {
    type Value = Key;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key, E> {
        Ok(match name {
            "role" => Key::Role,
            "content" => Key::Content,
            "start" => Key::Start,
            "end" => Key::End,
            "timestamp" => Key::Timestamp,
            _ => Key::Other(name.to_owned()),
        })
    }
}
