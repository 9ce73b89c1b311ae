//! The screening policy is complete, and invalid variants are refused.

use policy::{Medium, ScreeningPolicy, Thresholds, screening};

const TEXT: &str = include_str!("../../screening.toml");

/// The refusal of the policy with one change.
fn refusal(from: &str, to: &str) -> String {
    assert!(TEXT.contains(from), "the test changes `{from}`, which is not there");
    ScreeningPolicy::parse(&TEXT.replacen(from, to, 1)).map(drop).expect_err("must be refused").to_string()
}

#[test]
fn an_70_every_category_of_a_screener_has_thresholds_of_its_own() {
    let policy = screening();
    for screener in policy.screeners() {
        for id in screener.pictures.iter().chain(&screener.words) {
            assert!(policy.categories().iter().any(|category| category.id == *id), "{id}");
        }
    }
    assert_eq!(policy.thresholds("nobody has heard of it"), Thresholds { refer_from: Some(0.5), block_from: Some(0.8) });
}

#[test]
fn an_26_the_strictest_thresholds_are_those_of_children() {
    let policy = screening();
    let strictest = policy.thresholds("sexual/minors").block_from.unwrap();
    for category in policy.categories().iter().filter(|category| category.id != "sexual/minors") {
        assert!(category.thresholds().block_from.is_none_or(|from| from > strictest), "{}", category.id);
    }
}

#[test]
fn what_is_said_of_children_in_pictures_is_true() {
    let policy = screening();
    let sees = |id: &str| policy.screeners().iter().any(|screener| screener.scores_in(Medium::Pictures).iter().any(|seen| seen == id));
    assert!(!sees("minors") && !sees("sexual/minors") && !sees("hate"), "no screener that is built in scores them in pictures");
    let concern = policy.concerns().iter().find(|concern| concern.id == "minors").unwrap();
    assert_eq!(concern.unseen, "Nobody looks for children in photographs.");
}

#[test]
fn a_policy_that_contradicts_itself_is_refused() {
    assert!(refusal("refer_from = 0.3\nblock_from = 0.7", "refer_from = 0.8\nblock_from = 0.7").contains("before a person looks"));
    assert!(refusal("block_from = 0.7", "block_from = 1.5").contains("at most 1"));
    assert!(refusal("refer_from = 0.3", "refer_from = 0.0").contains("above 0"));
    assert!(refusal("refer_from = 0.3", "refer_from = nan").contains("above 0"));
    assert!(refusal("refer_from = 0.5\nblock_from = 0.8", "refer_from = 0.5").contains("both thresholds"));
    assert!(refusal("id = \"violence\"", "id = \"sexual\"").contains("twice"));
    assert!(refusal("seen_by = [\"minors\"]", "seen_by = [\"childhood\"]").contains("not there"));
    assert!(refusal("seen_by = [\"minors\"]", "seen_by = [\"sexual/minors\"]").contains("not scored there"));
    assert!(refusal("seen_by = [\"minors\"]", "seen_by = []").contains("what sees it"));
    assert!(refusal("scored_in = [\"pictures\", \"words\"]", "scored_in = []").contains("where it is scored"));
    assert!(refusal("scored_in = [\"pictures\", \"words\"]", "scored_in = [\"sound\"]").contains("sound"));
    assert!(refusal("block_from = 0.5", "bloc_from = 0.5").contains("bloc_from"));
}
