//! Objects: selfies, quarantine, drawings and deliverables.

use kernel::{AccountSession, FixedClock, GenerationId, Owner, SeededRandomness, SignedDuration, UploadId};
use picture_files::DigitalSource;
use policy::deletion::Objects;
use sha2::{Digest, Sha256};
use studio::{Arrivals, Links, Pictures, Quarantine, Selfies, object_keys};

use crate::fakes::*;
use crate::{Faults, builders};

pub struct Shelves {
    pub selfies: Box<dyn Selfies>,
    pub quarantine: Box<dyn Quarantine>,
    pub pictures: Box<dyn Pictures>,
    pub arrivals: Box<dyn Arrivals>,
    pub links: Box<dyn Links>,
    pub objects: Box<dyn Objects>,
}

impl Shelves {
    #[must_use]
    pub fn fake(bucket: &FakeBucket) -> Self {
        Self {
            selfies: Box::new(FakeSelfies(bucket.clone())),
            quarantine: Box::new(FakeQuarantine(bucket.clone())),
            pictures: Box::new(FakePictures(bucket.clone())),
            arrivals: Box::new(FakeArrivals(bucket.clone())),
            links: Box::new(FakeLinks(bucket.clone())),
            objects: Box::new(FakeObjects(bucket.clone())),
        }
    }

    /// The fakes, in a bucket of their own.
    #[must_use]
    pub fn fake_alone() -> (Self, FakeBucket) {
        let bucket = FakeBucket::new(Faults::default());
        (Self::fake(&bucket), bucket)
    }
}

fn ids(seed: u64) -> (AccountSession, UploadId, GenerationId) {
    let (clock, randomness) = (FixedClock::at(builders::midnight()), SeededRandomness::new(seed));
    (builders::caller(&clock, &randomness), UploadId::new(&clock, &randomness), GenerationId::new(&clock, &randomness))
}

/// A selfie arrives, is normalised, and is removed with all objects of its upload; `receive` stores an original.
pub async fn selfies(shelves: &Shelves, receive: impl AsyncFn(Owner, UploadId, Vec<u8>)) {
    let (caller, upload, _) = ids(101);
    let (other, neighbour, _) = ids(102);
    let (account, selfies) = (caller.owner(), &shelves.selfies);
    assert!(!shelves.arrivals.has_arrived(caller.owner(), upload).await.unwrap());
    assert_eq!((selfies.original(account, upload).await.unwrap(), selfies.normalised(account, upload).await.unwrap()), (None, None));
    receive(account, upload, b"original".to_vec()).await;
    receive(account, neighbour, b"neighbour".to_vec()).await;
    assert!(shelves.arrivals.has_arrived(caller.owner(), upload).await.unwrap());
    assert!(!shelves.arrivals.has_arrived(other.owner(), upload).await.unwrap(), "another's upload never has");
    assert_eq!(selfies.original(account, upload).await.unwrap().as_deref(), Some(&b"original"[..]));
    for (png, first) in [(b"png", true), (b"PNG", false)] {
        receive(account, upload, b"original".to_vec()).await;
        assert_eq!(selfies.keep_normalised(account, upload, png.to_vec()).await.unwrap(), first, "an_70: the first one stays");
        assert_eq!(selfies.original(account, upload).await.unwrap(), None);
        assert_eq!(selfies.normalised(account, upload).await.unwrap().as_deref(), Some(&b"png"[..]));
    }
    assert!(shelves.arrivals.has_arrived(caller.owner(), upload).await.unwrap(), "a normalised selfie is an arrived one");
    shelves.quarantine.isolate(account, upload, b"png".to_vec()).await.unwrap();
    shelves.quarantine.isolate(account, upload, b"png".to_vec()).await.unwrap();
    receive(account, upload, b"again".to_vec()).await;
    for _ in 0..2 {
        selfies.remove(account, upload).await.unwrap();
        assert_eq!((selfies.original(account, upload).await.unwrap(), selfies.normalised(account, upload).await.unwrap()), (None, None));
    }
    assert_eq!(selfies.original(account, neighbour).await.unwrap().as_deref(), Some(&b"neighbour"[..]));
    let isolated = object_keys::quarantine(account, upload);
    assert_eq!(shelves.objects.remove_prefix(&isolated).await.unwrap(), 1, "quarantine outlives the upload");
    assert_eq!(shelves.objects.remove_prefix(&isolated).await.unwrap(), 0);
    let keys = [object_keys::original(account, neighbour), object_keys::selfie(account, neighbour)];
    for _ in 0..2 {
        assert_eq!(shelves.objects.remove(&keys).await.unwrap(), [""; 0], "what is not there is a success");
        assert_eq!(selfies.original(account, neighbour).await.unwrap(), None);
    }
    assert_eq!(shelves.objects.remove(&[]).await.unwrap(), [""; 0]);
}

