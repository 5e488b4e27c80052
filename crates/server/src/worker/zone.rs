//! The time zone that an agent's configuration names.

use aftercall_core::agent_config::Config;
use aftercall_core::time_zone;
use serde_json::Value as Json;

/// The agent's zone: a text, or an object with a name in `label` and a distance from UTC in `offset`. A name that is
/// understood goes before the distance, as it knows of daylight saving.
pub(crate) fn agent_zone(config: &Config) -> Option<String> {
    let known = |value: &Json| {
        let name = value.as_str()?.trim();
        time_zone(name).map(|_| name.to_owned())
    };
    let zone = config.get("timezone")?;
    known(zone)
        .or_else(|| known(zone.get("label")?))
        .or_else(|| known(zone.get("offset")?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn zones_are_found_in_either_form() {
        for (zone, found) in [
            (json!("Europe/Berlin"), Some("Europe/Berlin")),
            (
                json!({"label": "Asia/Kolkata", "offset": "+05:30"}),
                Some("Asia/Kolkata"),
            ),
            (
                json!({"label": "India", "offset": "+05:30"}),
                Some("+05:30"),
            ),
            (json!({"label": "India", "offset": 330}), None),
            (json!("nowhere"), None),
            (json!(null), None),
        ] {
            let config = Config::from_iter([("timezone".to_owned(), zone.clone())]);
            assert_eq!(agent_zone(&config).as_deref(), found, "{zone}");
        }
        assert_eq!(agent_zone(&Config::new()), None);
    }
}
