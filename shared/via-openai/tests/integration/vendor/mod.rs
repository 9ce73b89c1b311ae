//! The adapters against a stand-in of the vendor.

mod drawing;
mod refusals;
mod screening;
mod sent;
mod streams;

use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use egress::{Client, Reach, Secret};
use image::{ImageFormat, RgbImage};
use stand_ins::OpenAiStandIn;
use stand_ins::openai::Scenario;
use studio::{Artist, Brief, DrawRequest, Drawing, NoSketches, NotDrawn, Sketches};
use via_openai::{OpenAi, OpenAiArtist};

/// The key of every test: no error and no debug output may show it.
const KEY: &str = "sk-of-a-test-0123456789";

/// Longer than any answer of the stand-in takes; tests of the time-out set one of their own.
const LONG_TIMEOUT: Duration = Duration::from_secs(120);

async fn vendor() -> OpenAiStandIn {
    OpenAiStandIn::start(0).await.unwrap()
}

fn account(base: &str) -> OpenAi {
    let client = Client::new(Reach::ListedAndLoopback).unwrap();
    OpenAi::new(&client, base, &Secret::new(KEY)).unwrap()
}

fn artist(vendor: &OpenAiStandIn) -> OpenAiArtist {
    account(&vendor.base_url()).artist(OpenAi::IMAGE_MODEL, OpenAi::IMAGE_QUALITY).unwrap().within(LONG_TIMEOUT)
}

/// A small picture in the form that screening produces.
fn selfie() -> Vec<u8> {
    let picture = RgbImage::from_fn(64, 80, |x, y| image::Rgb([x as u8 * 4, y as u8 * 3, 90]));
    let mut png = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).unwrap();
    png.into_inner()
}

struct Listener {
    wanted: u8,
    heard: Mutex<Vec<(u8, usize)>>,
}

impl Listener {
    fn for_sketches(wanted: u8) -> Self {
        Self { wanted, heard: Mutex::default() }
    }

    fn heard(&self) -> Vec<(u8, usize)> {
        self.heard.lock().unwrap().clone()
    }
}

#[async_trait]
impl Sketches for Listener {
    fn wanted(&self) -> u8 {
        self.wanted
    }

    async fn arrived(&self, index: u8, picture: &[u8]) {
        image::load_from_memory(picture).unwrap();
        self.heard.lock().unwrap().push((index, picture.len()));
    }
}

async fn draw_with(artist: &OpenAiArtist, sketches: &dyn Sketches) -> Result<Drawing, NotDrawn> {
    let request = DrawRequest { selfie: &selfie(), brief: Brief::Style("soft-anime"), seed: 7, customer: Some("c_5f2e"), sketches };
    artist.draw(request).await
}

async fn draw(artist: &OpenAiArtist) -> Result<Drawing, NotDrawn> {
    draw_with(artist, &NoSketches).await
}

/// Why there is no drawing in this scenario; the vendor is asked once, and no word of it and no part of the key comes through.
async fn refusal(scenario: Scenario) -> NotDrawn {
    let vendor = vendor().await;
    vendor.next(scenario.clone());
    let why = draw(&artist(&vendor)).await.unwrap_err();
    assert_eq!(vendor.requests().len(), 1, "{scenario:?}: an adapter asks once");
    is_discreet(&why);
    why
}

/// The same with sketches requested, so that the answer is a stream.
async fn refusal_midway(scenario: Scenario) -> NotDrawn {
    let vendor = vendor().await;
    vendor.next(scenario.clone());
    let why = draw_with(&artist(&vendor), &Listener::for_sketches(2)).await.unwrap_err();
    assert_eq!(vendor.requests().len(), 1, "{scenario:?}: an adapter asks once");
    is_discreet(&why);
    why
}

/// Holds no word of the vendor, of the prompt or of the key.
fn is_discreet(why: &dyn std::error::Error) {
    let mut shown = format!("{why} {why:?}");
    let mut source = why.source();
    while let Some(cause) = source {
        shown.push_str(&format!(" {cause} {cause:?}"));
        source = cause.source();
    }
    for word in ["rejected", "request ID", "organization", "The server had", "it broke", "Redraw", "127.0.0.1", KEY, "exceeded your"] {
        assert!(!shown.contains(word), "{word:?} in {shown}");
    }
}
