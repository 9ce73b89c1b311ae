//! A typeset bubble, ready to be drawn.

use tiny_skia::{Color, FillRule, LineJoin, Paint, PixmapMut, Stroke, Transform};

use crate::Typesetter;
use crate::ink::{self, Placed};
use crate::outline::Body;
use crate::shape::Line;

/// The colour of outline and text: nearly black, as ink on paper.
pub(crate) const INK: [u8; 3] = [0x17, 0x16, 0x1C];

/// Beyond this many pixels nothing is drawn: no canvas is as large, and the rasteriser's numbers end.
const FARTHEST: f32 = 30_000.0;

/// Words set in a body of some size.
#[derive(Clone)]
pub struct Bubble {
    /// Pixels across the body, its outline included and its tail not.
    pub width: u32,
    /// Pixels down the body, its outline included and its tail not.
    pub height: u32,
    /// Half axes of the line that the outline follows, in pixels.
    pub(crate) half: (f32, f32),
    /// Width of the outline, in pixels.
    pub(crate) stroke: f32,
    /// Pixels in an em.
    pub(crate) size: f32,
    /// Lines, each with its origin relative to the body's centre, in em, y downwards.
    pub(crate) lines: Vec<(Line, (f32, f32))>,
}

impl Bubble {
    /// Draws the body with its top left at `at` and its tail pointing to `tip`, on a canvas of premultiplied RGBA of `size` pixels. A tip inside the
    /// body, or next to its edge, gives a bubble without a tail. Parts outside the canvas are left out; a canvas of another size is left unchanged.
    pub fn draw(&self, typesetter: &mut Typesetter, canvas: &mut [u8], size: (u32, u32), at: (f32, f32), tip: (f32, f32)) {
        let Some(mut pixels) = PixmapMut::from_bytes(canvas, size.0, size.1) else { return };
        if ![at.0, at.1, tip.0, tip.1].into_iter().all(|it| it.abs() < FARTHEST) {
            return;
        }
        let centre = (at.0 + self.width as f32 / 2.0, at.1 + self.height as f32 / 2.0);
        self.draw_body(&mut pixels, Body { centre, half: self.half }, tip);
        for (line, (x, y)) in &self.lines {
            let origin = (centre.0 + x * self.size, centre.1 + y * self.size);
            let placed = Placed { fonts: typesetter.fonts(), origin, size: self.size };
            line.glyphs.iter().for_each(|glyph| ink::draw(&mut pixels, &placed, glyph));
        }
    }

    fn draw_body(&self, pixels: &mut PixmapMut<'_>, body: Body, tip: (f32, f32)) {
        let Some(path) = body.path(tip) else { return };
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color(Color::WHITE);
        pixels.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
        paint.set_color_rgba8(INK[0], INK[1], INK[2], 255);
        let stroke = Stroke { width: self.stroke, line_join: LineJoin::Round, ..Stroke::default() };
        pixels.stroke_path(&path, &paint, &stroke, Transform::identity(), None);
    }
}
