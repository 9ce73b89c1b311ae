//! The stores pass the contract suites of their ports on the local endpoints.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use dynamo::{Database, EXPIRY, Item, Key};
use kernel::{FixedClock, SeededRandomness};
use policy::Class;
use testkit::builders;
use testkit::contract::outreach::OutreachStores;
use testkit::contract::{self, Stores};
use via_dynamodb_accounts::{keys, *};
use via_dynamodb_choices::*;
use via_dynamodb_outreach::*;
use via_dynamodb_payments::*;
use via_dynamodb_policy::*;
use via_dynamodb_rates::*;
use via_dynamodb_rights::{DynamoErasures, DynamoReceiptLog};
use via_dynamodb_studio::*;
use via_dynamodb_trials::*;

pub(crate) fn table(logical_id: &str) -> String {
    (*testkit::cloud::cloud().tables().get(logical_id).unwrap_or_else(|| panic!("template.yaml has no {logical_id}"))).to_owned()
}

/// The stores, with ids of their own for each seed.
pub(crate) fn stores(seed: u64) -> Stores {
    let database = Database::new(&testkit::cloud::config());
    let [accounts, studio, screening, fleeting, insights] =
        ["AccountsTable", "StudioTable", "ScreeningTable", "FleetingTable", "InsightsTable"].map(table);
    let clock = Arc::new(FixedClock::at(builders::midnight()));
    let generations = DynamoGenerations::new(database.clone(), studio.clone());
    let views = || DynamoViews::new(database.clone(), fleeting.clone(), studio.clone(), clock.clone());
    Stores {
        randomness: SeededRandomness::new(seed),
        codes: Box::new(DynamoCodes::new(database.clone(), fleeting.clone(), table("LeadsTable"))),
        salts: Box::new(DynamoSalts::new(database.clone(), fleeting.clone())),
        guesses: Box::new(DynamoGuesses::new(database.clone(), fleeting.clone()).with_accounts(accounts.clone())),
        sign_ins: Box::new(DynamoSignIns::new(database.clone(), fleeting.clone(), accounts.clone(), table("LeadsTable"))),
        sessions: Box::new(DynamoSessions::new(database.clone(), fleeting.clone())),
        profiles: Box::new(DynamoProfiles::new(database.clone(), fleeting.clone(), accounts.clone(), clock.clone())),
        recipients: Box::new(DynamoRecipients::new(database.clone(), accounts.clone())),
        uploads: Box::new(DynamoUploads::new(database.clone(), fleeting.clone(), studio.clone(), clock.clone())),
        placements: Box::new(DynamoPlacements::new(database.clone(), fleeting.clone(), studio.clone(), accounts.clone(), clock.clone())),
        generations: Box::new(generations.with_wallet(accounts.clone()).with_moderation(screening.clone())),
        attempts: Box::new(DynamoAttempts::new(database.clone(), studio.clone(), fleeting.clone())),
        breaker: Box::new(DynamoBreaker::new(database.clone(), fleeting.clone(), clock.clone())),
        admission: Box::new(DynamoAdmission::new(database.clone(), fleeting.clone(), clock.clone())),
        overdue: Box::new(DynamoOverdue::new(database.clone(), studio.clone())),
        views: Box::new(views()),
        own: Box::new(views()),
        expired: Box::new(DynamoExpiredRows::new(
            database.clone(),
            studio.clone(),
            screening,
            fleeting.clone(),
            insights,
            table("RightsTable"),
        )),
        checkouts: Box::new(DynamoCheckouts::new(database.clone(), fleeting.clone(), accounts.clone())),
        orders: Box::new(DynamoOrders::new(database.clone(), accounts.clone())),
        order_views: Box::new(DynamoOrderViews::new(database.clone(), fleeting.clone(), accounts.clone(), clock.clone())),
        statements: Box::new(DynamoStatements::new(database.clone(), fleeting.clone(), accounts.clone(), clock.clone())),
        leads: Box::new(DynamoLeads::new(database.clone(), table("LeadsTable"))),
        trials: Box::new(DynamoTrials::new(database.clone(), fleeting.clone(), clock.clone())),
        links: Box::new(DynamoTrialLinks::new(database.clone(), fleeting.clone()).with_leads(table("LeadsTable"))),
        claims: Box::new(DynamoClaims::new(database.clone(), fleeting.clone(), studio, clock.clone())),
        erasures: Box::new(DynamoErasures::new(database.clone(), table("RightsTable")).with_accounts(accounts.clone(), fleeting.clone())),
        log: Box::new(DynamoReceiptLog::new(database.clone(), table("RightsTable"))),
        choices: Box::new(
            DynamoChoices::new(database.clone(), fleeting.clone(), accounts.clone(), clock.clone()).making(table("RightsTable")),
        ),
        email_changes: Box::new(
            DynamoEmailChanges::asking(database, fleeting, accounts, clock.clone()).moving(table("LeadsTable"), table("RightsTable")),
        ),
        clock,
    }
}

