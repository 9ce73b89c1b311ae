//! The place of a speech bubble: beside the face or above it, never on it, its tail towards the mouth.

use crate::Unreadable;
use crate::drawing::DRAWING_SIDE;
use crate::matte::Layers;
use crate::scene::{Place, compose};
use crate::stickers::{Area, BubbleRequest};
use bubble_text::{Side, Words};
use image::RgbImage;
use lettering::{Bubble, Room, Typesetter};

/// Size of the letters of a short text, and the minimum of a long one, as shares of the frame's shorter side
const LETTERS: (f32, f32) = (0.080, 0.038);
/// Space between the bubble and the head, as a share of the frame's shorter side; most of it is the tail
const GAP: f32 = 0.055;
/// Space between the bubble and the edges of an avatar, as a share of its side
const EDGE: f32 = 0.035;
/// The mouth's place, as a share of the head's height
const MOUTH: f32 = 0.74;
/// Preferred width over height of a bubble
const ASPECT: f32 = 1.45;
/// The flattest and the tallest acceptable bubble
const FLATTEST: f32 = 4.2;
const TALLEST: f32 = 1.5;
/// The factor by which the subject shrinks until there is room, and the maximum number of steps
const SMALLER: (f32, usize) = (0.95, 16);

/// A subject and a bubble that do not cover each other
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Layout {
    /// Pixels of the frame per pixel of the drawing
    pub(crate) scale: f32,
    /// The drawing's origin on the frame
    pub(crate) at: (f32, f32),
    /// The head on the frame
    pub(crate) head: Area,
    /// The room for the bubble on the frame
    pub(crate) room: Area,
    /// Whether the room is above the head
    above: bool,
}

/// The room that a text needs
#[derive(Clone, Copy, Debug)]
struct Need {
    area: f32,
    least: (f32, f32),
    most: (f32, f32),
}

impl Need {
    /// For a frame whose shorter side has `side` pixels
    fn of(words: &Words, side: f32) -> Self {
        let wide = |c: char| if u32::from(c) >= 0x1100 { 2.0 } else { 1.0 };
        let units = |text: &str| text.chars().map(wide).sum::<f32>();
        let all = units(words.as_str()).max(1.0);
        let letters = side * (LETTERS.0 * (12.0 / all).powf(0.36)).clamp(LETTERS.1, LETTERS.0);
        let longest = words.as_str().split_whitespace().map(units).fold(1.0, f32::max);
        // A letter is about half as wide as tall, lines need leading, and the body's round ends cost as much again.
        let area = (1.25 * (all + 5.0) * letters * letters).min(0.34 * side * side);
        // A short text stays on one line if it can; for a long word of a longer text, the subject is not made that small.
        let widest = if all <= 14.0 { 0.44 } else { 0.36 };
        let width = (0.58 * longest * letters + 1.6 * letters).clamp(0.2 * side, widest * side);
        Self { area, least: (width.max(96.0_f32.min(0.4 * side)), 2.1 * letters), most: (0.9 * side, 0.6 * side) }
    }

    /// The bubble's size in a room; none if it is too small
    fn seat(self, (width, height): (f32, f32)) -> Option<(f32, f32)> {
        let across = (self.area * ASPECT).sqrt().max(self.least.0).min(width).min(self.most.0);
        let down = (self.area / across).max(self.least.1);
        let (across, down) = if down <= height { (across, down) } else { (self.area / height, height) };
        let shapely = across <= FLATTEST * down && down <= TALLEST * across;
        let fits = across <= width && across >= self.least.0 && down >= self.least.1 && down <= self.most.1 && shapely;
        fits.then_some((across, down))
    }

