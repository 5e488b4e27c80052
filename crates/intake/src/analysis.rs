//! What a platform itself found out about a call, kept under `platformAnalysis` beside our own analysis.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::rest;

/// One value that the platform found.
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) value: Json,
    pub(crate) confidence: Option<Json>,
    pub(crate) reasoning: Option<Json>,
}

impl Found {
    /// A value without anything around it.
    pub(crate) fn plain(name: &str, value: Json) -> Self {
        Self {
            name: name.to_owned(),
            value,
            confidence: None,
            reasoning: None,
        }
    }
}

/// A platform's analysis.
#[derive(Default)]
pub(crate) struct Analysis {
    pub(crate) summary: Option<Json>,
    /// Whether the platform holds the call for a success, in its own words.
    pub(crate) success: Option<Json>,
    pub(crate) found: Vec<Found>,
    /// All of it as it was sent.
    pub(crate) raw: Map<String, Json>,
}

impl Analysis {
    /// Whether it says nothing.
    pub(crate) fn is_empty(&self) -> bool {
        self.summary.is_none()
            && self.success.is_none()
            && self.found.is_empty()
            && self.raw.values().all(rest::is_nothing)
    }

    /// Adds a value for each entry of an object.
    pub(crate) fn find_all(&mut self, values: Option<&Json>) {
        let Some(Json::Object(values)) = values else {
            return;
        };
        for (name, value) in values {
            self.found.push(Found::plain(name, value.clone()));
        }
    }

    /// As it is kept: `source`, `summary`, `success`, `values` (a list of `name`, `value`, `confidence`, `reasoning`) and `raw`.
    pub(crate) fn to_json(&self, source: &str) -> Json {
        let values: Vec<Json> = self.found.iter().map(value).collect();
        let mut out = json!({
            "source": source,
            "summary": self.summary,
            "success": self.success,
            "values": values,
            "raw": self.raw,
        });
        let mut left_out = BTreeMap::new();
        if let Json::Object(fields) = &mut out {
            rest::shrink(fields, "", rest::MAX_REST_BYTES, &mut left_out);
            fields.retain(|_, value| !rest::is_nothing(value));
            if !left_out.is_empty() {
                fields.insert("leftOut".to_owned(), json!(left_out));
            }
        }
        out
    }
}

fn value(found: &Found) -> Json {
    let mut out = json!({"name": found.name, "value": found.value});
    for (name, value) in [
        ("confidence", &found.confidence),
        ("reasoning", &found.reasoning),
    ] {
        if let Some(value) = value.as_ref().filter(|value| !value.is_null()) {
            out[name] = value.clone();
        }
    }
    out
}
