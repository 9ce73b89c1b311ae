//! The decisions of a moderation: by the policy's thresholds, with several screeners, and when one fails.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests

use std::collections::BTreeMap;
use std::time::Duration;

use kernel::Failure;
use policy::screening;
use proptest::prelude::*;
use screening::{Candidate, Decision, Moderation, Screener, Verdict};
use testkit::fakes::FakeScreener;
use testkit::{Faults, Kind};

const CANDIDATE: Candidate<'_> = Candidate { png: &[], width: 640, height: 640, words: Some("Zebras at noon") };

fn saying(scores: &[(&str, f64)]) -> Box<dyn Screener> {
    let screener = FakeScreener::new(Faults::default());
    screener.scores(scores);
    Box::new(screener)
}

fn down(kind: Kind) -> Box<dyn Screener> {
    let faults = Faults::default();
    faults.down("screener.score", kind);
    Box::new(FakeScreener::new(faults))
}

fn judge(screeners: Vec<Box<dyn Screener>>) -> Result<Verdict, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(Moderation::of(screeners).judge(CANDIDATE))
}

/// The decision by these scores; the fake claims to score violence, so its score is 0 unless given.
fn decision(scores: &[(&str, f64)]) -> Decision {
    judge(vec![saying(&with_violence(scores.iter().copied()))]).unwrap().decision
}

/// The scores, the last one of each category, and one for violence in any case.
fn with_violence<'a>(scores: impl IntoIterator<Item = (&'a str, f64)>) -> Vec<(&'a str, f64)> {
    let last: BTreeMap<&str, f64> = std::iter::once(("violence", 0.0)).chain(scores).collect();
    last.into_iter().collect()
}

fn borrowed(scores: &[(String, f64)]) -> Vec<(&str, f64)> {
    with_violence(scores.iter().map(|(id, score)| (id.as_str(), *score)))
}

#[test]
fn an_13_the_thresholds_of_the_policy_decide() {
    for category in screening().categories() {
        let (id, thresholds) = (category.id.as_str(), category.thresholds());
        assert_eq!(decision(&[(id, 0.0)]), Decision::Allowed, "{id}");
        if let Some(from) = thresholds.block_from {
            assert_eq!(decision(&[(id, from)]), Decision::Blocked, "{id}");
        }
        if let Some(from) = thresholds.refer_from {
            assert_eq!(decision(&[(id, from)]), Decision::Referred, "{id}");
            assert_eq!(decision(&[(id, from - 0.001)]), Decision::Allowed, "{id}");
        }
    }
}

#[test]
fn what_nobody_has_weighed_is_referred_and_blocked_by_the_rule_for_it() {
    for (score, expected) in [(0.49, Decision::Allowed), (0.5, Decision::Referred), (0.79, Decision::Referred), (0.8, Decision::Blocked)] {
        assert_eq!(decision(&[("a-category-of-tomorrow", score)]), expected, "{score}");
    }
}

#[test]
fn what_a_vendor_flags_and_no_threshold_reaches_goes_to_a_person() {
    assert_eq!(decision(&[("violence", 0.2), ("flagged", 1.0)]), Decision::Referred);
    assert_eq!(decision(&[("violence", 0.2), ("flagged", 0.0)]), Decision::Allowed);
    assert_eq!(decision(&[("violence", 0.99), ("flagged", 1.0)]), Decision::Blocked);
}

#[test]
fn an_13_any_screener_may_block_and_the_record_has_all_scores() {
    let verdict = judge(vec![saying(&[("violence", 0.1), ("sexual", 0.05)]), saying(&[("violence", 0.9), ("hate/symbols", 0.4)])]).unwrap();
    assert_eq!(verdict.decision, Decision::Blocked);
    assert_eq!(verdict.screener, "fake+fake");
    let expected = [("violence", 0.9), ("sexual", 0.05), ("hate/symbols", 0.4)].map(|(id, score)| (id.to_owned(), score));
    assert_eq!(verdict.scores, BTreeMap::from(expected), "the higher score of a category counts");
}

#[test]
fn an_70_who_cannot_be_asked_holds_the_picture() {
    for kind in [Kind::Busy, Kind::Broken] {
        assert!(judge(vec![down(kind)]).is_err());
        assert!(judge(vec![saying(&[("violence", 0.0)]), down(kind)]).is_err());
        assert!(judge(vec![down(kind), saying(&[("violence", 0.0)])]).is_err());
        assert!(judge(vec![saying(&[("violence", 0.7)]), down(kind)]).is_err(), "what is referred waits as well: the other may block it");
    }
    let busy = judge(vec![down(Kind::Busy)]).unwrap_err();
    assert!(matches!(busy, Failure::Busy { retry_after, .. } if retry_after == Duration::from_secs(1)));
    assert!(judge(Vec::new()).is_err(), "nobody there");
}

