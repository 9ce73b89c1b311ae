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
        mail: None,
    }
}

type Attempt = fn(&Generation, Timestamp) -> Result<Generation, IllegalChange>;

const ATTEMPTS: &[Attempt] = &[
    Generation::begin_screening,
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
