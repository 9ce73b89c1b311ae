use super::*;
use lambda_http::Body;
use lambda_http::RequestExt;
use lambda_http::aws_lambda_events::query_map::QueryMap;
use proptest::prelude::*;

const SHAPE: Shape = Shape { picture: "picture", most_bytes: 4_000, texts: &[Text::anywhere("style", 16), Text::in_form("prompt", 100)] };

fn read(content_type: &str, query: &str, body: Vec<u8>) -> Result<Form, Failure> {
    let request = lambda_http::http::Request::builder().method("POST").uri("/v1/x").header("content-type", content_type);
    let request = request.body(Body::Binary(body)).unwrap().with_query_string_parameters(query.parse::<QueryMap>().unwrap());
    futures_util::FutureExt::now_or_never(async { Request::new(request).form(&SHAPE).await }).expect("a body that is there is read at once")
}

const FORM: &str = "multipart/form-data; boundary=x7";

fn part(name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("--x7\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"Ada Lovelace.jpg\"\r\n\r\n");
    [head.as_bytes(), bytes, b"\r\n"].concat()
}

fn form(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let parts: Vec<u8> = parts.iter().flat_map(|(name, bytes)| part(name, bytes)).collect();
    [parts.as_slice(), b"--x7--\r\n"].concat()
}

