#!/usr/bin/env python3
"""Makes the subsets in this folder from the original fonts. The build does not need it; README.md says where the originals are from.

    pip install fonttools==4.68.0 brotli==1.2.1 regex==2026.11.15
    python subset.py FOLDER_WITH_THE_ORIGINALS
    LETTERING_REGENERATE=1 cargo test -p lettering coverage
"""

import sys
from pathlib import Path

import regex
from fontTools import subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent

# The OpenType features for shaping: composition, joining, conjuncts, kerning, marks. No vertical writing, no small capitals, no alternates.
FEATURES = (
    "ccmp locl liga clig rlig calt isol init medi fina med2 fin2 fin3 kern mark mkmk curs "
    "nukt akhn rphf rkrf pref blwf abvf half pstf vatu cjct pres abvs blws psts haln abvm blwm dist"
).split()

# The languages whose own forms of a character are kept: Japanese is the default of the face, Korean hanja and Hong Kong's forms are left out.
DROPPED_LANGUAGES = {"KOR ", "ZHH "}

# Punctuation every script uses, so that it can be in the face of the words around it.
COMMON = set(map(ord, " !\"'()*,-./:;?[]{}«»‘’“”…–—·")) | {0xA0}


def span(*pairs):
    """The code points of some inclusive ranges."""
    return {c for first, last in pairs for c in range(first, last + 1)}


def of_encoding(name, leads, trails):
    """The code points of a double-byte character set."""
    found = set()
    for lead in leads:
        for trail in trails:
            try:
                text = bytes((lead, trail)).decode(name)
            except UnicodeDecodeError:
                continue
            found.update(map(ord, text))
    return found


def han():
    """JIS X 0208, GB 2312 and Big5 level 1: the everyday characters of Japan, China and Taiwan; and what written Cantonese adds."""
    trails = range(0xA1, 0xFF)
    jis = of_encoding("euc_jp", trails, trails)
    gb = of_encoding("gb2312", trails, trails)
    big5 = of_encoding("big5", range(0xA4, 0xC7), [*range(0x40, 0x7F), *trails])
    cantonese = set(map(ord, "嘅咗喺啲嚟冇哋嘢咁嗰佢睇攞搵唔啱嘥瞓諗畀嬲揾嗌噉咩嘞囉㗎嚿啩吖喎噃㖞冚唥𠻹郁乜嘈呃"))
    return {c for c in jis | gb | big5 | cantonese if chr(c) >= "\u3400" and regex.match(r"\p{Han}", chr(c))}


WESTERN = span(
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x24F), (0x250, 0x2AF), (0x2B0, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F),
    (0x1E00, 0x1EFF), (0x1F00, 0x1FFF), (0x2002, 0x200A), (0x2010, 0x2027), (0x202F, 0x205E), (0x2070, 0x209C), (0x20A0, 0x20C0),
    (0x2100, 0x214F), (0x2150, 0x218B),
) - {0x34F}  # the grapheme joiner is invisible
# M PLUS has them in the middle of the line, for Japanese alone; Noto's stand where each script has them.
ELLIPSES = {0x2025, 0x2026}
# M PLUS places a mark on few letters alone; Noto does on all.
MARKS = span((0x300, 0x36F), (0x483, 0x489))
SYMBOLS = span((0x2190, 0x21FF), (0x2200, 0x22FF), (0x2312, 0x2312), (0x2460, 0x2473), (0x25A0, 0x25FF), (0x2600, 0x266F), (0x27E8, 0x27EB))
KANA = span((0x3041, 0x3096), (0x309B, 0x30FF), (0x31F0, 0x31FF))
CJK_MARKS = span((0x3000, 0x3003), (0x3005, 0x301F), (0x3030, 0x3030), (0x303D, 0x303D), (0xFF01, 0xFF9F), (0xFFE0, 0xFFE6))
HEBREW_LETTERS = span((0x5BE, 0x5BE), (0x5D0, 0x5EA), (0x5EF, 0x5F4))
HEBREW = span((0x591, 0x5F4))
ARABIC = span((0x606, 0x61B), (0x61D, 0x6DC), (0x6DE, 0x6FF), (0x750, 0x77F), (0xFDF2, 0xFDFC))
DEVANAGARI = span((0x900, 0x97F), (0xA8E0, 0xA8FF), (0x20B9, 0x20B9))
THAI = span((0xE01, 0xE3A), (0xE3F, 0xE5B))
HANGUL = span((0xAC00, 0xD7A3), (0x3131, 0x3163))
BOPOMOFO = span((0x3105, 0x312F), (0x2C7, 0x2C7), (0x2CA, 0x2CB), (0x2D9, 0x2D9))
JOINERS = {0x200C, 0x200D, 0x25CC}

