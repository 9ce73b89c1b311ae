//! Every picture of the corpus through the real API: it ends in a correct picture, or is refused for the documented reason, and nothing is left
//! behind.

use futures_util::{StreamExt, stream};
use image::RgbImage;
use local_cloud::Cloud;
use serde_json::json;
use testkit::pictures::{CARD_COLOURS, CARD_HEIGHT, CARD_WIDTH, Case, Expected, corpus, luma};

use crate::harness::person::text;
use crate::harness::pictures::Picture;
use crate::harness::store::{keys, object};
use crate::harness::{Person, TestCloud, assert_problem, ledger_and_inventory, run};

/// Concurrent pictures.
const AT_ONCE: usize = 4;

/// A valid picture that is drawn to the end; of the others the normalised selfie is checked.
const DRAWN: [&str; 1] = ["png-palette-alpha"];

#[test]
fn every_picture_ends_upright_or_refused_for_the_documented_reason() {
    run(async {
        let cloud = TestCloud::start().await;
        cloud.pause_queue("ScreeningPassed").await.unwrap();
        let cases = corpus();
        assert!(cases.len() > 40, "the corpus is there");
        // An account runs a few generations at once: each picture is somebody else's.
        let cloud_of_all = &*cloud;
        let tried = stream::iter(&cases).map(|case| async move {
            let person = Person::signed_in(cloud_of_all).await;
            let generation = try_out(cloud_of_all, &person, case).await;
            (case, person, generation)
        });
        let tried: Vec<_> = tried.buffered(AT_ONCE).collect().await;

        let (drawn, others): (Vec<_>, Vec<_>) = tried.iter().partition(|(case, _, _)| DRAWN.contains(&case.name));
        for (case, person, generation) in &others {
            if let Some(generation) = generation {
                assert_eq!(person.delete(&format!("/v1/generations/{generation}")).await.status, 204, "{}", case.name);
            }
        }
        assert_eq!(drawn.len(), DRAWN.len());
        cloud.resume_queue("ScreeningPassed").unwrap();
        for (case, person, generation) in &drawn {
            let generation = generation.as_ref().unwrap_or_else(|| panic!("{} was refused", case.name));
            assert_eq!(person.settled(generation).await["state"], "done");
            assert_eq!(person.wallet().await, (2, 0));
        }
        cloud.settle(std::time::Duration::from_secs(60)).await.unwrap();
        for (case, person, _) in others {
            assert_eq!(person.wallet().await, (3, 0), "{}", case.name);
        }
        assert_eq!(cloud.backlog("GenerationQueuedDlq").await.unwrap(), 0, "no picture kills a worker");
        ledger_and_inventory::assert_ledger_and_inventory(&cloud).await;
        cloud.stop().await;
    });
}

/// Sends one picture and follows it up to the screening; returns its generation if the artist waits for it.
async fn try_out(cloud: &Cloud, person: &Person<'_>, case: &Case) -> Option<String> {
    if case.bytes.is_empty() {
        let none = json!({ "content_type": case.content_type, "bytes": 0 });
        assert_problem(&person.post("/v1/uploads", &none).await, 400, "field-invalid");
        return None;
    }
    let upload = person.upload(&Picture { content_type: case.content_type, bytes: case.bytes.clone() }).await;
    let generation = person.start(&upload).await;
    let ended = person.reaches(&generation, &["drawing", "blocked", "failed"]).await;
    let folder = person.upload_folder(&upload);
    match case.expected {
        Expected::Refused(reason) => {
            assert_eq!((&ended["state"], text(&ended, "reason").as_str()), (&json!("failed"), documented(reason)), "{}", case.name);
            crate::harness::until("the upload to go", async || keys(cloud, &folder).await.is_empty().then_some(())).await;
            assert_eq!(ledger_and_inventory::entries(cloud, "release", &generation).await, 1, "{}", case.name);
            None
        }
        Expected::Upright | Expected::UprightGrey => {
            assert_eq!(ended["state"], "drawing", "{}: {ended}", case.name);
            assert_eq!(keys(cloud, &folder).await, [folder.clone() + "selfie.png"], "{}: the original goes", case.name);
            assert_upright(case, &object(cloud, &(folder + "selfie.png")).await);
            Some(generation)
        }
    }
}

/// The reason that a caller sees, by the reason of the decoder.
fn documented(reason: &str) -> &'static str {
    match reason {
        "empty" => "picture-empty",
        "truncated" | "corrupt" => "picture-damaged",
        "too-many-pixels" | "too-many-bytes" => "picture-too-large",
        "animated" => "picture-animated",
        "blank" => "picture-blank",
        "unknown-format" | "unsupported-variant" => "picture-format-unsupported",
        other => panic!("no documented reason for {other}"),
    }
}

/// The card is upright, in its colours, and the file holds pixels and nothing else.
fn assert_upright(case: &Case, png: &[u8]) {
    let picture: RgbImage = image::load_from_memory(png).unwrap().into_rgb8();
    assert_eq!(picture.dimensions(), (CARD_WIDTH, CARD_HEIGHT), "{}", case.name);
    for (quarter, colour) in CARD_COLOURS.iter().enumerate() {
        let (x, y) = (quarter as u32 % 2, quarter as u32 / 2);
        let found = picture.get_pixel(CARD_WIDTH / 4 + x * CARD_WIDTH / 2, CARD_HEIGHT / 4 + y * CARD_HEIGHT / 2).0;
        let expected = if case.expected == Expected::UprightGrey { [luma(*colour); 3] } else { *colour };
        let distance = found.iter().zip(expected).map(|(found, expected)| found.abs_diff(expected)).max().unwrap();
        assert!(distance <= 24, "{}: quarter {quarter} is {found:?} and not {expected:?}", case.name);
    }
    let text = String::from_utf8_lossy(png);
    for chunk in ["tEXt", "zTXt", "iTXt", "eXIf", "iCCP", "tIME", "<script", "PK\u{3}\u{4}"] {
        assert!(!text.contains(chunk), "{} keeps {chunk}", case.name);
    }
}
