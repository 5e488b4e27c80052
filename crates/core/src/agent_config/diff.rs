//! What is different between two configurations.

use std::collections::BTreeSet;

use serde_json::Value as Json;

use super::{Config, OTHER, SECTIONS, section_of};

/// The differences of two configurations.
#[derive(Debug, Clone, PartialEq)]
pub struct Diff {
    /// Sections without a difference, in their order.
    pub unchanged_sections: Vec<&'static str>,
    /// Sections with differences, in their order.
    pub sections: Vec<SectionDiff>,
}

/// The differences in one section.
#[derive(Debug, Clone, PartialEq)]
pub struct SectionDiff {
    /// The section's name.
    pub section: &'static str,
    /// Its differences, one a leaf.
    pub changes: Vec<Change>,
}

/// One leaf that is different.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Path of the leaf, such as `smartTurnConfig.isEnabled` or `tools[0].name`.
    pub path: String,
    /// What it was; `None` where it was not there.
    pub old: Option<Json>,
    /// What it is; `None` where it is no longer there.
    pub new: Option<Json>,
}

/// Compares two configurations leaf by leaf.
#[must_use]
pub fn diff(old: &Config, new: &Config) -> Diff {
    let fields: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let mut unchanged_sections = Vec::new();
    let mut sections = Vec::new();
    for section in sections_of(&fields) {
        let mut changes = Vec::new();
        for field in fields.iter().filter(|field| section_of(field) == section) {
            compare(field, old.get(*field), new.get(*field), &mut changes);
        }
        if changes.is_empty() {
            unchanged_sections.push(section);
        } else {
            sections.push(SectionDiff { section, changes });
        }
    }
    Diff {
        unchanged_sections,
        sections,
    }
}

/// The sections that have a difference, in their order.
#[must_use]
pub fn changed_sections(old: &Config, new: &Config) -> Vec<&'static str> {
    let changed = changed(old, new);
    sections_of(&changed)
        .filter(|section| changed.iter().any(|field| section_of(field) == *section))
        .collect()
}

/// The fields that are different, each as `section.field`, in the order of the sections.
#[must_use]
pub fn changed_fields(old: &Config, new: &Config) -> Vec<String> {
    let changed = changed(old, new);
    sections_of(&changed)
        .flat_map(|section| {
            let fields = changed.iter().filter(move |f| section_of(f) == section);
            fields.map(move |field| format!("{section}.{field}"))
        })
        .collect()
}

fn changed<'a>(old: &'a Config, new: &'a Config) -> BTreeSet<&'a String> {
    old.keys()
        .chain(new.keys())
        .filter(|field| old.get(*field) != new.get(*field))
        .collect()
}

/// Every named section, and the one of other fields where there are such.
fn sections_of(fields: &BTreeSet<&String>) -> impl Iterator<Item = &'static str> {
    let other = fields.iter().any(|field| section_of(field) == OTHER);
    let named = SECTIONS.iter().map(|(section, _)| *section);
    named.chain(other.then_some(OTHER))
}

fn compare(path: &str, old: Option<&Json>, new: Option<&Json>, changes: &mut Vec<Change>) {
    match (old, new) {
        (old, new) if old == new => {}
        (Some(Json::Object(old)), Some(Json::Object(new))) => {
            compare_objects(path, old, new, changes)
        }
        (Some(Json::Array(old)), Some(Json::Array(new))) => compare_lists(path, old, new, changes),
        // What is only on one side is told leaf by leaf too.
        (Some(Json::Object(old)), None) if !old.is_empty() => {
            compare_objects(path, old, &Config::new(), changes);
        }
        (None, Some(Json::Object(new))) if !new.is_empty() => {
            compare_objects(path, &Config::new(), new, changes);
        }
        (Some(Json::Array(old)), None) if !old.is_empty() => compare_lists(path, old, &[], changes),
        (None, Some(Json::Array(new))) if !new.is_empty() => compare_lists(path, &[], new, changes),
        (old, new) => changes.push(Change {
            path: path.to_owned(),
            old: old.cloned(),
            new: new.cloned(),
        }),
    }
}

