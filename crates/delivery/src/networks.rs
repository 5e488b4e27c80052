//! Networks in which no receiver of the public internet lies.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const THIS_MACHINE: &str = "this machine";
const PRIVATE: &str = "a private network";
const LINK: &str = "the local link";
const METADATA: &str = "a cloud's metadata service";
const SPECIAL: &str = "a network for special purposes";
const DOCUMENTATION: &str = "a network for documentation";
const MULTICAST: &str = "many machines at once";
const RESERVED: &str = "a reserved network";
const TUNNEL: &str = "a tunnel to another address";
const NOT_PUBLIC: &str = "no network of the public internet";

/// The registry of special addresses (RFC 6890 and its successors), and a public address that answers inside one cloud alone.
const V4: [(Ipv4Net, &str); 18] = [
    (v4([0, 0, 0, 0], 8), THIS_MACHINE),
    (v4([10, 0, 0, 0], 8), PRIVATE),
    (v4([100, 64, 0, 0], 10), PRIVATE),
    (v4([127, 0, 0, 0], 8), THIS_MACHINE),
    (v4([168, 63, 129, 16], 32), METADATA),
    (v4([169, 254, 169, 254], 32), METADATA),
    (v4([169, 254, 0, 0], 16), LINK),
    (v4([172, 16, 0, 0], 12), PRIVATE),
    (v4([192, 0, 0, 192], 32), METADATA),
    (v4([192, 0, 0, 0], 24), SPECIAL),
    (v4([192, 0, 2, 0], 24), DOCUMENTATION),
    (v4([192, 88, 99, 0], 24), TUNNEL),
    (v4([192, 168, 0, 0], 16), PRIVATE),
    (v4([198, 18, 0, 0], 15), SPECIAL),
    (v4([198, 51, 100, 0], 24), DOCUMENTATION),
    (v4([203, 0, 113, 0], 24), DOCUMENTATION),
    (v4([224, 0, 0, 0], 4), MULTICAST),
    (v4([240, 0, 0, 0], 4), RESERVED),
];

/// What is taken out of the one block that public IPv6 addresses come from, and names for blocks outside of it.
const V6: [(Ipv6Net, &str); 11] = [
    (v6([0, 0, 0, 0, 0, 0, 0, 0], 127), THIS_MACHINE),
    (v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48), TUNNEL),
    (v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64), SPECIAL),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32), TUNNEL),
    (v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23), SPECIAL),
    (v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32), DOCUMENTATION),
    (v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16), TUNNEL),
    (v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20), DOCUMENTATION),
    (v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7), PRIVATE),
    (v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10), LINK),
    (v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8), MULTICAST),
];

const PUBLIC_V6: Ipv6Net = v6([0x2000, 0, 0, 0, 0, 0, 0, 0], 3);

/// The gateway from networks without IPv4; which address it leads to stands in the last 32 bits.
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96);

const fn v4(octets: [u8; 4], length: u8) -> Ipv4Net {
    let [a, b, c, d] = octets;
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(parts: [u16; 8], length: u8) -> Ipv6Net {
    let [a, b, c, d, e, f, g, h] = parts;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, e, f, g, h), length)
}

/// What an address leads to that is not a receiver of the public internet, in words; `None` where it is public.
pub(crate) fn not_public(address: IpAddr) -> Option<&'static str> {
    match address.to_canonical() {
        IpAddr::V4(address) => of_v4(address),
        IpAddr::V6(address) => of_v6(address),
    }
}

fn of_v4(address: Ipv4Addr) -> Option<&'static str> {
    let found = V4.iter().find(|(network, _)| network.contains(&address));
    found.map(|(_, meaning)| *meaning)
}

fn of_v6(address: Ipv6Addr) -> Option<&'static str> {
    if let Some((_, meaning)) = V6.iter().find(|(network, _)| network.contains(&address)) {
        return Some(meaning);
    }
    let [.., low_1, low_2, high, low] = address.segments();
    let last = Ipv4Addr::from(u32::from(high) << 16 | u32::from(low));
    if NAT64.contains(&address) {
        return of_v4(last);
    }
    if !PUBLIC_V6.contains(&address) {
        return Some(NOT_PUBLIC);
    }
    // ISATAP: a host that unpacks packets for the IPv4 address in it.
    if low_1 & !0x200 == 0 && low_2 == 0x5efe {
        return of_v4(last);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_addresses_have_no_objection() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
            "2001:200::1",
            "2606:4700::1111",
            "2a00:1450:4001::5efe:808:808",
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(not_public(address), None, "{address}");
        }
    }

    #[test]
    fn each_special_network_is_known_from_its_first_to_its_last_address() {
        for (network, meaning) in V4 {
            for address in [network.network(), network.broadcast()] {
                assert!(of_v4(address).is_some(), "{address} ({meaning})");
                let nat64 = (u128::from(NAT64.addr()) | u128::from(u32::from(address))).into();
                assert!(of_v6(nat64).is_some(), "{nat64} ({meaning})");
            }
        }
        for (network, meaning) in V6 {
            for address in [network.network(), network.broadcast()] {
                assert!(of_v6(address).is_some(), "{address} ({meaning})");
            }
        }
    }
}
