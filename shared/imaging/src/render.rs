//! From one drawing to all its deliverables.

use crate::drawing::DRAWING_SIDE;
use crate::encode::{self, Frame};
use crate::matte::Layers;
use crate::scene::{compose, head_window};
use crate::squares::Squares;
use crate::stickers::StickerMaker;
use crate::{
    AVATARS, AvatarSpec, Deliverable, DigitalSource, Extras, Fit, Format, SPEECH_BUBBLE, StickerSpec, Unreadable, bubble, parallel, webp,
};
use lettering::Typesetter;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::OnceLock;

/// Jobs start together up to this number of pixels: enough work for all threads, and little memory for finished files that wait their turn
const BATCH_PIXELS: u64 = 6_000_000;

/// One picture and the files made of it
enum Job {
    /// A row in both formats
    Row(&'static AvatarSpec),
    /// Stickers that are the same pixels
    Stickers(Vec<&'static StickerSpec>),
}

impl Job {
    /// The jobs of each drawing of a generation with these extras, in the order of delivery
    fn all(extras: &Extras) -> Vec<Self> {
        let bubble = extras.bubble.as_ref().map(|_| &SPEECH_BUBBLE);
        let rows = AVATARS.iter().filter(|row| extras.sizes.has(row)).chain(bubble).map(Self::Row);
        rows.chain(StickerMaker::groups(extras).into_iter().map(Self::Stickers)).collect()
    }

    fn paths(&self) -> Vec<String> {
        match self {
            Self::Row(row) => Format::PICTURES.map(|format| row.path(format)).into(),
            Self::Stickers(group) => group.iter().map(|row| row.path()).collect(),
        }
    }

    fn pixels(&self) -> u64 {
        let (width, height) = match self {
            Self::Row(row) => (row.width, row.height),
            Self::Stickers(group) => group.first().map_or((0, 0), |row| (row.width, row.height)),
        };
        u64::from(width) * u64::from(height)
    }

    /// About how long it takes, in pixels of a row: a sticker is encoded until it fits.
    fn work(&self) -> u64 {
        match self {
            Self::Row(_) => self.pixels(),
            Self::Stickers(_) => 6 * self.pixels(),
        }
    }
}

/// The shared input of all jobs of a drawing
struct Drawing {
    layers: Layers,
    squares: Squares,
    stickers: OnceLock<StickerMaker>,
    extras: Extras,
    source: DigitalSource,
}

/// The deliverables of one drawing, made in batches as the iterator is read
pub struct Rendering {
    drawing: Drawing,
    jobs: VecDeque<Job>,
    waiting: VecDeque<Result<Deliverable, Unreadable>>,
    threads: usize,
}

/// Prepares the deliverables of `drawing`, an artist's PNG, JPEG or WebP of 256 to 4096 pixels a side, square or no longer than 3:2 (of which the
/// middle square is used), scaled to 1024². Full colour everywhere, alpha the subject's matte; opaque everywhere if the artist has none. The iterator
/// gives every requested row of [`AVATARS`](crate::AVATARS), as PNG and then as WebP, then the extras: the drawing with its speech bubble, and the stickers of
/// its messengers.
///
/// The drawing is decoded here, once. In memory are the decoded drawing, the avatars others are scaled from, and the files of one batch. The steps
/// compute on all threads available to this process; their files and order do not depend on the number. In async code, call it where blocking is
/// allowed.
///
/// # Errors
/// [`Unreadable`] if the drawing is no such picture within [`Limits::DRAWING`](crate::Limits::DRAWING). The steps have the same error type,
/// but do not fail once the drawing is read.
pub fn render(drawing: &[u8], source: DigitalSource, extras: &Extras) -> Result<Rendering, Unreadable> {
    let layers = Layers::of(drawing)?;
    let squares = Squares::of(&layers)?;
    let drawing = Drawing { layers, squares, stickers: OnceLock::new(), extras: extras.clone(), source };
    Ok(Rendering { drawing, jobs: Job::all(extras).into(), waiting: VecDeque::new(), threads: parallel::threads() })
}

impl Rendering {
    /// Paths of the files of each drawing of a generation with these extras, in the order of delivery
    pub fn paths(extras: &Extras) -> Vec<String> {
        Job::all(extras).iter().flat_map(Job::paths).collect()
    }

    /// The next jobs to start together
    fn batch(&mut self) -> Vec<Job> {
        let mut pixels = 0;
        let mut batch = Vec::new();
        while let Some(job) = self.jobs.pop_front_if(|_| pixels < BATCH_PIXELS) {
            pixels += job.pixels();
            batch.push(job);
        }
        batch
    }
}

impl Iterator for Rendering {
    type Item = Result<Deliverable, Unreadable>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.waiting.is_empty() {
            let batch = self.batch();
            let drawing = &self.drawing;
            // The longest first, so that no thread begins one while the others end.
            let mut queue: Vec<(usize, &Job)> = batch.iter().enumerate().collect();
            queue.sort_by_key(|(_, job)| Reverse(job.work()));
            let mut made =
                parallel::map(self.threads, &queue, || None, |typesetter, (at, job)| (*at, contained(|| drawing.files(job, typesetter))));
            made.sort_by_key(|(at, _)| *at);
            for (_, files) in made {
                match files {
                    Ok(files) => self.waiting.extend(files.into_iter().map(Ok)),
                    Err(error) => self.waiting.push_back(Err(error)),
                }
            }
        }
        self.waiting.pop_front()
    }
}

/// A panic in an encoder fails its file, not the waiting thread.
fn contained<T>(make: impl FnOnce() -> Result<T, Unreadable>) -> Result<T, Unreadable> {
    let made = std::panic::catch_unwind(std::panic::AssertUnwindSafe(make));
    made.unwrap_or_else(|_| Err(Unreadable::corrupt("an encoder panicked")))
}

impl Drawing {
    /// The files of one job; fonts are loaded for the first that needs them on its thread.
    fn files(&self, job: &Job, typesetter: &mut Option<Typesetter>) -> Result<Vec<Deliverable>, Unreadable> {
        match job {
            Job::Row(row) => {
                let frame = self.frame(row, typesetter)?;
                let deliver = |format, bytes| Deliverable::of_row(row, format, self.source, bytes);
                let png = deliver(Format::Png, encode::png(&frame, self.source)?);
                Ok(vec![png, deliver(Format::Webp, webp::picture(&frame, self.source)?)])
            }
            Job::Stickers(group) => {
                let maker = self.stickers.get_or_init(|| StickerMaker::new(&self.layers, &self.extras, self.source));
                maker.make(group, typesetter.get_or_insert_with(Typesetter::new))
            }
        }
    }

    fn frame(&self, row: &AvatarSpec, typesetter: &mut Option<Typesetter>) -> Result<Frame, Unreadable> {
        let size = (row.width, row.height);
        Ok(match row.fit {
            Fit::Drawing => Frame::rgb((DRAWING_SIDE, DRAWING_SIDE), self.layers.opaque()),
            Fit::Cutout => Frame::rgba((DRAWING_SIDE, DRAWING_SIDE), self.layers.cutout()),
            Fit::Circle => Frame::rgb(size, self.squares.scaled(row.width)?),
            Fit::Head => Frame::rgb(size, self.squares.window(head_window(&self.layers), size)?),
            Fit::Scene { across, presence } => Frame::rgb(size, compose(&self.layers, size, across, presence)?),
            Fit::Bubble => Frame::rgb(size, self.with_bubble(typesetter)?),
        })
    }

    fn with_bubble(&self, typesetter: &mut Option<Typesetter>) -> Result<Vec<u8>, Unreadable> {
        match &self.extras.bubble {
            Some(request) => bubble::speech_bubble(&self.layers, request, typesetter.get_or_insert_with(Typesetter::new)),
            None => Ok(self.layers.opaque()),
        }
    }
}
