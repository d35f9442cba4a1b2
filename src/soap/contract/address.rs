//! System.Net.IPAddress as a data contract ([MS-IPAMM2] 2.2.4.441): from its text form and back.
//!
//! IPv4: `m_Address` is the four octets read as a little-endian number. IPv6: `m_Numbers` are the eight groups, and
//! `m_ScopeId` the zone, which the text form of an address in a scope has no place for: it is written as 0 and passed
//! over when read.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use crate::soap::element::Element;
use crate::soap::names::{ARRAYS, NET};

/// The members of an address, into an element that has none.
pub(super) fn write(element: &mut Element, address: IpAddr) {
    let (number, family, groups) = match address {
        IpAddr::V4(address) => (u32::from_le_bytes(address.octets()), "InterNetwork", [0; 8]),
        IpAddr::V6(address) => (0, "InterNetworkV6", address.segments()),
    };
    if element.declared("d").is_none() {
        element.declare("d", NET);
    }
    let member = |name: &str, text: &str| Element::new(NET, name).with_text(text);
    element.push(member("m_Address", &number.to_string()));
    element.push(member("m_Family", family));
    element.push(member("m_HashCode", "0"));
    let mut numbers = Element::new(NET, "m_Numbers");
    numbers.declare("b", ARRAYS);
    for group in groups {
        numbers.push(Element::new(ARRAYS, "unsignedShort").with_text(&group.to_string()));
    }
    element.push(numbers);
    element.push(member("m_ScopeId", "0"));
}

/// The address that an element holds; `None` where its members are not those of one. What comes out of the schema's
/// order counts as missing; a member that is missing has its default, except the family.
pub(super) fn read(element: &Element) -> Option<IpAddr> {
    const MEMBERS: [&str; 5] = [
        "m_Address",
        "m_Family",
        "m_HashCode",
        "m_Numbers",
        "m_ScopeId",
    ];
    let mut found: [Option<&Element>; 5] = [None; 5];
    let mut next = 0;
    for child in element.children() {
        if child.name.namespace() != NET {
            continue;
        }
        let place = MEMBERS[next..]
            .iter()
            .position(|member| *member == child.name.local());
        if let Some(place) = place {
            found[next + place] = Some(child);
            next += place + 1;
        }
    }
    let [address, family, _, numbers, _] = found;
    match family?.text().trim() {
        "InterNetwork" => {
            let number: u32 = match address {
                Some(address) => address.text().trim().parse().ok()?,
                None => 0,
            };
            Some(Ipv4Addr::from(number.to_le_bytes()).into())
        }
        "InterNetworkV6" => {
            let groups = numbers?
                .children()
                .filter(|item| item.name.is(ARRAYS, "unsignedShort"))
                .take(9)
                .map(|item| item.text().trim().parse().ok())
                .collect::<Option<Vec<u16>>>()?;
            let groups: [u16; 8] = groups.try_into().ok()?;
            Some(Ipv6Addr::from(groups).into())
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str) -> Element {
        let mut element = Element::new("", "a");
        write(&mut element, text.parse().unwrap());
        element
    }

    #[test]
    fn the_number_is_little_endian() {
        for (text, number) in [("10.0.0.1", "16777226"), ("255.255.255.0", "16777215")] {
            let element = written(text);
            let member = element.child(NET, "m_Address").unwrap();
            assert_eq!(member.text(), number);
        }
    }

    #[test]
    fn addresses_survive_a_round_trip() {
        for text in [
            "0.0.0.0",
            "10.1.2.3",
            "255.255.255.255",
            "::",
            "2001:db8::1",
        ] {
            assert_eq!(read(&written(text)), text.parse().ok(), "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_none() {
        let xml = |members: &str| {
            let xml = format!(r#"<a xmlns="{NET}" xmlns:b="{ARRAYS}">{members}</a>"#);
            read(&Element::read(&xml).unwrap())
        };
        assert_eq!(xml(""), None);
        assert_eq!(xml("10.0.0.1"), None);
        assert_eq!(
            xml("<m_Address>4294967296</m_Address><m_Family>InterNetwork</m_Family>"),
            None
        );
        assert_eq!(xml("<m_Family>AppleTalk</m_Family>"), None);
        assert_eq!(xml("<m_Family>InterNetworkV6</m_Family><m_Numbers/>"), None);
        // After the family, the number counts as missing.
        let out_of_order = "<m_Family>InterNetwork</m_Family><m_Address>1</m_Address>";
        assert_eq!(xml(out_of_order), Some(Ipv4Addr::UNSPECIFIED.into()));
    }
}
