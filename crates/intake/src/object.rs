//! A payload, taken apart: what is read is taken out, so that what is left is known.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt;

use aftercall_core::{Problem, Problems};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::times::{self, INSTANT_RULE, MILLIS_RULE, SECONDS_RULE};

/// What is noted while one payload is read.
#[derive(Default)]
pub(crate) struct Reading {
    problems: RefCell<Problems>,
    left_out: RefCell<BTreeMap<String, usize>>,
}

impl Reading {
    /// Notes a broken rule.
    pub(crate) fn problem(&self, problem: Problem) {
        self.problems.borrow_mut().add(problem);
    }

    /// Notes detail that is not kept, by its path with `[]` for every place in a list.
    pub(crate) fn left_out(&self, path: String, count: usize) {
        let mut left_out = self.left_out.borrow_mut();
        *left_out.entry(path).or_default() += count;
    }

    /// Ends the reading.
    pub(crate) fn end(self) -> (Problems, BTreeMap<String, usize>) {
        (self.problems.into_inner(), self.left_out.into_inner())
    }
}

/// Where an object stands in the payload.
#[derive(Clone, Copy)]
pub(crate) enum Place<'a> {
    /// It is the payload.
    Root,
    /// It is the value of a field.
    Field(&'a str),
    /// It is an item of a list.
    Item(&'a str, usize),
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(path) => write!(f, "{path}."),
            Self::Item("", index) => write!(f, "[{index}]."),
            Self::Item(path, index) => write!(f, "{path}[{index}]."),
        }
    }
}

/// An object of a payload. A field is named by its path from here, such as `call.id`. `null` is the same as absent.
pub(crate) struct Object<'a> {
    reading: &'a Reading,
    place: Place<'a>,
    pub(crate) fields: Map<String, Json>,
}

impl<'a> Object<'a> {
    pub(crate) fn new(reading: &'a Reading, place: Place<'a>, fields: Map<String, Json>) -> Self {
        Self {
            reading,
            place,
            fields,
        }
    }

    /// The whole payload, which has to be an object.
    pub(crate) fn root(reading: &'a Reading, value: Json) -> Result<Self, Vec<Problem>> {
        match value {
            Json::Object(fields) => Ok(Self::new(reading, Place::Root, fields)),
            other => Err(vec![Problem::new(
                "body",
                Some(&other),
                "must be an object",
            )]),
        }
    }

    /// Where it stands, to be named before a field of it.
    pub(crate) fn path(&self, field: &str) -> String {
        format!("{}{field}", self.place)
    }

    /// Notes a broken rule of a field.
    pub(crate) fn refuse(&self, field: &str, value: Option<&Json>, rule: &str) {
        self.reading
            .problem(Problem::new(self.path(field), value, rule));
    }

    /// Looks at a field and leaves it there.
    pub(crate) fn see(&self, path: &str) -> Option<&Json> {
        let mut fields = &self.fields;
        let mut parts = path.split('.').peekable();
        while let Some(part) = parts.next() {
            let value = fields.get(part)?;
            match (parts.peek(), value) {
                (None, Json::Null) => return None,
                (None, value) => return Some(value),
                (Some(_), Json::Object(inner)) => fields = inner,
                (Some(_), _) => return None,
            }
        }
        None
    }

    /// A text that is looked at and left there.
    pub(crate) fn see_text(&self, path: &str) -> Option<&str> {
        self.see(path)?.as_str()
    }

    /// Takes a field out.
    pub(crate) fn take(&mut self, path: &str) -> Option<Json> {
        let (parents, key) = path.rsplit_once('.').unwrap_or(("", path));
        let mut fields = &mut self.fields;
        for part in parents.split('.').filter(|part| !part.is_empty()) {
            let Json::Object(inner) = fields.get_mut(part)? else {
                return None;
            };
            fields = inner;
        }
        fields.shift_remove(key).filter(|value| !value.is_null())
    }

    /// Puts a field back, with the objects around it.
    pub(crate) fn put(&mut self, path: &str, value: Json) {
        let (parents, key) = path.rsplit_once('.').unwrap_or(("", path));
        let mut fields = &mut self.fields;
        for part in parents.split('.').filter(|part| !part.is_empty()) {
            let inner = fields
                .entry(part)
                .or_insert_with(|| Json::Object(Map::new()));
            let Json::Object(inner) = inner else {
                return;
            };
            fields = inner;
        }
        fields.insert(key.to_owned(), value);
    }

    /// A text. A blank one is none, and a number is one.
    pub(crate) fn text(&mut self, path: &str) -> Option<String> {
        match self.take(path)? {
            Json::String(text) if text.trim().is_empty() => None,
            Json::String(text) => Some(text),
            Json::Number(number) => Some(number.to_string()),
            other => {
                self.refuse(path, Some(&other), "must be a text");
                None
            }
        }
    }

