//! Edits that are carried from one config to another.

use aftercall_core::agent_config::Config;
use serde_json::Value as Json;

/// What `base` was edited to (`edited`), made on top of what it has become meanwhile (`now`).
///
/// Leaf by leaf, lists as a whole: what was not edited is as in `now`; what was edited is as in `edited`, also where both
/// changed it, because an editor's own words are never dropped.
pub(crate) fn rebase(base: &Config, edited: &Config, now: &Config) -> Config {
    let added = edited.keys().filter(|key| !now.contains_key(*key));
    now.keys()
        .chain(added)
        .filter_map(|key| {
            let value = leaf(base.get(key), edited.get(key), now.get(key))?;
            Some((key.clone(), value))
        })
        .collect()
}

fn leaf(base: Option<&Json>, edited: Option<&Json>, now: Option<&Json>) -> Option<Json> {
    if edited == base {
        return now.cloned();
    }
    let (Some(Json::Object(edited)), Some(Json::Object(now))) = (edited, now) else {
        return edited.cloned();
    };
    let nothing = Config::new();
    let base = base.and_then(Json::as_object).unwrap_or(&nothing);
    Some(Json::Object(rebase(base, edited, now)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn rebased(base: Json, edited: Json, now: Json) -> Json {
        let config = |value: Json| value.as_object().unwrap().clone();
        Json::Object(rebase(&config(base), &config(edited), &config(now)))
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
