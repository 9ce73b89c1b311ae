//! From the picture to the drawing, and the outcome of every failure.

use std::panic::AssertUnwindSafe;
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::FutureExt;
use kernel::{Failure, Reason, SeededRandomness};
use picture_files::DigitalSource;
use processing::instant::InstantRequest;
use studio::NotDrawn;
use zeroize::Zeroizing;

use super::fixture::{Action, Fixture, reason, request, styled, worded};

fn fails(why: NotDrawn) -> Vec<Action> {
    vec![Action::Fails(why)]
}

#[tokio::test]
async fn rt_01_rt_13_the_drawing_comes_back_in_the_same_call_and_says_where_it_is_from() {
    let fixture = Fixture::of([("openai", vec![])]);
    let told = Mutex::default();
    let portrait = fixture.ask("openai", styled(), &told).await.unwrap();
    assert_eq!((portrait.media_type, portrait.artist, portrait.source), ("image/png", "openai", DigitalSource::TrainedAlgorithmicMedia));
    let uri = portrait.source.uri().as_bytes();
    assert!(portrait.bytes.windows(uri.len()).any(|window| window == uri));
    let wanted = [
        "screening 5",
        "drawing 20",
        "sketch 0 image/jpeg",
        "drawing 40",
        "sketch 1 image/jpeg",
        "drawing 60",
        "finishing 90",
        "finished image/png",
    ];
    assert_eq!(*told.lock().unwrap(), wanted);
}

#[tokio::test]
async fn rt_21_a_refusal_says_little_and_leaves_a_counter_only() {
    for score in [0.7, 1.0] {
        let fixture = Fixture::judged_by([("openai", vec![])], Box::new(move |_| Ok(score)));
        let refused = fixture.draw("openai", styled()).await;
        let Err(Failure::Invalid(problem)) = refused.map(|_| ()) else { panic!("it was drawn") };
        assert_eq!(problem.reason, Reason::PictureRefused);
        assert!(!problem.detail.contains("violence") && !problem.detail.contains("judge"), "{}", problem.detail);
        assert_eq!(fixture.asked("openai"), 0);
        let rows = fixture.rate_keys.rows();
        assert!(rows.len() == 3 && rows.iter().all(|(_, count)| *count == 1), "{rows:?}");
    }
}

#[tokio::test]
async fn an_70_words_are_judged_with_the_picture_and_nothing_passes_unjudged() {
    let words = |candidate: screening::Candidate<'_>| Ok(if candidate.words == Some("a knight") { 1.0 } else { 0.0 });
    let fixture = Fixture::judged_by([("openai", vec![])], Box::new(words));
    assert_eq!(reason(fixture.draw("openai", worded("a knight")).await), (Reason::PictureRefused, false));
    assert!(fixture.draw("openai", worded("a witch")).await.is_ok());

    let down: [fn() -> Failure; 2] = [|| Failure::broken("down"), || Failure::unavailable(Duration::from_secs(2))];
    for failure in down {
        let fixture = Fixture::judged_by([("openai", vec![])], Box::new(move |_| Err(failure())));
        assert_eq!(reason(fixture.draw("openai", styled()).await), (Reason::Unavailable, true));
        assert_eq!(fixture.asked("openai"), 0);
    }
}

#[tokio::test]
async fn what_is_no_picture_is_neither_judged_nor_drawn() {
    let fixture = Fixture::of([("openai", vec![])]);
    for bytes in [b"".to_vec(), b"GIF89a".to_vec(), b"\xff\xd8\xff\xe0".to_vec()] {
        let style = Some(Zeroizing::new("pixel".to_owned()));
        let request = InstantRequest::new(Zeroizing::new(bytes), style, None, None, &SeededRandomness::new(1)).unwrap();
        assert_eq!(reason(fixture.draw("openai", request).await), (Reason::PictureUnreadable, false));
    }
    let blank = testkit::pictures::jpeg(&image::RgbImage::from_pixel(600, 600, image::Rgb([255; 3])));
    let style = Some(Zeroizing::new("pixel".to_owned()));
    let request = InstantRequest::new(Zeroizing::new(blank), style, None, None, &SeededRandomness::new(1)).unwrap();
    assert_eq!(reason(fixture.draw("openai", request).await), (Reason::PictureBlank, false));
    assert_eq!((fixture.judged(), fixture.asked("openai")), (0, 0));
}

