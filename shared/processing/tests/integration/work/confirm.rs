//! Confirmations of mails by the mail service, and mails without one.

use kernel::{AccountSession, GenerationId, Language, Recipient, SignedDuration};
use studio::upload::form_is_over_at;
use studio::{Generation, MailState, State, Step, Swept};
use testkit::{Kind, When, builders};

use super::world::{FAULTS, World};

/// The worker of the last step dies at the mail, before or after the service accepted it; its message is gone.
async fn died_at_the_mail(world: &World, when: When) -> (AccountSession, GenerationId) {
    let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
    let message = world.steps.queue().pop_front().unwrap();
    world.faults.down_when("mailer.send", when, Kind::Crash);
    assert!(world.work(message).await.is_err());
    world.faults.clear();
    assert_eq!(world.find(caller, id).unwrap().mail, Some(MailState::Sending));
    (caller, id)
}

#[tokio::test]
async fn an_02_a_worker_killed_before_the_mail_went_costs_the_patience_and_not_the_mail() {
    let world = World::new();
    let (caller, id) = died_at_the_mail(&world, When::Before).await;
    world.hear().await;
    world.clock.advance(SignedDuration::from_mins(9));
    assert_eq!(world.sweep().await.unwrap(), Swept::default(), "the event may still come");
    world.clock.advance(SignedDuration::from_mins(2));
    assert_eq!(world.sweep().await.unwrap().revived, 1);
    assert_eq!(world.find(caller, id).unwrap().mail, Some(MailState::Due));
    world.quieten().await;
    assert_eq!((world.mailer.ready(id), world.find(caller, id).unwrap().mail), (1, Some(MailState::Sent)));
    world.check_quiet();
}

#[tokio::test]
async fn an_02_a_worker_killed_after_the_mail_went_costs_nothing() {
    let world = World::new();
    let (caller, id) = died_at_the_mail(&world, When::After).await;
    world.hear().await;
    assert_eq!(world.find(caller, id).unwrap().mail, Some(MailState::Sent));
    // The message comes again: nothing is sent, and the generation is settled.
    world.work(World::message(Step::DrawingReady, caller, id)).await.unwrap().unwrap();
    let settled = world.find(caller, id).unwrap();
    assert_eq!((world.mailer.ready(id), settled.deadline), (1, Some(form_is_over_at(settled.upload))));
    world.check_quiet();
}

#[tokio::test]
async fn an_02_without_a_second_message_the_sweeper_settles_what_was_confirmed() {
    let world = World::new();
    let (caller, id) = died_at_the_mail(&world, When::After).await;
    world.hear().await;
    world.clock.advance(SignedDuration::from_mins(11));
    assert_eq!(world.sweep().await.unwrap().tidied, 1);
    let settled = world.find(caller, id).unwrap();
    assert_eq!((world.mailer.ready(id), settled.deadline), (1, Some(form_is_over_at(settled.upload))));
    world.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(world.sweep().await.unwrap().tidied, 1, "its form is over");
    assert_eq!(world.find(caller, id).unwrap().deadline, None);
    world.check_quiet();
}

#[tokio::test]
async fn an_02_an_event_that_comes_after_the_sweep_still_prevents_a_second_mail() {
    let world = World::new();
    let (caller, id) = died_at_the_mail(&world, When::After).await;
    world.clock.advance(SignedDuration::from_mins(11));
    world.sweep().await.unwrap();
    assert_eq!(world.find(caller, id).unwrap().mail, Some(MailState::Due));
    world.hear().await;
    assert_eq!(world.find(caller, id).unwrap().mail, Some(MailState::Sent));
    world.quieten().await;
    assert_eq!(world.mailer.ready(id), 1);
}