# A character that is an emoji is drawn as one: the faces of text keep only those that are typed as plain text.
PLAIN = set(map(ord, "0123456789#*©®‼⁉™ℹ↔↕↖↗↘↙↩↪▪▫▶◀◻◼〰〽♀♂♠♣"))

FACES = [
    # file, original, number in a collection, code points
    ("rounded.ttf", "MPLUSRounded1c_800ExtraBold.ttf", 0, (WESTERN - ELLIPSES - MARKS) | SYMBOLS | KANA | CJK_MARKS | HEBREW_LETTERS | han()),
    ("western.ttf", "NotoSans_800ExtraBold.ttf", 0, WESTERN | {0x25CC}),
    ("cjk.otf", "NotoSansCJK-Bold.ttc", 0, COMMON | ELLIPSES | SYMBOLS | KANA | CJK_MARKS | BOPOMOFO | HANGUL | han()),
    ("arabic.ttf", "NotoSansArabic_700Bold.ttf", 0, COMMON | ARABIC | JOINERS),
    ("hebrew.ttf", "NotoSansHebrew_800ExtraBold.ttf", 0, COMMON | HEBREW | JOINERS),
    ("devanagari.ttf", "NotoSansDevanagari_800ExtraBold.ttf", 0, COMMON | DEVANAGARI | JOINERS),
    ("thai.ttf", "NotoSansThai_800ExtraBold.ttf", 0, COMMON | THAI | JOINERS),
]


def emoji_font(originals):
    """The emoji as they are, only out of the web's compression."""
    font = TTFont(find(originals, "twemoji.woff2"))
    font.flavor = None
    font["post"].formatType = 3.0
    for unused in ("FFTM", "gasp", "cvt "):
        del font[unused]
    font.save(HERE / "emoji.ttf")
    return set(font.getBestCmap())


def find(originals, name):
    """The one file of that name below the folder."""
    return next(Path(originals).rglob(name))


def drop_languages(font):
    """Forgets the forms of some languages, and variation sequences, which words never keep."""
    for tag in {"GSUB", "GPOS"} & set(font.keys()):
        for record in font[tag].table.ScriptList.ScriptRecord:
            kept = [it for it in record.Script.LangSysRecord if it.LangSysTag not in DROPPED_LANGUAGES]
            record.Script.LangSysRecord = kept
            record.Script.LangSysCount = len(kept)
    font["cmap"].tables = [table for table in font["cmap"].tables if table.format != 14]


def face(originals, file, original, number, wanted):
    """Writes one subset."""
    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.desubroutinize = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "STAT", "DSIG", "MATH"]
    options.font_number = number
    font = subset.load_font(str(find(originals, original)), options)
    drop_languages(font)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    subset.save_font(font, str(HERE / file), options)


def main(originals):
    emoji = emoji_font(originals)
    for file, original, number, wanted in FACES:
        wanted = {c for c in wanted if c not in emoji or c in PLAIN or c in JOINERS}
        wanted = {c for c in wanted if not regex.match(r"\p{Emoji_Presentation}", chr(c))}
        face(originals, file, original, number, wanted)
        print(f"{(HERE / file).stat().st_size:>9,}  {file}")
    print(f"{(HERE / 'emoji.ttf').stat().st_size:>9,}  emoji.ttf")


if __name__ == "__main__":
    main(sys.argv[1])
