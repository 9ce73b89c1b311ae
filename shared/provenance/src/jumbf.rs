//! The boxes of a manifest store (ISO 19566-5), as far as hashes and signatures do not cover them.

/// A box: its type and its content
pub(crate) type Box<'a> = (&'a [u8], &'a [u8]);

/// A box of boxes
pub(crate) struct Superbox<'a> {
    /// The first four bytes of its type, which differ between the types of C2PA
    pub(crate) kind: &'a [u8],
    pub(crate) label: &'a [u8],
    pub(crate) boxes: Vec<Box<'a>>,
}

impl<'a> Superbox<'a> {
    /// Reads the content of a `jumb` box, whose first box describes it.
    pub(crate) fn open(body: &'a [u8]) -> Option<Self> {
        let mut boxes = boxes(body)?;
        let (b"jumd", description) = *boxes.first()? else { return None };
        boxes.remove(0);
        // Type, toggles, and the label, which ends with a zero
        let label = description.get(17..)?.split(|&byte| byte == 0).next()?;
        Some(Self { kind: &description[..4], label, boxes })
    }

    /// Reads all boxes of boxes in it. None where there is anything else: beside boxes of boxes only padding may be, which is zero.
    pub(crate) fn superboxes(&self) -> Option<Vec<Self>> {
        let inner = self.boxes.iter().filter(|found| !is_padding(found));
        inner.map(|&(name, body)| if name == b"jumb" { Self::open(body) } else { None }).collect()
    }

    /// The only box in it beside padding, if it has the type `name`
    pub(crate) fn single(&self, name: &[u8]) -> Option<&'a [u8]> {
        let mut inner = self.boxes.iter().filter(|found| !is_padding(found));
        let (Some(&(found, body)), None) = (inner.next(), inner.next()) else { return None };
        (found == name).then_some(body)
    }
}

fn is_padding((name, body): &Box<'_>) -> bool {
    *name == b"free" && is_zero(body)
}

pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|&byte| byte == 0)
}

/// The content of the store at the start of `bytes`, if only zeros follow it
pub(crate) fn store(bytes: &[u8]) -> Option<&[u8]> {
    let (first, padding) = split(bytes)?;
    (first.0 == b"jumb" && is_zero(padding)).then_some(first.1)
}

/// The boxes that fill `bytes`
fn boxes(mut bytes: &[u8]) -> Option<Vec<Box<'_>>> {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let (first, rest) = split(bytes)?;
        found.push(first);
        bytes = rest;
    }
    Some(found)
}

/// The first box, and what follows it. A length of 64 bits, or up to the end, does not occur in pictures of our size.
fn split(bytes: &[u8]) -> Option<(Box<'_>, &[u8])> {
    let length = u32::from_be_bytes(bytes.get(..4)?.try_into().ok()?) as usize;
    let body = bytes.get(8..length)?;
    Some(((&bytes[4..8], body), &bytes[length..]))
}
