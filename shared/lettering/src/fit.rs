//! Fits lines into a superellipse: the largest type, and the body around it. All lengths are in em until the room is known.

use crate::breaks::{Break, Piece};
use crate::outline::width_at;

/// Space between ink and outline, in em: beside a line, and above or below it.
const BESIDE: f32 = 0.5;
const ABOVE: f32 = 0.42;
/// The flattest and the steepest body that still looks like a bubble, as width to height.
const FLATTEST: f32 = 2.3;
const STEEPEST: f32 = 0.8;
/// The most pleasing proportion.
const BEST: f32 = 1.5;
/// Half the height of a line's ink, before it is shaped.
const HALF_LINE: f32 = 0.42;
/// More lines than this are never needed: 140 wide characters in the steepest body are fifteen.
const MOST_LINES: usize = 24;

/// The number of line counts that are broken into lines, and of those that are then shaped: the best by estimate.
const TRIED: usize = 6;
const SHAPED: usize = 3;

/// The limits of the room: half axes of the inside of the body and the largest type, all in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) half: (f32, f32),
    pub(crate) largest: f32,
}

/// One line's ink: half its width, and the distance of its farther edge, top or bottom, from the block's middle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strip {
    pub(crate) half: f32,
    pub(crate) reach: f32,
}

/// A body around some lines.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fit {
    /// Half axes of the inside of the body, in em.
    pub(crate) half: (f32, f32),
    /// Pixels in an em.
    pub(crate) size: f32,
    /// How well it reads and looks; higher is better.
    pub(crate) score: f32,
}

/// Lines as pieces: each from the piece where the line before ended to the one given.
pub(crate) type Ends = Vec<usize>;

/// The body for these lines that gives the largest type, and among those the one of the best proportion.
pub(crate) fn around(strips: &[Strip], limits: Limits) -> Fit {
    let tallest = strips.iter().map(|strip| strip.reach).fold(0.1, f32::max) + ABOVE;
    let fits = (0..48).map(|step| {
        let b = tallest * (1.02 + 0.03 * step as f32);
        let a = strips.iter().map(|strip| (strip.half + BESIDE) / width_at(strip.reach + ABOVE, b)).fold(0.1, f32::max);
        judged((a, b), ink_area(strips), limits)
    });
    fits.max_by(|p, q| p.score.total_cmp(&q.score)).unwrap_or(Fit { half: (1.0, 1.0), size: 1.0, score: 0.0 })
}

fn ink_area(strips: &[Strip]) -> f32 {
    strips.iter().map(|strip| 2.0 * strip.half).sum()
}

/// Widens or heightens a body to a bubble's proportion, and scores it.
fn judged((a, b): (f32, f32), ink_area: f32, limits: Limits) -> Fit {
    let (a, b) = (a.max(b * STEEPEST), b.max(a / FLATTEST));
    let size = (limits.half.0 / a).min(limits.half.1 / b).min(limits.largest);
    let off = (a / b / BEST).ln();
    let shape = (-0.25 * off * off).exp();
    let fill = (ink_area / (4.0 * a * b)).clamp(0.01, 1.0).powf(0.12);
    Fit { half: (a, b), size, score: size / limits.largest * shape * fill }
}

/// A way to break pieces into lines, before the lines are shaped.
pub(crate) struct Candidate {
    pub(crate) ends: Ends,
    /// Pixels in an em, about.
    pub(crate) size: f32,
    score: f32,
}

/// A number of lines in a body that is some times as high as they are, and how wide it then is.
struct Proportion {
    profile: Vec<f32>,
    a: f32,
    fit: Fit,
}

/// The best ways to break the pieces into lines, the best first; never none for at least one piece.
pub(crate) fn candidates(pieces: &[Piece], pitch: f32, limits: Limits) -> Vec<Candidate> {
    let musts = pieces.iter().filter(|piece| piece.after == Break::Must).count();
    let counts = musts.max(1)..=pieces.len().min(MOST_LINES.max(musts));
    let mut proportions: Vec<Proportion> = counts.filter_map(|count| proportion(pieces, pitch, count, limits)).collect();
    proportions.sort_by(|p, q| q.fit.score.total_cmp(&p.fit.score));
    // The last resort is one line for each line of the text, which any sufficiently wide body holds.
    let mut found: Vec<Candidate> = Vec::new();
    for proportion in &proportions {
        if found.len() == TRIED {
            break;
        }
        found.extend(candidate(pieces, proportion));
    }
    found.sort_by(|p, q| q.score.total_cmp(&p.score));
    found.truncate(SHAPED);
    found
}

