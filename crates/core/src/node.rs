//! JSON in one pass, with the keys that stand twice noted on the way.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value as Json};

use crate::Problem;
use crate::problem::Problems;

/// What a JSON value is read as.
pub(crate) trait Node: Sized {
    /// A value that is read whole.
    fn of(value: Json) -> Self;

    /// An object, where its fields are wanted apart.
    fn of_object<'de, A: MapAccess<'de>>(entries: A) -> Result<Read<Self>, A::Error> {
        Json::of_object(entries).map(|read| read.map(Self::of))
    }

    /// A list, where its items are wanted apart.
    fn of_list<'de, A: SeqAccess<'de>>(items: A) -> Result<Read<Self>, A::Error> {
        Json::of_list(items).map(|read| read.map(Self::of))
    }
}

/// A value, and the paths within it of keys that stand twice in an object; of their values the last one counts.
pub(crate) struct Read<T> {
    pub(crate) value: T,
    twice: Vec<String>,
}

impl<T> Read<T> {
    pub(crate) fn new(value: T) -> Self {
        Self {
            value,
            twice: Vec::new(),
        }
    }

    /// Notes a key that stands again in this object.
    pub(crate) fn again(&mut self, key: &str) {
        self.twice.push(format!(".{key}"));
    }

    /// Takes over what was noted within the value of that key.
    pub(crate) fn within_key<U>(&mut self, key: &str, inner: Read<U>) -> U {
        let paths = inner.twice.into_iter();
        self.twice.extend(paths.map(|path| format!(".{key}{path}")));
        inner.value
    }

    /// Takes over what was noted within the item at that place, from 0.
    pub(crate) fn within_item<U>(&mut self, place: usize, inner: Read<U>) -> U {
        let paths = inner.twice.into_iter();
        self.twice
            .extend(paths.map(|path| format!("[{place}]{path}")));
        inner.value
    }

    /// Tells of every key that stands twice.
    pub(crate) fn tell(&self, problems: &mut Problems) {
        for path in &self.twice {
            let path = path.trim_start_matches('.');
            problems.add(Problem::told(
                path,
                "the same key again",
                "a key may stand only once",
            ));
        }
    }

    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Read<U> {
        Read {
            value: change(self.value),
            twice: self.twice,
        }
    }
}

impl Node for Json {
    fn of(value: Json) -> Self {
        value
    }

    fn of_object<'de, A: MapAccess<'de>>(mut entries: A) -> Result<Read<Self>, A::Error> {
        let mut read = Read::new(Map::new());
        while let Some(key) = entries.next_key::<String>()? {
            let value = entries.next_value()?;
            let value: Json = read.within_key(&key, value);
            if read.value.contains_key(&key) {
                read.again(&key);
            }
            read.value.insert(key, value);
        }
        Ok(read.map(Json::Object))
    }

    fn of_list<'de, A: SeqAccess<'de>>(mut items: A) -> Result<Read<Self>, A::Error> {
        let mut read = Read::new(Vec::new());
        while let Some(item) = items.next_element()? {
            let item: Json = read.within_item(read.value.len(), item);
            read.value.push(item);
        }
        Ok(read.map(Json::Array))
    }
}

impl<'de, T: Node> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor(PhantomData))
    }
}

struct NodeVisitor<T>(PhantomData<T>);

fn whole<T: Node>(value: impl Into<Json>) -> Read<T> {
    Read::new(T::of(value.into()))
}

impl<'de, T: Node> Visitor<'de> for NodeVisitor<T> {
    type Value = Read<T>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(whole(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Self::Value, E> {
        Ok(whole(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Self::Value, E> {
        Ok(whole(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Self::Value, E> {
        Ok(whole(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Self::Value, E> {
        Ok(whole(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Self::Value, E> {
        Ok(whole(value))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(whole(Json::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Value, A::Error> {
        T::of_list(items)
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<Self::Value, A::Error> {
        T::of_object(entries)
    }
}
