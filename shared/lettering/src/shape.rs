//! Text to glyphs: direction, face and shaping, line by line. All lengths are in em, y upwards from the baseline.

use std::ops::Range;

use harfrust::font::Font;
use harfrust::font::metrics::GlyphExtents;
use harfrust::{Buffer, BufferFlags, Direction, GlyphId, Language, ShapeOptions, ShaperFont, shape};
use unicode_bidi::ParagraphBidiInfo;

use crate::fonts::{self, Fonts};
use crate::script::{self, Han, Script};
use bubble_text::{Face, graphemes};

/// Space after an emoji, in em.
const EMOJI_GAP: f32 = 0.12;

/// The text between two line breaks of its own.
pub(crate) struct Paragraph<'t> {
    text: &'t str,
    /// The start of each grapheme, and the end of the last.
    starts: Vec<usize>,
    scripts: Vec<Script>,
    faces: Vec<Face>,
    bidi: ParagraphBidiInfo<'t>,
    han: Han,
}

/// A glyph and its place.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Glyph {
    pub(crate) face: Face,
    pub(crate) id: u32,
    pub(crate) x: f32,
    pub(crate) y: f32,
    /// Its source, as a byte in the paragraph's text.
    pub(crate) cluster: usize,
    advance: f32,
}

/// The box of the ink.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ink {
    pub(crate) left: f32,
    pub(crate) right: f32,
    pub(crate) top: f32,
    pub(crate) bottom: f32,
}

/// A shaped line.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) glyphs: Vec<Glyph>,
    pub(crate) ink: Ink,
    /// The distance to the next baseline that its scripts need.
    pub(crate) pitch: f32,
}

impl<'t> Paragraph<'t> {
    /// The paragraphs of a text.
    pub(crate) fn all(text: &'t str) -> Vec<Self> {
        let all_graphemes: Vec<&str> = graphemes(text).collect();
        let (scripts, han) = (script::scripts(&all_graphemes), script::han(text));
        let faces = script::faces(&all_graphemes, &scripts, han);
        let mut at = 0;
        let mut all = Vec::new();
        for line in text.split('\n') {
            let ends = graphemes(line).scan(0, |end, grapheme| {
                *end += grapheme.len();
                Some(*end)
            });
            let starts: Vec<usize> = [0].into_iter().chain(ends).collect();
            let count = starts.len() - 1;
            let bidi = ParagraphBidiInfo::new(line, None);
            all.push(Self {
                text: line,
                starts,
                scripts: scripts[at..at + count].to_vec(),
                faces: faces[at..at + count].to_vec(),
                bidi,
                han,
            });
            at += count + 1;
        }
        all
    }

