//! Line breaking: the pieces a text may be broken into, with the cost of each break to the reader.

use std::ops::Range;

use icu_segmenter::options::{LineBreakOptions, LineBreakStrictness, WordBreakInvariantOptions};
use icu_segmenter::{LineSegmenter, WordSegmenter};

use crate::shape::Paragraph;

/// A piece of text that stays on one line.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Piece {
    pub(crate) paragraph: usize,
    pub(crate) graphemes: Range<usize>,
    /// Its advance in em, and the same without the space at its end.
    pub(crate) advance: f32,
    pub(crate) trimmed: f32,
    pub(crate) after: Break,
}

/// The break that may follow a piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Break {
    /// A line break of the text's own.
    Must,
    /// A new line, at a cost: 0 between words or after punctuation, more inside a run of Han or kana, most inside a word.
    May(f32),
}

/// Between two words of a script without spaces, the second of which begins with Han or katakana, as most phrases do.
const BETWEEN_PHRASES: f32 = 0.01;
/// Between two words of a script without spaces.
const BETWEEN_WORDS: f32 = 0.08;
const INSIDE_WORD: f32 = 0.4;
/// Where a mark would be torn from its word, or a dash in two.
const AT_MARK: f32 = 1.5;

/// The pieces of some paragraphs between all breaks that the scripts' own rules allow.
pub(crate) fn pieces(paragraphs: &[Paragraph<'_>], advances: &[Vec<f32>]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (index, (paragraph, advances)) in paragraphs.iter().zip(advances).enumerate() {
        let words = words(paragraph);
        for range in segments(paragraph) {
            let after = Break::May(cost(paragraph, range.end, &words));
            pieces.push(measure(paragraph, advances, index, range, after));
        }
        if let Some(last) = pieces.last_mut() {
            last.after = Break::Must;
        }
    }
    pieces
}

/// Pieces of some fineness.
pub(crate) struct Grain {
    pub(crate) pieces: Vec<Piece>,
    /// Whether long words are cut.
    pub(crate) is_inside_words: bool,
}

/// Ever more places to break at, the first the kindest to the eye: between phrases, between words, wherever the rules allow, and inside words
/// longer than `longest` em.
pub(crate) fn grains(paragraphs: &[Paragraph<'_>], advances: &[Vec<f32>], longest: f32) -> Vec<Grain> {
    let all = pieces(paragraphs, advances);
    let grains = [joined(&all, BETWEEN_PHRASES), joined(&all, BETWEEN_WORDS), all.clone()];
    let mut finest = Vec::new();
    for piece in all {
        let index = piece.paragraph;
        if piece.trimmed > longest { cut(&paragraphs[index], &advances[index], &piece, &mut finest) } else { finest.push(piece) }
    }
    let whole = grains.into_iter().map(|pieces| Grain { pieces, is_inside_words: false });
    let mut grains: Vec<Grain> = whole.chain([Grain { pieces: finest, is_inside_words: true }]).collect();
    grains.dedup_by(|next, before| next.pieces.len() == before.pieces.len());
    grains
}

/// The pieces with those joined between which a break would cost more.
fn joined(pieces: &[Piece], dearest: f32) -> Vec<Piece> {
    let mut joined: Vec<Piece> = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match joined.last_mut() {
            Some(last) if matches!(last.after, Break::May(cost) if cost > dearest) => {
                last.graphemes.end = piece.graphemes.end;
                last.trimmed = last.advance + piece.trimmed;
                last.advance += piece.advance;
                last.after = piece.after;
            }
            _ => joined.push(piece.clone()),
        }
    }
    joined
}