    /// What is said: a text, which may be blank.
    pub(crate) fn said(&mut self, path: &str) -> Option<String> {
        match self.take(path)? {
            Json::String(text) => Some(text),
            other => {
                self.refuse(path, Some(&other), "must be a text");
                None
            }
        }
    }

    /// A point in time.
    pub(crate) fn instant(&mut self, path: &str) -> Option<Timestamp> {
        let value = self.take(path)?;
        if value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return None;
        }
        times::instant(&value).unwrap_or_else(|()| {
            self.refuse(path, Some(&value), INSTANT_RULE);
            None
        })
    }

    /// Seconds, as a number or a text.
    pub(crate) fn seconds(&mut self, path: &str) -> Option<f64> {
        self.scaled(path, 1.0, SECONDS_RULE)
    }

    /// Milliseconds, as a number or a text, to seconds.
    pub(crate) fn millis(&mut self, path: &str) -> Option<f64> {
        self.scaled(path, 1000.0, MILLIS_RULE)
    }

    fn scaled(&mut self, path: &str, parts: f64, rule: &str) -> Option<f64> {
        let value = self.take(path)?;
        if value.as_str().is_some_and(|text| text.trim().is_empty()) {
            return None;
        }
        let seconds = times::number(&value).and_then(|number| times::seconds(number / parts));
        if seconds.is_none() {
            self.refuse(path, Some(&value), rule);
        }
        seconds
    }

    /// A number.
    pub(crate) fn number(&mut self, path: &str) -> Option<f64> {
        let value = self.take(path)?;
        let number = times::number(&value);
        if number.is_none() {
            self.refuse(path, Some(&value), "must be a number");
        }
        number
    }

    /// `true` or `false`.
    pub(crate) fn flag(&mut self, path: &str) -> Option<bool> {
        match self.take(path)? {
            Json::Bool(flag) => Some(flag),
            other => {
                self.refuse(path, Some(&other), "must be true or false");
                None
            }
        }
    }

    /// An object.
    pub(crate) fn object(&mut self, path: &str) -> Option<Map<String, Json>> {
        match self.take(path)? {
            Json::Object(fields) => Some(fields),
            other => {
                self.refuse(path, Some(&other), "must be an object");
                None
            }
        }
    }

    /// A list.
    pub(crate) fn list(&mut self, path: &str) -> Option<Vec<Json>> {
        match self.take(path)? {
            Json::Array(list) => Some(list),
            other => {
                self.refuse(path, Some(&other), "must be a list");
                None
            }
        }
    }

    /// Leaves detail of the transcript out, such as the time of every word, and notes how much of it there was.
    pub(crate) fn leave_out(&mut self, path: &str) {
        let count = match self.take(path) {
            Some(Json::Array(list)) => list.len(),
            Some(value) if !crate::rest::is_nothing(&value) => 1,
            _ => 0,
        };
        if count == 0 {
            return;
        }
        let path = anywhere(&self.path(path));
        self.reading.left_out(path, count);
    }

    /// Reads the items of a list of objects. What an item has left is put back under the list's name and the item's place.
    pub(crate) fn each(&mut self, path: &str, mut read: impl FnMut(&mut Object<'_>, usize)) {
        let Some(list) = self.list(path) else {
            return;
        };
        let at = self.path(path);
        let rest = each(self.reading, &at, list, &mut read);
        if let Some(rest) = rest {
            self.put(path, rest);
        }
    }
}

/// A path with `[]` for every place in a list.
fn anywhere(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    let mut within = false;
    for c in path.chars() {
        within &= c.is_ascii_digit();
        if !within {
            out.push(c);
        }
        within |= c == '[';
    }
    out
}

/// Reads the items of a list of objects that stands at that path. Gives what the items have left, by their places.
pub(crate) fn each(
    reading: &Reading,
    at: &str,
    list: Vec<Json>,
    read: &mut dyn FnMut(&mut Object<'_>, usize),
) -> Option<Json> {
    let mut rest = Map::new();
    for (index, item) in list.into_iter().enumerate() {
        match item {
            Json::Object(fields) => {
                let mut object = Object::new(reading, Place::Item(at, index), fields);
                read(&mut object, index);
                let left = object
                    .fields
                    .values()
                    .any(|value| !crate::rest::is_nothing(value));
                if left {
                    rest.insert(index.to_string(), Json::Object(object.fields));
                }
            }
            Json::Null => {}
            other => reading.problem(Problem::new(
                format!("{at}[{index}]"),
                Some(&other),
                "must be an object",
            )),
        }
    }
    (!rest.is_empty()).then_some(Json::Object(rest))
}