#[tokio::test]
async fn rt_07_another_is_asked_when_the_first_made_nothing_and_only_if_it_was_named() {
    let nothing_made: [fn() -> NotDrawn; 4] = [
        || NotDrawn::Down("no route".into()),
        || NotDrawn::Exhausted,
        || NotDrawn::Busy { retry_after: Some(Duration::from_secs(7)) },
        || NotDrawn::NoPicture,
    ];
    for why in nothing_made {
        let fixture = Fixture::of([("openai", fails(why())), ("gemini", vec![]), ("palette", vec![])]);
        assert_eq!(fixture.draw("palette,openai", styled()).await.unwrap().artist, "palette");
        assert_eq!((fixture.asked("openai"), fixture.asked("gemini"), fixture.asked("palette")), (1, 0, 1));

        let alone = Fixture::of([("openai", fails(why())), ("gemini", vec![])]);
        assert_eq!(reason(alone.draw("openai", styled()).await), (Reason::Unavailable, true));
        assert_eq!((alone.asked("openai"), alone.asked("gemini")), (1, 0));
    }
}

#[tokio::test]
async fn nobody_is_asked_after_a_refusal_or_when_it_is_not_known_what_was_made() {
    let fixture = Fixture::of([("openai", fails(NotDrawn::Refused(vec!["violence".into()]))), ("gemini", vec![])]);
    let refused = fixture.draw("openai,gemini", styled()).await;
    assert_eq!((reason(refused), fixture.asked("gemini")), ((Reason::DrawingRefused, false), 0));

    let fixture = Fixture::of([("openai", fails(NotDrawn::Unclear("cut off".into()))), ("gemini", vec![])]);
    let unclear = fixture.draw("openai,gemini", styled()).await;
    assert_eq!((reason(unclear), fixture.asked("openai"), fixture.asked("gemini")), ((Reason::TimedOut, true), 1, 0));
}

#[tokio::test]
async fn who_does_not_draw_by_words_is_not_asked_to() {
    let fixture = Fixture::of([("palette", vec![]), ("openai", vec![])]);
    assert_eq!(fixture.draw("palette,openai", worded("as a knight")).await.unwrap().artist, "openai");
    assert_eq!(reason(fixture.draw("palette", worded("as a knight")).await), (Reason::FieldInvalid, false));
    assert_eq!(fixture.asked("palette"), 0);
}

#[tokio::test(start_paused = true)]
async fn rt_10_what_takes_too_long_is_dropped() {
    let fixture = Fixture::of([("openai", vec![Action::Hangs])]);
    let begun = tokio::time::Instant::now();
    assert_eq!(reason(fixture.draw("openai", styled()).await), (Reason::TimedOut, true));
    assert_eq!(begun.elapsed().as_secs(), 150);
    assert!(fixture.left.load(Ordering::Relaxed), "the artist's work went on");
}

#[tokio::test]
async fn rt_10_a_caller_who_leaves_ends_the_work_and_a_panic_ends_it_too() {
    let fixture = Fixture::of([("openai", vec![Action::Hangs, Action::Panics])]);
    {
        let mut work = Box::pin(fixture.draw("openai", styled()));
        while fixture.asked("openai") == 0 {
            assert!((&mut work).now_or_never().is_none());
        }
        assert!(!fixture.left.load(Ordering::Relaxed));
    }
    assert!(fixture.left.load(Ordering::Relaxed), "the artist's work went on");
    assert!(AssertUnwindSafe(fixture.draw("openai", styled())).catch_unwind().await.is_err());
}

#[test]
fn a_wish_names_a_style_or_brings_words() {
    let invalid = |result: Result<InstantRequest, Failure>| assert_eq!(reason(result).0, Reason::FieldInvalid);
    invalid(request(None, None, None));
    invalid(request(Some("pixel"), Some("words"), None));
    invalid(request(Some("no-such-style"), None, None));
    invalid(request(None, Some("  "), None));
    invalid(request(None, Some(&"é".repeat(1001)), None));
    assert!(request(None, Some(&"é".repeat(1000)), None).is_ok());
    for seed in ["-1", "x", "9007199254740992", "1e3"] {
        invalid(request(Some("pixel"), None, Some(seed)));
    }
    assert!(request(Some("pixel"), None, Some("9007199254740991")).is_ok());
}