/// The runs of graphemes between the places where Unicode's line breaking (UAX 14, strict: no small kana and no closing mark begins a line)
/// and a dictionary for Thai allow a break. Korean breaks between its words alone.
fn segments(paragraph: &Paragraph<'_>) -> Vec<Range<usize>> {
    let mut options = LineBreakOptions::default();
    options.strictness = Some(LineBreakStrictness::Strict);
    let segmenter = LineSegmenter::new_dictionary(options);
    let text = with_brackets(paragraph.text());
    let mut ends: Vec<usize> = segmenter.segment_str(&text).skip(1).map(|byte| paragraph.grapheme_at(byte)).collect();
    if let Some(last) = ends.last_mut() {
        *last = paragraph.len();
    }
    ends.retain(|end| *end == paragraph.len() || !(is_between_hangul(paragraph, *end) || is_before_dash(paragraph, *end)));
    ends.dedup();
    let starts = [0].into_iter().chain(ends.iter().copied()).collect::<Vec<_>>();
    starts.into_iter().zip(ends).filter(|(start, end)| start < end).map(|(start, end)| start..end).collect()
}

fn is_between_hangul(paragraph: &Paragraph<'_>, at: usize) -> bool {
    let is_hangul = |grapheme: usize| paragraph.slice(grapheme..grapheme + 1).chars().all(|c| matches!(c, '\u{AC00}'..='\u{D7A3}'));
    at > 0 && is_hangul(at - 1) && is_hangul(at)
}

