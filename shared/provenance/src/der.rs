//! As much DER (X.690) as a certificate needs.

pub(crate) fn tagged(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    let length = content.len();
    if length < 0x80 {
        bytes.push(length as u8);
    } else {
        let digits: Vec<u8> = length.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
        bytes.push(0x80 | digits.len() as u8);
        bytes.extend(digits);
    }
    bytes.extend(content);
    bytes
}

pub(crate) fn sequence(parts: &[&[u8]]) -> Vec<u8> {
    tagged(0x30, &parts.concat())
}

pub(crate) fn set(part: &[u8]) -> Vec<u8> {
    tagged(0x31, part)
}

/// The explicit tag `[number]`
pub(crate) fn explicit(number: u8, content: &[u8]) -> Vec<u8> {
    tagged(0xa0 | number, content)
}

/// A whole number that is not negative, its bytes in order of weight
pub(crate) fn integer(bytes: &[u8]) -> Vec<u8> {
    let first = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len().saturating_sub(1));
    let mut content = bytes[first..].to_vec();
    if content.first().is_none_or(|byte| *byte >= 0x80) {
        content.insert(0, 0);
    }
    tagged(0x02, &content)
}

pub(crate) fn octets(content: &[u8]) -> Vec<u8> {
    tagged(0x04, content)
}

/// Whole bytes
pub(crate) fn bits(content: &[u8]) -> Vec<u8> {
    tagged(0x03, &[&[0], content].concat())
}

pub(crate) fn utf8(text: &str) -> Vec<u8> {
    tagged(0x0c, text.as_bytes())
}

/// `YYYYMMDDHHMMSSZ`, as it is (from 2050 on) or without its century
pub(crate) fn time(text: &str) -> Vec<u8> {
    if text < "2050" { tagged(0x17, &text.as_bytes()[2..]) } else { tagged(0x18, text.as_bytes()) }
}

pub(crate) fn truth() -> Vec<u8> {
    tagged(0x01, &[0xff])
}