/// Objects of a generation are stored, found, and removed by prefix, without touching others.
pub async fn pictures(shelves: &Shelves) {
    let (caller, _, id) = ids(103);
    let (_, _, other) = ids(104);
    let (account, pictures) = (caller.owner(), &shelves.pictures);
    let first = studio::store::drawing_name(0, DigitalSource::AlgorithmicallyEnhanced);
    assert!(pictures.drawn(account, id).await.unwrap().is_empty());
    assert_eq!(pictures.get(account, id, &first).await.unwrap(), None);
    let sources = [
        (0, DigitalSource::AlgorithmicallyEnhanced),
        (2, DigitalSource::CompositeWithTrainedAlgorithmicMedia),
        (7, DigitalSource::TrainedAlgorithmicMedia),
    ];
    for (index, source) in sources {
        pictures.put(account, id, &studio::store::drawing_name(index, source), "image/png", vec![index]).await.unwrap();
    }
    pictures.put(account, id, &first, "image/png", vec![9]).await.unwrap();
    pictures.put(account, id, "1/drawing/master.png", "image/png", vec![1; 3_000_000]).await.unwrap();
    pictures.put(account, other, "1/drawing/master.png", "image/png", vec![2]).await.unwrap();
    assert_eq!(pictures.drawn(account, id).await.unwrap(), sources.into());
    assert_eq!(pictures.get(account, id, &first).await.unwrap(), Some(vec![9]), "the later write stands");
    assert_eq!(pictures.get(account, id, "1/drawing/master.png").await.unwrap().map(|bytes| bytes.len()), Some(3_000_000));
    for (bytes, kept) in [(vec![3], vec![3]), (vec![4], vec![3])] {
        assert_eq!(pictures.keep(account, id, "1/avatars/tiktok-200.png", "image/png", bytes).await.unwrap(), kept, "the first one stays");
    }
    assert_eq!(pictures.get(account, id, "1/avatars/tiktok-200.png").await.unwrap(), Some(vec![3]));
    bundle(&**pictures, account, id).await;
    let names = pictures.names(account, id).await.unwrap();
    let drawings = studio::store::drawings_among(&names);
    assert_eq!((names.len(), drawings, names.contains("bundle.zip")), (6, sources.into(), true), "{names:?}");
    pictures.remove(account, id, studio::store::DRAWINGS).await.unwrap();
    assert!(pictures.drawn(account, id).await.unwrap().is_empty());
    assert!(pictures.get(account, id, "1/drawing/master.png").await.unwrap().is_some());
    pictures.remove(account, id, "").await.unwrap();
    pictures.remove(account, id, "").await.unwrap();
    assert_eq!(pictures.get(account, id, "1/drawing/master.png").await.unwrap(), None);
    assert_eq!(pictures.get(account, other, "1/drawing/master.png").await.unwrap(), Some(vec![2]), "another generation keeps its own");
}

/// The same arguments give the same link; a prefix without its slash removes nothing.
pub async fn links(shelves: &Shelves) {
    let (caller, _, id) = ids(105);
    let (from, life) = (builders::midnight(), SignedDuration::from_mins(20));
    let link = |from| shelves.links.link(caller.owner(), id, "bundle.zip", from, life);
    let first = link(from).await.unwrap();
    assert_eq!(first, link(from).await.unwrap());
    assert_ne!(first, link(from.checked_add(life).unwrap()).await.unwrap());
    assert!(first.contains(&object_keys::of_generation(caller.owner(), id, "bundle.zip")));
    for prefix in ["", "uploads", "generated/acc"] {
        assert!(shelves.objects.remove_prefix(prefix).await.is_err(), "{prefix:?}");
    }
}

/// The first bundle stays, and its end is read with its length and hash.
async fn bundle(pictures: &dyn studio::Pictures, account: kernel::Owner, id: kernel::GenerationId) {
    assert_eq!(pictures.bundle_end(account, id, 10).await.unwrap(), None);
    let whole: Vec<u8> = (0..3_000_000).map(|at| (at % 251) as u8).collect();
    let parts = |bytes: &[u8]| bytes.chunks(1 << 20).map(bytes::Bytes::copy_from_slice).collect::<Vec<_>>();
    let file = |bytes: &[u8]| studio::BundleFile { bytes: bytes.len() as u64, sha256: hex::encode(Sha256::digest(bytes)) };
    assert!(pictures.keep_bundle(account, id, &file(&whole), parts(&whole)).await.unwrap());
    assert!(!pictures.keep_bundle(account, id, &file(b"other"), parts(b"other")).await.unwrap(), "the first one stays");
    for most in [10, 2_000_000, 5_000_000] {
        let (found, end) = pictures.bundle_end(account, id, most).await.unwrap().unwrap();
        assert_eq!((found, &end[..]), (file(&whole), &whole[whole.len().saturating_sub(most as usize)..]), "{most}");
    }
}