/// Requests to have everything erased; the log of their receipts is one, so these come one after another.
async fn erasures(seed: u64) {
    contract::rights::an_account_is_closed_and_opened_again(&stores(seed)).await;
    contract::rights::requests_go_on(&stores(seed + 1)).await;
    let key = contract::rights::FakeLogKey::new();
    contract::rights::what_is_done_has_a_receipt(&stores(seed + 2), &key, &key.verifier()).await;
}

#[tokio::test]
async fn an_56_an_erasure_closes_goes_on_and_ends_with_a_receipt() {
    erasures(97).await;
}

/// The stores of mails, which have their suites beside them: here for what they leave in the tables.
fn outreach_stores(seed: u64) -> OutreachStores {
    let (database, accounts, fleeting) = (Database::new(&testkit::cloud::config()), table("AccountsTable"), table("FleetingTable"));
    OutreachStores {
        clock: Arc::new(FixedClock::at(builders::midnight())),
        randomness: SeededRandomness::new(seed),
        subscriptions: Box::new(DynamoSubscriptions::new(database.clone(), accounts.clone()).changing(table("RightsTable"))),
        suppressions: Box::new(DynamoSuppressions::new(database.clone(), fleeting.clone())),
        standings: Box::new(DynamoStandings::new(database.clone(), fleeting.clone(), accounts)),
        campaigns: Box::new(DynamoCampaigns::new(database.clone(), fleeting.clone())),
        mails: Box::new(DynamoCampaignMails::new(database, fleeting)),
    }
}

#[tokio::test]
async fn an_73_trials() {
    contract::trials::one_proof(&stores(50)).await;
    contract::trials::passes(&stores(51)).await;
    contract::trials::used_once(&stores(52)).await;
    contract::trials::links(&stores(53)).await;
}

#[tokio::test]
async fn an_73_claims() {
    contract::trials::claims(&stores(54)).await;
    contract::trials::refused_claims(&stores(55)).await;
}

#[tokio::test]
async fn an_69_trials_have_limits() {
    contract::trials::limits_of_trials(&stores(56)).await;
}

#[tokio::test]
async fn an_03_leads() {
    contract::trials::leads(&stores(57)).await;
    contract::trials::leads_of_sign_ins(&stores(58)).await;
}

#[tokio::test]
async fn an_51_a_lead_without_an_account_is_forgotten_by_its_address() {
    contract::trials::a_lead_is_forgotten(&stores(59)).await;
}

#[tokio::test]
async fn an_57_an_59_an_60_choices() {
    contract::choices::choices(&stores(171)).await;
    contract::choices::restrictions(&stores(172)).await;
    contract::choices::stale_sign_ins(&stores(174)).await;
    contract::choices::limits_of_choices(&stores(175)).await;
    let outreach = outreach_stores(176);
    contract::choices::marketing(&stores(176), &*outreach.subscriptions, &*outreach.standings).await;
}

#[tokio::test]
async fn an_57_no_session_is_left_with_what_was_chosen_before() {
    contract::choices::choices_and_sign_ins(&stores(173)).await;
}

#[tokio::test]
async fn an_55_changes_of_addresses() {
    contract::email_changes::attempts(&stores(181)).await;
    contract::email_changes::moves(&stores(182), &*outreach_stores(182).subscriptions).await;
    contract::email_changes::addresses_that_are_known(&stores(183), &*outreach_stores(183).subscriptions).await;
}