    pub(crate) const fn text(&self) -> &'t str {
        self.text
    }

    pub(crate) fn len(&self) -> usize {
        self.scripts.len()
    }

    /// The grapheme that begins at or before a byte.
    pub(crate) fn grapheme_at(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start <= byte).saturating_sub(1)
    }

    pub(crate) fn slice(&self, graphemes: Range<usize>) -> &'t str {
        self.text.get(self.starts[graphemes.start]..self.starts[graphemes.end]).unwrap_or_default()
    }

    /// The line distance that these graphemes need, in em.
    pub(crate) fn pitch(&self, graphemes: Range<usize>) -> f32 {
        self.scripts[graphemes].iter().map(|script| script.pitch()).fold(1.0, f32::max)
    }

    /// The advance of each grapheme, as shaped in the whole paragraph. A ligature's is on its first grapheme.
    pub(crate) fn advances(&self, fonts: &Fonts) -> Vec<f32> {
        let mut advances = vec![0.0; self.len()];
        for glyph in self.glyphs(fonts, 0..self.len()) {
            if let Some(advance) = advances.get_mut(self.grapheme_at(glyph.cluster)) {
                *advance += glyph.advance;
            }
        }
        advances
    }

    /// Some graphemes as a line.
    pub(crate) fn line(&self, fonts: &Fonts, graphemes: Range<usize>) -> Line {
        let pitch = self.pitch(graphemes.clone());
        let glyphs = self.glyphs(fonts, graphemes);
        let ink = glyphs.iter().filter_map(|glyph| ink(fonts, glyph)).reduce(Ink::union);
        Line { glyphs, ink: ink.unwrap_or(Ink { left: 0.0, right: 0.0, top: 0.0, bottom: 0.0 }), pitch }
    }

    /// Glyphs in visual order, the first at x = 0.
    fn glyphs(&self, fonts: &Fonts, graphemes: Range<usize>) -> Vec<Glyph> {
        let bytes = self.starts[graphemes.start]..self.starts[graphemes.end];
        if bytes.is_empty() {
            return Vec::new();
        }
        let (levels, runs) = self.bidi.visual_runs(bytes);
        let mut glyphs = Vec::new();
        let mut x = 0.0;
        for run in runs {
            let is_rtl = levels.get(run.start).is_some_and(unicode_bidi::Level::is_rtl);
            let mut parts = self.parts(run);
            if is_rtl {
                parts.reverse();
            }
            for (face, bytes) in parts {
                self.shape(fonts, face, bytes, is_rtl, &mut x, &mut glyphs);
            }
        }
        glyphs
    }

    /// A run of one direction, in parts of one face and script, in logical order.
    fn parts(&self, bytes: Range<usize>) -> Vec<(Face, Range<usize>)> {
        let mut parts: Vec<(Face, Script, Range<usize>)> = Vec::new();
        for index in self.grapheme_at(bytes.start)..self.len() {
            let (start, end) = (self.starts[index].max(bytes.start), self.starts[index + 1].min(bytes.end));
            if start >= bytes.end {
                break;
            }
            let (face, script) = (self.faces[index], self.scripts[index]);
            match parts.last_mut() {
                Some((f, s, range)) if (*f, *s) == (face, script) => range.end = end,
                _ => parts.push((face, script, start..end)),
            }
        }
        parts.into_iter().map(|(face, _, range)| (face, range)).collect()
    }

    /// Shapes one part with the surrounding text as its context, so that letters still join where a word is broken.
    fn shape(&self, fonts: &Fonts, face: Face, bytes: Range<usize>, is_rtl: bool, x: &mut f32, glyphs: &mut Vec<Glyph>) {
        let Some(font) = fonts.get(face) else { return };
        let mut buffer = Buffer::new();
        buffer.push_str(&self.text[bytes.clone()]);
        buffer.set_pre_context(&self.text[..bytes.start]);
        buffer.set_post_context(&self.text[bytes.end..]);
        buffer.guess_segment_properties();
        buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
        buffer.set_language(self.language(face));
        buffer.set_flags(BufferFlags::REMOVE_DEFAULT_IGNORABLES | BufferFlags::DO_NOT_INSERT_DOTTED_CIRCLE);
        if shape(&ShaperFont::new(font), &mut buffer, ShapeOptions::new()).is_err() {
            return;
        }
        let unit = unit(font, face);
        // Emoji fill their advance from edge to edge.
        let gap = if face == Face::Emoji { EMOJI_GAP } else { 0.0 };
        for (info, position) in buffer.glyph_infos().iter().zip(buffer.glyph_positions()) {
            let advance = position.x_advance as f32 * unit + gap;
            let cluster = bytes.start + info.cluster as usize;
            let at = (*x + position.x_offset as f32 * unit, position.y_offset as f32 * unit);
            glyphs.push(Glyph { face, id: info.glyph_id, x: at.0, y: at.1, cluster, advance });
            *x += advance;
        }
    }

    /// The language whose glyph forms are requested from a face.
    fn language(&self, face: Face) -> Option<Language> {
        let tag = match (face, self.han) {
            (Face::Cjk | Face::Rounded, Han::Japanese) => "ja",
            (Face::Cjk, Han::Simplified) => "zh-Hans",
            (Face::Cjk, Han::Traditional) => "zh-Hant",
            _ => return None,
        };
        tag.parse().ok()
    }
}

impl Ink {
    fn union(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            right: self.right.max(other.right),
            top: self.top.max(other.top),
            bottom: self.bottom.min(other.bottom),
        }
    }
}

/// Em a font unit is, as the face is drawn.
pub(crate) fn unit(font: &Font, face: Face) -> f32 {
    fonts::scale(face) / f32::from(font.units_per_em().max(1))
}

/// The box of one glyph's ink, if it leaves any.
pub(crate) fn ink(fonts: &Fonts, glyph: &Glyph) -> Option<Ink> {
    let font = fonts.get(glyph.face)?;
    let unit = unit(font, glyph.face);
    let extents = extents(font, GlyphId::new(glyph.id))?;
    Some(Ink {
        left: glyph.x + extents.x_bearing * unit,
        right: glyph.x + (extents.x_bearing + extents.width) * unit,
        top: glyph.y + extents.y_bearing * unit,
        bottom: glyph.y + (extents.y_bearing - extents.height) * unit,
    })
}

/// The box of a glyph's ink, in font units.
pub(crate) fn extents(font: &Font, id: GlyphId) -> Option<GlyphExtents<f32>> {
    let extents = match font.color_glyphs().get(id) {
        Some(coloured) => coloured.extents().ok()?,
        None => font.outline_glyphs().get(id)?.extents().ok()?,
    };
    (extents.width > 0.0 && extents.height > 0.0).then_some(extents)
}
