use super::*;
use kernel::{SeededRandomness, SystemClock};
use proptest::prelude::*;

pub(crate) fn queued() -> Generation {
    let (clock, randomness) = (SystemClock::default(), SeededRandomness::new(5));
    Generation {
        id: GenerationId::new(&clock, &randomness),
        owner: Owner::Account(kernel::AccountId::new(&clock, &randomness)),
        upload: UploadId::new(&clock, &randomness),
        style: "soft-anime".into(),
        count: 3,
        seed: 7,
        stickers: vec![Messenger::Line],
        bubble: Some(Bubble::parse("a secret", None).unwrap()),
        charge: Charge::Credits(3),
        state: State::Queued,
        version: 1,
        drawn: 0,
        sketched: 0,
        reason: None,
        created_at: Timestamp::UNIX_EPOCH,
        updated_at: Timestamp::UNIX_EPOCH,
        deadline: None,
        revivals: 0,
        revivals_in_state: 0,
        held_until: None,
        held_by: None,
        retold: false,
        mail: None,
        cleared: false,
        claimed_from: None,
    }
}

type Attempt = fn(&Generation, Timestamp) -> Result<Generation, IllegalChange>;

const ATTEMPTS: &[Attempt] = &[
    |g, now| g.begin_screening(now, now),
    |g, now| g.take(now, now),
    Generation::put_down,
    Generation::hand_on,
    Generation::wait_on,
    |g, _| g.retell().ok_or(IllegalChange(g.state)),
    Generation::pass,
    Generation::block,
    |g, now| g.progress_to(g.drawn + 1, now),
    |g, now| g.sketched_to(g.sketched + 1, now),
    |g, now| g.sketched_to(1, now),
    |g, now| g.progress_to(1, now),
    Generation::finish_drawing,
    Generation::deliver,
    |g, now| g.mail_is(MailState::Sending, now),
    |g, now| g.fail(EndReason::TimedOut, now),
    Generation::cancel,
    Generation::revive,
    Generation::settle,
];

proptest! {
    /// For any changes in any order: an_70 holds (no drawing without screening), an ended generation never runs again, progress never decreases and
    /// the version always grows.
    /// Invariant: No illegal change of state can be written.
    #[test]
    fn no_order_of_attempts_reaches_an_illegal_state(tries in prop::collection::vec(0..ATTEMPTS.len(), 0..40)) {
        let mut generation = queued();
        let mut seen = vec![generation.state];
        for index in tries {
            let Ok(next) = ATTEMPTS[index](&generation, Timestamp::UNIX_EPOCH) else { continue };
            prop_assert_eq!(next.version, generation.version + 1);
            prop_assert!(next.progress() >= generation.progress());
            prop_assert!(generation.state.is_running() || !next.state.is_running());
            prop_assert!(next.drawn <= next.count);
            prop_assert_eq!(next.bubble.is_some(), next.state.is_running(), "an_07: the words stay while it runs, and no longer");
            prop_assert_eq!(&next.stickers, &generation.stickers);
            prop_assert!(next.revivals >= generation.revivals, "a message that is stale stays stale");
            if next.state == State::Drawing { prop_assert!(seen.contains(&State::Screening)); }
            if next.state == State::Done { prop_assert!(seen.contains(&State::Finishing) && next.drawn == next.count); }
            seen.push(next.state);
            generation = next;
        }
    }
}

#[test]
fn an_07_no_debug_shows_the_words() {
    assert!(!format!("{:?}", queued()).contains("secret"));
}

#[test]
fn only_a_running_generation_has_credits_to_release() {
    let running = queued();
    assert!(running.release(Timestamp::UNIX_EPOCH).is_some());
    let cancelled = running.cancel(Timestamp::UNIX_EPOCH).unwrap();
    assert!(cancelled.release(Timestamp::UNIX_EPOCH).is_none());
    assert_eq!(cancelled.cancel(Timestamp::UNIX_EPOCH), Err(IllegalChange(State::Cancelled)));
}

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(seconds).unwrap()
}

#[test]
fn a_turn_ends_by_itself_and_the_deadline_runs_from_the_first() {
    let drawing = queued().begin_screening(at(60), at(0)).unwrap().pass(at(1)).unwrap();
    assert_eq!((drawing.held_until, drawing.deadline), (None, Some(at(1801))), "a state begins with nobody on it");
    let taken = drawing.take(at(1240), at(1000)).unwrap();
    assert!(taken.is_held(at(1239)) && !taken.is_held(at(1240)));
    assert_eq!(taken.deadline, Some(at(2800)), "from the first to come");
    assert_eq!(taken.take(at(1540), at(1300)).unwrap().deadline, Some(at(2800)), "and not from the next");
    assert_eq!(taken.take(at(2900), at(2700)).unwrap().deadline, Some(at(2900)), "but never while somebody is on it");
    let down = taken.put_down(at(1100)).unwrap();
    assert_eq!((down.is_held(at(1100)), down.deadline), (false, Some(at(2800))));
    let on = taken.hand_on(at(1100)).unwrap();
    assert_eq!((on.held_until, on.take(at(3240), at(3000)).unwrap().deadline), (None, Some(at(4800))));
}

#[test]
fn a_message_is_stale_after_a_restart_and_each_state_has_its_own_restarts() {
    let queued = queued();
    assert!(!queued.has_outlived(None) && !queued.has_outlived(Some(0)));
    let revived = queued.revive(at(0)).unwrap().revive(at(0)).unwrap();
    assert_eq!((revived.revivals, revived.revivals_in_state), (2, 2));
    assert!(revived.has_outlived(Some(1)) && !revived.has_outlived(Some(2)) && !revived.has_outlived(None));
    let screening = revived.begin_screening(at(60), at(0)).unwrap();
    assert_eq!((screening.revivals, screening.revivals_in_state), (2, 0));
}

#[test]
fn a_step_is_told_a_second_time_once_and_only_while_nobody_has_come() {
    let queued = queued();
    assert!(queued.retell().unwrap().retell().is_none());
    assert!(queued.revive(at(0)).unwrap().retell().is_none());
    let screening = queued.begin_screening(at(60), at(0)).unwrap();
    assert!(screening.retell().is_none() && screening.put_down(at(0)).unwrap().retell().is_none());
    assert!(screening.pass(at(1)).unwrap().retell().is_some(), "the next state is told anew");
}

#[test]
fn waiting_is_not_counted_and_a_run_that_came_to_nothing_is() {
    let drawing = queued().begin_screening(at(60), at(0)).unwrap().pass(at(1)).unwrap();
    let waiting = drawing.wait_on(at(1801)).unwrap();
    assert_eq!((waiting.revivals_in_state, waiting.updated_at, waiting.deadline), (0, at(1), Some(at(3601))));
    let tried = drawing.take(at(240), at(2)).unwrap().wait_on(at(1900)).unwrap();
    assert_eq!((tried.revivals, tried.revivals_in_state, tried.held_until), (0, 1, None));
}