#[tokio::test]
async fn an_55_changes_of_addresses_and_sign_ins_at_the_same_time() {
    for seed in 184..188 {
        contract::email_changes::changes_and_sign_ins(&stores(seed)).await;
    }
}

#[tokio::test]
async fn an_01_codes() {
    contract::accounts::codes(&stores(1)).await;
    contract::accounts::codes_of_browsers(&stores(33)).await;
    contract::accounts::concurrent_attempts(&stores(2)).await;
}

#[tokio::test]
async fn an_69_codes_and_guesses_have_limits() {
    contract::accounts::limits_of_codes(&stores(34)).await;
    contract::accounts::limits_of_guesses(&stores(35)).await;
    contract::accounts::budget_of_mails(&stores(36)).await;
}

#[tokio::test]
async fn an_36_codes_of_suppressed_addresses() {
    let suppress = async |key, until| {
        let row = Item::new(Class::MailSuppression.id(), keys::suppression(&key)).due(EXPIRY, until);
        drop(Database::new(&testkit::cloud::config()).write(row.put(&table("FleetingTable"))).await.unwrap());
    };
    contract::accounts::suppressed_codes(&stores(50), suppress).await;
}

#[tokio::test]
async fn an_52_salts_and_grants() {
    contract::accounts::salts(&stores(37)).await;
    contract::accounts::grants(&stores(38)).await;
}

#[tokio::test]
async fn an_14_sign_ins_and_sessions() {
    contract::accounts::sign_ins(&stores(3)).await;
    contract::accounts::sessions(&stores(4)).await;
    contract::accounts::latest_sessions(&stores(19)).await;
}

#[tokio::test]
async fn an_erased_account() {
    let erase_profile = async |account| {
        let key = via_dynamodb_accounts::keys::profile(account).attributes();
        let client = Client::new(&testkit::cloud::config());
        client.delete_item().table_name(table("AccountsTable")).set_key(Some(key)).send().await.unwrap();
    };
    contract::accounts::erased_account(&stores(20), erase_profile).await;
}

#[tokio::test]
async fn an_69_uploads() {
    contract::placements::uploads(&stores(5)).await;
}

#[tokio::test]
async fn placements() {
    contract::placements::generations(&stores(6)).await;
    contract::placements::refused_generations(&stores(7)).await;
    contract::placements::concurrent_generations(&stores(8)).await;
    contract::placements::quota(&stores(27)).await;
    contract::placements::concurrent_quota(&stores(28)).await;
}

#[tokio::test]
async fn an_69_generations() {
    contract::placements::hourly_generations(&stores(43)).await;
    contract::placements::generations_at_once(&stores(44)).await;
}

#[tokio::test]
async fn generations_and_their_readers() {
    contract::generations::changes(&stores(9)).await;
    contract::generations::concurrent_changes(&stores(10)).await;
    contract::generations::pages(&stores(11)).await;
    contract::generations::overdue(&stores(12)).await;
    contract::generations::put_off(&stores(51)).await;
    contract::placements::admission(&stores(52)).await;
    contract::generations::deliveries(&stores(14)).await;
}

#[tokio::test]
async fn orders_and_their_readers() {
    contract::orders::checkouts(&stores(161)).await;
    contract::orders::changes(&stores(162)).await;
    contract::orders::pages(&stores(163)).await;
    contract::orders::statements(&stores(164)).await;
    let erase_wallet = async |caller: kernel::AccountSession| {
        let key = keys::wallet(caller.owner()).attributes();
        let client = Client::new(&testkit::cloud::config());
        client.delete_item().table_name(table("AccountsTable")).set_key(Some(key)).send().await.unwrap();
    };
    contract::orders::ownerless(&stores(165), erase_wallet).await;
}

#[tokio::test]
async fn an_74_wallets_below_zero() {
    contract::orders::below_zero(&stores(166)).await;
}

#[tokio::test]
async fn attempts_and_circuits() {
    contract::attempts::claims(&stores(15)).await;
    contract::attempts::concurrent_claims(&stores(16)).await;
    contract::attempts::histories(&stores(17)).await;
    contract::attempts::cancellations(&stores(41)).await;
    contract::generations::uploads_in_use(&stores(42)).await;
    contract::attempts::budget(&stores(61)).await;
    contract::attempts::circuits(&stores(18)).await;
}

