//! The fakes pass the contract suites of their ports.

use std::sync::Arc;

use kernel::FixedClock;
use testkit::contract::artists::{self, Abilities};
use testkit::contract::exports::ExportStores;
use testkit::contract::outreach::OutreachStores;
use testkit::contract::pictures::Shelves;
use testkit::contract::{self, Desk, Insights, Stores};
use testkit::fakes::{
    FakeArtist, FakeBucket, FakeCases, FakeDatabase, FakeDays, FakeExportFiles, FakeExports, FakeGuesses, FakeInbox, FakeOperators,
    FakeSubscriptions, FakeUsage,
};
use testkit::{Faults, builders};

#[tokio::test]
async fn an_73_trials() {
    contract::trials::one_proof(&Stores::fake(50)).await;
    contract::trials::passes(&Stores::fake(51)).await;
    contract::trials::used_once(&Stores::fake(52)).await;
    contract::trials::links(&Stores::fake(53)).await;
    contract::trials::claims(&Stores::fake(54)).await;
    contract::trials::refused_claims(&Stores::fake(55)).await;
}

#[tokio::test]
async fn an_69_trials_have_limits() {
    contract::trials::limits_of_trials(&Stores::fake(56)).await;
}

#[tokio::test]
async fn an_56_erasures() {
    contract::rights::an_account_is_closed_and_opened_again(&Stores::fake(90)).await;
    contract::rights::requests_go_on(&Stores::fake(91)).await;
    let key = contract::rights::FakeLogKey::new();
    contract::rights::what_is_done_has_a_receipt(&Stores::fake(92), &key, &key.verifier()).await;
}

#[tokio::test]
async fn an_03_leads() {
    contract::trials::leads(&Stores::fake(57)).await;
    contract::trials::leads_of_sign_ins(&Stores::fake(58)).await;
    contract::trials::a_lead_is_forgotten(&Stores::fake(59)).await;
}

#[tokio::test]
async fn an_01_codes() {
    contract::accounts::codes(&Stores::fake(1)).await;
    contract::accounts::codes_of_browsers(&Stores::fake(33)).await;
    contract::accounts::concurrent_attempts(&Stores::fake(2)).await;
}

#[tokio::test]
async fn an_69_codes_and_guesses_have_limits() {
    contract::accounts::limits_of_codes(&Stores::fake(34)).await;
    contract::accounts::limits_of_guesses(&Stores::fake(35)).await;
    contract::accounts::budget_of_mails(&Stores::fake(36)).await;
}

#[tokio::test]
async fn an_36_codes_of_suppressed_addresses() {
    let database = FakeDatabase::new(Arc::new(FixedClock::at(builders::midnight())), Faults::default());
    let suppress = async |key, until| {
        database.rows().suppressions.insert(key, until);
    };
    contract::accounts::suppressed_codes(&Stores::of(database.clone(), 50), suppress).await;
}

#[tokio::test]
async fn an_04_an_05_subscriptions_and_standings() {
    contract::outreach::subscriptions(&OutreachStores::fake(51)).await;
    contract::outreach::standings(&OutreachStores::fake(52)).await;
}

#[tokio::test]
async fn an_57_an_59_an_60_choices() {
    contract::choices::choices(&Stores::fake(171)).await;
    contract::choices::restrictions(&Stores::fake(172)).await;
    contract::choices::choices_and_sign_ins(&Stores::fake(173)).await;
    contract::choices::stale_sign_ins(&Stores::fake(174)).await;
    contract::choices::limits_of_choices(&Stores::fake(175)).await;
    let database = FakeDatabase::new(Arc::new(FixedClock::at(builders::midnight())), Faults::default());
    let subscriptions = FakeSubscriptions(database.clone());
    contract::choices::marketing(&Stores::of(database.clone(), 176), &subscriptions, &subscriptions).await;
    assert_eq!(database.rows().consent_records.len(), 7);
}

