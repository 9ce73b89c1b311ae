//! The network address of a caller.

use std::net::IpAddr;

/// The network address of a caller, which is personal data and is stored nowhere (AN-11). It can be neither printed, nor written as JSON, nor
/// compared: its bytes are available for a keyed hash alone.
#[derive(Clone, Copy, Default)]
pub struct CallerAddress(Option<IpAddr>);

impl CallerAddress {
    /// Reads an address. Text that is no address becomes the unspecified address, so that all such callers are counted as one.
    #[must_use]
    pub fn read(text: &str) -> Self {
        Self(text.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical()))
    }

    /// The input of a keyed hash: the four bytes of an IPv4 address; the first eight of an IPv6 address, since one line owns all addresses below them
    /// (RFC 6177); empty without an address.
    #[must_use]
    pub fn to_be_hashed(self) -> Vec<u8> {
        match self.0 {
            Some(IpAddr::V4(address)) => address.octets().to_vec(),
            Some(IpAddr::V6(address)) => address.octets()[..8].to_vec(),
            None => Vec::new(),
        }
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

    #[test]
    fn an_11_an_address_is_never_printed() {
        let printed = format!("{:?}", CallerAddress::read("203.0.113.7"));
        assert!(!printed.contains("203") && !printed.contains("113"), "{printed}");
    }

    #[test]
    fn a_line_is_one_caller() {
        let bytes = |text: &str| CallerAddress::read(text).to_be_hashed();
        assert_eq!(bytes("2001:db8:1:2:3:4:5:6"), bytes("2001:db8:1:2::1"));
        assert_ne!(bytes("2001:db8:1:2::1"), bytes("2001:db8:1:3::1"));
        assert_eq!(bytes("::ffff:203.0.113.7"), bytes("203.0.113.7"));
        assert_eq!(bytes("unknown"), bytes(""));
    }
}
