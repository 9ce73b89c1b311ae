//! Deliverables are signed last, and hold nothing of the selfie.

use std::io::{Cursor, Read};

use imaging::Target;
use picture_files::{FileEntry, Kind, Provenance};
use provenance::{Anchors, State as Credibility, check_detached, examine};
use sha2::{Digest, Sha256};
use studio::{Generation, State, Step};
use testkit::signing::{anchors, signer};

use super::world::World;

fn signing() -> World {
    let mut world = World::new();
    world.signer = Some(signer());
    world
}

fn stored(world: &World, generation: &Generation, name: &str) -> Vec<u8> {
    world.bucket.objects()[&studio::object_keys::of_generation(generation.owner, generation.id, name)].clone()
}

/// Every file of the bundle.
fn bundled(world: &World, generation: &Generation) -> Vec<(FileEntry, Vec<u8>)> {
    let mut zip = zip::ZipArchive::new(Cursor::new(stored(world, generation, "bundle.zip"))).unwrap();
    let mut member = |name: &str| {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let manifest: imaging::Manifest = serde_json::from_slice(&member("manifest.json")).unwrap();
    manifest.files.into_iter().map(|file| (file.clone(), member(&file.name))).collect()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

/// Fails when anything is signed before its last change: a manifest covers every byte of its file.
/// Invariant: A picture is signed last, and the selfie is in no manifest.
#[tokio::test]
async fn signed_last_every_file_validates_keeps_its_messengers_rules_and_knows_no_selfie() {
    let world = signing();
    let (caller, id) = world.ready_with_extras(Step::DrawingReady, 3).await;
    let selfies: Vec<Vec<u8>> =
        world.bucket.objects().iter().filter(|(key, _)| key.starts_with("uploads/")).map(|(_, bytes)| bytes.clone()).collect();
    assert!(!selfies.is_empty());
    world.quieten().await;
    world.check_quiet();
    let generation = world.find(caller, id).unwrap();
    assert_eq!(generation.state, State::Done);
    let files = bundled(&world, &generation);
    assert_eq!(files.len(), 3 * (2 * imaging::AVATARS.len() + 2 + 8) + 3 + 1);
    for (file, bytes) in &files {
        let name = &file.name;
        assert_eq!(imaging::validate(Target::of(name).unwrap(), bytes), [], "{name}");
        for selfie in &selfies {
            let hash = Sha256::digest(selfie);
            let middle = &selfie[selfie.len() / 2..][..48];
            assert!(
                !holds(bytes, middle) && !holds(bytes, &hash) && !holds(bytes, hex::encode(hash).as_bytes()),
                "{name} knows the selfie"
            );
        }
        if file.kind == Kind::Pack {
            assert_eq!(file.provenance, Provenance::Members, "{name}");
            continue;
        }
        if name.ends_with("stickers/whatsapp.webp") {
            assert_eq!(file.provenance, Provenance::Manifest, "{name}");
            continue;
        }
        assert_eq!(file.provenance, Provenance::C2pa, "{name}");
        let report = examine(bytes, &anchors()).unwrap();
        assert_eq!(report.credentials.state, Credibility::Trusted, "{name}: {:?}", report.credentials.codes);
        assert_eq!(report.credentials.digital_source_type.as_deref(), Some(file.digital_source_type.uri()), "{name}");
        assert_eq!(report.credentials.digital_source_type, report.xmp_digital_source_type, "{name}");
        assert_eq!(report.credentials.ingredients, [], "{name}: the offline artist's drawing has no manifest");
    }
    let unknown = examine(&stored(&world, &generation, "1/avatars/favicon-32.png"), &Anchors::default()).unwrap();
    assert_eq!(
        (unknown.credentials.state, &unknown.credentials.codes[..]),
        (Credibility::Valid, &["signingCredential.untrusted".to_owned()][..])
    );
}

#[tokio::test]
async fn the_manifest_of_the_bundle_is_signed_and_a_changed_byte_is_noticed() {
    let world = signing();
    let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
    world.quieten().await;
    let generation = world.find(caller, id).unwrap();
    let bundle = stored(&world, &generation, "bundle.zip");
    assert_eq!(imaging::validate(Target::Bundle, &bundle), []);
    let mut zip = zip::ZipArchive::new(Cursor::new(bundle)).unwrap();
    let mut member = |name: &str| {
        let mut bytes = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut bytes).unwrap();
        bytes
    };
    let (mut manifest, credentials) = (member("manifest.json"), member("manifest.c2pa"));
    let state = |manifest: &[u8]| check_detached(manifest, &credentials, &anchors()).unwrap().credentials.state;
    assert_eq!(state(&manifest), Credibility::Trusted);
    let json: imaging::Manifest = serde_json::from_slice(&manifest).unwrap();
    assert!(json.files.iter().all(|file| file.provenance == Provenance::C2pa));
    manifest[100] ^= 1;
    assert_eq!(state(&manifest), Credibility::Invalid);
}

#[tokio::test]
async fn without_a_signer_a_generation_is_delivered_with_xmp_alone() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
    world.quieten().await;
    world.check_quiet();
    let generation = world.find(caller, id).unwrap();
    for file in &world.database.rows().delivered[&id].files {
        assert_eq!(file.provenance, Provenance::Xmp, "{}", file.name);
    }
    let report = examine(&stored(&world, &generation, "1/avatars/favicon-32.png"), &anchors()).unwrap();
    assert_eq!((report.credentials.state, report.xmp_digital_source_type.is_some()), (Credibility::None, true));
}

