//! XMP is found in every place and form it may have, and only the property counts.

use std::slice::from_ref;

use picture_files::PictureFormat::{self, Jpeg, Png, Webp};
use testkit::pictures::{self, png_chunk, riff, riff_chunk, vp8x, zlib, zlib_bomb};

use crate::writing::*;

const NAMESPACES: &str = concat!(
    r#"xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" "#,
    r#"xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" "#,
    r#"xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xmpNote="http://ns.adobe.com/xmp/note/""#
);
const JPEG_XMP: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const KEYWORD: &[u8] = b"XML:com.adobe.xmp\0";

fn ai() -> String {
    uri("trainedAlgorithmicMedia")
}

/// A packet of these descriptions
fn rdf(descriptions: &str) -> String {
    format!(
        r#"<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMESPACES}>{descriptions}</rdf:RDF></x:xmpmeta><?xpacket end="w"?>"#
    )
}

/// A packet of one description with these elements
fn described(elements: &str) -> String {
    rdf(&format!(r#"<rdf:Description rdf:about="">{elements}</rdf:Description>"#))
}

pub(crate) fn packet(uri: &str) -> String {
    rdf(&format!(r#"<rdf:Description rdf:about="" Iptc4xmpExt:DigitalSourceType="{uri}"/>"#))
}

/// A picture with a packet in the usual place
pub(crate) fn with_packet(format: PictureFormat, packet: &[u8]) -> Vec<u8> {
    let picture = plain(format);
    match format {
        Jpeg => pictures::jpeg_with_segment(&picture, 0xe1, &[JPEG_XMP, packet].concat()),
        Png => png_with(&[itxt(packet)], &[]),
        Webp => riff(&[vp8x(0x04, 64, 64), picture[12..].to_vec(), riff_chunk(b"XMP ", packet)]),
    }
}

fn png_with(before: &[Vec<u8>], behind: &[Vec<u8>]) -> Vec<u8> {
    let card = image::RgbImage::from_pixel(16, 16, image::Rgb([9, 9, 9]));
    pictures::rgb_png(&card, before, behind)
}

fn itxt(packet: &[u8]) -> Vec<u8> {
    png_chunk(b"iTXt", &[KEYWORD, b"\0\0\0\0", packet].concat())
}

fn found(bytes: &[u8]) -> Option<String> {
    report(bytes).xmp_digital_source_type
}

fn found_in(packet: &str) -> Option<String> {
    let all: Vec<_> = FORMATS.iter().map(|&format| found(&with_packet(format, packet.as_bytes()))).collect();
    assert!(all.iter().all(|one| one == &all[0]), "{all:?}");
    all[0].clone()
}

/// ImageMagick's profile
fn raw_profile(kind: &str, bytes: &[u8]) -> Vec<u8> {
    let digits: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let lines: Vec<&str> = (0..digits.len()).step_by(72).map(|at| &digits[at..digits.len().min(at + 72)]).collect();
    format!("\n{kind}\n{:8}\n{}\n", bytes.len(), lines.join("\n")).into_bytes()
}

#[test]
fn xmp_is_found_in_every_place_of_a_png() {
    let short = packet(&ai());
    let long = described(&format!(
        "<dc:source>{}</dc:source><Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>",
        "x".repeat(90_000),
        ai()
    ));
    for text in [short.as_bytes(), long.as_bytes()] {
        let zipped = zlib(text);
        for chunk in [
            itxt(text),
            png_chunk(b"iTXt", &[KEYWORD, b"\0\0en-GB\0XMP of this\0", text].concat()),
            png_chunk(b"iTXt", &[KEYWORD, b"\x01\0\0\0", &zipped].concat()),
            png_chunk(b"iTXt", &[KEYWORD, b"\x01\0en\0XMP\0", &zipped].concat()),
            png_chunk(b"zTXt", &[b"Raw profile type xmp\0\0".as_slice(), &zlib(&raw_profile("xmp", text))].concat()),
            png_chunk(b"tEXt", &[b"Raw profile type xmp\0".as_slice(), &raw_profile("xmp", text)].concat()),
            png_chunk(b"iTXt", &[b"Raw profile type xmp\0\0\0\0\0".as_slice(), &raw_profile("xmp", text)].concat()),
        ] {
            for picture in [png_with(from_ref(&chunk), &[]), png_with(&[], from_ref(&chunk))] {
                assert_eq!(found(&picture), Some(ai()), "{}", String::from_utf8_lossy(&chunk[4..60]));
            }
        }
    }
    for kind in ["APP1", "generic profile"] {
        let packed = zlib(&raw_profile(kind, &[JPEG_XMP, short.as_bytes()].concat()));
        let chunk = png_chunk(b"zTXt", &[b"Raw profile type APP1\0\0".as_slice(), &packed].concat());
        assert_eq!(found(&png_with(&[chunk], &[])), Some(ai()), "{kind}");
    }
    let comment = png_chunk(b"iTXt", &[b"Comment\0\0\0\0\0".as_slice(), short.as_bytes()].concat());
    assert_eq!(found(&png_with(&[comment], &[])), None, "a text by another name");
}

#[test]
fn xmp_is_found_in_every_place_of_a_jpeg() {
    let picture = with_packet(Jpeg, packet(&ai()).as_bytes());
    assert_eq!(found(&picture), Some(ai()));
    for fill in 1..4 {
        let filled = [&picture[..2], &vec![0xff; fill], &picture[2..]].concat();
        assert_eq!(found(&filled), Some(ai()), "{fill} fill bytes");
    }
    let behind_exif = pictures::jpeg_with_segment(&picture, 0xe1, b"Exif\0\0II*\0");
    assert_eq!(found(&behind_exif), Some(ai()));
    let end = parts(&behind_exif)[1].end;
    let between = [&behind_exif[..end], &[0, 7, 0][..], &behind_exif[end..]].concat();
    assert_eq!(found(&between), Some(ai()), "bytes between segments");
}

/// What is too long for a segment is in further ones, which the first packet names.
#[test]
fn the_further_packet_of_a_jpeg_is_read_where_the_first_names_it() {
    let guid = b"0123456789ABCDEF0123456789ABCDEF";
    let long = described(&format!(
        "<dc:source>{}</dc:source><Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>",
        "x".repeat(90_000),
        ai()
    ));
    let portion = |at: usize, guid: &[u8]| {
        let text = &long.as_bytes()[at..long.len().min(at + 40_000)];
        let numbers = [(long.len() as u32).to_be_bytes(), (at as u32).to_be_bytes()].concat();
        [b"http://ns.adobe.com/xmp/extension/\0".as_slice(), guid, &numbers, text].concat()
    };
    let first =
        |guid: &[u8]| rdf(&format!(r#"<rdf:Description rdf:about="" xmpNote:HasExtendedXMP="{}"/>"#, String::from_utf8_lossy(guid)));
    let jpeg = |order: [usize; 3], named: &[u8]| {
        let segments = order.map(|at| portion(at * 40_000, guid));
        let with = |picture: Vec<u8>, body: &Vec<u8>| pictures::jpeg_with_segment(&picture, 0xe1, body);
        with(segments.iter().rev().fold(plain(Jpeg), with), &[JPEG_XMP, first(named).as_bytes()].concat())
    };
    assert_eq!(found(&jpeg([0, 1, 2], guid)), Some(ai()));
    assert_eq!(found(&jpeg([2, 0, 1], guid)), Some(ai()), "in another order");
    assert_eq!(found(&jpeg([0, 1, 2], &guid.to_ascii_lowercase())), Some(ai()));
    assert_eq!(found(&jpeg([0, 2, 2], guid)), None, "a portion is missing");
    assert_eq!(found(&jpeg([0, 1, 2], b"ffffffffffffffffffffffffffffffff")), None, "another is named");
}

#[test]
fn xmp_of_a_webp_is_found_by_either_name() {
    let picture = |name: &[u8; 4]| riff(&[vp8x(0x04, 64, 64), plain(Webp)[12..].to_vec(), riff_chunk(name, packet(&ai()).as_bytes())]);
    assert_eq!(found(&picture(b"XMP ")), Some(ai()));
    assert_eq!(found(&picture(b"XMP\0")), Some(ai()));
    assert_eq!(found(&picture(b"xmp ")), None);
}

#[test]
fn every_encoding_is_read() {
    let text = packet(&ai());
    for text in [text.clone(), format!("\u{feff}{text}")] {
        let units: Vec<u16> = text.encode_utf16().collect();
        let points: Vec<u32> = text.chars().map(u32::from).collect();
        for bytes in [
            text.clone().into_bytes(),
            units.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
            units.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
            points.iter().flat_map(|point| point.to_le_bytes()).collect(),
            points.iter().flat_map(|point| point.to_be_bytes()).collect(),
        ] {
            for format in FORMATS {
                assert_eq!(found(&with_packet(format, &bytes)), Some(ai()), "{format:?}: {:?}", &bytes[..8]);
            }
        }
    }
    let latin = [b"<?xml version='1.0' encoding='ISO-8859-1'?><!-- \xe9 -->".as_slice(), packet(&ai()).as_bytes()].concat();
    assert_eq!(found(&with_packet(Png, &latin)), Some(ai()));
}

#[test]
fn every_form_of_the_property_is_read() {
    let uri = ai();
    let own = |text: &str| text.replace("URI", &uri).replace("DST", "Iptc4xmpExt:DigitalSourceType");
    for text in [
        described("<DST>URI</DST>"),
        described("<DST>\n  URI\n </DST>"),
        described(r#"<DST rdf:resource="URI"/>"#),
        described(r#"<DST rdf:resource='URI'></DST>"#),
        described(r#"<DST resource="URI"/>"#),
        described("<DST><![CDATA[URI]]></DST>"),
        described("<DST><!-- a comment -->URI</DST>"),
        described("<DST>http:&#x2F;&#47;cv.iptc.org/newscodes/digitalsourcetype/trained<![CDATA[Algorithmic]]>Media</DST>"),
        described(r#"<DST rdf:parseType="Resource"><rdf:value>URI</rdf:value><dc:source>a note</dc:source></DST>"#),
        described(r#"<DST><rdf:Description><rdf:value>URI</rdf:value><dc:source>a note</dc:source></rdf:Description></DST>"#),
        described(r#"<DST><rdf:Description rdf:value="URI" dc:source="x"/></DST>"#),
        described(r#"<DST><rdf:Description rdf:about="URI"/></DST>"#),
        described("<DST><rdf:Bag><rdf:li>URI</rdf:li></rdf:Bag></DST>"),
        described(r#"<DST><rdf:Seq><rdf:li rdf:resource="URI"/></rdf:Seq></DST>"#),
        described("<rdf:Description><DST>URI</DST></rdf:Description>"),
        described(r#"<rdf:Description DST="URI"/>"#),
        rdf(r#"<rdf:Description rdf:about=""/><rdf:Description rdf:about="" DST="URI"/>"#),
        rdf("<rdf:Description rdf:about='' DST = 'URI'/>"),
        rdf(r#"<rdf:Description rdf:about="" DST="http:&#x2f;&#47;cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>"#),
        rdf(r#"<rdf:Description rdf:about="" xmlns:a="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" a:DigitalSourceType="URI"/>"#),
        rdf(
            r#"<a:Description xmlns:a="http://www.w3.org/1999/02/22-rdf-syntax-ns#" a:about=""><DigitalSourceType xmlns="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" a:resource="URI"/></a:Description>"#,
        ),
        rdf(r#"<dc:Work rdf:about="" DST="URI"/>"#),
        format!(r#"<rdf:RDF {NAMESPACES}><rdf:Description DST="URI"/></rdf:RDF>"#),
        format!("{}{}", described("<dc:source>first</dc:source>"), described("<DST>URI</DST>")),
        format!(
            "<!DOCTYPE x [<!ENTITY iptc 'http://cv.iptc.org/newscodes/digitalsourcetype/'>]>{}",
            described("<DST>&iptc;trainedAlgorithmicMedia</DST>")
        ),
        format!("<!DOCTYPE x [<!ENTITY e \"URI\">]>{}", rdf(r#"<rdf:Description rdf:about="" DST="&e;"/>"#)),
        format!("{}\0\0\0   ", described("<DST>URI</DST>")),
        described("<dc:source>A & B</dc:source><DST>URI</DST>"),
    ] {
        assert_eq!(found_in(&own(&text)).as_ref(), Some(&uri), "{text}");
    }
}

#[test]
fn a_mention_of_the_property_is_no_statement() {
    let uri = ai();
    let own = |text: &str| text.replace("URI", &uri).replace("DST", "Iptc4xmpExt:DigitalSourceType");
    for text in [
        described(r#"<dc:description>DST="URI"</dc:description>"#),
        described("<dc:description>&lt;DST&gt;URI&lt;/DST&gt;</dc:description>"),
        described("<dc:description><![CDATA[<DST>URI</DST>]]></dc:description>"),
        described("<!-- <DST>URI</DST> -->"),
        described("<?DST URI?>"),
        described("<dc:description>DigitalSourceType >URI</dc:description>"),
        described(r#"<dc:DigitalSourceType>URI</dc:DigitalSourceType>"#),
        described(r#"<a:DigitalSourceType xmlns:a="http://example.com/">URI</a:DigitalSourceType>"#),
        described("<DigitalSourceType>URI</DigitalSourceType>"),
        described("<unbound:DigitalSourceType>URI</unbound:DigitalSourceType>"),
        described("<DST></DST>"),
        described("<DST> </DST>"),
        described(r#"<DST rdf:resource=""/>"#),
        described(r#"<DST dc:source="URI"/>"#),
        described("<DST><dc:source>URI</dc:source></DST>"),
        described(r#"<dc:relation rdf:parseType="Resource"><DST>URI</DST></dc:relation>"#),
        rdf(r#"<rdf:Description rdf:about="" dc:description="DST=URI"/>"#),
        rdf(r#"<rdf:Description rdf:about="" DigitalSourceType="URI"/>"#),
        format!(r#"<x {NAMESPACES} DST="URI"><DST>URI</DST></x>"#),
        own("DST=\"URI\""),
        described("<DST>a word or two</DST>"),
        described(&format!("<DST>{}</DST>", "x".repeat(5_000))),
        described("<DST>&unknown;</DST>"),
    ] {
        assert_eq!(found_in(&own(&text)), None, "{text}");
        assert!(report(&with_packet(Jpeg, own(&text).as_bytes())).summary.starts_with("It says nothing"), "{text}");
    }
}

#[test]
fn of_several_statements_that_of_ai_counts() {
    let of = |term: &str| packet(&uri(term)).into_bytes();
    let camera = of("digitalCapture");
    for all in [[&camera, &of("trainedAlgorithmicMedia")], [&of("trainedAlgorithmicMedia"), &camera]] {
        assert_eq!(found(&png_with(&[itxt(all[0])], &[itxt(all[1])])), Some(ai()));
        let jpeg =
            all.iter().rev().fold(plain(Jpeg), |picture, packet| pictures::jpeg_with_segment(&picture, 0xe1, &[JPEG_XMP, packet].concat()));
        assert_eq!(found(&jpeg), Some(ai()));
        assert_eq!(found(&with_packet(Webp, &all.map(Vec::as_slice).concat())), Some(ai()));
    }
    assert_eq!(found(&png_with(&[itxt(&camera)], &[itxt(&of("humanEdits"))])), Some(uri("digitalCapture")), "the first");
}

/// What is made to exhaust a reader ends soon, and does not hide what came before it.
#[test]
fn bombs_are_bounded() {
    let mut lol = "<!DOCTYPE x [<!ENTITY a0 \"lollollollol\">".to_owned();
    (1..30).for_each(|at| lol += &format!("<!ENTITY a{at} \"{}\">", format!("&a{};", at - 1).repeat(10)));
    let statement = packet(&ai());
    let bombs = [
        format!("{lol}]>{}", described("<Iptc4xmpExt:DigitalSourceType>&a29;</Iptc4xmpExt:DigitalSourceType>")),
        format!("{lol}]>{}", rdf(r#"<rdf:Description rdf:about="" Iptc4xmpExt:DigitalSourceType="&a29;&a29;"/>"#)),
        described(&"<a>".repeat(100_000)),
        described(&format!("<Iptc4xmpExt:DigitalSourceType>{}", "<rdf:li>".repeat(30_000))),
        format!("<a {}/>", (0..20_000).map(|at| format!("xmlns:n{at}='u' ")).collect::<String>()),
        rdf(&format!("<rdf:Description {}/>", (0..20_000).map(|at| format!("a{at}='' ")).collect::<String>())),
        described(&format!("<Iptc4xmpExt:DigitalSourceType>{}</Iptc4xmpExt:DigitalSourceType>", "&amp;".repeat(50_000))),
        "<".repeat(100_000),
        "<!--".repeat(100_000),
    ];
    let nested: String =
        (0..30).map(|level| format!("<a{}>", (0..60).map(|at| format!(" xmlns:n{level}x{at}='u'")).collect::<String>())).collect();
    let resolving = format!("{nested}{}", "<n0x0:b/>".repeat(20_000));
    for bomb in bombs.iter().chain([&resolving]) {
        assert_eq!(found(&with_packet(Webp, bomb.as_bytes())), None);
        assert_eq!(found(&png_with(&[itxt(statement.as_bytes()), itxt(bomb.as_bytes())], &[])), Some(ai()));
    }
    let zipped = png_chunk(b"iTXt", &[KEYWORD, b"\x01\0\0\0", &zlib_bomb(1 << 28)].concat());
    assert_eq!(found(&png_with(&[itxt(statement.as_bytes()), zipped.clone(), zipped.clone()], &[zipped])), Some(ai()));
    let raw = png_chunk(b"tEXt", b"Raw profile type xmp\0\nxmp\n99999999999999999999\n3c");
    assert_eq!(found(&png_with(&[raw, png_chunk(b"iTXt", KEYWORD), png_chunk(b"zTXt", KEYWORD)], &[])), None);
}

#[test]
fn credentials_elsewhere_are_not_fetched_and_cannot_be_checked() {
    let of = |url: &str| {
        rdf(&format!(r#"<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/" dcterms:provenance="{url}"/>"#))
    };
    for format in FORMATS {
        let report = report(&with_packet(format, of("https://example.com/manifest.c2pa").as_bytes()));
        assert!(!report.summary.contains("It carries"), "{}", report.summary);
        let found = report.credentials;
        assert_eq!((found.state, found.codes), (provenance::State::Invalid, vec!["manifest.inaccessible".to_owned()]), "{format:?}");
        assert_eq!(credentials(&with_packet(format, of("a museum").as_bytes())).state, provenance::State::None, "{format:?}");
    }
}
