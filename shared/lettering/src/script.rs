//! The choice of a face for each grapheme.
//!
//! All of one script in a text is drawn in one face where one face holds it all, so that a word never changes its look in the middle.

use bubble_text::Face;

/// The writing system of a grapheme, as far as faces and line heights differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Script {
    /// Takes the script of its surroundings: spaces and the punctuation that every script uses.
    Common,
    /// Latin, Greek, Cyrillic, digits, symbols.
    Western,
    /// Han, kana, bopomofo and their punctuation.
    Cjk,
    /// Korean.
    Hangul,
    /// Arabic, Persian, Urdu.
    Arabic,
    Hebrew,
    /// Hindi, Marathi, Nepali, Sanskrit.
    Devanagari,
    Thai,
    /// Pictures in colour.
    Emoji,
}

/// The language whose forms Han characters take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Han {
    Japanese,
    /// Chinese in simplified characters.
    Simplified,
    /// Chinese in traditional characters.
    Traditional,
}

impl Script {
    const SHOWN: [Self; 8] =
        [Self::Western, Self::Cjk, Self::Hangul, Self::Arabic, Self::Hebrew, Self::Devanagari, Self::Thai, Self::Emoji];

    pub(crate) fn of(grapheme: &str) -> Self {
        if is_emoji(grapheme) {
            return Self::Emoji;
        }
        match grapheme.chars().next().map_or(0, u32::from) {
            0x20 | 0xA0 | 0x21 | 0x22 | 0x27..=0x29 | 0x2A | 0x2C..=0x2F | 0x3A | 0x3B | 0x3F | 0x5B | 0x5D | 0x7B | 0x7D => Self::Common,
            0xAB | 0xB7 | 0xBB | 0x2002..=0x200A | 0x2010..=0x2026 | 0x202F => Self::Common,
            0x590..=0x5FF | 0xFB1D..=0xFB4F => Self::Hebrew,
            0x600..=0x6FF | 0x750..=0x77F | 0x8A0..=0x8FF | 0xFB50..=0xFDFF | 0xFE70..=0xFEFF => Self::Arabic,
            0x900..=0x97F | 0xA8E0..=0xA8FF => Self::Devanagari,
            0xE00..=0xE7F => Self::Thai,
            0x1100..=0x11FF | 0x3131..=0x318E | 0xAC00..=0xD7FF => Self::Hangul,
            0x3000..=0x9FFF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFFEF | 0x20000..=0x3FFFF => Self::Cjk,
            _ => Self::Western,
        }
    }

    /// The faces it may be drawn in, the best first.
    fn faces(self, han: Han) -> &'static [Face] {
        match (self, han) {
            (Self::Common | Self::Western, _) => &[Face::Rounded, Face::Western, Face::Cjk],
            (Self::Cjk, Han::Japanese) => &[Face::Rounded, Face::Cjk],
            (Self::Cjk, _) => &[Face::Cjk, Face::Rounded],
            (Self::Hangul, _) => &[Face::Cjk],
            (Self::Arabic, _) => &[Face::Arabic],
            (Self::Hebrew, _) => &[Face::Rounded, Face::Hebrew],
            (Self::Devanagari, _) => &[Face::Devanagari],
            (Self::Thai, _) => &[Face::Thai],
            (Self::Emoji, _) => &[Face::Emoji],
        }
    }

    /// The distance of two baselines, in em.
    pub(crate) const fn pitch(self) -> f32 {
        match self {
            Self::Common | Self::Western | Self::Hebrew => 1.14,
            Self::Cjk | Self::Hangul => 1.2,
            Self::Emoji => 1.26,
            Self::Arabic | Self::Devanagari | Self::Thai => 1.42,
        }
    }
}

/// Whether a grapheme is drawn as a picture: it has the emoji selector, or only the emoji face holds it.
fn is_emoji(grapheme: &str) -> bool {
    let is_text = || Face::ALL.iter().any(|face| *face != Face::Emoji && face.draws(grapheme));
    Face::Emoji.draws(grapheme) && (grapheme.contains('\u{FE0F}') || !is_text())
}

/// The script of each grapheme; a common one takes that of the grapheme before it, at the start that of the one after.
pub(crate) fn scripts(graphemes: &[&str]) -> Vec<Script> {
    let mut scripts: Vec<Script> = graphemes.iter().map(|grapheme| Script::of(grapheme)).collect();
    let mut last = scripts.iter().copied().find(|script| is_lending(*script)).unwrap_or(Script::Western);
    for script in &mut scripts {
        if *script == Script::Common {
            *script = last;
        } else if is_lending(*script) {
            last = *script;
        }
    }
    scripts
}

/// Whether punctuation beside this script is drawn in its face: the emoji face has none.
fn is_lending(script: Script) -> bool {
    !matches!(script, Script::Common | Script::Emoji)
}

