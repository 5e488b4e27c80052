//! Signatures as another implementation makes them.

use aftercall_delivery::sign::{standard, standard_form, x_signature};

type Case = (
    &'static str,
    &'static str,
    i64,
    &'static str,
    &'static str,
    &'static str,
);

const CASES: [Case; 5] = [
    (
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "msg_1",
        1_772_352_000,
        "{\"a\":1}",
        "589a60deec2fc76f6f88219333240e55af762bdf12f58327b37d5b6bec15f76f",
        "v1,TAcUZ+j2nsB4bGovGWbQ7jnU0JlGoAclDicNijCQbXg=",
    ),
    (
        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "msg_2",
        0,
        "",
        "081247dc68bb7fafbf13220013a0ab71db8b628d679161f87b5e5bd9e19b1494",
        "v1,ZvoJaKiProELzMkgxv8H4W0nsvwBCo2nQK8VhlEdxlQ=",
    ),
    (
        "geheim ü",
        "id",
        -5,
        "\u{0}\n\u{fc}",
        "ce5527889c3a877d965f328c4bf27f3458fde0e90bd6a5290fac6edaab3bd436",
        "v1,+sBFR6+x/dR1z/DxCCeTqKwwUqK5Gwd86NeNBmIcycA=",
    ),
    (
        "",
        "65f0",
        1_772_352_001,
        "x",
        "4cbc96099a6467ce002461f10549b4898265ebe6188b45efacc44293516e62c4",
        "v1,I9jLgIZ6YugkFfOJr83ZmYuHqzRnqk3dxmNAoz9o67U=",
    ),
    (
        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk",
        "a.b",
        9_999_999_999,
        "{}",
        "854377059e948d72b6c302616a507ca1153be5be611a39bfc1770c26f4ade94e",
        "v1,BxcabM6vM7GV3ik2PHsa4ieG9CsQEqudZb4DcnYVgyo=",
    ),
];

#[test]
fn signatures_are_those_of_another_implementation() {
    for (secret, id, timestamp, body, hex, base64) in CASES {
        assert_eq!(x_signature(secret, body.as_bytes()), hex);
        assert_eq!(standard(&[secret], id, timestamp, body.as_bytes()), base64);
    }
}

#[test]
fn while_a_secret_is_replaced_there_are_two_signatures() {
    let [old, new] = ["old", "new"].map(|secret| standard(&[secret], "id", 1, b"x"));
    assert_ne!(old, new);
    assert_eq!(
        standard(&["new", "old"], "id", 1, b"x"),
        format!("{new} {old}")
    );
    assert_eq!(standard(&[], "id", 1, b"x"), "");
}

#[test]
fn libraries_are_given_the_bytes_of_the_text() {
    assert_eq!(
        standard_form("0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"),
        "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWYwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1Njc4OWFiY2RlZg=="
    );
}