/// Unicode's rules do not know which side of a quotation “ is on, and break on neither side of it. In Chinese and Japanese “ begins one, and breaks as
/// 「 does.
fn with_brackets(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let is_quote = |c: &char| matches!(c, '“' | '‘' | '”' | '’');
    let is_wide =
        |c: Option<&char>| c.is_some_and(|c| matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{FF01}'..='\u{FF60}' | '…' | '—' | '\u{20000}'..));
    let is_in_chinese = |at: usize| {
        let (before, after) = (characters[..at].iter().rfind(|c| !is_quote(c)), characters[at..].iter().find(|c| !is_quote(c)));
        is_wide(before) || is_wide(after)
    };
    let bracket = |(at, character): (usize, &char)| match character {
        '“' | '‘' if is_in_chinese(at) => '「',
        '”' | '’' if is_in_chinese(at) => '」',
        _ => *character,
    };
    characters.iter().enumerate().map(bracket).collect()
}

/// Unicode's rules break on both sides of a dash. It stays with what is before it: —— begins no line.
fn is_before_dash(paragraph: &Paragraph<'_>, at: usize) -> bool {
    let is_space = |text: &str| text.chars().all(char::is_whitespace);
    paragraph.slice(at..at + 1).starts_with(['—', '―', '⸺', '⸻']) && !is_space(paragraph.slice(at - 1..at))
}

/// Where words begin, by the dictionaries for the scripts without spaces.
fn words(paragraph: &Paragraph<'_>) -> Vec<usize> {
    let segmenter = WordSegmenter::new_dictionary(WordBreakInvariantOptions::default());
    segmenter.segment_str(paragraph.text()).map(|byte| paragraph.grapheme_at(byte)).collect()
}

fn measure(paragraph: &Paragraph<'_>, advances: &[f32], index: usize, graphemes: Range<usize>, after: Break) -> Piece {
    let advance: f32 = advances[graphemes.clone()].iter().sum();
    let is_space = |at: &usize| paragraph.slice(*at..at + 1).chars().all(char::is_whitespace);
    let space: f32 = graphemes.clone().rev().take_while(is_space).map(|at| advances[at]).sum();
    Piece { paragraph: index, graphemes, advance, trimmed: advance - space, after }
}

/// Cuts a word into its graphemes, so that it may be broken anywhere, at its marks only in need.
fn cut(paragraph: &Paragraph<'_>, advances: &[f32], piece: &Piece, pieces: &mut Vec<Piece>) {
    for at in piece.graphemes.clone() {
        let text = paragraph.slice(at..at + 1);
        match pieces.last_mut() {
            // The space after a word stays with its last letter.
            Some(last) if text.chars().all(char::is_whitespace) => {
                last.graphemes.end = at + 1;
                last.advance += advances[at];
                last.after = piece.after;
            }
            _ => {
                let after = if at + 1 == piece.graphemes.end { piece.after } else { Break::May(cut_cost(paragraph, at + 1)) };
                pieces.push(measure(paragraph, advances, piece.paragraph, at..at + 1, after));
            }
        }
    }
}

fn cut_cost(paragraph: &Paragraph<'_>, end: usize) -> f32 {
    let is_letter = |at: usize| paragraph.slice(at..at + 1).starts_with(char::is_alphanumeric);
    if is_letter(end - 1) && is_letter(end) { INSIDE_WORD } else { AT_MARK }
}

/// The cost of a break before the grapheme at `end`.
fn cost(paragraph: &Paragraph<'_>, end: usize, words: &[usize]) -> f32 {
    let ends_phrase = |c: char| c.is_whitespace() || c.is_ascii_punctuation() || "、。，．！？…—”’」』）】〉》・，：；～".contains(c);
    let begins_phrase = |c: char| "“‘「『（【〈《".contains(c);
    let is_hiragana = |c: char| matches!(c, '\u{3041}'..='\u{309F}' | 'ー');
    let before = paragraph.slice(end - 1..end).chars().next_back().unwrap_or(' ');
    let after = (end < paragraph.len()).then(|| paragraph.slice(end..end + 1)).and_then(|it| it.chars().next()).unwrap_or(' ');
    // お and ご are spoken as one with the word they honour.
    let is_prefix = |word: usize| end - word == 1 && matches!(before, 'お' | 'ご' | '御');
    match words.binary_search(&end) {
        _ if ends_phrase(before) => 0.0,
        Ok(index) if index > 0 && is_prefix(words[index - 1]) => INSIDE_WORD,
        _ if begins_phrase(after) => BETWEEN_PHRASES,
        // A heart or a smile belongs to the word before it.
        _ if before.is_alphanumeric() && !after.is_alphanumeric() => INSIDE_WORD,
        Err(_) => INSIDE_WORD,
        Ok(_) if is_hiragana(after) => BETWEEN_WORDS,
        Ok(_) => BETWEEN_PHRASES,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces between which lines may break.
    fn broken(text: &str) -> String {
        let paragraphs = Paragraph::all(text);
        let pieces = segments(&paragraphs[0]).into_iter().map(|range| paragraphs[0].slice(range));
        pieces.collect::<Vec<_>>().join("|")
    }

    #[test]
    fn a_chinese_quotation_breaks_outside_its_marks() {
        for (text, pieces) in [
            ("他说“你好”然后", "他|说|“你|好”|然|后"),
            ("“你好”“再见”", "“你|好”|“再|见”"),
            ("我‘知道’了", "我|‘知|道’|了"),
            ("“‘你’”好", "“‘你’”|好"),
            ("（“书”）", "（“书”）"),
            ("你“hello”他", "你|“hello”|他"),
            ("他叫“Tom”。", "他|叫|“Tom”。"),
            ("say “你好”!", "say |“你|好”!"),
            ("这是“一”、“二”。", "这|是|“一”、|“二”。"),
            ("it’s “fine” here", "it’s |“fine” |here"),
        ] {
            assert_eq!(broken(text), pieces);
        }
    }

    #[test]
    fn a_dash_stays_with_what_is_before_it_and_whole() {
        for (text, pieces) in [
            ("等等——我来了", "等|等——|我|来|了"),
            ("他来了——", "他|来|了——"),
            ("“好——”他说", "“好——”|他|说"),
            ("他说——“好”", "他|说——|“好”"),
            ("“好”——他", "“好”——|他"),
            ("第一—第二", "第|一—|第|二"),
            ("好……真的", "好……|真|的"),
            ("……——", "……——"),
            ("so — yes", "so |— |yes"),
        ] {
            assert_eq!(broken(text), pieces);
        }
    }
}