/// The face of each grapheme.
pub(crate) fn faces(graphemes: &[&str], scripts: &[Script], han: Han) -> Vec<Face> {
    let of_script = Script::SHOWN.map(|script| (script, whole(graphemes, scripts, script, han)));
    let one = |(grapheme, script): (&&str, &Script)| {
        let whole = of_script.iter().find(|(it, _)| it == script).and_then(|(_, face)| *face);
        whole.filter(|face| face.draws(grapheme)).unwrap_or_else(|| first(grapheme, *script, han))
    };
    graphemes.iter().zip(scripts).map(one).collect()
}

/// The first face that holds every grapheme of a script in this text.
fn whole(graphemes: &[&str], scripts: &[Script], script: Script, han: Han) -> Option<Face> {
    let mine = |grapheme: &&str| Script::of(grapheme) == script;
    let all = |face: &Face| graphemes.iter().zip(scripts).filter(|(g, s)| **s == script && mine(g)).all(|(g, _)| face.draws(g));
    script.faces(han).iter().copied().find(all)
}

/// The first face that holds one grapheme.
fn first(grapheme: &str, script: Script, han: Han) -> Face {
    script.faces(han).iter().chain(Face::ALL).copied().find(|face| face.draws(grapheme)).unwrap_or(Face::Rounded)
}

/// Guesses the language of Han characters from the rest of the text: kana means Japanese; otherwise the characters that only one of the standards
/// holds decide.
pub(crate) fn han(text: &str) -> Han {
    let is_kana = |c: char| matches!(c, '\u{3041}'..='\u{30FF}' | '\u{31F0}'..='\u{31FF}' | '\u{FF66}'..='\u{FF9F}');
    let is_bopomofo = |c: char| matches!(c, '\u{3105}'..='\u{312F}');
    if text.chars().any(is_kana) {
        return Han::Japanese;
    }
    if text.chars().any(is_bopomofo) || text.chars().any(|c| TRADITIONAL.contains(c)) {
        return Han::Traditional;
    }
    if text.chars().any(|c| JAPANESE.contains(c)) { Han::Japanese } else { Han::Simplified }
}

/// Common characters used in Taiwan and Hong Kong alone, or in Japan and not in China.
const TRADITIONAL: &str = "們這個來說對時會學國過還沒點樣愛謝請嗎麼為從與經關無聽見開問話讓給發進動電應該認識難歡樂親買賣錢東車馬鳥魚龍飛氣體臺灣戰單圖書畫寫讀覺實際變邊萬億號處連運選當長門間隊員業務產專環義議論調誰課題類頭願風飯飽館語誤達遠適遲醫鐘鐵雙雖雞離靈靜順須預領顯驚驗鬥麗麵黃齊齒";
const JAPANESE: &str = "働込峠畑辻匂枠栃雫凧笹駅売読図楽気広対変歩毎氷県円応戻発関絵続単厳戦撃択沢渋焼窓竜経継総緑縁縄聴転軽辺鉄銭闘険験黒斎亀収団囲圧塩壱実帰弐徳恵悩悪拝拡掲揺摂暁桜検権歓満滝猟獣瑠稲穂穏竪粋絶繊聡舎蔵蛍覚観訳謡賛逓遅郷醸釈鉱鋭錬録陥隠雑霊頼顔顕駆騒髄鶏黙齢仏価倹剣剤勲勧";

#[cfg(test)]
mod tests {
    use unicode_segmentation::UnicodeSegmentation;

    use super::*;

    fn faces_of(text: &str) -> Vec<Face> {
        let graphemes: Vec<&str> = text.graphemes(true).collect();
        faces(&graphemes, &scripts(&graphemes), han(text))
    }

    #[test]
    fn the_language_of_han_is_guessed() {
        assert_eq!(han("大丈夫ですか"), Han::Japanese);
        assert_eq!(han("駅前集合"), Han::Japanese);
        assert_eq!(han("你好吗"), Han::Simplified);
        assert_eq!(han("你們好嗎"), Han::Traditional);
    }

    #[test]
    fn a_script_is_drawn_in_one_face() {
        assert!(faces_of("大丈夫だよ！").iter().all(|face| *face == Face::Rounded));
        assert!(faces_of("薔薇と龘です").iter().all(|face| *face != Face::Western));
        assert!(faces_of("你好，世界！").iter().all(|face| *face == Face::Cjk));
        assert!(faces_of("שָׁלוֹם עולם").iter().all(|face| *face == Face::Hebrew));
        assert!(faces_of("שלום").iter().all(|face| *face == Face::Rounded));
    }

    #[test]
    fn emoji_are_pictures_and_digits_are_not() {
        assert_eq!(faces_of("1"), [Face::Rounded]);
        assert_eq!(faces_of("1️⃣"), [Face::Emoji]);
        assert_eq!(faces_of("❤"), [Face::Emoji]);
        assert_eq!(faces_of("©"), [Face::Rounded]);
        assert_eq!(faces_of("👨‍👩‍👧‍👦"), [Face::Emoji]);
    }
}