fn compare_objects(path: &str, old: &Config, new: &Config, changes: &mut Vec<Change>) {
    let added = new.keys().filter(|key| !old.contains_key(*key));
    for key in old.keys().chain(added) {
        compare(
            &format!("{path}.{key}"),
            old.get(key),
            new.get(key),
            changes,
        );
    }
}

fn compare_lists(path: &str, old: &[Json], new: &[Json], changes: &mut Vec<Change>) {
    for n in 0..old.len().max(new.len()) {
        compare(&format!("{path}[{n}]"), old.get(n), new.get(n), changes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn config(value: Json) -> Config {
        value.as_object().unwrap().clone()
    }

    fn lines(old: Json, new: Json) -> Vec<String> {
        let told = |value: Option<Json>| value.map_or("-".to_owned(), |v| v.to_string());
        let diff = diff(&config(old), &config(new));
        let lines = diff.sections.into_iter().flat_map(|section| {
            section.changes.into_iter().map(move |change| {
                let (old, new) = (told(change.old), told(change.new));
                format!("{} {} {old} {new}", section.section, change.path)
            })
        });
        lines.collect()
    }

    #[test]
    fn leaves_are_told() {
        assert_eq!(
            lines(
                json!({"smartTurnConfig": {"isEnabled": true, "waitTimeInSecs": 1}, "tools": [{"name": "a"}, 1], "x": {}}),
                json!({"smartTurnConfig": {"isEnabled": false, "waitTimeInSecs": 1}, "tools": [{"name": "b"}], "x": {}}),
            ),
            [
                "workflow_tools tools[0].name \"a\" \"b\"",
                "workflow_tools tools[1] 1 -",
                "detection smartTurnConfig.isEnabled true false",
            ]
        );
    }

    #[test]
    fn what_comes_and_goes_is_told_by_leaf() {
        let metrics = json!({"postCallAnalyticsConfig": {"dispositionMetrics": [{"identifier": "a", "choices": []}]}});
        assert_eq!(
            lines(json!({}), metrics.clone()),
            [
                "analytics postCallAnalyticsConfig.dispositionMetrics[0].identifier - \"a\"",
                "analytics postCallAnalyticsConfig.dispositionMetrics[0].choices - []",
            ]
        );
        assert_eq!(lines(metrics, json!({})).len(), 2);
        assert_eq!(
            lines(json!({"own": []}), json!({"own": [1]})),
            ["other own[0] - 1"]
        );
        assert_eq!(
            lines(json!({"own": 1}), json!({"own": {"a": 2}})),
            ["other own 1 {\"a\":2}"]
        );
        assert_eq!(lines(json!({}), json!({"own": {}})), ["other own - {}"]);
    }

    #[test]
    fn every_section_is_on_one_side() {
        let old = config(json!({"firstMessage": "a", "own": 1}));
        let new = config(json!({"firstMessage": "b", "own": 1}));
        let found = diff(&old, &new);
        assert_eq!(found.sections.len(), 1);
        assert_eq!(found.unchanged_sections.len(), SECTIONS.len());
        assert_eq!(found.unchanged_sections.last(), Some(&OTHER));
        assert_eq!(
            diff(&new, &new).unchanged_sections.len(),
            SECTIONS.len() + 1
        );
        assert_eq!(
            diff(&Config::new(), &Config::new())
                .unchanged_sections
                .len(),
            SECTIONS.len()
        );
    }

    #[test]
    fn sections_and_fields_that_changed() {
        let old = config(json!({"firstMessage": "a", "slmModel": "x", "own": 1, "prompt": "p"}));
        let new =
            config(json!({"firstMessage": "b", "slmModel": "x", "own": 2, "widgetConfig": {}}));
        assert_eq!(
            changed_sections(&old, &new),
            ["workflow_prompt", "widget", "other"]
        );
        assert_eq!(
            changed_fields(&old, &new),
            [
                "workflow_prompt.firstMessage",
                "workflow_prompt.prompt",
                "widget.widgetConfig",
                "other.own"
            ]
        );
        assert!(changed_sections(&old, &old).is_empty());
    }
}
