//! Content Credentials stay valid, claim the truth and nothing more, and break with any change.

use std::io::Cursor;

use certificates::TestAuthority;
use imaging::Extras;
use picture_files::{DigitalSource, Format, Messenger};
use provenance::*;
use serde_json::json;
use testkit::pictures;
use testkit::signing::{KEYS, anchors, signer};

const SOURCE: DigitalSource = DigitalSource::CompositeWithTrainedAlgorithmicMedia;

/// The finished stickers of a small drawing, WebP and PNG.
fn finished() -> Vec<imaging::Deliverable> {
    imaging::stickers(&drawing(), SOURCE, &Extras { stickers: vec![Messenger::Telegram, Messenger::Discord], ..Extras::default() }).unwrap()
}

fn drawing() -> Vec<u8> {
    let picture = image::DynamicImage::ImageRgb8(pictures::card()).resize_exact(256, 256, image::imageops::FilterType::Nearest);
    let mut png = Cursor::new(Vec::new());
    image::DynamicImage::ImageRgba8(picture.to_rgba8()).write_to(&mut png, image::ImageFormat::Png).unwrap();
    png.into_inner()
}

fn credentials(bytes: &[u8]) -> Credentials {
    examine(bytes, &anchors()).unwrap().credentials
}

/// A drawing with the manifest of a vendor, in which `ingredient` is the vendor's input.
fn of_vendor(ingredient: Option<(&str, serde_json::Value)>) -> Vec<u8> {
    let keys = TestAuthority::new(&[7; 32]).unwrap().keys(&[8; 32]).unwrap();
    let signer = c2pa::create_signer::from_keys(keys.chain.as_bytes(), keys.key.as_bytes(), c2pa::SigningAlg::Es256, None).unwrap();
    let definition = json!({
        "title": "image.png",
        "claim_generator_info": [{ "name": "Vendor", "version": "2" }],
        "assertions": [{ "label": "c2pa.actions.v2", "created": true, "data": { "actions": [
            { "action": "c2pa.created", "digitalSourceType": DigitalSource::TrainedAlgorithmicMedia.uri() }] } }],
    });
    let mut builder = c2pa::Builder::default().with_definition(definition.to_string()).unwrap();
    if let Some((name, ingredient)) = ingredient {
        builder.add_resource(name, Cursor::new(b"\xff\xd8\xff selfie".to_vec())).unwrap();
        builder.add_ingredient_from_stream(ingredient.to_string(), "image/png", &mut Cursor::new(drawing())).unwrap();
    }
    let mut signed = Cursor::new(Vec::new());
    builder.sign(signer.as_ref(), "image/png", &mut Cursor::new(drawing()), &mut signed).unwrap();
    signed.into_inner()
}

#[tokio::test]
async fn content_credentials_are_small_match_the_xmp_and_leave_the_pixels() {
    for file in finished() {
        let signed = sign(&file.bytes, file.format.content_type(), &Origin::of(SOURCE), &*signer()).await.unwrap();
        let added = signed.len() - file.bytes.len();
        assert!(added < 4_500, "{}: a manifest of {added} bytes", file.path);
        let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().to_rgba8();
        assert!(pixels(&signed) == pixels(&file.bytes), "{}", file.path);
        let report = examine(&signed, &anchors()).unwrap();
        assert_eq!(report.credentials.state, State::Trusted, "{}: {:?}", file.path, report.credentials.codes);
        assert_eq!(report.xmp_digital_source_type.as_deref(), Some(SOURCE.uri()));
        assert_eq!(report.credentials.digital_source_type, report.xmp_digital_source_type);
        assert_eq!(report.credentials.generator.as_deref(), Some(concat!("Nigao ", env!("CARGO_PKG_VERSION"))));
        assert_eq!(report.credentials.signer.as_deref(), Some("Nigao test"));
        assert_eq!(report.credentials.ingredients, []);
        assert!(report.summary.contains("edited with generative AI"), "{}", report.summary);
        assert_eq!(imaging::validate(imaging::Target::of(&file.path).unwrap(), &signed), []);
        let unsigned = examine(&file.bytes, &anchors()).unwrap();
        assert_eq!((unsigned.credentials.state, unsigned.xmp_digital_source_type.as_deref()), (State::None, Some(SOURCE.uri())));
    }
}

/// Outside the manifest every byte counts. Inside it two areas do not: the chunk's checksum, and the unused room beside the signature.
/// Invariant: A picture is signed last, and the selfie is in no manifest.
#[tokio::test]
async fn every_changed_byte_breaks_the_credentials() {
    for file in finished() {
        let signed = sign(&file.bytes, file.format.content_type(), &Origin::of(SOURCE), &*signer()).await.unwrap();
        let begin = signed.windows(4).position(|name| matches!(name, b"caBX" | b"C2PA")).unwrap() - 4;
        let end = begin + signed.len() - file.bytes.len();
        for at in (60..signed.len()).step_by(signed.len() / 60).filter(|at| !(begin..end).contains(at)) {
            let mut changed = signed.clone();
            changed[at] ^= 0x10;
            let state = credentials(&changed).state;
            assert!(state <= State::Invalid, "{}: byte {at} of {}: {state:?}", file.path, signed.len());
        }
    }
}

