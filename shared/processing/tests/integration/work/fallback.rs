//! The choice of the artist, the number of calls, and the outcome of the generation.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kernel::{Failure, FixedClock, SignedDuration};
use studio::{Artist, DrawRequest, Drawing, EndReason, NotDrawn, Outcome, State, Step};
use testkit::fakes::{Answer, FakeArtist};
use testkit::{Kind, When, builders};

use super::world::World;

pub(crate) const SECOND: &[Step] = &[Step::ScreeningPassed];

/// A wait too long for the worker itself.
const LONG: Answer = Answer::Busy(Some(Duration::from_secs(60)));

/// A wait within the worker, which costs a test nothing.
const SHORT: Answer = Answer::Busy(Some(Duration::ZERO));

/// The outcome of a generation of one drawing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Drawn,
    /// Ended for this reason, with its credits released.
    Ended(EndReason),
    /// Queued again, with a delay in seconds.
    Later(u64),
}

/// The outcome of one run with the two artists' answers, and the attempts.
async fn outcome_of(first: &[Answer], second: &[Answer]) -> (End, Vec<(String, Outcome)>) {
    let world = World::of_two();
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
    world.artist.answers(first.iter().copied());
    world.second.answers(second.iter().copied());
    assert_eq!(world.drain(SECOND).await, 0, "no message fails: none becomes a dead letter");
    let generation = world.find(caller, id).unwrap();
    let end = match generation.state {
        State::Finishing => End::Drawn,
        State::Failed => {
            assert_eq!(world.balance(caller), (10, 0));
            End::Ended(generation.reason.unwrap())
        }
        State::Drawing => End::Later(world.steps.delayed()[0].0.as_secs()),
        other => panic!("{other:?}"),
    };
    let asked = world.artist.asked().len() + world.second.asked().len();
    let tried: Vec<_> = world.tried(id).into_iter().map(|(artist, outcome)| (artist, outcome.unwrap())).collect();
    assert_eq!(tried.len(), asked, "every attempt is recorded: {tried:?}");
    world.check_ledger();
    world.quieten().await;
    world.check_quiet();
    (end, tried)
}

fn tried(attempts: &[(&str, Outcome)]) -> Vec<(String, Outcome)> {
    attempts.iter().map(|(artist, outcome)| ((*artist).to_owned(), *outcome)).collect()
}

#[tokio::test]
async fn what_the_first_artist_says_decides_whether_the_second_is_asked() {
    use Outcome::*;
    for (answers, end, attempts) in [
        (&[Answer::Drawn][..], End::Drawn, &[("fake", Drawn)][..]),
        (&[Answer::Refused], End::Ended(EndReason::DrawingRefused), &[("fake", Refused)]),
        (&[Answer::Exhausted], End::Drawn, &[("fake", Exhausted), ("second", Drawn)]),
        (&[Answer::Down], End::Drawn, &[("fake", Down), ("second", Drawn)]),
        (&[Answer::Misconfigured], End::Drawn, &[("fake", Misconfigured), ("second", Drawn)]),
        (&[LONG], End::Drawn, &[("fake", Busy), ("second", Drawn)]),
        (&[SHORT, SHORT, SHORT], End::Drawn, &[("fake", Busy), ("fake", Busy), ("fake", Busy), ("fake", Drawn)]),
        (&[SHORT; 4], End::Drawn, &[("fake", Busy), ("fake", Busy), ("fake", Busy), ("fake", Busy), ("second", Drawn)]),
        (&[Answer::NoPicture], End::Drawn, &[("fake", NoPicture), ("fake", Drawn)]),
        (&[Answer::NoPicture; 2], End::Drawn, &[("fake", NoPicture), ("fake", NoPicture), ("second", Drawn)]),
        (&[Answer::NoPicture, Answer::Refused], End::Ended(EndReason::DrawingRefused), &[("fake", NoPicture), ("fake", Refused)]),
        (&[SHORT, Answer::Down], End::Drawn, &[("fake", Busy), ("fake", Down), ("second", Drawn)]),
        (&[Answer::Unclear], End::Drawn, &[("fake", Unclear), ("second", Drawn)]),
    ] {
        assert_eq!(outcome_of(answers, &[]).await, (end, tried(attempts)), "{answers:?}");
    }
}

