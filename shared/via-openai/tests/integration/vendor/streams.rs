//! Drawings that arrive as a stream.

use std::time::Duration;

use stand_ins::openai::Scenario;
use studio::NotDrawn;

use super::{Listener, artist, draw_with, refusal_midway, vendor};

/// The number of sketches that arrive of `wanted` in this scenario, and the drawing with them.
async fn sketches(scenario: Option<Scenario>, wanted: u8) -> Vec<u8> {
    let vendor = vendor().await;
    if let Some(scenario) = scenario {
        vendor.next(scenario);
    }
    let listener = Listener::for_sketches(wanted);
    let drawing = draw_with(&artist(&vendor), &listener).await.unwrap();
    assert!(picture_files::is_whole_picture(&drawing.picture));
    listener.heard().into_iter().map(|(index, _)| index).collect()
}

#[tokio::test]
async fn sketches_arrive_before_the_drawing_in_their_order() {
    assert_eq!(sketches(None, 3).await, [0, 1, 2]);
    assert_eq!(sketches(None, 1).await, [0]);
    assert!(sketches(None, 0).await.is_empty());
}

#[tokio::test]
async fn fewer_sketches_than_wanted_are_no_fault() {
    assert_eq!(sketches(Some(Scenario::FewerSketches), 3).await, [0, 1]);
    assert!(sketches(Some(Scenario::NoSketches), 3).await.is_empty());
}

#[tokio::test]
async fn a_stream_in_pieces_that_respect_no_line_and_no_character_is_read() {
    assert_eq!(sketches(Some(Scenario::Dripped), 2).await, [0, 1]);
    assert_eq!(sketches(Some(Scenario::DrippedCrLf), 2).await, [0, 1]);
}

#[tokio::test]
async fn a_large_picture_comes_through_a_stream() {
    let vendor = vendor().await;
    vendor.next(Scenario::Padded(4_000_000));
    let drawing = draw_with(&artist(&vendor), &Listener::for_sketches(1)).await.unwrap();
    assert!(drawing.picture.len() >= 4_000_000, "{}", drawing.picture.len());
    assert_eq!((drawing.usage.output_tokens, drawing.usage.micro_dollars), (Some(1156), Some(37_589)));
}

#[tokio::test]
async fn an_error_in_the_middle_of_a_stream_means_what_it_means_at_its_head() {
    assert!(matches!(refusal_midway(Scenario::StreamBlocked).await, NotDrawn::Refused(reasons) if reasons == ["stage:output", "sexual"]));
    assert!(matches!(refusal_midway(Scenario::StreamRateLimited).await, NotDrawn::Busy { retry_after: None }));
    for scenario in [Scenario::StreamServerError, Scenario::StreamFault] {
        assert!(matches!(refusal_midway(scenario).await, NotDrawn::Unclear(_)));
    }
    assert!(matches!(refusal_midway(Scenario::BlockedInput).await, NotDrawn::Refused(_)), "before the stream began");
    assert!(matches!(refusal_midway(Scenario::QuotaUsedUp).await, NotDrawn::Exhausted));
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_unclear() {
    for scenario in
        [Scenario::StreamEnds, Scenario::StreamTruncatedBase64, Scenario::TruncatedPicture, Scenario::CutMidway, Scenario::NotJson]
    {
        let why = refusal_midway(scenario.clone()).await;
        assert!(matches!(why, NotDrawn::Unclear(_)), "{scenario:?}: {why:?}");
    }
}

#[tokio::test]
async fn a_stream_that_hangs_is_unclear_when_time_is_up() {
    let vendor = vendor().await;
    vendor.next(Scenario::HangMidway);
    let impatient = artist(&vendor).within(Duration::from_secs(3));
    let why = draw_with(&impatient, &Listener::for_sketches(2)).await.unwrap_err();
    assert!(matches!(why, NotDrawn::Unclear(_)), "{why:?}");
}
