//! What manifests say is told whole: AI is named wherever it is said, and nothing is told under the name of one who did not say it.

use std::io::Cursor;

use picture_files::PictureFormat::{self, Jpeg, Png};
use provenance::State;
use serde_json::{Value, json};

use crate::writing::*;

/// `picture` opened and signed again by a program that says nothing of it, or the `actions` alone
fn signed_again(picture: &[u8], relationship: &str, more: Option<Value>) -> Vec<u8> {
    let opened = json!({ "action": "c2pa.opened", "parameters": { "ingredientIds": ["source"] } });
    let placed = json!({ "action": "c2pa.created", "digitalSourceType": uri("digitalCreation") });
    let first = if relationship == "parentOf" { opened } else { placed };
    let all: Vec<Value> = [first].into_iter().chain(more).collect();
    let mut builder = builder(json!([{ "label": "c2pa.actions.v2", "created": true, "data": { "actions": all } }]));
    let ingredient = json!({ "title": "source", "label": "source", "relationship": relationship });
    let format = PictureFormat::sniff(picture).unwrap().content_type();
    builder.add_ingredient_from_stream(ingredient.to_string(), format, &mut Cursor::new(picture)).unwrap();
    signed_with(builder, picture)
}

fn made_by_ai(format: PictureFormat) -> Vec<u8> {
    signed_with(builder(json!([actions("c2pa.actions.v2", &[Some("trainedAlgorithmicMedia")])])), &plain(format))
}

#[test]
fn ai_is_named_in_whichever_assertion_and_action_it_is() {
    let ai = "trainedAlgorithmicMedia";
    let many = |at: usize, count: usize| -> Vec<Option<&str>> {
        (0..count)
            .map(|step| {
                if step == at {
                    Some(ai)
                } else if step == 0 {
                    Some("digitalCapture")
                } else {
                    None
                }
            })
            .collect()
    };
    let made = |label: &str| actions(label, &[Some("digitalCapture")]);
    let edited =
        |label: &str| json!({ "label": label, "data": { "actions": [{ "action": "c2pa.edited", "digitalSourceType": uri(ai) }] } });
    let template = json!({ "label": "c2pa.actions.v2", "created": true, "data": {
        "actions": [{ "action": "c2pa.created", "digitalSourceType": uri("digitalCapture") }, { "action": "org.nigao.paint" }],
        "templates": [{ "action": "org.nigao.paint", "digitalSourceType": uri(ai) }] } });
    let metadata = json!({ "label": "cawg.metadata", "data": {
        "@context": { "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/" }, "Iptc4xmpExt:DigitalSourceType": uri(ai) } });
    for (what, assertions) in [
        ("the 27th action", json!([actions("c2pa.actions.v2", &many(26, 27))])),
        ("the first of 40", json!([actions("c2pa.actions.v2", &many(0, 40))])),
        ("the 27th of the first version", json!([actions("c2pa.actions", &many(26, 27))])),
        ("a later assertion", json!([made("c2pa.actions.v2"), edited("c2pa.actions.v2")])),
        ("a later assertion of the first version", json!([made("c2pa.actions"), edited("c2pa.actions")])),
        ("an earlier step than the last", json!([actions("c2pa.actions.v2", &[Some(ai), Some("humanEdits")])])),
        ("a template", json!([template])),
        ("metadata", json!([made("c2pa.actions.v2"), metadata])),
    ] {
        let report = report(&signed_with(builder(assertions), &plain(Jpeg)));
        let found = &report.credentials;
        assert!(found.state >= State::Valid, "{what}: {:?}", found.codes);
        assert_eq!(found.digital_source_type.as_deref(), Some(uri(ai).as_str()), "{what}");
        assert!(report.summary.contains("generative AI"), "{what}: {}", report.summary);
        assert!(found.actions.len() <= 20, "{what}");
        let is_listed = found.actions.iter().any(|action| action.digital_source_type.as_deref() == Some(uri(ai).as_str()));
        assert_eq!(is_listed, !matches!(what, "a template" | "metadata"), "{what}");
    }
}

#[test]
fn ai_in_a_source_is_named_however_far_it_is() {
    for format in [Jpeg, Png] {
        let mut picture = made_by_ai(format);
        for generation in 1..4 {
            for relationship in ["parentOf", "componentOf"] {
                let report = report(&signed_again(&picture, relationship, None));
                let found = &report.credentials;
                assert!(found.state >= State::Valid, "{generation}: {:?}", found.codes);
                let sources: Vec<_> = found.ingredients.iter().map(|source| source.digital_source_type.clone()).collect();
                assert_eq!(sources, [Some(uri("trainedAlgorithmicMedia"))], "{generation} {relationship}");
                assert!(report.summary.contains("made by generative AI"), "{generation} {relationship}: {}", report.summary);
                let own = (relationship == "componentOf").then(|| uri("digitalCreation"));
                assert_eq!(found.digital_source_type, own, "what the sources say is not said of the picture");
            }
            picture = signed_again(&picture, "parentOf", None);
        }
    }
}

