//! Addresses that are refused when they are saved.

use aftercall_delivery::{IpNet, Policy, Refused};

fn refused(address: &str) -> Refused {
    Policy::default()
        .check(address)
        .expect_err(&format!("{address} is refused"))
}

fn policy(allow: &[&str]) -> Policy {
    let allow = allow.iter().map(|net| net.parse::<IpNet>().unwrap());
    Policy {
        allow: allow.collect(),
        ..Policy::default()
    }
}

#[test]
fn hosts_that_are_not_public_are_refused_in_every_spelling() {
    for host in [
        // 127.0.0.1: dotted, decimal, octal, hexadecimal, short, mixed, percent-encoded, in full-width digits and full stops.
        "127.0.0.1",
        "127.0.0.1.",
        "2130706433",
        "017700000001",
        "0x7f000001",
        "0x7F.0x0.0x0.0x1",
        "0177.0.0.1",
        "0177.0.0.01",
        "127.1",
        "127.0.1",
        "127.65535",
        "%31%32%37.0.0.1",
        "１２７.０.０.１",
        "127。0。0。1",
        "0",
        "0.0.0.0",
        "0x0",
        // Private networks.
        "10.0.0.1",
        "10.255.255.255",
        "167772161",
        "012.0.0.1",
        "172.16.0.1",
        "172.31.255.254",
        "192.168.1.1",
        "3232235777",
        "0xc0a80101",
        "100.64.0.1",
        // Metadata services and the local link.
        "169.254.169.254",
        "2852039166",
        "0xa9fea9fe",
        "0251.0376.0251.0376",
        "169.254.43518",
        "169.254.170.2",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "[fd00:ec2::254]",
        "[fd20:ce::254]",
        // Networks without receivers.
        "192.0.2.1",
        "198.18.0.1",
        "198.51.100.7",
        "203.0.113.7",
        "224.0.0.1",
        "239.255.255.250",
        "240.0.0.1",
        "255.255.255.255",
        // IPv6, and IPv4 inside of it.
        "[::]",
        "[::1]",
        "[0:0:0:0:0:0:0:1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:10.0.0.1]",
        "[0:0:0:0:0:ffff:169.254.169.254]",
        "[::127.0.0.1]",
        "[::a00:1]",
        "[::ffff:0:127.0.0.1]",
        "[64:ff9b::10.0.0.1]",
        "[64:ff9b::a9fe:a9fe]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2002:c0a8:101::1]",
        "[2001:0:4136:e378:8000:63bf:3fff:fdd2]",
        "[2001:db8::1]",
        "[2a00:1450::5efe:10.0.0.1]",
        "[2a00:1450::200:5efe:192.168.0.1]",
        "[3fff::1]",
        "[5f00::1]",
        "[100::1]",
        "[fc00::1]",
        "[fd12:3456::1]",
        "[fe80::1]",
        "[fec0::1]",
        "[ff02::1]",
        "[4000::1]",
    ] {
        for address in [
            format!("http://{host}/hook"),
            format!("https://{host}:8443/hook"),
        ] {
            let refused = refused(&address);
            assert!(
                matches!(refused, Refused::Literal { .. }),
                "{address}: {refused}"
            );
        }
    }
}

#[test]
fn names_for_this_machine_and_for_metadata_are_refused() {
    for host in [
        "localhost",
        "LOCALHOST",
        "localhost.",
        "a.localhost",
        "a.b.LocalHost.",
        "ｌocalhost",
        "%6cocalhost",
        "localhost.localdomain",
        "ip6-localhost",
        "metadata.google.internal",
        "metadata.google.internal.",
        "Metadata.Goog",
        "metadata",
        "instance-data",
        "instance-data.ec2.internal",
    ] {
        let refused = refused(&format!("https://{host}/latest/meta-data"));
        assert!(matches!(refused, Refused::Name { .. }), "{host}: {refused}");
    }
}

