//! The fakes pass the contract suites of their ports.

use std::sync::Arc;

use kernel::FixedClock;
use testkit::contract::artists::{self, Abilities};
use testkit::contract::exports::ExportStores;
use testkit::contract::outreach::OutreachStores;
use testkit::contract::pictures::Shelves;
use testkit::contract::{self, Insights, Stores};
use testkit::fakes::{FakeArtist, FakeBucket, FakeDatabase, FakeDays, FakeExportFiles, FakeExports, FakeInbox, FakeUsage};
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