#[test]
fn ai_is_listed_among_many_sources() {
    let mut builder = builder(json!([actions("c2pa.actions.v2", &[Some("digitalCreation")])]));
    for source in 0..24 {
        let picture = if source == 22 { made_by_ai(Jpeg) } else { plain(Jpeg) };
        let ingredient = json!({ "title": format!("{source}"), "relationship": "componentOf" });
        builder.add_ingredient_from_stream(ingredient.to_string(), "image/jpeg", &mut Cursor::new(picture)).unwrap();
    }
    let report = report(&signed_with(builder, &plain(Jpeg)));
    let found = report.credentials;
    assert!(found.state >= State::Valid, "{:?}", found.codes);
    assert_eq!(found.ingredients.len(), 20);
    let of_ai: Vec<_> = found.ingredients.iter().filter(|source| source.digital_source_type.is_some()).collect();
    assert_eq!(of_ai.len(), 1);
    assert_eq!(of_ai[0].title.as_deref(), Some("22"));
    assert!(report.summary.contains("made by generative AI"), "{}", report.summary);
}

#[test]
fn an_unsigned_note_is_not_told_under_the_signers_name() {
    let silent = |picture: &[u8]| {
        let opened = json!({ "action": "c2pa.opened", "parameters": { "ingredientIds": ["source"] } });
        let mut builder = builder(json!([{ "label": "c2pa.actions.v2", "created": true, "data": { "actions": [opened] } }]));
        let ingredient = json!({ "title": "source", "label": "source", "relationship": "parentOf" });
        builder.add_ingredient_from_stream(ingredient.to_string(), "image/jpeg", &mut Cursor::new(plain(Jpeg))).unwrap();
        report(&signed_with(builder, picture))
    };
    let noted = |term: &str| crate::xmp::with_packet(Jpeg, crate::xmp::packet(&uri(term)).as_bytes());
    let camera = silent(&noted("digitalCapture"));
    assert!(camera.credentials.state >= State::Valid, "{:?}", camera.credentials.codes);
    assert_eq!(camera.xmp_digital_source_type, Some(uri("digitalCapture")));
    let nothing = silent(&plain(Jpeg));
    for report in [&camera, &nothing] {
        assert!(
            !report.summary.contains("camera") && !report.summary.contains("says that") && !report.summary.contains("known of"),
            "{}",
            report.summary
        );
        assert!(report.summary.contains("Program 1 does not say how it was made"), "{}", report.summary);
        assert_eq!(report.credentials.digital_source_type, None);
    }
    let ai = silent(&noted("trainedAlgorithmicMedia"));
    assert!(
        ai.summary.ends_with("does not say how it was made. An unsigned note in it says that it was made by generative AI."),
        "{}",
        ai.summary
    );
    let again = report(&signed_again(&crate::xmp::with_packet(Jpeg, b""), "parentOf", None));
    assert!(!again.summary.contains("known of"), "{}", again.summary);
}

/// A source of AI whose picture is signed again with the note that a camera took it
#[test]
fn a_parent_of_ai_is_named_beside_a_note_of_a_camera() {
    let noted = crate::xmp::with_packet(Jpeg, crate::xmp::packet(&uri("digitalCapture")).as_bytes());
    let ai = signed_with(builder(json!([actions("c2pa.actions.v2", &[Some("trainedAlgorithmicMedia")])])), &noted);
    let report = report(&signed_again(&ai, "parentOf", None));
    assert_eq!(report.credentials.ingredients[0].digital_source_type, Some(uri("trainedAlgorithmicMedia")));
    assert!(!report.summary.contains("camera") && report.summary.contains("made by generative AI"), "{}", report.summary);
}

#[test]
fn a_damaged_picture_without_credentials_carries_none() {
    for format in FORMATS {
        let picture = plain(format);
        for end in [20, 40, picture.len() / 2, picture.len() - 3] {
            let report = report(&picture[..end]);
            assert_eq!(report.credentials.state, State::None, "{format:?} of {end} bytes: {:?}", report.credentials.codes);
            assert!(!report.summary.contains("It carries"), "{}", report.summary);
        }
        let mut damaged = picture.clone();
        damaged[12..40].fill(0xff);
        assert_eq!(credentials(&damaged).state, State::None, "{format:?}");
        // What carries some carries them when it is cut off, too.
        let signed = signed(format);
        let inside = store_range(&signed).start + 400;
        assert_eq!(credentials(&signed[..inside]).state, State::Invalid, "{format:?}");
    }
}
