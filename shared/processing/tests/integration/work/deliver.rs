//! The last step.

use std::collections::BTreeMap;

use studio::upload::form_is_over_at;
use studio::{MailState, State, Step};
use testkit::{Kind, When};

use super::world::{FAULTS, WORDS, World};

const LAST: &[Step] = &[Step::DrawingReady];

#[tokio::test]
async fn an_24_a_generation_is_delivered_charged_and_told() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::DrawingReady, 2).await;
    assert_eq!(world.drain(LAST).await, 0);
    let generation = world.find(caller, id).unwrap();
    let form_is_over = Some(form_is_over_at(generation.upload));
    assert_eq!((generation.state, generation.mail, generation.deadline), (State::Done, Some(MailState::Sent), form_is_over));
    assert_eq!(world.balance(caller), (8, 0));
    assert_eq!(world.mailer.ready(id), 1);
    world.check_quiet();
}

#[tokio::test]
async fn stickers_packs_and_a_bubble_are_delivered_and_no_file_beside_the_pixels_has_its_words() {
    let world = World::new();
    let (caller, id) = world.ready_with_extras(Step::DrawingReady, 3).await;
    assert_eq!(world.balance(caller), (4, 6));
    world.quieten().await;
    world.check_quiet();
    assert_eq!((world.balance(caller), world.find(caller, id).unwrap().bubble), ((4, 0), None), "an_07");
    let files = world.database.rows().delivered[&id].files.clone();
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    for name in ["1/drawing/speech-bubble.png", "3/stickers/telegram.webp", "packs/whatsapp.wastickers"] {
        assert!(names.contains(&name), "{name} in {names:?}");
    }
    for (key, bytes) in world.bucket.objects().iter() {
        assert!(!bytes.windows(WORDS.len()).any(|window| window == WORDS.as_bytes()), "an_07: {key}");
    }
    let rows = format!("{:?} {:?}", files, world.database.rows().answers);
    assert!(!rows.contains(WORDS), "an_07");
}

/// The calls worth a fault: every one, but of the many alike that store a file only the first, one in the middle and the last. A delivery renders for
/// a third of a second: two faults for each call whose failure just ends the run, all for those that write or send.
async fn positions() -> Vec<(usize, When, Kind)> {
    let world = World::new();
    world.ready_for(Step::DrawingReady, 1).await;
    let before = world.faults.calls().len();
    world.drain(LAST).await;
    let calls = &world.faults.calls()[before..];
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    calls.iter().enumerate().for_each(|(index, name)| places.entry(name).or_default().push(index));
    let puts = places.remove("pictures.keep").unwrap();
    places.insert("pictures.keep", vec![puts[0], puts[puts.len() / 2], puts[puts.len() - 1]]);
    let faults = |name: &str| if matches!(name, "generations.change" | "mailer.send") { &FAULTS[..] } else { &FAULTS[1..3] };
    let all = places.into_iter().flat_map(|(name, places)| places.into_iter().map(move |place| (name, place)));
    all.flat_map(|(name, place)| faults(name).iter().map(move |(when, kind)| (place, *when, *kind))).collect()
}

#[tokio::test]
async fn a_fault_at_any_call_leaves_one_charge_one_mail_and_one_set_of_files() {
    for (nth, when, kind) in positions().await {
        let world = World::new();
        let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
        world.faults.fail(nth, when, kind);
        world.quieten().await;
        let hit = world.faults.clear();
        let at = format!("{when:?} {kind:?} {hit:?}");
        assert_eq!(world.state(caller, id), State::Done, "{at}");
        assert_eq!(world.balance(caller), (9, 0), "{at}");
        world.check_quiet();
        assert_eq!(world.mailer.ready(id), 1, "an_02 {at}");
        assert_eq!(world.find(caller, id).unwrap().mail, Some(MailState::Sent), "{at}");
    }
}

#[tokio::test]
async fn an_02_a_mail_service_that_is_down_gets_the_mail_later_once() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
    world.faults.down("mailer.send", Kind::Busy);
    assert!(world.drain(LAST).await > 0);
    assert_eq!((world.state(caller, id), world.mailer.ready(id)), (State::Done, 0));
    assert_eq!(world.find(caller, id).unwrap().mail, Some(MailState::Due));
    world.faults.clear();
    // No message is left: the sweeper finds that the mail is still due.
    world.quieten().await;
    assert_eq!(world.mailer.ready(id), 1);
    world.check_quiet();
}

#[tokio::test]
async fn an_02_two_workers_on_one_generation_send_one_mail_whatever_their_turns() {
    for seed in 0..4 {
        let world = World::new();
        let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
        let message = world.steps.queue().pop_front().unwrap();
        world.faults.interleave(seed);
        let runs = futures_util::future::join3(world.work(message), world.work(message), world.work(message)).await;
        if [runs.0, runs.1, runs.2].iter().any(|run| !matches!(run, Ok(Ok(())))) {
            world.steps.queue().push_back(message);
        }
        world.quieten().await;
        assert_eq!((world.state(caller, id), world.mailer.ready(id)), (State::Done, 1), "seed {seed}");
        world.check_quiet();
    }
}

#[tokio::test]
async fn an_02_a_claimed_mail_is_not_lost_to_a_second_worker() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
    let message = world.steps.queue().pop_front().unwrap();
    // The first worker claims the mail and dies before it sends; the second finds the claim and leaves the generation to the sweeper.
    world.faults.down("mailer.send", Kind::Crash);
    assert!(world.work(message).await.is_err());
    world.faults.clear();
    world.work(message).await.unwrap().unwrap();
    let generation = world.find(caller, id).unwrap();
    assert_eq!((generation.mail, generation.deadline.is_some()), (Some(MailState::Sending), true));
    world.quieten().await;
    assert_eq!(world.mailer.ready(id), 1);
    world.check_quiet();
}

#[tokio::test]
async fn an_account_that_is_gone_gets_no_mail_and_keeps_nobody_busy() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
    world.database.rows().profiles.clear();
    assert_eq!(world.drain(LAST).await, 0);
    assert_eq!((world.state(caller, id), world.mailer.ready(id)), (State::Done, 0));
    let settled = world.find(caller, id).unwrap();
    assert_eq!(settled.deadline, Some(studio::upload::form_is_over_at(settled.upload)));
}

#[tokio::test]
async fn a_drawing_that_is_missing_ends_in_a_release_and_not_in_half_a_bundle() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::DrawingReady, 2).await;
    world.bucket.objects().retain(|key, _| !key.ends_with("drawings/1.algorithmicallyEnhanced"));
    world.quieten().await;
    assert_eq!((world.state(caller, id), world.balance(caller)), (State::Failed, (10, 0)));
    world.check_quiet();
}