#[tokio::test]
async fn what_the_last_artist_says_decides_what_becomes_of_the_generation() {
    use Outcome::*;
    let refused = End::Ended(EndReason::DrawingRefused);
    let failed = End::Ended(EndReason::DrawingFailed);
    for (first, answers, end, attempts) in [
        (Answer::Down, &[Answer::Refused][..], refused, &[("fake", Down), ("second", Refused)][..]),
        (Answer::Down, &[Answer::Down], End::Later(15), &[("fake", Down), ("second", Down)]),
        (LONG, &[Answer::Down], End::Later(15), &[("fake", Busy), ("second", Down)]),
        (LONG, &[LONG], End::Later(60), &[("fake", Busy), ("second", Busy)]),
        (Answer::Exhausted, &[Answer::Exhausted], failed, &[("fake", Exhausted), ("second", Exhausted)]),
        (Answer::Misconfigured, &[Answer::Misconfigured], End::Later(300), &[("fake", Misconfigured), ("second", Misconfigured)]),
        (Answer::Exhausted, &[LONG], End::Later(60), &[("fake", Exhausted), ("second", Busy)]),
        (Answer::Down, &[SHORT], End::Drawn, &[("fake", Down), ("second", Busy), ("second", Drawn)]),
        (Answer::Down, &[Answer::NoPicture; 2], End::Later(15), &[("fake", Down), ("second", NoPicture), ("second", NoPicture)]),
        (Answer::Down, &[Answer::Unclear], End::Drawn, &[("fake", Down), ("second", Unclear), ("second", Drawn)]),
        (Answer::Down, &[Answer::Unclear; 2], failed, &[("fake", Down), ("second", Unclear), ("second", Unclear)]),
    ] {
        assert_eq!(outcome_of(&[first], answers).await, (end, tried(attempts)), "{first:?} {answers:?}");
    }
    let nothing = [Answer::NoPicture; 2];
    assert_eq!(outcome_of(&nothing, &nothing).await.0, End::Ended(EndReason::DrawingFailed), "nobody will ever draw it");
    let twice = outcome_of(&[Answer::Unclear], &[Answer::Unclear]).await;
    assert_eq!(twice, (End::Ended(EndReason::DrawingFailed), tried(&[("fake", Unclear), ("second", Unclear)])), "whoever it was");
    let refused = outcome_of(&[Answer::Unclear], &[Answer::Refused]).await;
    assert_eq!(refused.0, End::Ended(EndReason::DrawingRefused));
}

#[tokio::test]
async fn a_refusal_keeps_the_selfie_and_says_no_category() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 2).await;
    world.artist.answers([Answer::Drawn, Answer::Refused]);
    world.drain(SECOND).await;
    let generation = world.find(caller, id).unwrap();
    assert_eq!(generation.reason, Some(EndReason::DrawingRefused));
    assert_eq!(world.bucket.keys("generated/"), Vec::<String>::new(), "the drawing before it is gone");
    assert!(!world.bucket.keys("uploads/").is_empty(), "another style may be drawn from it");
    let rows = world.database.rows();
    let kept: Vec<String> = rows.attempts.values().map(|history| format!("{:?}", history.attempts)).collect();
    assert!(!format!("{kept:?}").contains("a-category"));
}

