//! Opting in and out.

use kernel::{Failure, Reason, SignedDuration};
use outreach::{CONSENT_VERSION, MadeBy};

use crate::world::{FAULTS, World};

#[tokio::test]
async fn an_04_one_is_opted_in_by_an_act_alone_with_the_words_and_the_time() {
    let world = World::new();
    let ada = world.person("ada", "en");
    assert_eq!(world.look(&ada).await, None, "nobody is opted in by having an account");
    for version in ["", "2020-01-01", "2026-11-30 "] {
        let refused = world.change(&ada, Some(version)).await.unwrap();
        assert!(matches!(refused, Err(Failure::Invalid(problem)) if problem.reason == Reason::FieldInvalid), "{version}");
        assert_eq!(world.look(&ada).await, None);
    }
    let at = world.now();
    world.opt_in(&ada).await;
    world.clock.advance(SignedDuration::from_hours(1));
    world.opt_in(&ada).await;
    let record = world.look(&ada).await.unwrap();
    assert_eq!((record.text_version(), record.given_at(), record.address()), (CONSENT_VERSION, at, &World::key("ada")));
    world.change(&ada, None).await.unwrap().unwrap();
    assert_eq!(world.look(&ada).await, None);
    let stored = world.database.rows().subscriptions[&World::key("ada")].clone();
    assert_eq!((stored.given_at(), stored.end()), (at, Some((MadeBy::Settings, world.now()))), "the record stays");
}

#[tokio::test]
async fn an_04_whoever_dies_a_repetition_makes_it_so() {
    for (when, kind) in FAULTS {
        for agreed in [Some(CONSENT_VERSION), None] {
            for nth in 0..2 {
                let world = World::new();
                let ada = world.person("ada", "en");
                if agreed.is_none() {
                    world.opt_in(&ada).await;
                }
                world.faults.fail(nth, when, kind);
                assert!(!matches!(world.change(&ada, agreed).await, Ok(Ok(()))), "{when:?} {kind:?} {nth}");
                world.change(&ada, agreed).await.unwrap().unwrap();
                assert_eq!(world.look(&ada).await.is_some(), agreed.is_some());
            }
        }
    }
}

#[tokio::test]
async fn an_05_ip_26_a_link_unsubscribes_its_address_once_and_again_and_no_other() {
    let world = World::new();
    let (ada, bob) = (world.person("ada", "en"), world.person("bob", "ja"));
    world.opt_in(&ada).await;
    world.opt_in(&bob).await;
    for _ in 0..3 {
        world.unsubscribe(&World::token("ada")).await.unwrap().unwrap();
    }
    assert!(world.look(&ada).await.is_none() && world.look(&bob).await.is_some());
    assert_eq!(world.database.rows().subscriptions[&World::key("ada")].end().unwrap().0, MadeBy::Link);

    // An address that is not there is answered the same: the link is good for as long as its mail is kept.
    world.unsubscribe(&World::token("nobody")).await.unwrap().unwrap();
    world.clock.advance(SignedDuration::from_hours(24 * 3_650));
    world.unsubscribe(&World::token("ada")).await.unwrap().unwrap();
    let swapped = format!("{}{}", &World::token("bob")[..64], &World::token("ada")[64..]);
    for forged in ["", "0", &swapped, World::key("bob").as_str(), &"f".repeat(96)] {
        let refused = world.unsubscribe(forged).await.unwrap();
        assert!(matches!(refused, Err(Failure::Missing(_))), "{forged}");
    }
    assert_eq!(world.database.rows().subscriptions[&World::key("bob")].end(), None);
}

#[tokio::test]
async fn an_05_a_click_that_fails_says_so_and_the_next_one_counts() {
    for (when, kind) in FAULTS {
        let world = World::new();
        let ada = world.person("ada", "en");
        world.opt_in(&ada).await;
        world.faults.fail(0, when, kind);
        assert!(!matches!(world.unsubscribe(&World::token("ada")).await, Ok(Ok(()))));
        world.unsubscribe(&World::token("ada")).await.unwrap().unwrap();
        assert_eq!(world.look(&ada).await, None);
    }
}