    /// The first pair of places of which one has room, with the bubble seated in the wider; else the largest room there is
    fn choose<T: Copy + Default>(self, pairs: impl Iterator<Item = [(Layout, T); 2]>, inner: Area) -> (Layout, T) {
        let size = |layout: &Layout| (layout.room.width().max(0.0), layout.room.height().max(0.0));
        let area = |layout: &Layout| size(layout).0 * size(layout).1;
        // The room left if the head fills the frame
        let strip = Area { bottom: inner.top + 0.25 * inner.height(), ..inner };
        let mut roomiest = (Layout { scale: 1.0, at: (0.0, 0.0), head: inner, room: strip, above: true }, T::default());
        for [first, second] in pairs {
            let (layout, tag) = if size(&second.0).0 > size(&first.0).0 + 1.0 { second } else { first };
            if let Some(size) = self.seat(size(&layout)) {
                return (seated(layout, size), tag);
            }
            if area(&layout) > area(&roomiest.0) {
                roomiest = (layout, tag);
            }
        }
        roomiest
    }
}

/// Finds the largest subject that leaves room for `words` in a frame's `inner` area. The subject, `extent` with its `head` in pixels of the
/// drawing, is at most `whole` pixels of the frame per pixel of the drawing large.
pub(crate) fn lay_out(request: &BubbleRequest, (extent, head): (Area, Area), inner: Area, whole: f32) -> Layout {
    let short = inner.width().min(inner.height());
    let need = Need::of(&request.words, short);
    let steps = (0..SMALLER.1).map(|step| whole * SMALLER.0.powi(step as i32));
    let places = steps.flat_map(|scale| {
        [false, true].map(|above| {
            sides(request).map(|side| {
                let free = inner.width() - extent.width() * scale;
                // Beside the bubble the subject may move all the way to the other side; below it, a little.
                let share = if above { 0.3 } else { 0.0 };
                let share = if side == Side::Left { 1.0 - share } else { share };
                let at = (inner.left + free * share - extent.left * scale, inner.bottom - extent.bottom * scale);
                (Layout::new((scale, at), head, inner, (side, above), GAP * short), ())
            })
        })
    });
    need.choose(places, inner).0
}

fn sides(request: &BubbleRequest) -> [Side; 2] {
    request.side.map_or([Side::Left, Side::Right], |side| [side, side])
}

/// The layout with its room cut down to the bubble's size, near the head: beside it about the height of the eyes, above it on top
fn seated(layout: Layout, (width, height): (f32, f32)) -> Layout {
    let Layout { head, room, above, .. } = layout;
    let clamp = |value: f32, least: f32, most: f32| value.max(least).min(most.max(least));
    let (left, top) = if above {
        (clamp(head.middle() - width * 0.5, room.left, room.right - width), room.bottom - height)
    } else {
        let near = if room.middle() < head.middle() { room.right - width } else { room.left };
        let eyes = head.top + 0.34 * head.height() - height / 2.0;
        // Half-way between the head and the middle of the free room
        (near.midpoint(room.middle() - width / 2.0), clamp(eyes, room.top, room.bottom - height))
    };
    Layout { room: Area { left, top, right: left + width, bottom: top + height }, ..layout }
}

impl Layout {
    /// The layout of a subject placed like this, the room not yet cut down
    fn new((scale, at): (f32, (f32, f32)), head: Area, inner: Area, (side, above): (Side, bool), gap: f32) -> Self {
        let head = head.placed(scale, at);
        let bottom = head.bottom.min(inner.bottom);
        let room = match (side, above) {
            (_, true) => Area { bottom: head.top - gap, ..inner },
            (Side::Left, false) => Area { right: head.left - gap, bottom, ..inner },
            (Side::Right, false) => Area { left: head.right + gap, bottom, ..inner },
        };
        Self { scale, at, head, room, above }
    }

    /// The layout moved as a whole
    pub(crate) fn moved(self, by: (f32, f32)) -> Self {
        let at = (self.at.0 + by.0, self.at.1 + by.1);
        Self { at, head: self.head.placed(1.0, by), room: self.room.placed(1.0, by), ..self }
    }

