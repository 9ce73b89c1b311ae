//! The list of models against the stand-in.

use egress::{Client, Reach, Secret};
use stand_ins::OpenAiStandIn;
use stand_ins::openai::Scenario;
use studio::{Listing, ModelCalendar};
use via_openai::OpenAi;

#[tokio::test]
async fn the_list_tells_when_a_model_ends_and_what_it_does_not_have() {
    let stand_in = OpenAiStandIn::start(0).await.unwrap();
    let client = Client::new(Reach::ListedAndLoopback).unwrap();
    let openai = OpenAi::new(&client, &stand_in.base_url(), &Secret::new("sk-test")).unwrap();
    assert_eq!(openai.vendor(), "openai");
    let ends = "2026-12-01".parse().unwrap();
    assert_eq!(openai.listing("gpt-image-1.5").await.unwrap(), Listing::Listed(Some(ends)));
    assert_eq!(openai.listing(OpenAi::IMAGE_MODEL).await.unwrap(), Listing::Listed(None));
    assert_eq!(openai.listing("gpt-image-of-tomorrow").await.unwrap(), Listing::Absent);
    stand_in.next(Scenario::ModelsServerError);
    assert!(openai.listing("gpt-image-1.5").await.is_err());
}
