//! From one drawing to all its deliverables.

use crate::encode::{self, Frame};
use crate::matte::{DRAWING_SIDE, Layers};
use crate::resample::{Window, resize};
use crate::scene::{circle_safe, compose, head_window};
use crate::{AVATARS, AvatarSpec, DigitalSource, Fit, Kind, Unreadable};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// The file format of a deliverable
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// PNG, 8 bits a channel
    Png,
    /// WebP, lossless
    Webp,
}

impl Format {
    /// Both, in the order in which a row is delivered
    pub const ALL: [Self; 2] = [Self::Png, Self::Webp];

    /// Ending of the file name, without a dot
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Webp => "webp",
        }
    }

    /// Media type
    pub const fn content_type(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

/// One finished file
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deliverable {
    /// Name of its row, such as `youtube-800`; the same for both formats
    pub name: String,
    /// What it is for
    pub kind: Kind,
    /// Its format
    pub format: Format,
    /// Width in pixels
    pub width: u32,
    /// Height in pixels
    pub height: u32,
    /// What is true of its pixels, as its XMP says
    pub digital_source: DigitalSource,
    /// The file
    pub bytes: Vec<u8>,
    /// SHA-256 of `bytes`, in lowercase hex
    pub sha256: String,
}

impl Deliverable {
    /// Name with ending, such as `youtube-800.png`
    pub fn file_name(&self) -> String {
        format!("{}.{}", self.name, self.format.extension())
    }

    /// Media type of `bytes`
    pub fn content_type(&self) -> &'static str {
        self.format.content_type()
    }
}

/// The deliverables of one drawing, made one row of the table at a time as they are asked for
pub struct Rendering {
    layers: Layers,
    /// The square that all avatars are scaled from, RGB; made with the first of them
    square: Option<Vec<u8>>,
    source: DigitalSource,
    rows: std::slice::Iter<'static, AvatarSpec>,
    waiting: Option<Deliverable>,
}

/// Prepares the deliverables of `drawing`, the square RGBA PNG of an artist: full colour everywhere, alpha the subject's matte (opaque
/// everywhere if the artist knows none). The iterator gives every row of [`AVATARS`](crate::AVATARS), as PNG and then as WebP.
///
/// Nothing but the decoded drawing and one row is in memory at a time. Each step computes, on up to two threads: in async code, call it
/// where blocking is allowed.
///
/// # Errors
/// [`Unreadable`] if the drawing is no square PNG within [`Limits::DRAWING`](crate::Limits::DRAWING). The steps have the same error type,
/// but do not fail once the drawing is read.
pub fn render(drawing: &[u8], source: DigitalSource) -> Result<Rendering, Unreadable> {
    Ok(Rendering { layers: Layers::of(drawing)?, square: None, source, rows: AVATARS.iter(), waiting: None })
}

impl Rendering {
    /// How many deliverables a drawing has
    pub const COUNT: usize = AVATARS.len() * Format::ALL.len();

    fn frame(&mut self, row: &AvatarSpec) -> Result<Frame, Unreadable> {
        let size = (row.width, row.height);
        Ok(match row.fit {
            Fit::Drawing => Frame::rgb((DRAWING_SIDE, DRAWING_SIDE), self.layers.opaque()),
            Fit::Cutout => Frame::rgba((DRAWING_SIDE, DRAWING_SIDE), self.layers.cutout()),
            Fit::Circle => Frame::rgb(size, self.scaled(None, size)?),
            Fit::Head => Frame::rgb(size, self.scaled(Some(head_window(&self.layers)), size)?),
            Fit::Scene { across, presence } => Frame::rgb(size, compose(&self.layers, size, across, presence)?),
        })
    }

    fn scaled(&mut self, window: Option<Window>, size: (u32, u32)) -> Result<Vec<u8>, Unreadable> {
        let square = match self.square.take() {
            Some(square) => square,
            None => circle_safe(&self.layers)?,
        };
        let scaled = resize::<3>(&square, (DRAWING_SIDE, DRAWING_SIDE), window, size);
        self.square = Some(square);
        scaled
    }

    /// Both files of a row, written at the same time
    fn row(&mut self, row: &AvatarSpec) -> Result<[Deliverable; 2], Unreadable> {
        let frame = self.frame(row)?;
        let source = self.source;
        let deliver = |format, bytes| Deliverable::new(row, format, source, bytes);
        std::thread::scope(|scope| {
            let webp = scope.spawn(|| Ok::<_, Unreadable>(deliver(Format::Webp, encode::webp(&frame, source)?)));
            let png = deliver(Format::Png, encode::png(&frame, source)?);
            let webp = webp.join().unwrap_or_else(|_| Err(Unreadable::corrupt("the encoder panicked")))?;
            Ok([png, webp])
        })
    }
}

impl Iterator for Rendering {
    type Item = Result<Deliverable, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(second) = self.waiting.take() {
            return Some(Ok(second));
        }
        let row = self.rows.next()?;
        Some(self.row(row).map(|[first, second]| {
            self.waiting = Some(second);
            first
        }))
    }
}

impl Deliverable {
    fn new(row: &AvatarSpec, format: Format, digital_source: DigitalSource, bytes: Vec<u8>) -> Self {
        let sha256 = hex::encode(Sha256::digest(&bytes));
        Self { name: row.name.into(), kind: row.kind, format, width: row.width, height: row.height, digital_source, bytes, sha256 }
    }
}
