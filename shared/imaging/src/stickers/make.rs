//! The stickers of one drawing, one after the other.

use super::compose::compose;
use super::cutout::Cutout;
use super::fit::Fitter;
use super::{BubbleRequest, Extras, FitError, STICKERS, StickerSpec};
use crate::matte::Layers;
use crate::{Deliverable, DigitalSource, Kind, Provenance, Unreadable};
use lettering::Typesetter;

/// Makes the stickers of a drawing; shared steps are computed once
pub(crate) struct StickerMaker {
    cutout: Cutout,
    bubble: Option<BubbleRequest>,
    source: DigitalSource,
}

impl StickerMaker {
    pub(crate) fn new(layers: &Layers, extras: &Extras, source: DigitalSource) -> Self {
        Self { cutout: Cutout::of(layers), bubble: extras.bubble.clone(), source }
    }

    /// The stickers of each drawing of a generation, in groups that are the same picture, in the order of the table
    pub(crate) fn groups(extras: &Extras) -> Vec<Vec<&'static StickerSpec>> {
        let mut groups: Vec<Vec<&'static StickerSpec>> = Vec::new();
        for row in STICKERS.iter().filter(|row| row.kind == Kind::Sticker && extras.stickers.contains(&row.messenger)) {
            match groups.iter_mut().find(|group| group.first().is_some_and(|first| first.same_picture(row))) {
                Some(group) => group.push(row),
                None => groups.push(vec![row]),
            }
        }
        groups
    }

    /// The files of one group
    pub(crate) fn make(&self, group: &[&'static StickerSpec], typesetter: &mut Typesetter) -> Result<Vec<Deliverable>, Unreadable> {
        let Some(first) = group.first() else {
            return Ok(Vec::new());
        };
        let pixels = compose(&self.cutout, first, self.bubble.as_ref().map(|request| (request, typesetter)))?;
        let mut fitter = Fitter::new(&pixels, (first.width, first.height), self.source);
        group.iter().map(|row| Ok(deliver(row, self.source, fitter.fit(row)?))).collect()
    }
}

/// The pictures of the requested messengers' packs, made of the first drawing: head and shoulders, as they are small, and without the bubble, whose
/// words would be illegible
pub(super) fn trays(cutout: &Cutout, extras: &Extras, source: DigitalSource) -> Result<Vec<Deliverable>, Unreadable> {
    let bust = cutout.bust();
    let rows = STICKERS.iter().filter(|row| row.kind == Kind::Tray && extras.stickers.contains(&row.messenger));
    rows.map(|row| {
        let pixels = compose(&bust, row, None)?;
        Ok(deliver(row, source, Fitter::new(&pixels, (row.width, row.height), source).fit(row)?))
    })
    .collect()
}

fn deliver(row: &StickerSpec, source: DigitalSource, bytes: Vec<u8>) -> Deliverable {
    let file = Deliverable::finished(&row.path(), row.kind, row.format, (row.width, row.height), source, bytes);
    if row.bare { Deliverable { provenance: Provenance::Manifest, ..file } } else { file }
}

impl From<FitError> for Unreadable {
    fn from(unfit: FitError) -> Self {
        match unfit {
            FitError::Unwritten(error) => error,
            other => Self::Unsupported { detail: other.to_string() },
        }
    }
}

/// The stickers of one drawing, the square RGBA PNG of an artist, without its other deliverables
///
/// # Errors
/// [`Unreadable`] if [`render`](crate::render()) cannot read the drawing.
pub fn stickers(drawing: &[u8], source: DigitalSource, extras: &Extras) -> Result<Vec<Deliverable>, Unreadable> {
    let maker = StickerMaker::new(&Layers::of(drawing)?, extras, source);
    let mut typesetter = Typesetter::new();
    let mut files = Vec::new();
    for group in StickerMaker::groups(extras) {
        files.extend(maker.make(&group, &mut typesetter)?);
    }
    Ok(files)
}
