//! Edits that are carried from one config to another.

use aftercall_core::agent_config::{Config, section_of};
use serde_json::Value as Json;

/// Edits on top of another config.
pub(crate) struct Rebased {
    /// The config with both sides' changes.
    pub(crate) config: Config,
    /// Fields in which both sides changed the same leaf differently, as `section.field`.
    pub(crate) conflicts: Vec<String>,
}

/// What `base` was edited to (`edited`), made on top of what it has become meanwhile (`now`).
///
/// Leaf by leaf, lists as a whole: what was not edited is as in `now`; what was edited is as in `edited`, also where both
/// changed it, because an editor's own words are never dropped.
pub(crate) fn rebase(base: &Config, edited: &Config, now: &Config) -> Rebased {
    let mut conflicts = Vec::new();
    let config = merged(base, edited, now, |field, conflict| {
        if conflict {
            conflicts.push(format!("{}.{field}", section_of(field)));
        }
    });
    Rebased { config, conflicts }
}

/// `told` hears of each key whether it holds a conflict.
fn merged(
    base: &Config,
    edited: &Config,
    now: &Config,
    mut told: impl FnMut(&str, bool),
) -> Config {
    let added = edited.keys().filter(|key| !now.contains_key(*key));
    now.keys()
        .chain(added)
        .filter_map(|key| {
            let mut conflict = false;
            let value = leaf(base.get(key), edited.get(key), now.get(key), &mut conflict);
            told(key, conflict);
            Some((key.clone(), value?))
        })
        .collect()
}

fn leaf(
    base: Option<&Json>,
    edited: Option<&Json>,
    now: Option<&Json>,
    conflict: &mut bool,
) -> Option<Json> {
    if edited == base {
        return now.cloned();
    }
    let (Some(Json::Object(edited)), Some(Json::Object(now))) = (edited, now) else {
        *conflict |= now != base && now != edited;
        return edited.cloned();
    };
    let nothing = Config::new();
    let base = base.and_then(Json::as_object).unwrap_or(&nothing);
    Some(Json::Object(merged(base, edited, now, |_, inner| {
        *conflict |= inner;
    })))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rebased(base: Json, edited: Json, now: Json) -> Json {
        let config = |value: Json| value.as_object().unwrap().clone();
        Json::Object(rebase(&config(base), &config(edited), &config(now)).config)
    }

    #[test]
    fn conflicts_are_leaves_that_both_changed_differently() {
        let config = |value: Json| value.as_object().unwrap().clone();
        let conflicts = |base: Json, edited: Json, now: Json| {
            rebase(&config(base), &config(edited), &config(now)).conflicts
        };
        assert_eq!(
            conflicts(
                json!({"firstMessage": "a", "language": {"default": "en", "supported": ["en"]}, "own": 1}),
                json!({"firstMessage": "b", "language": {"default": "hi", "supported": ["en"]}, "own": 2, "new": 1}),
                json!({"firstMessage": "c", "language": {"default": "en", "supported": ["hi"]}, "own": 2, "new": 2}),
            ),
            ["workflow_prompt.firstMessage", "other.new"]
        );
        assert_eq!(
            conflicts(
                json!({"smartTurnConfig": {"isEnabled": true}, "tools": [1]}),
                json!({"smartTurnConfig": {"isEnabled": false}, "tools": [1]}),
                json!({"tools": [2]}),
            ),
            ["detection.smartTurnConfig"]
        );
        assert_eq!(
            conflicts(json!({"own": 1}), json!({}), json!({"own": 2})),
            ["other.own"]
        );
        let none: [&str; 0] = [];
        assert_eq!(conflicts(json!({"own": 1}), json!({}), json!({})), none);
    }

    #[test]
    fn edits_of_both_sides_stay() {
        assert_eq!(
            rebased(
                json!({"a": 1, "b": 1, "c": {"d": 1, "e": 1}, "gone": 1}),
                json!({"a": 2, "b": 1, "c": {"d": 2, "e": 1}, "gone": 1, "new": 1}),
                json!({"a": 1, "b": 3, "c": {"d": 1, "e": 3}, "also": 1}),
            ),
            json!({"a": 2, "b": 3, "c": {"d": 2, "e": 3}, "also": 1, "new": 1})
        );
    }

    #[test]
    fn the_editor_has_the_last_word() {
        assert_eq!(
            rebased(
                json!({"a": 1, "l": [1]}),
                json!({"a": 2, "l": [1, 2]}),
                json!({"a": 3, "l": [0, 1]})
            ),
            json!({"a": 2, "l": [1, 2]})
        );
        assert_eq!(
            rebased(json!({"a": 1}), json!({}), json!({"a": 3})),
            json!({})
        );
        assert_eq!(
            rebased(json!({}), json!({"a": {"x": 1}}), json!({"a": {"y": 1}})),
            json!({"a": {"y": 1, "x": 1}})
        );
    }
}
