//! Where a text speaks of time.

use aftercall_dates::mentions;

fn found(text: &str) -> Vec<&str> {
    mentions(text)
        .into_iter()
        .map(|range| &text[range])
        .collect()
}

#[test]
fn finds_the_words_and_no_others() {
    let cases: &[(&str, &[&str])] = &[
        ("Can we say Friday at 3 pm instead?", &["Friday at 3 pm"]),
        (
            "Is Tuesday fine, or do you prefer March 3rd?",
            &["Tuesday", "March 3rd"],
        ),
        (
            "I'd like a table for 2 people at half past six.",
            &["at half past six"],
        ),
        ("On the 14th, around 4.", &["14th, around 4"]),
        (
            "Können wir morgen um 15 Uhr telefonieren?",
            &["morgen um 15 Uhr"],
        ),
        (
            "¿Le va bien mañana a las 3 de la tarde?",
            &["mañana a las 3 de la tarde"],
        ),
        ("कल शाम 5 बजे ठीक है", &["कल शाम 5 बजे"]),
        ("sometime over the weekend", &["the weekend"]),
        ("My account is 93517284 and the pin 1596.", &[]),
        ("It is rated 4.1 and costs $35 at 13 percent off.", &[]),
        ("No, I may not march there now.", &[]),
        ("", &[]),
    ];
    for (text, expected) in cases {
        assert_eq!(&found(text), expected, "{text}");
    }
}