#[tokio::test]
async fn an_attempt_is_recorded_with_its_cost_and_without_content_and_goes_with_its_order() {
    let world = World::new();
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
    world.artist.answers([Answer::NoPicture, Answer::Drawn]);
    world.drain(SECOND).await;
    {
        let rows = world.database.rows();
        let history = &rows.attempts[&(id, 0)];
        let drawn = &history.attempts[1];
        assert_eq!((drawn.artist.as_str(), drawn.model.as_str(), drawn.outcome), ("fake", "fake-1", Some(Outcome::Drawn)));
        assert_eq!((&drawn.usage, drawn.latency_ms), (&FakeArtist::usage(), Some(0)));
        assert_eq!(history.expires_at, builders::midnight().checked_add(SignedDuration::from_hours(90 * 24)).unwrap());
        let text = format!("{history:?}");
        assert!(!text.contains("soft-anime") && !text.contains("likeness"), "{text}");
    }
    world.quieten().await;
    world.delete(caller, id).await.unwrap().unwrap();
    assert!(world.database.rows().attempts.is_empty());
}

#[tokio::test]
async fn an_31_each_vendor_is_told_a_pseudonym_of_its_own_that_stays() {
    let world = World::of_two();
    let caller = world.customer(10).await;
    let upload = world.selfie(caller).await;
    world.artist.answers([Answer::Down, Answer::Drawn]);
    for key in ["one", "two"] {
        world.place(caller, &world.request(upload, 1, key)).await.unwrap();
        world.drain_all().await;
    }
    let customers = |artist: &FakeArtist| artist.asked().into_iter().map(|(_, customer)| customer.unwrap()).collect::<Vec<_>>();
    let (first, second) = (customers(&world.artist), customers(&world.second));
    let pseudonym = |artist| builders::pepper().pseudonym(artist, caller.owner());
    assert_eq!(first, [pseudonym("fake"), pseudonym("fake")]);
    assert_eq!(second, [pseudonym("second")]);
    assert!(first[0].len() <= 64 && first[0] != second[0]);
}

#[tokio::test]
async fn an_artist_in_this_process_is_asked_without_a_claim_and_is_never_thought_dead() {
    let mut world = World::new();
    world.artists = vec![Box::new(world.artist.clone().here())];
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 2).await;
    world.drain(SECOND).await;
    assert_eq!(world.state(caller, id), State::Finishing);
    for name in ["attempts.open", "attempts.close", "breaker.circuits", "breaker.change"] {
        assert_eq!(world.faults.count(name), 0, "{name}");
    }
    assert_eq!(world.tried(id), [("fake".to_owned(), Some(Outcome::Drawn)), ("fake".to_owned(), Some(Outcome::Drawn))]);
}

/// Nobody is paid above the budget: who costs nothing draws, and where there is nobody the drawing waits.
#[tokio::test]
async fn a_spent_budget_asks_no_vendor() {
    for with_palette in [true, false] {
        let mut world = World::of_two();
        world.micro_dollars_per_day = studio::artist::UNLISTED;
        if with_palette {
            world.artists = vec![Box::new(world.artist.clone()), Box::new(world.second.clone().here())];
        }
        let (caller, id) = world.ready_for(Step::ScreeningPassed, 2).await;
        world.drain(SECOND).await;
        let drawn = world.tried(id).into_iter().map(|(artist, _)| artist).collect::<Vec<_>>();
        let (state, expected): (_, &[&str]) =
            if with_palette { (State::Finishing, &["fake", "second"]) } else { (State::Drawing, &["fake"]) };
        assert_eq!((world.state(caller, id), drawn), (state, expected.iter().map(ToString::to_string).collect()));
    }
}

#[tokio::test]
async fn a_drawing_costs_few_calls() {
    let world = World::new();
    world.ready_for(Step::ScreeningPassed, 1).await;
    let before = world.faults.calls().len();
    world.drain(SECOND).await;
    let own = ["breaker.circuits", "attempts.open", "artist.draw", "pictures.put", "generations.change"];
    let around = (["generations.load", "generations.change", "selfies.normalised", "pictures.drawn"], ["generations.change", "steps.tell"]);
    let expected: Vec<_> = around.0.into_iter().chain(own).chain(around.1).collect();
    assert_eq!(world.faults.calls()[before..], expected);
}

