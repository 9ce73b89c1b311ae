//! The artist passes the contract suite of its port (RT-16).

use egress::{Client, Reach, Secret};
use stand_ins::GeminiStandIn;
use testkit::contract::artists::{Abilities, keeps_its_promises};
use via_gemini::GeminiArtist;

#[tokio::test]
async fn rt_16_it_keeps_the_promises_of_every_artist() {
    let stand_in = GeminiStandIn::start(0).await.unwrap();
    let client = Client::new(Reach::ListedAndLoopback).unwrap();
    let artist = GeminiArtist::new(&client, &stand_in.base_url(), &Secret::new("AIza-test-key"), GeminiArtist::MODEL).unwrap();
    keeps_its_promises(&artist, GeminiArtist::NAME, Abilities { words: true, repeats_itself: false, looks: true }).await;
}
