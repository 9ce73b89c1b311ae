//! Drawings that succeed, and the list of models.

use kernel::Failure;
use picture_files::DigitalSource;
use stand_ins::openai::Scenario;
use testkit::contract::artists::{self, Abilities};

use super::{account, artist, draw, vendor};

#[tokio::test]
async fn rt_16_it_draws_as_every_artist_does() {
    let vendor = vendor().await;
    let abilities = Abilities { words: true, repeats_itself: false, looks: true };
    artists::keeps_its_promises(&artist(&vendor), "openai", abilities).await;
}

#[tokio::test]
async fn a_drawing_says_what_it_took_and_what_is_true_of_it() {
    let vendor = vendor().await;
    let drawing = draw(&artist(&vendor)).await.unwrap();
    assert_eq!(drawing.source, DigitalSource::CompositeWithTrainedAlgorithmicMedia);
    let usage = drawing.usage;
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.micro_dollars), (Some(388), Some(1056), Some(34_589)));
    assert!(usage.request_id.is_some_and(|id| id.starts_with("req_")));
}

#[tokio::test]
async fn a_drawing_without_usage_is_a_drawing_whose_price_nobody_knows() {
    let vendor = vendor().await;
    vendor.next(Scenario::NoUsage);
    let usage = draw(&artist(&vendor)).await.unwrap().usage;
    assert_eq!((usage.input_tokens, usage.output_tokens, usage.micro_dollars), (None, None, None));
}

#[tokio::test]
async fn a_large_picture_comes_through_byte_for_byte() {
    let vendor = vendor().await;
    vendor.next(Scenario::Padded(4_000_000));
    let drawing = draw(&artist(&vendor)).await.unwrap();
    assert!(drawing.picture.len() >= 4_000_000 && picture_files::is_whole_picture(&drawing.picture));
}

#[tokio::test]
async fn models_are_listed_with_the_day_they_end() {
    let vendor = vendor().await;
    let models = account(&vendor.base_url()).listed_models().await.unwrap();
    let ends = |id: &str| models.iter().find(|model| model.id == id).map(|model| model.shutdown_date.map(|day| day.to_string()));
    assert_eq!(ends("gpt-image-1.5"), Some(Some("2026-12-01".to_owned())));
    assert_eq!(ends("gpt-image-2.6-flare"), Some(None));
    assert_eq!(ends("gpt-image-1"), None);
    vendor.next(Scenario::ModelsServerError);
    assert!(matches!(account(&vendor.base_url()).listed_models().await, Err(Failure::Busy { .. })));
}