/// The best body for some number of lines.
fn proportion(pieces: &[Piece], pitch: f32, count: usize, limits: Limits) -> Option<Proportion> {
    let middle = (count as f32 - 1.0) / 2.0;
    let reach = |line: usize| (line as f32 - middle).abs() * pitch + HALF_LINE;
    let words: f32 = pieces.iter().map(|piece| piece.trimmed).sum();
    let one = |looseness: f32| {
        let b = (reach(0) + ABOVE) * looseness;
        let profile: Vec<f32> = (0..count).map(|line| width_at(reach(line) + ABOVE, b)).collect();
        let a = narrowest(pieces, &profile)?;
        Some(Proportion { a, fit: judged((a, b), words, limits), profile })
    };
    [1.06, 1.16, 1.3, 1.5, 1.8].into_iter().filter_map(one).max_by(|p, q| p.fit.score.total_cmp(&q.fit.score))
}

/// The best breaks for some number of lines. Five parts in a hundred of freedom in the width, for lines that look alike instead of a last
/// line that is empty.
fn candidate(pieces: &[Piece], proportion: &Proportion) -> Option<Candidate> {
    let (ends, raggedness) = balanced(pieces, &proportion.profile, proportion.a * 1.05)?;
    let score = proportion.fit.score * (1.0 - 0.25 * raggedness.min(1.0));
    Some(Candidate { ends, size: proportion.fit.size, score })
}

/// The most text a line can hold in a body of half axis `a`.
fn room(a: f32, profile: f32) -> f32 {
    2.0 * (a * profile - BESIDE)
}

/// The smallest half axis in which the pieces fill at most these lines.
fn narrowest(pieces: &[Piece], profile: &[f32]) -> Option<f32> {
    let total: f32 = pieces.iter().map(|piece| piece.advance).sum();
    let thinnest = profile.iter().copied().fold(f32::MAX, f32::min);
    if thinnest <= 0.01 {
        return None;
    }
    let (mut low, mut high) = (0.0, (total / 2.0 + BESIDE) / thinnest + 0.01);
    if !fills(pieces, profile, high) {
        return None;
    }
    for _ in 0..18 {
        let middle = (low + high) / 2.0;
        if fills(pieces, profile, middle) { high = middle } else { low = middle }
    }
    Some(high)
}

/// Whether the pieces, each line filled as far as it goes, fit these lines.
fn fills(pieces: &[Piece], profile: &[f32], a: f32) -> bool {
    let mut rooms = profile.iter().map(|it| room(a, *it));
    let Some(mut left) = rooms.next() else { return false };
    let mut is_fresh = true;
    for (index, piece) in pieces.iter().enumerate() {
        while piece.trimmed > left {
            let Some(next) = rooms.next() else { return false };
            left = next;
        }
        left -= piece.advance;
        is_fresh = false;
        if piece.after == Break::Must && index + 1 < pieces.len() {
            let Some(next) = rooms.next() else { return false };
            left = next;
            is_fresh = true;
        }
    }
    !is_fresh
}

/// The breaks that leave the lines most alike, as full as the outline lets each be, and break where it costs least. Also how ragged they are:
/// the mean square of the empty part of a line.
fn balanced(pieces: &[Piece], profile: &[f32], a: f32) -> Option<(Ends, f32)> {
    let count = pieces.len();
    // best[line][end]: the cost of the first `line` lines when they hold the first `end` pieces, and where the last of them began.
    let mut best = vec![vec![(f32::INFINITY, 0_usize); count + 1]; profile.len() + 1];
    best[0][0].0 = 0.0;
    for (line, profile) in profile.iter().enumerate() {
        let room = room(a, *profile);
        for start in 0..count {
            let so_far = best[line][start].0;
            if so_far.is_infinite() {
                continue;
            }
            let mut advance = 0.0;
            for (end, piece) in pieces.iter().enumerate().skip(start) {
                let width = advance + piece.trimmed;
                if width > room + 1e-3 {
                    break;
                }
                let cost = so_far + line_cost(width / room, piece.after);
                if cost < best[line + 1][end + 1].0 {
                    best[line + 1][end + 1] = (cost, start);
                }
                advance += piece.advance;
                if piece.after == Break::Must {
                    break;
                }
            }
        }
    }
    ends(&best, count).map(|ends| (ends, best[profile.len()][count].0 / profile.len() as f32))
}

fn line_cost(full: f32, after: Break) -> f32 {
    let empty = (1.0 - full).max(0.0);
    match after {
        // A line that the text itself ends may be short.
        Break::Must => 0.5 * empty * empty,
        Break::May(cost) => empty * empty + cost,
    }
}

/// Reads the cost table backwards.
fn ends(best: &[Vec<(f32, usize)>], count: usize) -> Option<Ends> {
    let mut ends = vec![count];
    for line in (1..best.len()).rev() {
        let (cost, start) = best[line][*ends.last()?];
        if cost.is_infinite() {
            return None;
        }
        ends.push(start);
    }
    ends.pop();
    ends.reverse();
    Some(ends)
}