/// An artist whose drawings take a hundred seconds on the test's clock.
pub(super) struct Slow(pub(super) FakeArtist, pub(super) Arc<FixedClock>);

#[async_trait]
impl Artist for Slow {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn model(&self) -> &str {
        self.0.model()
    }

    async fn draw(&self, request: DrawRequest<'_>) -> Result<Drawing, NotDrawn> {
        self.1.advance(SignedDuration::from_secs(100));
        self.0.draw(request).await
    }
}

#[tokio::test]
async fn a_worker_begins_no_drawing_that_it_has_no_time_for_and_tells_the_rest_on() {
    let mut world = World::new();
    world.artists = vec![Box::new(Slow(world.artist.clone(), world.clock.clone()))];
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 3).await;
    for drawn in 1..=3 {
        assert_eq!(world.find(caller, id).unwrap().drawn, drawn - 1);
        world.next().await.unwrap().unwrap();
        assert_eq!(world.artist.drawn().len(), usize::from(drawn), "one a run");
        assert!(world.steps.delayed().is_empty(), "the rest is told on at once");
    }
    assert_eq!(world.state(caller, id), State::Finishing);
    let latencies: Vec<_> = world.database.rows().attempts.values().map(|history| history.attempts[0].latency_ms).collect();
    assert_eq!(latencies, [Some(100_000); 3]);
}

#[tokio::test]
async fn a_worker_without_any_time_asks_nobody_and_does_not_hurry() {
    let mut world = World::new();
    world.time = SignedDuration::from_secs(120);
    world.ready_for(Step::ScreeningPassed, 1).await;
    assert_eq!(world.drain(SECOND).await, 0);
    assert_eq!((world.artist.asked().len(), world.steps.delayed()[0].0), (0, Duration::from_secs(30)));
}

#[tokio::test]
async fn sketches_move_the_progress_and_it_never_goes_back() {
    let mut world = World::new();
    world.artists = vec![Box::new(world.artist.clone().with_sketches(3))];
    let (caller, id) = world.ready_for(Step::ScreeningPassed, 2).await;
    world.artist.answers([Answer::Down]);
    world.drain(SECOND).await;
    let seen = world.find(caller, id).unwrap();
    assert_eq!((seen.state, seen.drawn, seen.sketched, seen.progress()), (State::Drawing, 0, 2, 33), "two were wanted");
    world.later(1);
    world.artist.answers([Answer::Drawn, Answer::Down]);
    world.drain(SECOND).await;
    let seen = world.find(caller, id).unwrap();
    assert_eq!((seen.drawn, seen.sketched, seen.progress()), (1, 2, 68));
}

#[tokio::test]
async fn a_progress_that_cannot_be_written_stops_no_drawing() {
    for when in [When::Before, When::After] {
        // The first six calls are before the artist's; the next two are its sketches.
        for nth in [6, 7] {
            let mut world = World::new();
            world.artists = vec![Box::new(world.artist.clone().with_sketches(2))];
            let (caller, id) = world.ready_for(Step::ScreeningPassed, 1).await;
            world.faults.fail(nth, when, Kind::Busy);
            assert_eq!(world.drain(SECOND).await, 0, "{when:?} {nth}: no message fails");
            assert_eq!(world.faults.clear(), ["generations.change"]);
            assert_eq!((world.state(caller, id), world.artist.drawn().len()), (State::Finishing, 1), "{when:?} {nth}");
        }
    }
}

#[tokio::test]
async fn nobody_to_ask_is_a_fault_of_ours() {
    let mut world = World::new();
    world.artists.clear();
    let (_, _) = world.ready_for(Step::ScreeningPassed, 1).await;
    assert!(matches!(world.next().await, Ok(Err(Failure::Broken(_)))));
}