/// The one way to two mails: the worker dies after the service accepted, and the event of that mail never comes.
#[tokio::test]
async fn an_02_what_remains_is_a_lost_event_of_a_mail_whose_worker_died() {
    let world = World::new();
    let (caller, id) = died_at_the_mail(&world, When::After).await;
    world.clock.advance(SignedDuration::from_mins(11));
    world.sweep().await.unwrap();
    assert_eq!(world.drain_all().await, 0);
    assert_eq!((world.mailer.ready(id), world.find(caller, id).unwrap().mail), (2, Some(MailState::Sent)));
}

#[tokio::test]
async fn an_02_a_mail_that_is_refused_for_good_is_given_up() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
    world.faults.down_when("mailer.send", When::Before, Kind::Broken);
    world.quieten().await;
    assert_eq!(world.faults.count("mailer.send"), 1 + usize::from(Generation::REVIVALS));
    assert_eq!((world.state(caller, id), world.find(caller, id).unwrap().deadline), (State::Done, None));
    assert_eq!((world.mailer.ready(id), world.balance(caller)), (0, (9, 0)));
}

#[tokio::test]
async fn an_event_is_safe_to_repeat_and_touches_nothing_else() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
    let before = world.find(caller, id);
    world.confirm(caller.owner(), id).await.unwrap();
    assert_eq!(world.find(caller, id), before, "not delivered yet");
    world.drain_all().await;
    let settled = world.find(caller, id);
    for _ in 0..2 {
        world.confirm(caller.owner(), id).await.unwrap();
    }
    assert_eq!(world.find(caller, id), settled, "sent is sent");
    world.delete(caller, id).await.unwrap().unwrap();
    let deleted = world.find(caller, id);
    world.confirm(caller.owner(), id).await.unwrap();
    assert_eq!(world.find(caller, id), deleted, "a deleted generation stays deleted");
    let nobody = builders::caller(&*world.clock, &world.randomness);
    world.confirm(nobody.owner(), id).await.unwrap();
}

#[tokio::test]
async fn a_fault_at_any_call_of_a_confirmation_is_made_good_when_the_event_comes_again() {
    for (when, kind) in FAULTS {
        for nth in 0.. {
            let world = World::new();
            let (caller, id) = world.started(1).await;
            {
                let mut rows = world.database.rows();
                let row = rows.generations.get_mut(&(caller.owner(), id)).unwrap();
                (row.state, row.mail) = (State::Done, Some(MailState::Sending));
            }
            let mail = outreach::Mail::Ready { owner: caller.owner(), generation: id, origin: String::new() };
            let somebody = Recipient { email: builders::email("somebody"), language: Language::English };
            world.mailer.sent().push((somebody, mail));
            world.faults.fail(nth, when, kind);
            world.hear().await;
            let hit = world.faults.clear();
            assert_eq!(world.find(caller, id).unwrap().mail, Some(MailState::Sent), "{when:?} {kind:?} {hit:?}");
            if hit.is_empty() {
                break;
            }
        }
    }
}

/// The event is often quicker than the record of the worker that sent the mail.
#[tokio::test]
async fn an_02_the_event_and_the_worker_may_overtake_each_other() {
    for seed in 0..6 {
        let world = World::new();
        let (caller, id) = world.ready_for(Step::DrawingReady, 1).await;
        let message = world.steps.queue().pop_front().unwrap();
        world.faults.interleave(seed);
        let event = async {
            while world.mailer.ready(id) == 0 {
                tokio::task::yield_now().await;
            }
            world.confirm(caller.owner(), id).await
        };
        let (worked, confirmed) = futures_util::future::join(world.work(message), event).await;
        assert!(matches!(worked, Ok(Ok(()))) && confirmed.is_ok(), "seed {seed}: {worked:?} {confirmed:?}");
        let generation = world.find(caller, id).unwrap();
        assert_eq!(
            (generation.mail, generation.deadline),
            (Some(MailState::Sent), Some(form_is_over_at(generation.upload))),
            "seed {seed}"
        );
        assert_eq!(world.mailer.ready(id), 1, "seed {seed}");
        world.check_quiet();
    }
}
