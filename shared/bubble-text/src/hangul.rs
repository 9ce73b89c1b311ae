//! The letters of Korean that compose syllables, where they compose none.

use unicode_segmentation::UnicodeSegmentation;

const LEADING: &str = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ";
const TRAILING: &str = "ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ";

/// A text in NFC with such letters as the ones that stand alone: some keyboards write ㅋㅋㅋ with leading consonants, which would be one long syllable.
pub(crate) fn spelt_out(text: &str) -> String {
    let clusters = text.graphemes(true);
    clusters.flat_map(|cluster| cluster.chars().map(move |c| if is_syllable(cluster) { c } else { standing(c).unwrap_or(c) })).collect()
}

/// Whether a leading consonant and a vowel meet.
fn is_syllable(cluster: &str) -> bool {
    let has = |is: fn(char) -> bool| cluster.contains(is);
    has(|c| matches!(c, '\u{1100}'..='\u{115F}' | '\u{A960}'..='\u{A97C}'))
        && has(|c| matches!(c, '\u{1160}'..='\u{11A7}' | '\u{D7B0}'..='\u{D7C6}'))
}

fn standing(letter: char) -> Option<char> {
    let code = u32::from(letter);
    let nth = |letters: &str, first: u32| letters.chars().nth((code - first) as usize);
    match code {
        0x1100..=0x1112 => nth(LEADING, 0x1100),
        0x1161..=0x1175 => char::from_u32(code - 0x1161 + 0x314F),
        0x11A8..=0x11C2 => nth(TRAILING, 0x11A8),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use crate::Words;

    #[test]
    fn letters_that_compose_nothing_stand_alone() {
        let spelt = |text: &str| Words::parse(text).unwrap().as_str().to_owned();
        assert_eq!(spelt("\u{1112}\u{1161}\u{11AB}\u{1100}\u{1173}\u{11AF}"), "한글");
        assert_eq!(spelt(&"\u{110F}".repeat(20)), "ㅋ".repeat(20));
        assert_eq!(spelt("\u{1172} \u{11C2} \u{1100}\u{1100} \u{1161}\u{1161}"), "ㅠ ㅎ ㄱㄱ ㅏㅏ");
        assert_eq!(spelt("\u{1112}\u{119E}\u{11AB}"), "\u{1112}\u{119E}\u{11AB}");
    }
}
