//! Header values with parameters, such as `multipart/form-data; boundary="x"` (RFC 9110, 5.6.6).
//!
//! Written as clients write them: white space around each sign, names in any capitals, values with or without quotes, and any sign within quotes.

use std::borrow::Cow;

/// White space within a header (RFC 9110, 5.6.3); any other belongs to the value.
const SPACE: [char; 2] = [' ', '\t'];

/// The value before its parameters, such as the media type of a `Content-Type`.
pub(super) fn essence(header: &str) -> &str {
    header.split(';').next().unwrap_or_default().trim_matches(SPACE)
}

/// The media type of a body. `image/jpg` and `image/pjpeg` are names that programs and browsers have for a JPEG.
pub(super) fn media_type(content_type: &str) -> &str {
    let named = essence(content_type);
    let is_jpeg = ["image/jpg", "image/pjpeg"].iter().any(|other| named.eq_ignore_ascii_case(other));
    if is_jpeg { "image/jpeg" } else { named }
}

/// The first parameter of this name.
pub(super) fn parameter<'a>(header: &'a str, name: &str) -> Option<Cow<'a, str>> {
    let (_, mut rest) = header.split_once(';')?;
    loop {
        let (key, after) = rest.split_at(rest.find(['=', ';'])?);
        let (value, left) = match after.strip_prefix('=') {
            Some(after) => value(after.trim_start_matches(SPACE)),
            None => (Cow::Borrowed(""), after),
        };
        if key.trim_matches(SPACE).eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = left.split_once(';')?.1;
    }
}

/// The value at the beginning of `text`, and the rest of it.
fn value(text: &str) -> (Cow<'_, str>, &str) {
    match text.strip_prefix('"') {
        Some(text) => quoted(text),
        None => {
            let (value, left) = text.split_at(text.find(';').unwrap_or(text.len()));
            (Cow::Borrowed(value.trim_end_matches(SPACE)), left)
        }
    }
}

/// A value up to its closing quote, without which it is the whole text. A backslash is for a quote or for itself: browsers send a file's path as it is.
fn quoted(text: &str) -> (Cow<'_, str>, &str) {
    let mut value = String::new();
    let mut signs = text.char_indices().peekable();
    while let Some((at, sign)) = signs.next() {
        match sign {
            '"' => return (Cow::Owned(value), &text[at + 1..]),
            '\\' => value.push(signs.next_if(|(_, next)| matches!(next, '"' | '\\')).map_or(sign, |(_, escaped)| escaped)),
            _ => value.push(sign),
        }
    }
    (Cow::Owned(value), "")
}

/// The preference of an `Accept` header for a media type that it names: 0 to 1000, and 0 when it does not name it.
pub(super) fn preference(accept: &str, media: &str) -> u16 {
    let quality = |range: &str| parameter(range, "q").and_then(|value| value.parse::<f32>().ok()).unwrap_or(1.0);
    let named = accept.split(',').filter(|range| essence(range).eq_ignore_ascii_case(media)).map(quality);
    // At most 1000, by the clamp.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    named.map(|quality| (quality.clamp(0.0, 1.0) * 1000.0) as u16).max().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_jpeg_has_one_type_under_all_its_names() {
        for name in ["image/jpeg", "image/jpg", "IMAGE/PJPEG; q=1", " image/JPG "] {
            assert!(media_type(name).eq_ignore_ascii_case("image/jpeg"), "{name}");
        }
        assert_eq!((media_type("image/jpgx"), media_type("image/png;x")), ("image/jpgx", "image/png"));
    }

    #[test]
    fn a_parameter_is_read_however_a_client_writes_it() {
        for header in [
            "multipart/form-data; boundary=x7",
            "multipart/form-data ; boundary=x7",
            "Multipart/Form-Data;BOUNDARY=x7",
            "multipart/form-data;\tboundary = \"x7\"",
            "multipart/form-data; charset=\"a;boundary=b\"; boundary=x7 ; more=1",
            "multipart/form-data;; flag; boundary=\"x7\";",
            r#"multipart/form-data; note="say \"; boundary=no\""; Boundary=x7"#,
        ] {
            assert_eq!(parameter(header, "boundary").as_deref(), Some("x7"), "{header}");
            assert!(essence(header).eq_ignore_ascii_case("multipart/form-data"), "{header}");
        }
        for header in ["", "multipart/form-data", "boundary=x7", "a; xboundary=1", "a; boundary", "a; \u{a0}boundary=1"] {
            assert_eq!(parameter(header, "boundary"), None, "{header}");
        }
    }

    #[test]
    fn a_quoted_value_may_hold_any_sign() {
        let name = |header: &str| parameter(header, "filename").map(Cow::into_owned);
        assert_eq!(name(r#"form-data; filename="a; name=b.jpg""#).as_deref(), Some("a; name=b.jpg"));
        assert_eq!(name(r#"form-data; filename="say \"a\" \\ b""#).as_deref(), Some(r#"say "a" \ b"#));
        assert_eq!(name(r#"form-data; filename="C:\photos\me.jpg""#).as_deref(), Some(r"C:\photos\me.jpg"));
        assert_eq!(name(r#"form-data; filename="never closed"#).as_deref(), Some("never closed"));
        assert_eq!(name("form-data; filename=a/b=c d ; x").as_deref(), Some("a/b=c d"));
    }

    proptest! {
        #[test]
        fn any_header_is_read_or_has_no_such_parameter(header in "\\PC{0,40}[;=\"\\\\ a\u{e9}]{0,20}") {
            if let Some(value) = parameter(&header, "a") {
                prop_assert!(value.len() <= header.len());
            }
            prop_assert!(essence(&header).len() <= header.len());
        }
    }
}
