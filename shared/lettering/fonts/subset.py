#!/usr/bin/env python3
"""Makes the subsets in this folder from the original fonts. The build does not need it; README.md says where the originals are from.

    pip install fonttools==4.68.0 brotli==1.2.1 regex==2026.11.19
    python subset.py FOLDER_WITH_THE_ORIGINALS
    LETTERING_REGENERATE=1 cargo test -p lettering coverage
"""

import sys
from pathlib import Path

import regex
from fontTools import merge, subset
from fontTools.ttLib import TTFont

HERE = Path(__file__).parent

# The OpenType features for shaping: composition, joining, conjuncts, kerning, marks. No vertical writing, no small capitals, no alternates.
FEATURES = (
    "ccmp locl liga clig rlig calt isol init medi fina med2 fin2 fin3 kern mark mkmk curs "
    "ljmo vjmo tjmo nukt akhn rphf rkrf pref blwf abvf half pstf vatu cjct pres abvs blws psts haln abvm blwm dist"
).split()

# The languages whose own forms of a character are kept: Japanese is the default of the face, Korean hanja and Hong Kong's forms are left out.
DROPPED_LANGUAGES = {"KOR ", "ZHH "}

# Punctuation every script uses, so that it can be in the face of the words around it.
COMMON = set(map(ord, " !\"'()*,-./:;?[]{}«»‘’“”…–—·")) | {0xA0}


def span(*pairs):
    """The code points of some inclusive ranges."""
    return {c for first, last in pairs for c in range(first, last + 1)}


