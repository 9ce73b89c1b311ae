//! The owner's view.

use imaging::{BubbleRequest, Extras, PACKS, Rendering, STICKERS};
use kernel::{Failure, SignedDuration};
use picture_files::{DigitalSource, FileEntry, Kind, Messenger};
use studio::{Deliveries, Step, addons};
use testkit::fakes::{FakeLinks, FakeViews};

use super::world::{World, failure};

#[tokio::test]
async fn an_owner_sees_a_generation_until_it_is_deleted_and_nobody_else_does() {
    let world = World::new();
    let (views, links) = (FakeViews(world.database.clone()), FakeLinks(world.bucket.clone()));
    let deliveries = Deliveries { views: &views, links: &links, clock: &*world.clock };
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
    let other = world.customer(1).await;
    assert_eq!(deliveries.view(&caller.into(), id).await.unwrap().generation.id, id);
    assert!(matches!(failure(deliveries.view(&other.into(), id).await), Failure::Missing(_)));
    // The row of a running generation stays for a while as a tombstone for its worker; its owner does not see it any more.
    world.delete(caller, id).await.unwrap().unwrap();
    assert!(world.find(caller, id).is_some());
    assert!(matches!(failure(deliveries.view(&caller.into(), id).await), Failure::Missing(_)));
}

#[tokio::test]
async fn an_answer_keeps_its_tag_while_nothing_in_it_changes() {
    let world = World::new();
    let (views, links) = (FakeViews(world.database.clone()), FakeLinks(world.bucket.clone()));
    let deliveries = Deliveries { views: &views, links: &links, clock: &*world.clock };
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
    let drawing = world.find(caller, id).unwrap();
    let tag = deliveries.etag(&drawing, None);
    world.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(deliveries.etag(&drawing, None), tag, "a generation without links has no window");
    world.quieten().await;
    let done = world.find(caller, id).unwrap();
    let (tag, link) = (deliveries.etag(&done, None), deliveries.link(&done, "bundle.zip").await.unwrap());
    assert_ne!(tag, deliveries.etag(&drawing, None));
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!((deliveries.etag(&done, None), deliveries.link(&done, "bundle.zip").await.unwrap()), (tag.clone(), link.clone()));
    world.clock.advance(SignedDuration::from_mins(5));
    assert_ne!((deliveries.etag(&done, None), deliveries.link(&done, "bundle.zip").await.unwrap()), (tag, link));
    let left = deliveries.links_expire_at().duration_since(kernel::Clock::now(&*world.clock));
    assert!(left >= SignedDuration::from_mins(15) && left <= SignedDuration::from_mins(20), "{left:?}");
}

/// The size limit of a DynamoDB item.
const ITEM_BYTES: usize = 400_000;

#[test]
fn the_list_of_the_largest_generation_fits_a_row() {
    let bubble = addons::Bubble::parse("Hi", None).unwrap();
    let words = bubble_text::Words::parse(bubble.text.as_str()).unwrap();
    let extras = Extras { stickers: Messenger::ALL.to_vec(), bubble: Some(BubbleRequest { words, side: None }), ..Extras::default() };
    let of_drawings = (1..=*kernel::limits::DRAWINGS.end())
        .flat_map(|drawing| Rendering::paths(&extras).into_iter().map(move |path| format!("{drawing}/{path}")));
    let trays = STICKERS.iter().filter(|row| row.kind == Kind::Tray).map(imaging::StickerSpec::path);
    let names = of_drawings.chain(trays).chain(PACKS.iter().map(imaging::PackSpec::path));
    let files: Vec<FileEntry> = names
        .map(|name| FileEntry {
            name,
            kind: Kind::SpeechBubble,
            format: picture_files::Format::Wastickers,
            width: 1920,
            height: 1920,
            bytes: 10_000_000,
            sha256: "0".repeat(64),
            digital_source_type: DigitalSource::AlgorithmicallyEnhanced,
            provenance: picture_files::Provenance::Xmp,
        })
        .collect();
    let list = serde_json::to_string(&files).unwrap();
    assert!(list.len() < ITEM_BYTES / 2, "{} files, {} bytes", files.len(), list.len());
}
