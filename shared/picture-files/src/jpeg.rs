//! JPEG.

use crate::outline::be16;
use crate::{Limits, Unreadable};

/// Maximum scans; encoders write about ten, and each may cost a decoder a pass over the whole picture
const MOST_SCANS: usize = 64;

/// The outline of a JPEG
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Jpeg<'a> {
    /// In pixels as stored, before an EXIF orientation
    pub width: u32,
    /// In pixels as stored
    pub height: u32,
    pub layout: JpegLayout,
    /// The file up to the end of the picture: behind EOI. Phones append videos and depth maps there, and attackers other data.
    picture: &'a [u8],
}

/// How a JPEG stores its samples
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JpegLayout {
    /// Whether a scan refines others
    pub progressive: bool,
    /// Number of scans
    pub scans: usize,
    /// Whether a JFIF header is there
    pub jfif: bool,
    /// The colour transform of an Adobe marker, if one is there
    pub adobe: Option<u8>,
    components: [JpegComponent; 4],
    count: usize,
}

impl JpegLayout {
    /// One to four
    pub fn components(&self) -> &[JpegComponent] {
        &self.components[..self.count]
    }
}

/// One channel of a JPEG
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct JpegComponent {
    pub id: u8,
    /// Samples across and down in each unit of the picture, 1 to 4
    pub sampling: (u8, u8),
}

/// A part of a JPEG behind its start
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JpegSegment<'a> {
    /// The second byte of its marker
    pub marker: u8,
    /// Behind its length
    pub body: &'a [u8],
    /// The entropy-coded data behind the header of a scan, restart markers among them; empty for others
    pub data: &'a [u8],
}

impl<'a> Jpeg<'a> {
    /// Walks the markers from SOI to EOI, and checks the size.
    ///
    /// # Errors
    /// [`Unreadable`] when it is truncated, an unsupported JPEG, larger than `limits`, or lacks a part of its picture.
    pub fn walk(bytes: &'a [u8], limits: &Limits) -> Result<Self, Unreadable> {
        let mut frame = None;
        let (mut jfif, mut adobe) = (false, None);
        let mut scans = Scans::default();
        let mut segments = Segments::of(bytes);
        while let Some(segment) = segments.advance()? {
            let body = segment.body;
            match segment.marker {
                0xc0..=0xc2 if frame.is_none() => frame = Some(Frame::of(segment.marker, body)?),
                0xc0..=0xc2 => return Err(Unreadable::corrupt("two frame headers")),
                0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                    return Err(Unreadable::Unsupported { detail: format!("JPEG frame type {:#x}", segment.marker) });
                }
                0xe0 => jfif |= body.starts_with(b"JFIF\0"),
                0xee if adobe.is_none() => adobe = body.strip_prefix(b"Adobe").and_then(|body| body.get(6)).copied(),
                0xda => scans.add(frame.as_ref().ok_or_else(|| Unreadable::corrupt("a scan before the frame header"))?, body)?,
                _ => {}
            }
        }
        let frame = frame.ok_or_else(|| Unreadable::corrupt("no frame header"))?;
        limits.admit_size(frame.width, frame.height)?;
        scans.hold_all(&frame)?;
        let Frame { width, height, progressive, components, count } = frame;
        let layout = JpegLayout { progressive, scans: scans.number, jfif, adobe, components, count };
        Ok(Self { width, height, layout, picture: &bytes[..segments.at] })
    }

    /// Its segments, from SOI to EOI.
    pub fn segments(&self) -> impl Iterator<Item = JpegSegment<'a>> + use<'a> {
        let mut segments = Segments::of(self.picture);
        std::iter::from_fn(move || segments.advance().ok().flatten())
    }
}

/// Goes from marker to marker as libjpeg does: bytes between segments that belong to none are passed over, as some phones and editors leave them.
struct Segments<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Segments<'a> {
    /// Behind SOI
    fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, at: 2 }
    }

    /// The next segment; none at the end of the picture
    fn advance(&mut self) -> Result<Option<JpegSegment<'a>>, Unreadable> {
        loop {
            match self.marker()? {
                0x01 | 0xd0..=0xd8 => {}
                0xd9 => return Ok(None),
                marker => return self.segment(marker).map(Some),
            }
        }
    }

    /// The second byte of the next marker; `at` is behind it
    fn marker(&mut self) -> Result<u8, Unreadable> {
        loop {
            let rest = self.bytes.get(self.at..).ok_or(Unreadable::Truncated)?;
            self.at += rest.iter().position(|&byte| byte == 0xff).ok_or(Unreadable::Truncated)? + 1;
            match self.bytes.get(self.at) {
                None => return Err(Unreadable::Truncated),
                // Fill bytes, or data that was coded.
                Some(0xff) => {}
                Some(0x00) => self.at += 1,
                Some(&marker) => {
                    self.at += 1;
                    return Ok(marker);
                }
            }
        }
    }

    fn segment(&mut self, marker: u8) -> Result<JpegSegment<'a>, Unreadable> {
        let length = usize::from(be16(self.bytes, self.at).ok_or(Unreadable::Truncated)?).max(2);
        let body = self.bytes.get(self.at + 2..self.at + length).ok_or(Unreadable::Truncated)?;
        self.at += length;
        let start = self.at;
        if marker == 0xda {
            self.at = end_of_scan(self.bytes, start)?;
        }
        Ok(JpegSegment { marker, body, data: &self.bytes[start..self.at] })
    }
}

