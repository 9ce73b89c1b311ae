//! Sets words so that they fit a room.

use crate::Bubble;
use crate::breaks::{self, Piece};
use crate::fit::{self, Ends, Fit, Limits, Strip};
use crate::fonts::Fonts;
use crate::shape::{Line, Paragraph};
use bubble_text::Words;

/// The room for a bubble's body, in pixels. Readable text needs at least 96 × 64; in less the body still stays inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Room {
    pub width: u32,
    pub height: u32,
}

/// The fonts, loaded once, each when it is first needed.
#[derive(Default)]
pub struct Typesetter {
    fonts: Fonts,
}

/// The largest type, as a part of the room's height and of its width: a single word does not shout.
const LARGEST: (f32, f32) = (0.34, 0.24);
/// The smallest type, relative to the largest possible, before lines break at less readable places: inside a phrase, between any characters.
const KINDER_BREAKS: f32 = 0.7;
/// The same limit before a long word is cut.
const WHOLE_WORDS: f32 = 0.5;
/// The shortest word, in em, that may be cut: some fifteen letters.
const LONG_WORD: f32 = 9.0;
/// Clear space between the ink of one line and that of the next, in em.
const CLEARANCE: f32 = 0.06;

impl Typesetter {
    /// The fonts are loaded on first use.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the words at the largest size at which they fit the room, up to a tasteful one, in balanced lines; the body shrinks to the text.
    /// It is never larger than the room, and the text never leaves the body. The same words and room give the same bubble.
    pub fn set(&mut self, words: &Words, room: Room) -> Bubble {
        let stroke = stroke(room);
        let limits = limits(room, stroke);
        let paragraphs = Paragraph::all(words.as_str());
        let advances: Vec<Vec<f32>> = paragraphs.iter().map(|paragraph| paragraph.advances(&self.fonts)).collect();
        let grains = breaks::grains(&paragraphs, &advances, LONG_WORD);
        let mut chosen: Option<(Fit, Vec<(Line, f32)>)> = None;
        for grain in &grains {
            let reluctance = if grain.is_inside_words { WHOLE_WORDS } else { KINDER_BREAKS };
            let large_enough = chosen.as_ref().map_or(0.0, |(fit, _)| fit.size / reluctance);
            chosen = self.best(&paragraphs, &grain.pieces, limits, large_enough).or(chosen);
        }
        let chosen = chosen.unwrap_or_else(|| (fit::around(&[], limits), Vec::new()));
        bubble(chosen, stroke)
    }

    pub(crate) const fn fonts(&self) -> &Fonts {
        &self.fonts
    }

    /// The best of the candidates, judged by their real ink; none where the type would be no larger than `than` pixels in an em.
    fn best(&self, paragraphs: &[Paragraph<'_>], pieces: &[Piece], limits: Limits, than: f32) -> Option<(Fit, Vec<(Line, f32)>)> {
        let pitch = paragraphs.iter().map(|it| it.pitch(0..it.len())).fold(1.0, f32::max);
        let candidates = fit::candidates(pieces, pitch, limits);
        // The estimate before shaping is a little off: a candidate that comes near is shaped, and judged then.
        let hopeful = candidates.into_iter().filter(|candidate| candidate.size > 0.9 * than);
        let set = hopeful.map(|candidate| {
            let lines = stack(self.lines(paragraphs, pieces, &candidate.ends));
            (fit::around(&strips(&lines), limits), lines)
        });
        set.max_by(|p, q| p.0.score.total_cmp(&q.0.score)).filter(|(fit, _)| fit.size > than)
    }

    fn lines(&self, paragraphs: &[Paragraph<'_>], pieces: &[Piece], ends: &Ends) -> Vec<Line> {
        let mut start = 0;
        let mut lines = Vec::with_capacity(ends.len());
        for end in ends {
            if let (Some(first), Some(last)) = (pieces.get(start), end.checked_sub(1).and_then(|last| pieces.get(last))) {
                let paragraph = &paragraphs[first.paragraph];
                let graphemes = first.graphemes.start..last.graphemes.end;
                let spaces = paragraph.slice(graphemes.clone()).chars().rev().take_while(|c| c.is_whitespace()).count();
                lines.push(paragraph.line(&self.fonts, graphemes.start..graphemes.end - spaces));
            }
            start = *end;
        }
        lines
    }
}

/// The width of the outline, in pixels: even for every text in one room.
fn stroke(room: Room) -> f32 {
    ((room.width as f32 * room.height as f32).sqrt() * 0.016).clamp(1.5, 16.0)
}

fn limits(room: Room, stroke: f32) -> Limits {
    let (width, height) = (room.width as f32, room.height as f32);
    let inside = |side: f32| (side / 2.0 - stroke - 0.5).max(0.5);
    Limits { half: (inside(width), inside(height)), largest: (height * LARGEST.0).min(width * LARGEST.1).max(0.1) }
}

/// Puts lines under each other, the middle of all ink at 0: each with its baseline, y downwards.
fn stack(lines: Vec<Line>) -> Vec<(Line, f32)> {
    let mut baselines: Vec<f32> = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let above = index.checked_sub(1).map(|before| (&lines[before], baselines[before]));
        baselines.push(above.map_or(0.0, |(before, baseline)| {
            let clear = line.ink.top - before.ink.bottom + CLEARANCE;
            baseline + clear.max(before.pitch.max(line.pitch))
        }));
    }
    let top = lines.iter().zip(&baselines).map(|(line, baseline)| baseline - line.ink.top).fold(f32::MAX, f32::min);
    let bottom = lines.iter().zip(&baselines).map(|(line, baseline)| baseline - line.ink.bottom).fold(f32::MIN, f32::max);
    let middle = (top + bottom) / 2.0;
    lines.into_iter().zip(baselines).map(|(line, baseline)| (line, baseline - middle)).collect()
}

fn strips(lines: &[(Line, f32)]) -> Vec<Strip> {
    let strip = |(line, baseline): &(Line, f32)| Strip {
        half: (line.ink.right - line.ink.left) / 2.0,
        reach: (baseline - line.ink.top).abs().max((baseline - line.ink.bottom).abs()),
    };
    lines.iter().map(strip).collect()
}

/// Em to pixels; every line centred by its ink.
fn bubble((fit, lines): (Fit, Vec<(Line, f32)>), stroke: f32) -> Bubble {
    let half = (fit.half.0 * fit.size + stroke / 2.0, fit.half.1 * fit.size + stroke / 2.0);
    let across = |half: f32| (2.0 * half + stroke).ceil() as u32;
    let place = |(line, baseline): (Line, f32)| {
        let x = -(line.ink.left + line.ink.right) / 2.0;
        (line, (x, baseline))
    };
    Bubble { width: across(half.0), height: across(half.1), half, stroke, size: fit.size, lines: lines.into_iter().map(place).collect() }
}
