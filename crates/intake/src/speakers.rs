//! Who speaks, where a platform only tells voices apart.

use aftercall_core::Role;

/// The role of a speaker or a channel. Which one is the agent is not guessed: the address can say so (`?agent=0`), and then every other
/// one is the user. Without that, names that mean a role (`Agent`, `Customer` …) are that role, other names stay as they are, and
/// numbers and letters become `speaker 0`.
pub(crate) fn role(label: &str, agent: Option<&str>) -> Role {
    let label = label.trim();
    match agent {
        Some(agent) if agent.eq_ignore_ascii_case(label) => Role::Agent,
        Some(_) => Role::User,
        None if label.is_empty() => Role::Other("speaker".to_owned()),
        None if is_number(label) => Role::Other(format!("speaker {label}")),
        None => Role::from_name(label),
    }
}

/// A label that numbers voices: `0`, `12`, `A`.
fn is_number(label: &str) -> bool {
    label.chars().count() == 1 || label.bytes().all(|b| b.is_ascii_digit())
}

/// The label of one of our roles in a payload that only tells voices apart: the agent is 0, the user 1.
pub(crate) fn number(role: &Role) -> u64 {
    u64::from(*role != Role::Agent)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_the_agent_is_told_and_not_guessed() {
        assert_eq!(role("0", Some("0")), Role::Agent);
        assert_eq!(role("1", Some("0")), Role::User);
        assert_eq!(role("spk_1", Some("SPK_1")), Role::Agent);
        assert_eq!(role("0", None), Role::Other("speaker 0".into()));
        assert_eq!(role("spk_0", None), Role::Other("spk_0".into()));
        assert_eq!(role("A", None), Role::Other("speaker A".into()));
        assert_eq!(role("Customer", None), Role::User);
        assert_eq!(role("AGENT", None), Role::Agent);
        assert_eq!(role("Dana", None), Role::Other("Dana".into()));
        assert_eq!(role(" ", None), Role::Other("speaker".into()));
    }
}