/// A frame header
struct Frame {
    width: u32,
    height: u32,
    progressive: bool,
    components: [JpegComponent; 4],
    count: usize,
}

impl Frame {
    fn of(marker: u8, body: &[u8]) -> Result<Self, Unreadable> {
        let short = || Unreadable::corrupt("a short frame header");
        let (bits, height, width) = (body.first().ok_or_else(short)?, be16(body, 1).ok_or_else(short)?, be16(body, 3).ok_or_else(short)?);
        if *bits != 8 {
            return Err(Unreadable::Unsupported { detail: format!("JPEG of {bits} bits a channel") });
        }
        let count = usize::from(*body.get(5).ok_or_else(short)?);
        // Two channels have no meaning that anybody agreed on, and five have none at all.
        if !matches!(count, 1 | 3 | 4) {
            return Err(Unreadable::Unsupported { detail: format!("JPEG of {count} channels") });
        }
        let mut components = [JpegComponent::default(); 4];
        for (component, described) in components.iter_mut().zip(body.get(6..6 + 3 * count).ok_or_else(short)?.chunks_exact(3)) {
            *component = JpegComponent { id: described[0], sampling: (described[1] >> 4, described[1] & 0x0f) };
        }
        let frame = Self { width: width.into(), height: height.into(), progressive: marker == 0xc2, components, count };
        frame.check_sampling()?;
        Ok(frame)
    }

    /// Every channel has as many samples as the largest, or one for all of those: nobody writes anything between (a half of a fourth, two thirds), and
    /// decoders get it wrong.
    fn check_sampling(&self) -> Result<(), Unreadable> {
        let components = &self.components[..self.count];
        let most = |side: fn(&JpegComponent) -> u8| components.iter().map(side).max().unwrap_or(1);
        let (across, down) = (most(|component| component.sampling.0), most(|component| component.sampling.1));
        let odd = |JpegComponent { sampling: (h, v), .. }: &JpegComponent| *h == 0 || *v == 0 || *h > 4 || *v > 4;
        if components.iter().any(odd) {
            return Err(Unreadable::corrupt("a channel without samples"));
        }
        let between = |length: u8, most: u8| length != 1 && length != most;
        if components.iter().any(|component| between(component.sampling.0, across) || between(component.sampling.1, down)) {
            return Err(Unreadable::Unsupported { detail: "JPEG of channels of three sizes".into() });
        }
        Ok(())
    }
}

/// The scans seen so far
#[derive(Default)]
struct Scans {
    number: usize,
    /// Whether a scan begins the component of this place in the frame header
    begun: [bool; 4],
}

impl Scans {
    fn add(&mut self, frame: &Frame, body: &[u8]) -> Result<(), Unreadable> {
        self.number += 1;
        if self.number > MOST_SCANS {
            return Err(Unreadable::corrupt(format!("more than {MOST_SCANS} scans")));
        }
        let short = || Unreadable::corrupt("a short scan header");
        let count = usize::from(*body.first().ok_or_else(short)?);
        let selected = body.get(1..1 + 2 * count).ok_or_else(short)?;
        let first = *body.get(1 + 2 * count).ok_or_else(short)? == 0;
        let mut here = [false; 4];
        for id in selected.iter().step_by(2) {
            // Some writers give all channels one id, and mean their order.
            let place = (0..frame.count).find(|&place| frame.components[place].id == *id && !here[place]);
            let place = place.ok_or_else(|| Unreadable::corrupt("a scan of no channel"))?;
            if !frame.progressive && self.begun[place] {
                return Err(Unreadable::corrupt("two scans of a channel"));
            }
            here[place] = true;
            self.begun[place] |= first || !frame.progressive;
        }
        Ok(())
    }

    /// Refuses a picture that lacks a channel: decoders would make it up.
    fn hold_all(&self, frame: &Frame) -> Result<(), Unreadable> {
        let all = self.begun[..frame.count].iter().all(|begun| *begun);
        all.then_some(()).ok_or_else(|| Unreadable::corrupt("no scan of a channel"))
    }
}

/// The place of the next marker behind the entropy-coded data that begins at `at`
fn end_of_scan(bytes: &[u8], mut at: usize) -> Result<usize, Unreadable> {
    loop {
        let rest = bytes.get(at..).ok_or(Unreadable::Truncated)?;
        at += rest.iter().position(|&byte| byte == 0xff).ok_or(Unreadable::Truncated)?;
        match bytes.get(at + 1) {
            None => return Err(Unreadable::Truncated),
            Some(0x00 | 0xd0..=0xd7) => at += 2,
            Some(0xff) => at += 1,
            Some(_) => return Ok(at),
        }
    }
}