#[tokio::test]
async fn an_40_expired_rows() {
    contract::expired::expired(&stores(13)).await;
}

/// The shards of the rows of a class that are due before all other suites' are.
async fn shards(class: Class, shard: &str, instant: &str) -> BTreeSet<String> {
    let midnight = builders::midnight().as_second();
    let early = |item: &BTreeMap<String, AttributeValue>| item[instant].as_n().unwrap().parse::<i64>().unwrap() < midnight;
    let items = scan(&table("StudioTable")).await.into_iter();
    let mine = items.filter(|item| item["class"].as_s().unwrap() == class.id() && item.contains_key(shard) && early(item));
    mine.map(|item| item[shard].as_s().unwrap().clone()).collect()
}

#[tokio::test]
async fn an_40_expired_rows_of_every_shard() {
    contract::expired::many_expired(&stores(26)).await;
    assert_eq!(shards(Class::UploadUnused, "expiry_shard", "expires_at").await.len(), 16);
}

#[tokio::test]
async fn overdue_generations_of_every_shard() {
    contract::generations::many_overdue(&stores(25)).await;
    assert_eq!(shards(Class::Generation, "deadline_shard", "deadline").await.len(), 16);
}

/// Creates a table with the keys that every table has.
pub(crate) async fn create_table(name: &str) {
    use aws_sdk_dynamodb::types::{AttributeDefinition, BillingMode, KeySchemaElement, KeyType, ScalarAttributeType};
    let client = Client::new(&testkit::cloud::config());
    let attribute =
        |name: &str| AttributeDefinition::builder().attribute_name(name).attribute_type(ScalarAttributeType::S).build().unwrap();
    let key = |name: &str, kind: KeyType| KeySchemaElement::builder().attribute_name(name).key_type(kind).build().unwrap();
    let made = client
        .create_table()
        .table_name(name)
        .billing_mode(BillingMode::PayPerRequest)
        .attribute_definitions(attribute("pk"))
        .attribute_definitions(attribute("sk"))
        .key_schema(key("pk", KeyType::Hash))
        .key_schema(key("sk", KeyType::Range));
    made.send().await.unwrap();
}

/// The counters of the profile `ephemeral`, whose table is not deployed here: it is created as in that profile.
async fn rate_keys(table: &str) -> DynamoRateKeys {
    create_table(table).await;
    DynamoRateKeys::new(Database::new(&testkit::cloud::config()), table.to_owned())
}

#[tokio::test]
async fn rt_21_rate_keys() {
    contract::rate_keys::rate_keys(&rate_keys("rate-keys-of-the-suite").await).await;
}

async fn scan(table: &str) -> Vec<BTreeMap<String, AttributeValue>> {
    let client = Client::new(&testkit::cloud::config());
    let pages = client.scan().table_name(table).consistent_read(true).into_paginator().items().send();
    let items: Vec<_> = pages.collect::<Result<_, _>>().await.unwrap();
    items.into_iter().map(|item| item.into_iter().collect()).collect()
}