    /// The area of the bubble's body
    pub(crate) fn body(&self, words: &Words, typesetter: &mut Typesetter) -> Area {
        self.set(words, typesetter).1
    }

    /// Draws the bubble onto `canvas`, premultiplied RGBA of `size`.
    pub(crate) fn draw(&self, words: &Words, typesetter: &mut Typesetter, canvas: &mut [u8], size: (u32, u32)) {
        let (bubble, body) = self.set(words, typesetter);
        bubble.draw(typesetter, canvas, size, (body.left, body.top), self.tip(body));
    }

    fn set(&self, words: &Words, typesetter: &mut Typesetter) -> (Bubble, Area) {
        let whole = |length: f32| length.max(1.0) as u32;
        let room = self.room;
        let bubble = typesetter.set(words, Room { width: whole(room.width()), height: whole(room.height()) });
        let (width, height) = (bubble.width as f32, bubble.height as f32);
        let (left, top) = ((room.middle() - width / 2.0).round(), (room.top.midpoint(room.bottom) - height / 2.0).round());
        (bubble, Area { left, top, right: left + width, bottom: top + height })
    }

    /// The end of the tail: as near to the mouth as possible without touching the head
    fn tip(&self, body: Area) -> (f32, f32) {
        let head = self.head;
        let mouth = (head.middle(), head.top + MOUTH * head.height());
        let toward = |from: f32, to: f32, share: f32| from + (to - from) * share;
        if body.bottom <= head.top {
            return (toward(body.middle(), mouth.0, 0.75), toward(body.bottom, head.top, 0.8));
        }
        let across = if body.middle() < mouth.0 { toward(body.right, head.left, 0.85) } else { toward(body.left, head.right, 0.85) };
        (across, mouth.1)
    }
}

/// The drawing with its bubble: [`DRAWING_SIDE`]² RGB pixels, the subject over its own backdrop, as small as the bubble needs it
pub(crate) fn speech_bubble(layers: &Layers, request: &BubbleRequest, typesetter: &mut Typesetter) -> Result<Vec<u8>, Unreadable> {
    let (layout, stage) = staged(layers, request);
    let size = (DRAWING_SIDE, DRAWING_SIDE);
    let frame = stage.map_or_else(|| Ok(layers.opaque()), |(across, presence)| compose(layers, size, across, presence))?;
    let mut canvas: Vec<u8> = frame.chunks_exact(3).flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255]).collect();
    layout.draw(&request.words, typesetter, &mut canvas, size);
    Ok(canvas.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect())
}

/// The place of the subject on the avatar and of the bubble beside it: as drawn, if there is room, else smaller and further to one side. With it the
/// head's place across and the subject's height, as shares, unless it stands as drawn.
fn staged(layers: &Layers, request: &BubbleRequest) -> (Layout, Option<(f32, f32)>) {
    let side = DRAWING_SIDE as f32;
    let inner = Area { left: EDGE * side, top: EDGE * side, right: (1.0 - EDGE) * side, bottom: (1.0 - EDGE) * side };
    let head = Area::of_head(layers.pose.head_box);
    let tall = (layers.pose.bottom - layers.pose.top).min(0.94);
    let smaller = (0..SMALLER.1).map(|step| Some(tall * SMALLER.0.powi(step as i32))).filter(|_| layers.matted);
    let places = std::iter::once(None).chain(smaller).flat_map(|presence| {
        [false, true].map(|above| {
            sides(request).map(|bubble| {
                let across = if bubble == Side::Left { 0.64 } else { 0.36 };
                let stage = presence.map(|presence| (across, presence));
                let drawn = Place { scale: side, left: 0.0, top: 0.0 };
                let place = stage.map_or(drawn, |(across, presence)| Place::of(layers, (side, side), across, presence));
                let placed = (place.scale / side, (place.left, place.top));
                (Layout::new(placed, head, inner, (bubble, above), GAP * side), stage)
            })
        })
    });
    Need::of(&request.words, side).choose(places, inner)
}

