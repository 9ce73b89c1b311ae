//! The network address of a caller.

use std::net::IpAddr;

/// The network address of a caller, which is personal data and is stored nowhere (AN-11). It can be neither printed, nor written as JSON, nor
/// compared: the bytes of its networks are available for a keyed hash alone.
#[derive(Clone, Copy, Default)]
pub struct CallerAddress(Option<IpAddr>);

/// How far a network reaches: what a provider gives to one of its lines, to a site, and to the largest of its customers.
///
/// Whoever has a whole block has its lines as well, so that each is counted. Several people share a line or a block, so that more is let through of the
/// wider one, but never as much as its lines have together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reach {
    /// An address of IPv4; a /64 of IPv6, since one line owns all addresses below it (RFC 6177).
    Line,
    /// A /56 of IPv6.
    Site,
    /// A /24 of IPv4; a /48 of IPv6.
    Block,
}

impl Reach {
    /// What a network of this reach may do where a line may do so much.
    #[must_use]
    pub fn allows(self, of_a_line: u32) -> u32 {
        of_a_line.saturating_mul(match self {
            Self::Line => 1,
            Self::Site => 2,
            Self::Block => 4,
        })
    }
}

impl CallerAddress {
    /// Reads an address. Text that is no address becomes the unspecified address, so that all such callers are counted as one.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self(text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical()))
    }

    /// The networks of the address, the narrowest first, each with the input of its keyed hash: its leading bytes, as many as no other kind of network
    /// has. Without an address, one of none.
    #[must_use]
    pub fn networks(self) -> Vec<(Reach, Vec<u8>)> {
        let leading: (&[u8], &[(Reach, usize)]) = match &self.0 {
            Some(IpAddr::V4(address)) => (&address.octets(), &[(Reach::Line, 4), (Reach::Block, 3)]),
            Some(IpAddr::V6(address)) => (&address.octets(), &[(Reach::Line, 8), (Reach::Site, 7), (Reach::Block, 6)]),
            None => (&[], &[(Reach::Line, 0)]),
        };
        let (bytes, lengths) = leading;
        lengths.iter().map(|(reach, length)| (*reach, bytes[..*length].to_vec())).collect()
    }
}

impl std::fmt::Debug for CallerAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CallerAddress(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str, reach: Reach) -> Vec<u8> {
        CallerAddress::read(text).networks().into_iter().find(|(known, _)| *known == reach).map(|(_, bytes)| bytes).unwrap_or_default()
    }

    #[test]
    fn an_11_an_address_is_never_printed() {
        let printed = format!("{:?}", CallerAddress::read("203.0.113.7"));
        assert!(!printed.contains("203") && !printed.contains("113"), "{printed}");
    }

    #[test]
    fn a_line_is_one_caller() {
        let line = |text: &str| bytes(text, Reach::Line);
        assert_eq!(line("2001:db8:1:2:3:4:5:6"), line("2001:db8:1:2::1"));
        assert_ne!(line("2001:db8:1:2::1"), line("2001:db8:1:3::1"));
        assert_eq!(line("::ffff:203.0.113.7"), line("203.0.113.7"));
        assert_eq!(CallerAddress::read("unknown").networks(), CallerAddress::default().networks());
    }

    #[test]
    fn lines_of_one_owner_are_one_site_or_one_block() {
        assert_eq!(bytes("2001:db8:1:200::1", Reach::Site), bytes("2001:db8:1:2ff::1", Reach::Site));
        assert_ne!(bytes("2001:db8:1:200::1", Reach::Site), bytes("2001:db8:1:300::1", Reach::Site));
        assert_eq!(bytes("2001:db8:1::1", Reach::Block), bytes("2001:db8:1:ffff::1", Reach::Block));
        assert_ne!(bytes("2001:db8:1::1", Reach::Block), bytes("2001:db8:2::1", Reach::Block));
        assert_eq!(bytes("203.0.113.7", Reach::Block), bytes("203.0.113.255", Reach::Block));
        assert_ne!(bytes("203.0.113.7", Reach::Block), bytes("203.0.114.7", Reach::Block));
    }

    #[test]
    fn a_wider_network_may_do_more_than_a_narrower_one_but_not_as_much_as_all_in_it() {
        let allowed = [Reach::Line, Reach::Site, Reach::Block].map(|reach| reach.allows(30));
        assert!(allowed.is_sorted() && allowed[0] == 30 && allowed[2] < 256 * 30, "{allowed:?}");
        assert_eq!(Reach::Block.allows(u32::MAX), u32::MAX);
    }
}