#[tokio::test]
async fn an_55_changes_of_addresses() {
    let world = |seed| {
        let database = FakeDatabase::new(Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        (Stores::of(database.clone(), seed), FakeSubscriptions(database))
    };
    contract::email_changes::attempts(&Stores::fake(181)).await;
    let (stores, subscriptions) = world(182);
    contract::email_changes::moves(&stores, &subscriptions).await;
    let (stores, subscriptions) = world(183);
    contract::email_changes::addresses_that_are_known(&stores, &subscriptions).await;
    contract::email_changes::changes_and_sign_ins(&Stores::fake(184)).await;
}

#[tokio::test]
async fn an_72_campaigns() {
    contract::outreach::campaigns(&OutreachStores::fake(53)).await;
    contract::outreach::claims(&OutreachStores::fake(54)).await;
}

#[tokio::test]
async fn an_52_salts_and_grants() {
    contract::accounts::salts(&Stores::fake(37)).await;
    contract::accounts::grants(&Stores::fake(38)).await;
}

#[tokio::test]
async fn an_17_an_18_an_69_an_08_what_browsers_do_and_messages() {
    let world = |seed| {
        let database = FakeDatabase::new(Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        let insights = Insights {
            usage: Box::new(FakeUsage(database.clone())),
            days: Box::new(FakeDays(database.clone())),
            inbox: Box::new(FakeInbox(database.clone())),
        };
        (Stores::of(database, seed), insights)
    };
    let (stores, insights) = world(70);
    contract::insights::days_of_browsers(&stores, &insights).await;
    contract::insights::whose_browsers(&stores, &insights).await;
    contract::insights::refused_browsers(&stores, &insights).await;
    contract::insights::numbers_of_days(&stores, &insights).await;
    contract::insights::limits_of_events(&stores, &insights).await;
    contract::insights::feedback(&stores, &insights).await;
}

#[tokio::test]
async fn an_14_sign_ins_and_sessions() {
    contract::accounts::sign_ins(&Stores::fake(3)).await;
    contract::accounts::sessions(&Stores::fake(4)).await;
    contract::accounts::latest_sessions(&Stores::fake(19)).await;
}

#[tokio::test]
async fn an_erased_account() {
    let database = FakeDatabase::new(Arc::new(FixedClock::at(builders::midnight())), Faults::default());
    let erase_profile = async |account| drop(database.rows().profiles.remove(&account));
    contract::accounts::erased_account(&Stores::of(database.clone(), 20), erase_profile).await;
}

#[tokio::test]
async fn uploads_and_generations() {
    contract::placements::uploads(&Stores::fake(5)).await;
    contract::placements::generations(&Stores::fake(6)).await;
    contract::placements::refused_generations(&Stores::fake(7)).await;
    contract::placements::concurrent_generations(&Stores::fake(8)).await;
    contract::placements::quota(&Stores::fake(27)).await;
    contract::placements::concurrent_quota(&Stores::fake(28)).await;
}

#[tokio::test]
async fn generations_and_their_readers() {
    contract::generations::changes(&Stores::fake(9)).await;
    contract::generations::concurrent_changes(&Stores::fake(10)).await;
    contract::generations::pages(&Stores::fake(11)).await;
    contract::generations::overdue(&Stores::fake(12)).await;
    contract::generations::put_off(&Stores::fake(31)).await;
    contract::placements::admission(&Stores::fake(32)).await;
    contract::generations::deliveries(&Stores::fake(14)).await;
    contract::generations::many_overdue(&Stores::fake(25)).await;
}

#[tokio::test]
async fn an_54_exports() {
    let exports = |seed| {
        let database = FakeDatabase::new(Arc::new(FixedClock::at(builders::midnight())), Faults::default());
        let fake = || Box::new(FakeExports(database.clone()));
        ExportStores { stores: Stores::of(database.clone(), seed), requests: fake(), exports: fake(), mails: fake(), views: fake() }
    };
    contract::exports::requests(&exports(71)).await;
    contract::exports::work(&exports(72)).await;
    contract::exports::views(&exports(73)).await;
    let files = FakeExportFiles::new(FakeBucket::new(Faults::default()), Faults::default());
    contract::exports::volumes(&Stores::fake(74), &files, &files).await;
}

#[tokio::test]
async fn orders_and_their_readers() {
    contract::orders::checkouts(&Stores::fake(61)).await;
    contract::orders::changes(&Stores::fake(62)).await;
    contract::orders::pages(&Stores::fake(63)).await;
    contract::orders::statements(&Stores::fake(64)).await;
    let database = FakeDatabase::new(Arc::new(FixedClock::at(builders::midnight())), Faults::default());
    let erase_wallet = async |caller: kernel::AccountSession| {
        database.rows().wallets.remove(&caller.owner());
    };
    contract::orders::ownerless(&Stores::of(database.clone(), 65), erase_wallet).await;
}

#[tokio::test]
async fn an_74_wallets_below_zero() {
    contract::orders::below_zero(&Stores::fake(66)).await;
}

#[tokio::test]
async fn attempts_and_circuits() {
    contract::attempts::claims(&Stores::fake(15)).await;
    contract::attempts::concurrent_claims(&Stores::fake(16)).await;
    contract::attempts::histories(&Stores::fake(17)).await;
    contract::attempts::circuits(&Stores::fake(18)).await;
}

#[tokio::test]
async fn an_40_expired_rows() {
    contract::expired::expired(&Stores::fake(13)).await;
    contract::expired::many_expired(&Stores::fake(26)).await;
}

#[tokio::test]
async fn objects() {
    let (shelves, bucket) = Shelves::fake_alone();
    contract::pictures::selfies(&shelves, async |account, upload, bytes| bucket.receive(account, upload, bytes)).await;
    contract::pictures::pictures(&shelves).await;
    contract::pictures::links(&shelves).await;
}

#[tokio::test]
async fn rt_21_rate_keys() {
    contract::rate_keys::rate_keys(&testkit::fakes::FakeRateKeys::new(testkit::Faults::default())).await;
}

#[tokio::test]
async fn the_signer() {
    let signer = testkit::signing::signer();
    contract::signers::signs(&*signer).await;
    contract::signers::signs_pictures(&*signer, &testkit::signing::KEYS.anchor).await;
}

#[tokio::test]
async fn drawings() {
    let abilities = Abilities { words: false, repeats_itself: true, looks: false };
    artists::keeps_its_promises(&FakeArtist::new(Faults::default()), "fake", abilities).await;
}

/// The desk on tables of its own, and how somebody becomes an operator there.
fn desk(seed: u64) -> (Stores, Desk, impl AsyncFn(kernel::Email, desk::Operator)) {
    let database = FakeDatabase::new(Arc::new(FixedClock::at(builders::midnight())), Faults::default());
    let ports = Desk {
        operators: Box::new(FakeOperators(database.clone())),
        guesses: Box::new(FakeGuesses(database.clone())),
        cases: Box::new(FakeCases(database.clone())),
        own: Box::new(FakeCases(database.clone())),
    };
    let operators = FakeOperators(database.clone());
    let appoint = async move |email: kernel::Email, operator: desk::Operator| operators.appoint(&email, operator);
    (Stores::of(database, seed), ports, appoint)
}

#[tokio::test]
async fn operators_sign_in_and_answer_for_what_they_do() {
    let (stores, ports, appoint) = desk(60);
    contract::desk::sign_ins(&stores, &ports, &appoint).await;
    let (stores, ports, appoint) = desk(61);
    contract::desk::trails(&stores, &ports, &appoint).await;
}

#[tokio::test]
async fn an_44_cases() {
    let (stores, ports, appoint) = desk(62);
    contract::desk::overturned(&stores, &ports, &appoint).await;
    let (stores, ports, appoint) = desk(63);
    contract::desk::appealed(&stores, &ports, &appoint).await;
}