/// [`speech_bubble`](crate::Kind::SpeechBubble) of one drawing, the square RGBA PNG of an artist, without its other deliverables
///
/// # Errors
/// [`Unreadable`] if [`render`](crate::render()) cannot read the drawing.
pub fn with_bubble(drawing: &[u8], request: &BubbleRequest) -> Result<RgbImage, Unreadable> {
    let pixels = speech_bubble(&Layers::of(drawing)?, request, &mut Typesetter::new())?;
    RgbImage::from_raw(DRAWING_SIDE, DRAWING_SIDE, pixels).ok_or_else(|| Unreadable::corrupt("a frame of the wrong size"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const TEXTS: [&str; 5] = [
        "!",
        "Hello!",
        "おはようございます",
        "Donaudampfschifffahrtsgesellschaft",
        "Let us all meet at the usual place at nine tonight, and bring somebody who can sing, please, for nobody of us can, as we know too well!",
    ];

    /// Subjects and their heads, in pixels of the drawing
    fn subjects() -> [(Area, Area); 4] {
        let area = |left, top, right, bottom| Area { left, top, right, bottom };
        [
            (area(90.0, 100.0, 930.0, 1024.0), area(330.0, 100.0, 690.0, 620.0)),
            (area(0.0, 0.0, 1024.0, 1024.0), area(260.0, 100.0, 740.0, 700.0)),
            (area(400.0, 300.0, 600.0, 1024.0), area(400.0, 300.0, 600.0, 560.0)),
            (area(0.0, 0.0, 1024.0, 1024.0), area(10.0, 0.0, 1014.0, 1010.0)),
        ]
    }

    #[test]
    fn a_bubble_lies_inside_the_canvas_and_off_the_head() {
        for (width, height) in [(512.0, 512.0), (370.0, 320.0), (300.0, 300.0)] {
            let inner = Area { left: 22.0, top: 22.0, right: width - 22.0, bottom: height - 22.0 };
            for (text, side) in TEXTS.iter().flat_map(|text| [None, Some(Side::Left), Some(Side::Right)].map(|side| (text, side))) {
                let request = BubbleRequest { words: Words::parse(text).unwrap(), side };
                for (extent, head) in subjects() {
                    let whole = (inner.width() / extent.width()).min(inner.height() / extent.height());
                    let layout = lay_out(&request, (extent, head), inner, whole);
                    let (room, head) = (layout.room, layout.head);
                    let inside = room.left >= inner.left - 0.5
                        && room.right <= inner.right + 0.5
                        && room.top >= inner.top - 0.5
                        && room.bottom <= inner.bottom + 0.5;
                    assert!(inside, "{text} {side:?} {room:?} in {inner:?}");
                    assert!(room.width() > 0.2 * inner.width() && room.height() > 0.1 * inner.height(), "{text} {side:?} {room:?}");
                    let apart = room.right <= head.left || room.left >= head.right || room.bottom <= head.top;
                    assert!(apart, "{text} {side:?} {room:?} on {head:?}");
                    let tip = layout.tip(room);
                    let on_head = tip.0 > head.left && tip.0 < head.right && tip.1 > head.top && tip.1 < head.bottom;
                    assert!(!on_head, "{text} {side:?} tail at {tip:?} on {head:?}");
                }
            }
        }
    }

    #[test]
    fn the_side_that_is_asked_for_is_taken() {
        let inner = Area { left: 0.0, top: 0.0, right: 468.0, bottom: 468.0 };
        let (extent, head) = subjects()[0];
        for side in [Side::Left, Side::Right] {
            let request = BubbleRequest { words: Words::parse("Hello!").unwrap(), side: Some(side) };
            let layout = lay_out(&request, (extent, head), inner, 0.5);
            assert_eq!(layout.room.middle() < layout.head.middle(), side == Side::Left);
        }
    }
}