fn reason(result: Result<Form, Failure>) -> Reason {
    match result.map(|_| ()) {
        Err(Failure::Invalid(problem)) => problem.reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_form_and_a_bare_picture_are_the_same() {
    let picture = b"\xff\xd8\r\n--x6\0 bytes".as_slice();
    let mut from_form = read(FORM, "", form(&[("style", b"ink-manga"), ("picture", picture), ("prompt", "naïve".as_bytes())])).unwrap();
    assert_eq!(from_form.picture().as_slice(), picture);
    assert_eq!((from_form.text("style").unwrap().as_str(), from_form.text("prompt").unwrap().as_str()), ("ink-manga", "naïve"));
    for media_type in ["image/JPEG", "image/jpg", "image/pjpeg", "image/png; x=y", "image/webp"] {
        let mut bare = read(media_type, "style=ink-manga", picture.to_vec()).unwrap();
        assert_eq!((bare.picture().as_slice(), bare.text("style").unwrap().as_str()), (picture, "ink-manga"), "{media_type}");
        assert!(bare.text("prompt").is_none());
    }
}

#[test]
fn a_prompt_is_never_in_an_address() {
    assert_eq!(reason(read("image/png", "prompt=a+knight", vec![1])), Reason::FieldInvalid);
    assert_eq!(reason(read(FORM, "prompt=a+knight", form(&[("picture", b"1")]))), Reason::FieldInvalid);
    assert_eq!(reason(read(FORM, "style=pixel", form(&[("picture", b"1")]))), Reason::FieldInvalid);
}

#[test]
fn what_does_not_belong_there_or_is_there_twice_is_refused() {
    let refused = |parts: &[(&str, &[u8])]| reason(read(FORM, "", form(parts)));
    assert_eq!(refused(&[("picture", b"1"), ("extra", b"1")]), Reason::BodyMalformed);
    assert_eq!(refused(&[("picture", b"1"), ("picture", b"2")]), Reason::BodyMalformed);
    assert_eq!(refused(&[("picture", b"1"), ("style", b"a"), ("style", b"b")]), Reason::BodyMalformed);
    assert_eq!(refused(&[("style", b"a")]), Reason::BodyMalformed);
    assert_eq!(refused(&[("picture", b"")]), Reason::BodyMalformed);
    assert_eq!(reason(read("image/png", "style=a&style=b", vec![1])), Reason::FieldInvalid);
    assert_eq!(reason(read("image/png", "", Vec::new())), Reason::BodyMalformed);
}

#[test]
fn everything_has_a_limit() {
    assert_eq!(reason(read("image/png", "", vec![1; 4_001])), Reason::BodyTooLarge);
    assert_eq!(reason(read(FORM, "", form(&[("picture", &[1; 4_000])]))), Reason::BodyTooLarge);
    assert_eq!(reason(read(FORM, "", form(&[("picture", b"1"), ("style", &[b'a'; 17])]))), Reason::BodyTooLarge);
    assert_eq!(reason(read("image/png", "style=aaaaaaaaaaaaaaaaa", vec![1])), Reason::FieldInvalid);
}

#[test]
fn texts_are_utf_8_on_one_line() {
    for text in [b"\xff\xfe".as_slice(), b"a\nb", b"a\0b", "a\u{85}b".as_bytes()] {
        assert_eq!(reason(read(FORM, "", form(&[("picture", b"1"), ("prompt", text)]))), Reason::FieldInvalid, "{text:?}");
    }
}

/// As browsers, curl and libraries write a form: with semicolons in the name of a file, in any capitals, with and without quotes.
#[test]
fn a_form_is_read_however_a_client_writes_it() {
    for content_type in [
        "multipart/form-data ; boundary=x7",
        "Multipart/Form-Data; Boundary=x7",
        "multipart/form-data;boundary=\"x7\"",
        "multipart/form-data; charset=utf-8; boundary=x7",
        "multipart/form-data;\tboundary = x7 ; a=b",
    ] {
        assert_eq!(read(content_type, "", form(&[("picture", b"1")])).unwrap().picture().as_slice(), b"1", "{content_type}");
    }
    for disposition in [
        r#"form-data; Name="picture""#,
        "form-data; name=picture",
        r#"form-data; name = "picture" ; filename="a.jpg""#,
        r#"FORM-DATA;NAME="picture";FILENAME="a;b.jpg""#,
        r#"form-data; name="picture"; filename="me; name=style""#,
        r#"form-data; filename="me; name=style.jpg"; name="picture""#,
        r#"form-data; filename="a \"b\"; name=style"; name="picture""#,
        r#"form-data; filename*=UTF-8''na%C3%AFve.jpg; name="picture""#,
        r#"form-data; filename="name.jpg"; name="picture""#,
        "form-data; filename=\"naïve; 名前.jpg\"; name=\"picture\"",
    ] {
        let body = format!("--x7\r\nCONTENT-DISPOSITION: {disposition}\r\nContent-Type: image/jpeg\r\n\r\n1\r\n--x7--");
        let mut read = read(FORM, "", body.into_bytes()).unwrap_or_else(|failure| panic!("{disposition}: {failure:?}"));
        assert_eq!(read.picture().as_slice(), b"1", "{disposition}");
    }
    let body = b"--x7\r\nContent-Disposition: form-data; filename=\"\xff;\xfe.jpg\"; name=\"picture\"\r\n\r\n1\r\n--x7--\r\n".to_vec();
    assert_eq!(read(FORM, "", body).unwrap().picture().as_slice(), b"1");
}

#[test]
fn a_boundary_may_hold_what_a_token_may_not() {
    for (content_type, boundary) in [
        ("multipart/form-data; boundary=\"a b:c;d\"", "a b:c;d"),
        ("multipart/form-data; boundary=----a/b=c", "----a/b=c"),
        ("multipart/form-data; boundary='(a)'", "'(a)'"),
    ] {
        let body = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"picture\"\r\n\r\n1\r\n--{boundary}--\r\n");
        assert_eq!(read(content_type, "", body.into_bytes()).unwrap().picture().as_slice(), b"1", "{content_type}");
    }
}

#[test]
fn another_media_type_is_refused() {
    let long = format!("multipart/form-data; boundary={}", "x".repeat(71));
    for other in [
        "",
        "application/json",
        "image/gif",
        "multipart/form-data",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=\"\"",
        "multipart/mixed; boundary=x7",
        "text/plain",
        "text/plain; x=multipart/form-data; boundary=x7",
        &long,
    ] {
        assert_eq!(reason(read(other, "", b"--x7--\r\n".to_vec())), Reason::MediaTypeUnsupported, "{other}");
    }
}

proptest! {
    /// Hostile bytes give a form within its limits, or a refusal that quotes nothing of them.
    #[test]
    fn hostile_forms_end_in_a_form_or_in_a_refusal(
        cuts in prop::collection::vec((0_usize..400, prop::collection::vec(any::<u8>(), 0..12)), 0..6),
        boundary in "[a-z0-9'()+_,./:=? -]{0,70}",
        own in any::<bool>(),
    ) {
        let mut body = form(&[("style", b"ink-manga"), ("prompt", b"CANARY words"), ("picture", b"CANARY picture\r\n--x")]);
        for (at, bytes) in cuts {
            let at = at.min(body.len());
            let end = (at + bytes.len() / 2).min(body.len());
            drop(body.splice(at..end, bytes));
        }
        let content_type = if own { FORM.to_owned() } else { format!("multipart/form-data; boundary=\"{boundary}\"") };
        match read(&content_type, "", body) {
            Ok(mut form) => {
                prop_assert!(!form.picture().is_empty());
                prop_assert!(form.text("style").is_none_or(|style| style.len() <= 16));
                prop_assert!(form.text("prompt").is_none_or(|prompt| prompt.len() <= 100 && !prompt.chars().any(char::is_control)));
            }
            Err(Failure::Invalid(problem)) => prop_assert!(!problem.detail.contains("CANARY"), "{}", problem.detail),
            Err(other) => prop_assert!(false, "{other:?}"),
        }
    }
}