/// Every item that the suites can write has a class, is in the table of that class, and has no attribute that the inventory does not declare
/// (invariant 9).
#[tokio::test]
async fn what_is_stored_is_declared() {
    for seed in [21, 22, 23] {
        contract::placements::refused_generations(&stores(seed)).await;
        contract::generations::changes(&stores(seed + 100)).await;
        contract::generations::deliveries(&stores(seed + 200)).await;
        contract::attempts::claims(&stores(seed + 300)).await;
        contract::attempts::circuits(&stores(seed + 400)).await;
    }
    contract::accounts::codes_of_browsers(&stores(24)).await;
    crate::insights::everything(&stores(77)).await;
    crate::desk::everything(&stores(78)).await;
    contract::outreach::subscriptions(&outreach_stores(25)).await;
    contract::outreach::campaigns(&outreach_stores(26)).await;
    contract::choices::limits_of_choices(&stores(177)).await;
    contract::email_changes::moves(&stores(179), &*outreach_stores(179).subscriptions).await;
    let outreach = outreach_stores(178);
    contract::choices::marketing(&stores(178), &*outreach.subscriptions, &*outreach.standings).await;
    contract::outreach::standings(&outreach_stores(30)).await;
    contract::orders::changes(&stores(84)).await;
    contract::trials::links(&stores(85)).await;
    contract::trials::claims(&stores(86)).await;
    crate::exports::everything(305).await;
    erasures(94).await;
    let counted = "rate-keys-that-are-declared";
    contract::rate_keys::rate_keys(&rate_keys(counted).await).await;
    let mut seen = BTreeMap::new();
    for (logical_id, store, name) in [
        ("AccountsTable", policy::Table::Accounts, table("AccountsTable")),
        ("StudioTable", policy::Table::Studio, table("StudioTable")),
        ("ScreeningTable", policy::Table::Screening, table("ScreeningTable")),
        ("FleetingTable", policy::Table::Fleeting, table("FleetingTable")),
        ("InsightsTable", policy::Table::Insights, table("InsightsTable")),
        ("LeadsTable", policy::Table::Leads, table("LeadsTable")),
        ("RightsTable", policy::Table::Rights, table("RightsTable")),
        ("DeskTable", policy::Table::Desk, table("DeskTable")),
        ("RateKeysTable", policy::Table::RateKeys, counted.to_owned()),
    ] {
        for item in scan(&name).await {
            let class = item.get("class").and_then(|class| class.as_s().ok()).and_then(|id| Class::from_id(id));
            let class = class.unwrap_or_else(|| panic!("{logical_id} holds an item of no class: {:?}", item.keys()));
            assert_eq!(class.entry().table(), Some(store), "{class} is in the wrong table");
            assert_eq!(policy::undeclared(class, item.keys().map(String::as_str)), Vec::<String>::new(), "{class}");
            let kept = class.entry().kept().is_some();
            assert_eq!(item.contains_key("expires_at"), kept, "{class} has a retention and no end, or the reverse");
            let ends_itself = class.entry().has(policy::Mechanism::Ttl);
            assert_eq!(item.contains_key(store.ttl()), ends_itself || (kept && store.ttl() == "expires_at"), "{class}");
            let key = Key::new(item["pk"].as_s().unwrap(), item["sk"].as_s().unwrap());
            let swept = policy::inventory().sweeps().any(|entry| entry.class() == class);
            let shard = item.get("expiry_shard").map(|shard| shard.as_s().unwrap().clone());
            assert_eq!(shard, swept.then(|| dynamo::shard_of(class.id(), &key)), "{class} is not where the deletion looks for it");
            *seen.entry(class).or_insert(0) += 1;
        }
    }
    let wallet = |class: &&Class| class.entry().profiles.contains(&policy::Profile::Wallet);
    let stored = Class::ALL.iter().filter(|class| class.entry().table().is_some()).filter(wallet);
    let unseen: Vec<_> = stored.filter(|class| !seen.contains_key(class)).collect();
    assert!(unseen.is_empty(), "no suite writes {unseen:?}");
}

/// After all suites, every wallet is the sum of its movements.
/// Invariant: The sum of the entries is the balance, and nothing but a claw-back takes a wallet below zero.
#[tokio::test]
async fn sum_of_entries_is_the_balance() {
    contract::placements::concurrent_generations(&stores(31)).await;
    contract::generations::changes(&stores(32)).await;
    let mut sums: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let number = |item: &BTreeMap<String, AttributeValue>, name: &str| item[name].as_n().unwrap().parse::<i64>().unwrap();
    // Other suites keep writing: an account is read again until its wallet and its entries are of the same moment.
    for attempt in 0.. {
        sums.clear();
        for item in scan(&table("AccountsTable")).await {
            let account = item["pk"].as_s().unwrap().clone();
            let (available, held) = match item["class"].as_s().unwrap().as_str() {
                "wallet" => (-number(&item, "available"), -number(&item, "held")),
                "ledger-entry" => (number(&item, "available_delta"), number(&item, "held_delta")),
                _ => continue,
            };
            let sum = sums.entry(account).or_default();
            *sum = (sum.0 + available, sum.1 + held);
        }
        if sums.values().all(|sum| *sum == (0, 0)) {
            break;
        }
        assert!(attempt < 50, "{sums:?}");
    }
    assert!(!sums.is_empty());
}
