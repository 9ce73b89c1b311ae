//! Artists: the offline one, the fake, and those behind vendors.

use std::sync::{Mutex, OnceLock, PoisonError};

use async_trait::async_trait;
use image::GenericImageView;
use studio::{Artist, Brief, CATALOGUE, DrawRequest, Drawing, NoSketches, NotDrawn, Sketches};

use crate::pictures::png_chunk;

/// The abilities of an artist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Abilities {
    /// Whether it draws by a person's own words.
    pub words: bool,
    /// Whether two drawings of the same request are equal, since the seed decides everything.
    pub repeats_itself: bool,
    /// Whether it reads the selfie and the name of the style. Only fakes do not.
    pub looks: bool,
}

/// Content that no artist may pass on.
const CANARY: &[u8] = b"taken by somebody@example.org";

/// The selfie of the fixtures, normalised, with an added text that a normalised one has not.
fn selfie() -> &'static [u8] {
    static SELFIE: OnceLock<Vec<u8>> = OnceLock::new();
    SELFIE.get_or_init(|| {
        // The signature and IHDR.
        const HEAD: usize = 8 + 25;
        let png = imaging::normalise(include_bytes!("../../fixtures/selfie.jpg")).unwrap().png;
        let text = png_chunk(b"tEXt", &[b"Comment\0", CANARY].concat());
        [&png[..HEAD], &text, &png[HEAD..]].concat()
    })
}

/// The least side of a drawing.
const SMALLEST: u32 = 256;

/// The whole contract of the port.
pub async fn keeps_its_promises(artist: &dyn Artist, name: &str, abilities: Abilities) {
    assert_eq!(artist.name(), name);
    assert!(!artist.model().is_empty() && !artist.model().contains(char::is_whitespace));
    draws_every_style(artist).await;
    draws_anew(artist, abilities).await;
    tells_of_sketches_in_order(artist).await;
    says_what_it_cannot(artist, abilities).await;
}

/// A request without sketches, for the selfie of the fixtures.
fn request<'a>(selfie: &'a [u8], brief: Brief<'a>) -> DrawRequest<'a> {
    DrawRequest { selfie, brief, seed: 7, customer: None, sketches: &NoSketches }
}

/// The picture of a drawing, after checks that it is readable, large enough and square or nearly so.
fn looked_at(drawing: &Drawing) -> image::DynamicImage {
    let picture = image::load_from_memory(&drawing.picture).unwrap();
    let (width, height) = picture.dimensions();
    let (long, short) = (width.max(height), width.min(height));
    assert!(short >= SMALLEST && u64::from(long) * 10 <= u64::from(short) * 11, "{width} × {height}");
    picture
}

async fn draws_every_style(artist: &dyn Artist) {
    for style in CATALOGUE {
        let drawing = artist.draw(request(selfie(), Brief::Style(style.id))).await.unwrap();
        looked_at(&drawing);
        assert!(drawing.usage.micro_dollars.is_none_or(|price| price > 0), "what is free has no price");
        let found = drawing.picture.windows(CANARY.len()).any(|window| window == CANARY);
        assert!(!found, "an_11: the selfie's metadata is in the drawing");
    }
}

async fn draws_anew(artist: &dyn Artist, abilities: Abilities) {
    let first = artist.draw(request(selfie(), Brief::Style(CATALOGUE[0].id))).await.unwrap();
    let second = artist.draw(request(selfie(), Brief::Style(CATALOGUE[0].id))).await.unwrap();
    looked_at(&second);
    assert_eq!(first.picture == second.picture, abilities.repeats_itself);
    assert_eq!(first.source, second.source);
}

/// Records the events.
struct Listener {
    wanted: u8,
    heard: Mutex<Vec<(u8, Vec<u8>)>>,
}

#[async_trait]
impl Sketches for Listener {
    fn wanted(&self) -> u8 {
        self.wanted
    }

    async fn arrived(&self, index: u8, picture: &[u8]) {
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push((index, picture.to_vec()));
    }
}

async fn tells_of_sketches_in_order(artist: &dyn Artist) {
    for wanted in 0..=3 {
        let listener = Listener { wanted, heard: Mutex::default() };
        let sketched = DrawRequest { sketches: &listener, ..request(selfie(), Brief::Style(CATALOGUE[0].id)) };
        looked_at(&artist.draw(sketched).await.unwrap());
        let heard = listener.heard.into_inner().unwrap_or_else(PoisonError::into_inner);
        assert!(heard.len() <= usize::from(wanted), "{} sketches of {wanted}", heard.len());
        assert!(heard.is_sorted_by(|(one, _), (next, _)| one < next) && heard.iter().all(|(index, _)| *index < wanted));
        for (index, picture) in &heard {
            assert!(image::load_from_memory(picture).is_ok(), "sketch {index} cannot be read");
        }
    }
}

async fn says_what_it_cannot(artist: &dyn Artist, abilities: Abilities) {
    let words = artist.draw(request(selfie(), Brief::Words("as a knight in silver armour"))).await;
    match abilities.words {
        true => drop(looked_at(&words.unwrap())),
        false => assert!(matches!(words, Err(NotDrawn::Misconfigured(_))), "{:?}", words.err()),
    }
    if !abilities.looks {
        return;
    }
    let unknown = artist.draw(request(selfie(), Brief::Style("no-such-style"))).await;
    assert!(matches!(unknown, Err(NotDrawn::Misconfigured(_))), "{:?}", unknown.err());
    for nonsense in [&b""[..], b"this is no picture"] {
        let drawn = artist.draw(request(nonsense, Brief::Style(CATALOGUE[0].id))).await;
        assert!(matches!(drawn, Err(NotDrawn::Misconfigured(_))), "{nonsense:?}");
    }
}
