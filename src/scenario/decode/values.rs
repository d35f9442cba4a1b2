//! Texts with a form of their own: durations, addresses, subnets, ranges.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use crate::model::SerDuration;
use crate::spec::AddressFamily;

/// `8d`, `1h30m`, `250ms`: whole numbers with units, the larger unit first, each at most once.
pub(super) fn duration(text: &str) -> Option<Duration> {
    SerDuration::from_short(text).and_then(SerDuration::to_duration)
}

/// An address as a number, in the low bits.
pub(super) fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits()),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// The address of that number, of the family of `like`.
pub(super) fn address(bits: u128, like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => IpAddr::V4(Ipv4Addr::from_bits(bits as u32)),
        IpAddr::V6(_) => IpAddr::V6(Ipv6Addr::from_bits(bits)),
    }
}

/// How many bits an address of that family has.
pub(super) fn width(address: IpAddr) -> u32 {
    if address.is_ipv4() { 32 } else { 128 }
}

/// The family of an address.
pub(super) fn family(address: IpAddr) -> AddressFamily {
    if address.is_ipv4() {
        AddressFamily::InterNetwork
    } else {
        AddressFamily::InterNetworkV6
    }
}

/// A subnet as written: nothing about it is certain but its form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::scenario) struct Subnet {
    pub(in crate::scenario) network: IpAddr,
    pub(in crate::scenario) prefix: i32,
}

impl Subnet {
    /// `10.0.1.0/24`; the prefix is a number of at most three digits.
    pub(super) fn from_text(text: &str) -> Option<Self> {
        let (network, prefix) = text.split_once('/')?;
        let well_formed = (1..=3).contains(&prefix.len())
            && prefix.bytes().all(|b| b.is_ascii_digit())
            && (prefix.len() == 1 || !prefix.starts_with('0'));
        if !well_formed {
            return None;
        }
        Some(Self {
            network: network.parse().ok()?,
            prefix: prefix.parse().ok()?,
        })
    }

    /// The bits of the host part, all set; a prefix out of bounds counts as the nearest possible.
    fn host_bits(self) -> u128 {
        let width = width(self.network);
        let host = width - (self.prefix.unsigned_abs().min(width));
        match host {
            128 => u128::MAX,
            _ => (1u128 << host) - 1,
        }
    }

    /// The mask that belongs to the prefix.
    pub(super) fn mask(self) -> IpAddr {
        let all = match width(self.network) {
            32 => u128::from(u32::MAX),
            _ => u128::MAX,
        };
        address(all & !self.host_bits(), self.network)
    }

    /// Whether no bit of the host part is set.
    pub(super) fn is_network(self) -> bool {
        bits(self.network) & self.host_bits() == 0
    }

    /// Whether the prefix is one that a scope may have.
    pub(super) fn prefix_in_bounds(self) -> bool {
        let most = if self.network.is_ipv4() { 30 } else { 127 };
        (1..=most).contains(&self.prefix)
    }

    /// Its first and last address.
    pub(super) fn ends(self) -> (IpAddr, IpAddr) {
        let first = bits(self.network) & !self.host_bits();
        let last = first | self.host_bits();
        (address(first, self.network), address(last, self.network))
    }

    /// All but the first and the last address.
    pub(super) fn default_range(self) -> (IpAddr, IpAddr) {
        let (first, last) = self.ends();
        (
            address(bits(first).saturating_add(1), first),
            address(bits(last).saturating_sub(1), first),
        )
    }

    /// Whether an address is one of its.
    pub(super) fn contains(self, other: IpAddr) -> bool {
        let (first, last) = self.ends();
        other.is_ipv4() == first.is_ipv4() && (first..=last).contains(&other)
    }

    /// The subnet of the same size so many places further; `None` past the last address.
    pub(super) fn moved(self, places: u64) -> Option<Self> {
        let step = self
            .host_bits()
            .checked_add(1)?
            .checked_mul(u128::from(places))?;
        let moved = bits(self.network).checked_add(step)?;
        let last = match width(self.network) {
            32 => u128::from(u32::MAX),
            _ => u128::MAX,
        };
        (moved <= last).then(|| Self {
            network: address(moved, self.network),
            prefix: self.prefix,
        })
    }
}

impl std::fmt::Display for Subnet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.network, self.prefix)
    }
}

/// `a-b`, both of one family.
pub(super) fn range(text: &str) -> Option<(IpAddr, IpAddr)> {
    let (first, last) = text.split_once('-')?;
    let (first, last): (IpAddr, IpAddr) = (first.parse().ok()?, last.parse().ok()?);
    (first.is_ipv4() == last.is_ipv4()).then_some((first, last))
}

/// `a-b`, or `a` for `a-a`.
pub(super) fn exclusion(text: &str) -> Option<(IpAddr, IpAddr)> {
    range(text).or_else(|| text.parse().ok().map(|address| (address, address)))
}

/// Bytes as hex digits in pairs; blanks and line ends between them mean nothing.
pub(super) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text
        .chars()
        .filter(|c| !c.is_ascii_whitespace())
        .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()))
        .collect::<Option<_>>()?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    Some(
        digits
            .chunks_exact(2)
            .map(|pair| pair[0] << 4 | pair[1])
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_units_in_falling_order() {
        assert_eq!(duration("1h30m"), Some(Duration::from_secs(5400)));
        assert_eq!(duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(duration("8d"), Some(Duration::from_secs(8 * 86_400)));
        for text in [
            "",
            "8",
            "d",
            "8D",
            "30m1h",
            "1h1h",
            "1.5h",
            "-1h",
            "8d ",
            "99999999999999999999d",
            "999999999999d",
        ] {
            assert_eq!(duration(text), None, "{text}");
        }
    }

    #[test]
    fn subnets_know_their_ends_and_neighbours() {
        let subnet = Subnet::from_text("10.0.1.0/24").unwrap();
        let (first, last) = subnet.default_range();
        assert_eq!(
            (first.to_string(), last.to_string()),
            ("10.0.1.1".to_owned(), "10.0.1.254".to_owned())
        );
        assert_eq!(subnet.mask().to_string(), "255.255.255.0");
        assert_eq!(subnet.moved(255).unwrap().to_string(), "10.1.0.0/24");
        assert!(!Subnet::from_text("10.0.1.1/24").unwrap().is_network());
        assert_eq!(
            Subnet::from_text("255.255.255.0/24").unwrap().moved(1),
            None
        );
        assert_eq!(Subnet::from_text("::/0").unwrap().moved(1), None);
        let wide = Subnet::from_text("0.0.0.0/0").unwrap();
        assert_eq!(wide.mask().to_string(), "0.0.0.0");
        for text in [
            "10.0.1.0",
            "10.0.1/24",
            "10.0.1.0/024",
            "10.0.1.0/-1",
            "10.0.1.0/1000",
            "a/1",
        ] {
            assert_eq!(Subnet::from_text(text), None, "{text}");
        }
    }

    #[test]
    fn hex_takes_whole_bytes_only() {
        assert_eq!(hex("06 fF\n0F"), Some(vec![0x06, 0xFF, 0x0F]));
        assert_eq!(hex("0"), None);
        assert_eq!(hex("0g"), None);
    }
}