#[tokio::test]
async fn the_vendors_own_manifest_is_the_parent() {
    let origin = Origin::of_drawing(SOURCE, &of_vendor(None));
    assert!(origin.has_parent());
    let file = finished().remove(0);
    let signed = sign(&file.bytes, file.format.content_type(), &origin, &*signer()).await.unwrap();
    let found = credentials(&signed);
    assert_ne!(found.state, State::Invalid, "{:?}", found.codes);
    let actions: Vec<_> = found.actions.iter().map(|action| (action.action.as_str(), action.digital_source_type.as_deref())).collect();
    assert_eq!(actions, [("c2pa.opened", None), ("c2pa.edited", Some(SOURCE.uri()))]);
    let [parent] = &found.ingredients[..] else { panic!("{:?}", found.ingredients) };
    assert_eq!((parent.relationship.as_str(), parent.generator.as_deref()), ("parentOf", Some("Vendor 2")));
    assert_eq!(parent.digital_source_type.as_deref(), Some(DigitalSource::TrainedAlgorithmicMedia.uri()));
    assert_eq!(imaging::validate(imaging::Target::of(&file.path).unwrap(), &signed), []);
}

/// Invariant: A picture is signed last, and the selfie is in no manifest.
#[tokio::test]
async fn a_vendors_manifest_that_shows_the_selfie_is_left_out() {
    let shown =
        json!({ "title": "selfie.jpg", "relationship": "inputTo", "thumbnail": { "format": "image/jpeg", "identifier": "selfie" } });
    let drawing = of_vendor(Some(("selfie", shown)));
    assert_ne!(credentials(&drawing).state, State::None);
    assert!(!Origin::of_drawing(SOURCE, &drawing).has_parent());
    for without in [self::drawing(), b"no picture".to_vec(), drawing[..drawing.len() / 2].to_vec()] {
        assert!(!Origin::of_drawing(SOURCE, &without).has_parent());
    }
}

#[tokio::test]
async fn a_bundles_manifest_has_content_credentials_beside_it() {
    let manifest = br#"{ "files": [] }"#;
    let credentials = sign_detached(manifest, SOURCE, &*signer()).await.unwrap();
    assert!(credentials.len() < 4_500, "{}", credentials.len());
    let checked = check_detached(manifest, &credentials, &anchors()).unwrap();
    assert_eq!(checked.credentials.state, State::Trusted, "{:?}", checked.credentials.codes);
    assert_eq!(check_detached(manifest, &credentials, &Anchors::default()).unwrap().credentials.state, State::Valid);
    let mut changed = manifest.to_vec();
    changed[4] ^= 1;
    assert_eq!(check_detached(&changed, &credentials, &anchors()).unwrap().credentials.state, State::Invalid);
    assert_eq!(check_detached(manifest, b"", &anchors()).unwrap().credentials.state, State::None, "no Content Credentials is none");
}

#[test]
fn what_is_no_picture_is_not_looked_at() {
    assert_eq!(examine(b"<svg/>", &anchors()), Err(Unexaminable::Format));
    assert_eq!(examine(b"", &anchors()), Err(Unexaminable::Format));
    let mut large = b"\x89PNG\r\n\x1a\n".to_vec();
    large.resize(MOST_BYTES + 1, 0);
    assert_eq!(examine(&large, &anchors()), Err(Unexaminable::TooLarge));
}

#[tokio::test]
async fn no_bytes_make_it_panic() {
    let file = finished().remove(1);
    let signed = sign(&file.bytes, Format::Png.content_type(), &Origin::of(SOURCE), &*signer()).await.unwrap();
    for end in (8..signed.len()).step_by(signed.len() / 40) {
        assert_ne!(credentials(&signed[..end]).state, State::Trusted);
    }
}

#[test]
fn keys_that_do_not_fit_are_refused() {
    let other = TestAuthority::new(&[21; 32]).unwrap().keys(&[43; 32]).unwrap();
    assert_eq!(LocalSigner::new(&KEYS.key, &other.chain).err(), Some(UnfitKeys::Mismatch));
    assert_eq!(LocalSigner::new("", &KEYS.chain).err(), Some(UnfitKeys::Key));
    assert_eq!(LocalSigner::new(&KEYS.key, &KEYS.key).err(), Some(UnfitKeys::Chain));
    assert!(LocalSigner::new(&KEYS.key.replace('\n', "\\n"), &KEYS.chain.replace('\n', "\\n")).is_ok());
    assert!(Anchors::parse("words").is_err() && Anchors::parse(" \n").is_ok());
    assert_eq!(TestAuthority::new(&[0; 32]).err(), Some(UnfitKeys::Key));
}
