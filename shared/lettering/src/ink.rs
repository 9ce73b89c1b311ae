//! Rasterising glyphs: outlines in ink, emoji in their own colours.

use harfrust::GlyphId;
use harfrust::font::Font;
use harfrust::font::glyph::color::{Brush, Color, CompositeMode, PaintSink};
use harfrust::font::glyph::outline::{DrawMemory, DrawOptions, PathSink};
use read_fonts::types::{BoundingBox, Matrix};
use tiny_skia::{FillRule, Paint, Path, PathBuilder, PixmapMut, Transform};

use crate::bubble::INK;
use crate::fonts::Fonts;
use crate::shape::{Glyph, unit};

/// A line's place on the canvas.
pub(crate) struct Placed<'f> {
    pub(crate) fonts: &'f Fonts,
    /// The line's origin, in pixels.
    pub(crate) origin: (f32, f32),
    /// Pixels in an em.
    pub(crate) size: f32,
}

/// Draws one glyph of a line.
pub(crate) fn draw(pixels: &mut PixmapMut<'_>, placed: &Placed<'_>, glyph: &Glyph) {
    let Some(font) = placed.fonts.get(glyph.face) else { return };
    let scale = unit(font, glyph.face) * placed.size;
    let at = (placed.origin.0 + glyph.x * placed.size, placed.origin.1 - glyph.y * placed.size);
    let mut pen = Pen { font, at, scale, pixels };
    let id = GlyphId::new(glyph.id);
    match font.color_glyphs().get(id) {
        // An emoji whose layers cannot be read is left out; the tests paint every one.
        Some(coloured) => _ = coloured.paint(&mut pen),
        None => pen.fill_outline(id, [INK[0], INK[1], INK[2], 255]),
    }
}

/// Fills outlines of one font at one place.
struct Pen<'p, 'c> {
    font: &'p Font,
    at: (f32, f32),
    /// Pixels in a font unit.
    scale: f32,
    pixels: &'p mut PixmapMut<'c>,
}

impl Pen<'_, '_> {
    fn fill_outline(&mut self, id: GlyphId, colour: [u8; 4]) {
        let Some(path) = self.outline(id) else { return };
        let mut paint = Paint { anti_alias: true, ..Paint::default() };
        paint.set_color_rgba8(colour[0], colour[1], colour[2], colour[3]);
        self.pixels.fill_path(&path, &paint, FillRule::Winding, Transform::identity(), None);
    }

    fn outline(&self, id: GlyphId) -> Option<Path> {
        let mut sink = Outline { at: self.at, scale: self.scale, path: PathBuilder::new() };
        self.font.outline_glyphs().get(id)?.draw(&DrawOptions::new(), DrawMemory::default(), &mut sink).ok()?;
        sink.path.finish()
    }

    fn colour(&self, palette_index: u16, alpha: f32) -> [u8; 4] {
        let palette = self.font.palettes().get(0);
        let found: Option<Color> = palette.and_then(|palette| palette.colors().get(usize::from(palette_index)).copied());
        found.map_or([INK[0], INK[1], INK[2], 255], |it| [it.red, it.green, it.blue, (f32::from(it.alpha) * alpha).round() as u8])
    }
}

/// The emoji font has flat layers alone (COLR version 0): each is one filled outline. The other operations are of version 1.
impl PaintSink for Pen<'_, '_> {
    fn push_transform(&mut self, _: Matrix<f32>) {}
    fn pop_transform(&mut self) {}
    fn push_clip_glyph(&mut self, _: GlyphId) {}
    fn push_clip_box(&mut self, _: BoundingBox<f32>) {}
    fn pop_clip(&mut self) {}
    fn fill(&mut self, _: Brush<'_>) {}
    fn push_layer(&mut self, _: CompositeMode) {}

    fn fill_glyph(&mut self, glyph: GlyphId, _: Option<Matrix<f32>>, brush: Brush<'_>) {
        if let Brush::Solid { palette_index, alpha } = brush {
            self.fill_outline(glyph, self.colour(palette_index, alpha));
        }
    }
}

/// Builds a path on the canvas from an outline in font units.
struct Outline {
    at: (f32, f32),
    scale: f32,
    path: PathBuilder,
}

impl Outline {
    fn x(&self, x: f32) -> f32 {
        self.at.0 + x * self.scale
    }

    fn y(&self, y: f32) -> f32 {
        self.at.1 - y * self.scale
    }
}

impl PathSink for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        let (x, y) = (self.x(x), self.y(y));
        self.path.move_to(x, y);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let (x, y) = (self.x(x), self.y(y));
        self.path.line_to(x, y);
    }

    fn quad_to(&mut self, cx0: f32, cy0: f32, x: f32, y: f32) {
        let (cx0, cy0, x, y) = (self.x(cx0), self.y(cy0), self.x(x), self.y(y));
        self.path.quad_to(cx0, cy0, x, y);
    }

    fn curve_to(&mut self, cx0: f32, cy0: f32, cx1: f32, cy1: f32, x: f32, y: f32) {
        let (cx0, cy0, cx1, cy1) = (self.x(cx0), self.y(cy0), self.x(cx1), self.y(cy1));
        let (x, y) = (self.x(x), self.y(y));
        self.path.cubic_to(cx0, cy0, cx1, cy1, x, y);
    }

    fn close(&mut self) {
        self.path.close();
    }
}