/// A signature differs each time it is made: both workers continue with the first stored file (`check_quiet` compares every hash).
#[tokio::test]
async fn two_workers_on_one_generation_deliver_one_set_of_files() {
    for seed in 0..2 {
        let world = signing();
        let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
        let message = world.steps.queue().pop_front().unwrap();
        world.faults.interleave(seed);
        let runs = futures_util::future::join(world.work(message), world.work(message)).await;
        if [runs.0, runs.1].iter().any(|run| !matches!(run, Ok(Ok(())))) {
            world.steps.queue().push_back(message);
        }
        world.quieten().await;
        assert_eq!(world.state(caller, id), State::Done, "seed {seed}");
        world.check_quiet();
    }
}

/// Counts the signatures of a signer.
struct Counting(std::sync::Arc<dyn provenance::Signer>, std::sync::Arc<std::sync::atomic::AtomicUsize>);

#[async_trait::async_trait]
impl provenance::Signer for Counting {
    fn algorithm(&self) -> provenance::Algorithm {
        self.0.algorithm()
    }

    fn chain(&self) -> &provenance::Chain {
        self.0.chain()
    }

    async fn sign(&self, bytes: &[u8]) -> Result<Vec<u8>, kernel::Failure> {
        self.1.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        self.0.sign(bytes).await
    }
}

/// A worker that dies at any stage leaves its files, and the next one signs the others and no more: in all a signature for each file, one more for each
/// that was signed and not stored (those in flight, and those that are in the bundle alone), and that of the manifest.
#[tokio::test]
async fn a_repetition_signs_what_is_not_stored_and_no_more() {
    use testkit::When::{After, Before};
    let delivered = |world: &World, id| world.database.rows().delivered[&id].files.len();
    let count = || std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let signatures = async |call: &'static str, nth: usize, when: testkit::When| {
        let (mut world, counter) = (World::new(), count());
        world.signer = Some(std::sync::Arc::new(Counting(signer(), counter.clone())));
        let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
        let position = || world.faults.calls().len();
        // A run without a fault on a world alike says which of its calls to fail.
        let plain = World::new();
        plain.ready_for(Step::DrawingReady, 1).await;
        let before = plain.faults.calls().len();
        plain.drain(&[Step::DrawingReady]).await;
        assert_eq!(before, position());
        let calls = &plain.faults.calls()[before..];
        let at = calls.iter().enumerate().filter(|(_, name)| **name == call).nth(nth).map(|(at, _)| at).unwrap();
        world.faults.fail(at, when, testkit::Kind::Crash);
        let message = world.steps.queue().pop_front().unwrap();
        assert!(world.work(message).await.is_err(), "{call} {nth}");
        let stored = world.bucket.keys("generated/").iter().filter(|key| !key.contains("/drawings/")).count();
        let first = counter.swap(0, std::sync::atomic::Ordering::SeqCst);
        world.steps.queue().push_back(message);
        world.quieten().await;
        assert_eq!(world.state(caller, id), State::Done);
        world.check_quiet();
        (first, stored, counter.load(std::sync::atomic::Ordering::SeqCst), delivered(&world, id))
    };
    let all = imaging::AVATARS.len() * 2;
    for nth in [0, 7, 20] {
        for when in [Before, After] {
            let (_, stored, again, _) = signatures("pictures.keep", nth, when).await;
            assert_eq!(again, all - stored + 1, "{nth} {when:?}");
        }
    }
    let (first, stored, again, links) = signatures("bundles.keep_bundle", 0, Before).await;
    assert_eq!((first, stored, again), (all + 1, links, all - links + 1), "what is in the bundle alone is signed again");
    // The first change takes the turn, the second one is the end.
    for (call, nth, when) in [("bundles.keep_bundle", 0, After), ("generations.change", 1, Before)] {
        let (first, stored, again, links) = signatures(call, nth, when).await;
        assert_eq!((first, stored, again), (all + 1, links + 1, 0), "{call}: the bundle is stored, and nothing is made again");
    }
}

/// While a key service is busy, no unsigned file goes out.
#[tokio::test]
async fn a_signer_that_is_busy_holds_the_files() {
    struct Busy(std::sync::Arc<dyn provenance::Signer>);
    #[async_trait::async_trait]
    impl provenance::Signer for Busy {
        fn algorithm(&self) -> provenance::Algorithm {
            self.0.algorithm()
        }
        fn chain(&self) -> &provenance::Chain {
            self.0.chain()
        }
        async fn sign(&self, _: &[u8]) -> Result<Vec<u8>, kernel::Failure> {
            Err(kernel::Failure::unavailable(std::time::Duration::from_secs(1)))
        }
    }
    let mut world = signing();
    world.signer = Some(std::sync::Arc::new(Busy(signer())));
    let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
    let message = world.steps.queue().pop_front().unwrap();
    assert!(matches!(world.work(message).await, Ok(Err(kernel::Failure::Busy { .. }))));
    assert_eq!(world.state(caller, id), State::Finishing);
    world.signer = Some(signer());
    world.steps.queue().push_back(message);
    world.quieten().await;
    assert_eq!(world.state(caller, id), State::Done);
    world.check_quiet();
}