#[test]
fn an_70_a_refusal_stands_whoever_else_is_down() {
    let verdict = judge(vec![down(Kind::Broken), saying(&[("violence", 1.0)])]).unwrap();
    assert_eq!((verdict.decision, verdict.screener.as_str()), (Decision::Blocked, "fake"));
}

#[test]
fn an_70_an_answer_without_a_real_score_is_no_judgement() {
    let none: [&[(&str, f64)]; 5] =
        [&[], &[("violence", f64::NAN)], &[("violence", f64::INFINITY)], &[("violence", -1.0)], &[("sexual", 0.1)]];
    for scores in none {
        assert!(judge(vec![saying(scores)]).is_err(), "{scores:?}: the fake claims to see violence");
    }
    assert_eq!(decision(&[("violence", 0.1), ("unknown", f64::NAN)]), Decision::Allowed);
    assert_eq!(decision(&[("violence", 97.0)]), Decision::Blocked, "a score of per cent is no reason to pass");
}

/// Two screeners that wait for each other answer only when they are asked at once.
#[tokio::test]
async fn screeners_are_asked_at_once() {
    struct Meeting(std::sync::Arc<tokio::sync::Barrier>);
    #[async_trait::async_trait]
    impl Screener for Meeting {
        fn name(&self) -> &'static str {
            "meeting"
        }
        fn sees(&self) -> &'static [&'static str] {
            &[]
        }
        async fn score(&self, _: Candidate<'_>) -> Result<BTreeMap<String, f64>, Failure> {
            self.0.wait().await;
            Ok(BTreeMap::from([("violence".to_owned(), 0.0)]))
        }
    }
    let barrier = std::sync::Arc::new(tokio::sync::Barrier::new(3));
    let screeners = (0..3).map(|_| Box::new(Meeting(barrier.clone())) as Box<dyn Screener>).collect();
    let verdict = tokio::time::timeout(Duration::from_secs(5), Moderation::of(screeners).judge(CANDIDATE)).await.expect("at once").unwrap();
    assert_eq!(verdict.screener, "meeting+meeting+meeting");
}

#[test]
fn a_panel_says_what_it_does_not_see() {
    let moderation = Moderation::of(vec![Box::new(screening::LimitsOnly)]);
    assert!(moderation.coverage().unseen().contains(&"Nobody looks for children in photographs."));
    assert_eq!(moderation.coverage(), screening::Coverage::of(["offline"]));
}

fn category() -> impl Strategy<Value = String> {
    let listed: Vec<String> = screening().categories().iter().map(|category| category.id.clone()).collect();
    prop_oneof![9 => prop::sample::select(listed), 1 => "[a-z]{3,8}"]
}

fn score() -> impl Strategy<Value = f64> {
    prop_oneof![8 => 0.0..=1.0_f64, 1 => any::<f64>(), 1 => Just(f64::NAN)]
}

proptest! {
    /// A score above a threshold never passes; more screeners and higher scores never make a decision milder.
    /// Invariant: Nothing passes unjudged.
    #[test]
    fn an_70_no_score_and_no_screener_more_makes_a_decision_milder(
        first in prop::collection::vec((category(), score()), 0..6),
        second in prop::collection::vec((category(), score()), 0..6),
        at in any::<prop::sample::Index>(),
        raise in 0.0..1.0_f64,
    ) {
        let (one, two) = (borrowed(&first), borrowed(&second));
        let severity = |verdict: &Result<Verdict, Failure>| verdict.as_ref().map_or(Decision::Referred, |verdict| verdict.decision);
        let alone = judge(vec![saying(&one)]);
        let both = judge(vec![saying(&one), saying(&two)]);
        if let Ok(verdict) = &both {
            let stopped = one.iter().chain(&two).any(|(id, score)| {
                let thresholds = screening().thresholds(id);
                [thresholds.refer_from, thresholds.block_from].into_iter().flatten().any(|from| score.is_finite() && *score >= from)
            });
            prop_assert_eq!(verdict.decision != Decision::Allowed, stopped);
            prop_assert!(verdict.scores.values().all(|score| (0.0..=1.0).contains(score)));
        }
        if both.is_ok() && alone.is_ok() {
            prop_assert!(severity(&both) >= severity(&alone));
        }
        let mut higher = one.clone();
        let raised = at.index(higher.len());
        if higher[raised].1.is_finite() {
            higher[raised].1 = (higher[raised].1 + raise).clamp(0.0, 1.0).max(higher[raised].1);
            let harsher = judge(vec![saying(&higher)]);
            if harsher.is_ok() && alone.is_ok() {
                prop_assert!(severity(&harsher) >= severity(&alone));
            }
        }
    }
}