WESTERN = span(
    (0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x24F), (0x250, 0x2AF), (0x2B0, 0x2FF), (0x300, 0x36F), (0x370, 0x3FF), (0x400, 0x52F),
    (0x1D00, 0x1DBF), (0x1E00, 0x1EFF), (0x1F00, 0x1FFF), (0x2002, 0x200A), (0x2010, 0x2027), (0x202F, 0x205E), (0x2070, 0x209C),
    (0x20A0, 0x20C0), (0x2100, 0x214F), (0x2150, 0x218B), (0x2C60, 0x2C7F), (0x2E00, 0x2E5D), (0xA700, 0xA7FF),
) - {0x34F}  # the grapheme joiner is invisible
# M PLUS has them in the middle of the line, for Japanese alone; Noto's stand where each script has them.
ELLIPSES = {0x2025, 0x2026}
# M PLUS places a mark on few letters alone; Noto does on all.
MARKS = span((0x300, 0x36F), (0x483, 0x489), (0x1DC0, 0x1DFF), (0xFE20, 0xFE2F))
# Arrows, mathematics, technical signs, enclosed letters, box drawing, blocks, shapes, dingbats.
SYMBOLS = span((0x2190, 0x27FF), (0x2900, 0x29FF), (0x2B00, 0x2BFF))
KANA = span((0x3041, 0x3096), (0x3099, 0x30FF), (0x31F0, 0x31FF))
CJK_MARKS = span((0x3000, 0x3003), (0x3005, 0x301F), (0x3030, 0x3030), (0x303D, 0x303D), (0xFE30, 0xFE6F), (0xFF01, 0xFF9F), (0xFFE0, 0xFFEE))
HEBREW_LETTERS = span((0x5BE, 0x5BE), (0x5D0, 0x5EA), (0x5EF, 0x5F4))
HEBREW = span((0x591, 0x5F4))
ARABIC = span((0x606, 0x61B), (0x61D, 0x6DC), (0x6DE, 0x6FF), (0x750, 0x77F), (0x8A0, 0x8FF), (0xFB50, 0xFDFF), (0xFE70, 0xFEFC))
DEVANAGARI = span((0x900, 0x97F), (0xA8E0, 0xA8FF), (0x20B9, 0x20B9))
THAI = span((0xE01, 0xE3A), (0xE3F, 0xE5B))
# Syllables, the letters that compose them, with those of old Korean, and letters that stand alone.
HANGUL = span((0xAC00, 0xD7A3), (0x1100, 0x11FF), (0xA960, 0xA97C), (0xD7B0, 0xD7FB), (0x3131, 0x318E), (0xFFA0, 0xFFDC))
BOPOMOFO = span((0x3105, 0x312F), (0x31A0, 0x31BF), (0x2C7, 0x2C7), (0x2CA, 0x2CB), (0x2D9, 0x2D9))
# Every Han character of the original, so that no name is refused: JIS X 0213, GB 18030, Big5, KS X 1001 and more; radicals and strokes; enclosed and
# squared characters.
HAN = span(
    (0x2E80, 0x2FDF), (0x31C0, 0x31E3), (0x3200, 0x33FF), (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)
JOINERS = {0x200C, 0x200D, 0x25CC}

# A character that is an emoji is drawn as one: the faces of text keep only those that are typed as plain text.
PLAIN = set(map(ord, "0123456789#*©®‼⁉™ℹ↔↕↖↗↘↙↩↪▪▫▶◀◻◼〰〽♀♂♠♣"))

# What kaomoji borrow from scripts that no bubble is written in, by original: letters that stand alone, and marks that need no shaping.
BORROWED = [
    ("NotoSansSymbols_800ExtraBold.ttf", SYMBOLS),
    ("NotoSansSymbols2_400Regular.ttf", SYMBOLS | span((0x2801, 0x28FF))),
    ("NotoSansMath_400Regular.ttf", SYMBOLS | span((0x2A00, 0x2AFF))),
    ("NotoSansCanadianAboriginal_800ExtraBold.ttf", span((0x1400, 0x167F), (0x18B0, 0x18F5))),
    ("NotoSansGeorgian_800ExtraBold.ttf", span((0x10A0, 0x10FF))),
    ("NotoSansArmenian_800ExtraBold.ttf", span((0x531, 0x58F))),
    ("NotoSansYi_400Regular.ttf", span((0xA000, 0xA4C6))),
    ("NotoSansVai_400Regular.ttf", set(map(ord, "ꔛꔷꕀꕁꕤꕮꖒꖛꖦꖴꗃ"))),
    ("NotoSansKannada_800ExtraBold.ttf", set(map(ord, "ಂಃಊಋಎಓಔಠಡಢಣತಥದಧಬಭರಲವಷಸಿೀುೂೃೆೇೊೋೌ್ೕೖ೦೧೨೩೪೫೬೭೮೯"))),
    ("NotoSansTelugu_800ExtraBold.ttf", set(map(ord, "ఠఢథధ౦౨౪"))),
    ("NotoSansMalayalam_800ExtraBold.ttf", set(map(ord, "ഒഠധൠ൦ഃ"))),
    ("NotoSansTamil_800ExtraBold.ttf", set(map(ord, "ஐஇஒௐ"))),
    ("NotoSansBengali_800ExtraBold.ttf", set(map(ord, "ৎ৹০"))),
    ("NotoSansOriya_800ExtraBold.ttf", set(map(ord, "ଘଓଠ୦୧୨୨୭"))),
    ("NotoSansGurmukhi_800ExtraBold.ttf", set(map(ord, "ੈੇ੦੧੨੭"))),
    ("NotoSansGujarati_800ExtraBold.ttf", set(map(ord, "ઇ૦૧૨૮"))),
    ("NotoSansSinhala_800ExtraBold.ttf", set(map(ord, "ටඨෆ෴"))),
    ("NotoSansLao_800ExtraBold.ttf", set(map(ord, "ຈຶໍ໐໒"))),
    ("NotoSansMyanmar_800ExtraBold.ttf", set(map(ord, "ဝာ၀၁၍"))),
    ("NotoSansCham_800ExtraBold.ttf", set(map(ord, "꩜"))),
    ("NotoSansBalinese_700Bold.ttf", set(map(ord, "᭡᭢᭣᭟"))),
    ("NotoSansJavanese_700Bold.ttf", set(map(ord, "꧁꧂"))),
    ("NotoSerifTibetan_800ExtraBold.ttf", span((0xF01, 0xF0B), (0xF0D, 0xF17), (0xF1A, 0xF34), (0xF3A, 0xF3D), (0xFBE, 0xFC5)) | {0xF72, 0xF80, 0xF90}),
]

FACES = [
    # file, original, number in a collection, code points
    ("rounded.ttf", "MPLUSRounded1c_800ExtraBold.ttf", 0, (WESTERN - ELLIPSES - MARKS) | SYMBOLS | KANA | CJK_MARKS | HEBREW_LETTERS | HAN),
    ("western.ttf", "NotoSans_800ExtraBold.ttf", 0, WESTERN | MARKS | {0x25CC}),
    ("cjk.otf", "NotoSansCJK-Bold.ttc", 0, COMMON | ELLIPSES | SYMBOLS | KANA | CJK_MARKS | BOPOMOFO | HANGUL | HAN),
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
    return keep(font, "emoji.ttf")


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


def cut(originals, original, number, wanted):
    """A subset of one original."""
    options = subset.Options()
    options.layout_features = FEATURES
    options.hinting = False
    options.desubroutinize = False
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.name_languages = [0x409]
    options.drop_tables += ["vhea", "vmtx", "VORG", "BASE", "STAT", "DSIG", "MATH", "meta"]
    options.font_number = number
    font = subset.load_font(str(find(originals, original)), options)
    drop_languages(font)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=wanted)
    subsetter.subset(font)
    return font


def keep(font, file):
    """Writes a face; the same characters for the same originals, whenever it is made."""
    font.recalcTimestamp = False
    font.save(HERE / file, reorderTables=None)
    print(f"{(HERE / file).stat().st_size:>10,}  {file}", flush=True)
    return set(font.getBestCmap())


def outline_font(originals):
    """The text form of every character that has one beside its picture, as the original itself lists them, where no face of text has it."""
    original = TTFont(find(originals, "NotoEmoji_700Bold.ttf"))
    variants = next(table for table in original["cmap"].tables if table.format == 14)
    wanted = {base for base, _ in variants.uvsDict[0xFE0E]} - PLAIN
    keep(cut(originals, "NotoEmoji_700Bold.ttf", 0, wanted), "outline.ttf")


def borrowed_font(originals, held, is_text):
    """One face of what many originals give a little of, where no other face of text has it."""
    parts = []
    for original, wanted in BORROWED:
        font = cut(originals, original, 0, set(filter(is_text, wanted - held)))
        for table in {"GSUB", "GPOS", "GDEF", "kern"} & set(font.keys()):
            del font[table]
        parts.append(HERE / f"{original}.part")
        held |= set(font.getBestCmap())
        font.save(parts[-1])
    keep(merge.Merger().merge(list(map(str, parts))), "borrowed.ttf")
    for part in parts:
        part.unlink()


def main(originals):
    emoji = emoji_font(originals)
    is_picture = regex.compile(r"\p{Emoji_Presentation}").match
    is_text = lambda c: (c not in emoji or c in PLAIN or c in JOINERS) and not is_picture(chr(c))
    held = set()
    for file, original, number, wanted in FACES:
        held |= keep(cut(originals, original, number, set(filter(is_text, wanted))), file)
    borrowed_font(originals, held, is_text)
    outline_font(originals)


if __name__ == "__main__":
    main(sys.argv[1])