#[test]
fn what_is_no_plain_web_address_is_refused() {
    let long = format!("https://example.com/{}", "a".repeat(2048));
    for (address, expected) in [
        ("", "must be a URL"),
        ("example.com/hook", "must be a URL"),
        ("//example.com/hook", "must be a URL"),
        ("https://", "must be a URL"),
        ("https://[::1", "must be a URL"),
        ("https://[fe80::1%25eth0]/", "must be a URL"),
        ("https://1.2.3.4.5/", "must be a URL"),
        ("https://256.1.1.1/", "must be a URL"),
        ("https://example.com:99999/", "must be a URL"),
        (" https://example.com/", "must be a URL"),
        ("https://exam\tple.com/", "must be a URL"),
        ("https://example.com/\r\nhost: evil", "must be a URL"),
        ("ftp://example.com/", "must begin with"),
        ("file:///etc/passwd", "must begin with"),
        ("gopher://example.com/_x", "must begin with"),
        ("unix:///run/docker.sock", "must begin with"),
        ("javascript:alert(1)", "must begin with"),
        ("data:text/plain,x", "must begin with"),
        ("ws://example.com/", "must begin with"),
        ("https://user@example.com/", "must hold no user name"),
        ("https://:p4ss@example.com/", "must hold no user name"),
        ("https://example.com@10.0.0.1/", "must hold no user name"),
        (&long, "must have at most 2048 bytes"),
    ] {
        let text = refused(address).to_string();
        assert!(text.starts_with(expected), "{address}: {text}");
        assert!(!text.contains("p4ss"), "{text}");
    }
}

#[test]
fn public_addresses_are_taken() {
    for address in [
        "https://example.com/hook?token=1#part",
        "http://example.com:8080/hook",
        "https://EXAMPLE.com./hook",
        "https://bücher.example/hook",
        "https://8.8.8.8/hook",
        "https://134744072/hook",
        "https://[2606:4700::1111]/hook",
        "https://[64:ff9b::8.8.8.8]/hook",
        "https://mylocalhost/hook",
        "https://localhost.example.com/hook",
        "http://example.com\\@10.0.0.1/hook",
    ] {
        let url = Policy::default().check(address).unwrap();
        assert!(matches!(url.scheme(), "http" | "https"), "{address}");
    }
}

#[test]
fn what_the_operator_allows_is_taken_and_nothing_else() {
    let policy = policy(&["10.1.0.0/16", "127.0.0.0/8", "fd12::/16"]);
    for address in [
        "http://10.1.2.3/",
        "http://167838211/",
        "http://[::ffff:10.1.2.3]/",
        "http://localhost/",
        "http://a.localhost./",
        "http://[fd12::1]/",
    ] {
        policy.check(address).unwrap();
    }
    for address in [
        "http://10.2.0.1/",
        "http://[::1]/",
        "http://[64:ff9b::10.1.2.3]/",
        "http://[2002:a01:203::]/",
        "http://metadata.google.internal/",
        "http://169.254.169.254/",
    ] {
        policy.check(address).unwrap_err();
    }
    let policy = self::policy(&["169.254.169.254/32"]);
    policy.check("http://metadata.google.internal/").unwrap();
}

#[test]
fn ports_and_encryption_can_be_asked_for() {
    let policy = Policy {
        ports: Some(vec![443, 8443]),
        https_only: true,
        ..Policy::default()
    };
    policy.check("https://example.com/").unwrap();
    policy.check("https://example.com:8443/").unwrap();
    for (address, expected) in [
        (
            "https://example.com:22/",
            "must have one of the ports 443, 8443 (got 22)",
        ),
        (
            "https://example.com:0/",
            "must have one of the ports 443, 8443 (got 0)",
        ),
        (
            "http://example.com:443/",
            "must begin with https:// (got http:)",
        ),
    ] {
        assert_eq!(policy.check(address).unwrap_err().to_string(), expected);
    }
}
