//! Whoever owns a generation, and whatever it costs them: the steps are the same, and so is the end.

use kernel::{Failure, InstallId, Owner, Principal};
use proptest::prelude::*;
use studio::State;
use testkit::pictures;
use wallet::{Charge, Quota, Tariff};

use super::world::{World, failure};

/// How the work on a generation ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Delivered,
    Refused,
    Deleted,
}

impl World {
    fn install(&self) -> Principal {
        let install = InstallId::new(&*self.clock, &self.randomness);
        self.database.rows().installs.insert(install);
        Principal::Install(install)
    }
}

/// Places a generation of `principal` and works it off to this end.
async fn to_its_end(world: &World, principal: Principal, count: u8, end: End) -> kernel::GenerationId {
    let bytes = if end == End::Refused { b"no picture".to_vec() } else { pictures::turned_jpeg(6) };
    let upload = world.sent(principal, bytes).await;
    let placed = world.place(principal, &world.request(upload, count, "key")).await.unwrap();
    if end == End::Deleted {
        world.delete(principal, placed.id).await.unwrap().unwrap();
    }
    world.quieten().await;
    placed.id
}

async fn an_install_is_served(tariff: Tariff, count: u8, end: End) {
    let world = World::charging(tariff);
    let principal = world.install();
    let owner = principal.owner().unwrap();
    let id = to_its_end(&world, principal, count, end).await;
    let ended = world.database.rows().generations.get(&(owner, id)).map(|generation| (generation.state, generation.charge));
    let expected = match end {
        End::Delivered => Some(State::Done),
        End::Refused => Some(State::Failed),
        End::Deleted => None,
    };
    assert_eq!(ended, expected.map(|state| (state, tariff.charge(0))), "{tariff:?} {end:?}");
    assert!(world.movements(id).is_empty() && world.database.rows().wallets.is_empty(), "no wallet is needed");
    assert_eq!(world.mailer.ready(id), 0, "there is nobody to write to");
    let folder = studio::object_keys::generation(owner, id);
    assert_eq!(world.bucket.keys(&folder).is_empty(), end != End::Delivered);
    world.check_quiet();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn a_generation_of_an_install_runs_through_whatever_it_costs(quota in proptest::option::of(1_u32..5), count in 1_u8..3, end in 0_usize..3) {
        let tariff = quota.map_or(Tariff::Free, |per_hour| Tariff::Quota(Quota { per_hour }));
        let end = [End::Delivered, End::Refused, End::Deleted][end];
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(an_install_is_served(tariff, count, end));
    }
}

/// A quota counts what begins: deleting gives nothing back, and the next hour does.
#[tokio::test]
async fn a_quota_counts_what_begins_and_begins_anew_each_hour() {
    let world = World::charging(Tariff::Quota(Quota { per_hour: 2 }));
    let principal = world.install();
    let upload = world.sent(principal, pictures::turned_jpeg(6)).await;
    let place = async |key: &str| world.place(principal, &world.request(upload, 8, key)).await;
    let first = place("first").await.unwrap();
    assert_eq!(first.credits, 0);
    assert_eq!(place("first").await.unwrap(), first, "a repetition is no second one");
    world.delete(principal, first.id).await.unwrap().unwrap();
    place("second").await.unwrap();
    assert!(matches!(failure(place("third").await), Failure::Busy { .. }));
    world.later(60);
    place("third").await.unwrap();
}

#[tokio::test]
async fn nobody_and_an_operator_own_nothing() {
    let world = World::charging(Tariff::Free);
    let upload = world.sent(world.install(), pictures::turned_jpeg(6)).await;
    let operator = Principal::Operator(kernel::OperatorId::new(&*world.clock, &world.randomness));
    for principal in [Principal::Nobody, operator] {
        assert!(matches!(failure(world.place(principal, &world.request(upload, 1, "key")).await), Failure::Denied(_)));
    }
    let other = world.install();
    assert_eq!(failure(world.place(other, &world.request(upload, 1, "key")).await).to_string(), Failure::missing("upload").to_string());
    let owners: Vec<Owner> = world.database.rows().generations.keys().map(|(owner, _)| *owner).collect();
    assert_eq!(owners, []);
    assert_eq!(Tariff::Free.charge(3), Charge::Nothing);
}
