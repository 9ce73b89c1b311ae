//! The books after it all: every generation once, every credit accounted for.

use crate::customer::Generation;
use anyhow::{Context, Result, bail, ensure};
use aws_sdk_dynamodb::types::AttributeValue;
use http::Method;
use local_cloud::{Cloud, HttpClient};
use serde_json::Value;
use stand_ins::OpenAiStandIn;
use std::collections::{BTreeMap, HashMap};

/// A row's attributes, as text.
type Row = HashMap<String, String>;

/// Compares everything that is stored, sent and asked with the accepted generations.
pub(crate) async fn check(cloud: &Cloud, vendor: &OpenAiStandIn, generations: &[Generation]) -> Result<()> {
    let (accounts, studio) = (rows(cloud, "AccountsTable").await?, rows(cloud, "StudioTable").await?);
    let ids: Vec<String> = generations.iter().map(|generation| generation.id.to_string()).collect();
    ends(&studio, &ids)?;
    balances(&accounts)?;
    settlements(&accounts, &ids)?;
    drawings(&studio, &ids, vendor.asked())?;
    mails(cloud, &ids).await
}

async fn rows(cloud: &Cloud, table: &str) -> Result<Vec<Row>> {
    let mut pages = cloud.clients().dynamodb.scan().table_name(cloud.tables()[table]).consistent_read(true).into_paginator().items().send();
    let mut rows = Vec::new();
    while let Some(item) = pages.next().await {
        rows.push(item?.into_iter().map(|(name, value)| (name, text(value))).collect());
    }
    Ok(rows)
}

fn text(value: AttributeValue) -> String {
    match value {
        AttributeValue::S(text) | AttributeValue::N(text) => text,
        _ => String::new(),
    }
}

fn of<'r>(rows: &'r [Row], class: &'r str) -> impl Iterator<Item = &'r Row> {
    rows.iter().filter(move |row| row.get("class").is_some_and(|own| own == class))
}

fn field<'r>(row: &'r Row, name: &str) -> Result<&'r str> {
    row.get(name).map(String::as_str).with_context(|| format!("a row without {name}: {row:?}"))
}

fn number(row: &Row, name: &str) -> Result<i64> {
    field(row, name)?.parse().with_context(|| format!("{name} of {row:?}"))
}

/// Each accepted generation is there, done and mailed; and there are no others.
fn ends(studio: &[Row], ids: &[String]) -> Result<()> {
    let mut ends = BTreeMap::new();
    for row in of(studio, "generation") {
        ends.insert(field(row, "sk")?.trim_start_matches("GEN#"), (field(row, "state")?, row.get("mail").map_or("none", String::as_str)));
    }
    for id in ids {
        let end = ends.get(id.as_str()).with_context(|| format!("the generation {id} is lost"))?;
        ensure!(*end == ("done", "sent"), "the generation {id} is {}, its mail {}", end.0, end.1);
    }
    ensure!(ends.len() == ids.len(), "{} generations are there, and {} were accepted", ends.len(), ids.len());
    Ok(())
}

/// Each balance is the sum of its ledger, and nothing is held.
fn balances(accounts: &[Row]) -> Result<()> {
    let mut sums: BTreeMap<&str, (i64, i64)> = BTreeMap::new();
    for entry in of(accounts, "ledger-entry") {
        let sum = sums.entry(field(entry, "pk")?).or_default();
        *sum = (sum.0 + number(entry, "available_delta")?, sum.1 + number(entry, "held_delta")?);
    }
    for wallet in of(accounts, "wallet") {
        let (owner, balance) = (field(wallet, "pk")?, (number(wallet, "available")?, number(wallet, "held")?));
        let sum = sums.remove(owner).unwrap_or_default();
        ensure!(balance == sum, "the balance of {owner} is {balance:?}, the sum of its ledger {sum:?}");
        ensure!(balance.0 >= 0 && balance.1 == 0, "{owner} has {} available and {} held", balance.0, balance.1);
    }
    ensure!(sums.is_empty(), "{} ledgers have no wallet", sums.len());
    Ok(())
}

/// Each generation has one hold and one capture.
fn settlements(accounts: &[Row], ids: &[String]) -> Result<()> {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for entry in of(accounts, "ledger-entry").filter(|entry| entry.get("kind").is_some_and(|kind| kind != "grant")) {
        kinds.entry(field(entry, "cause")?).or_default().push(field(entry, "kind")?);
    }
    for id in ids {
        let mut found = kinds.remove(id.as_str()).unwrap_or_default();
        found.sort_unstable();
        ensure!(found == ["capture", "hold"], "the ledger has {found:?} for {id}");
    }
    ensure!(kinds.is_empty(), "the ledger has entries for {} generations that nobody made", kinds.len());
    Ok(())
}

/// Each generation was drawn once, and the vendor was asked for nothing that is not on record.
fn drawings(studio: &[Row], ids: &[String], asked: usize) -> Result<()> {
    let (mut drawn, mut attempts): (BTreeMap<String, usize>, usize) = (BTreeMap::new(), 0);
    for row in of(studio, "attempt") {
        let all: Vec<Value> = serde_json::from_str(field(row, "attempts")?)?;
        let generation = field(row, "sk")?.split('#').nth(1).unwrap_or_default().to_owned();
        attempts += all.len();
        *drawn.entry(generation).or_default() += all.iter().filter(|one| one["outcome"] == "drawn").count();
    }
    for id in ids {
        let times = drawn.get(id).copied().unwrap_or_default();
        ensure!(times == 1, "the generation {id} was drawn {times} times");
    }
    ensure!(attempts == asked, "the vendor was asked {asked} times, and {attempts} attempts are on record");
    Ok(())
}

/// Each generation has one mail.
async fn mails(cloud: &Cloud, ids: &[String]) -> Result<()> {
    let sent = HttpClient::default().send(Method::GET, &cloud.mail_url(), &[], "").await?.json();
    let mut mails: HashMap<&str, usize> = HashMap::new();
    for mail in sent["messages"].as_object().into_iter().flatten().flat_map(|(_, mails)| mails.as_array()).flatten() {
        let text = mail["BodyText"].as_str().unwrap_or_default();
        let Some(start) = text.find("gen_") else { bail!("a mail that is of no generation") };
        let end = text[start + 4..]
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-')
            .map_or(text.len(), |end| start + 4 + end);
        *mails.entry(&text[start..end]).or_default() += 1;
    }
    for id in ids {
        let count = mails.get(id.as_str()).copied().unwrap_or_default();
        ensure!(count == 1, "{count} mails went for the generation {id}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(pairs: &[(&str, &str)]) -> Row {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn entry(kind: &str, available: &str, held: &str) -> Row {
        row(&[
            ("class", "ledger-entry"),
            ("pk", "ACC#a"),
            ("kind", kind),
            ("cause", "gen_1"),
            ("available_delta", available),
            ("held_delta", held),
        ])
    }

    fn wallet(available: &str, held: &str) -> Row {
        row(&[("class", "wallet"), ("pk", "ACC#a"), ("available", available), ("held", held)])
    }

    #[test]
    fn books_that_do_not_balance_are_refused() {
        let entries = || vec![entry("grant", "5", "0"), entry("hold", "-1", "1"), entry("capture", "0", "-1")];
        let with = |wallet: Row| [entries(), vec![wallet]].concat();
        assert!(balances(&with(wallet("4", "0"))).is_ok());
        assert!(balances(&with(wallet("5", "0"))).is_err() && balances(&with(wallet("4", "1"))).is_err() && balances(&entries()).is_err());
        assert!(balances(&[entry("grant", "5", "0"), entry("hold", "-1", "1"), wallet("4", "1")]).is_err(), "something is held");
    }

    #[test]
    fn a_generation_that_is_lost_or_happened_twice_is_refused() {
        let ids = ["gen_1".to_owned()];
        let both = [entry("hold", "-1", "1"), entry("capture", "0", "-1")];
        assert!(settlements(&both, &ids).is_ok() && settlements(&both[..1], &ids).is_err() && settlements(&both, &[]).is_err());
        assert!(settlements(&[both.clone(), both].concat(), &ids).is_err());
        let generation = |state: &str, mail: &str| row(&[("class", "generation"), ("sk", "GEN#gen_1"), ("state", state), ("mail", mail)]);
        assert!(ends(&[generation("done", "sent")], &ids).is_ok() && ends(&[], &ids).is_err());
        assert!(ends(&[generation("failed", "sent")], &ids).is_err() && ends(&[generation("done", "due")], &ids).is_err());
        let attempts = |all: &str| row(&[("class", "attempt"), ("sk", "ATT#gen_1#0"), ("attempts", all)]);
        let once = r#"[{"outcome":"busy"},{"outcome":"drawn"}]"#;
        assert!(drawings(&[attempts(once)], &ids, 2).is_ok() && drawings(&[attempts(once)], &ids, 3).is_err());
        assert!(drawings(&[attempts(r#"[{"outcome":"drawn"},{"outcome":"drawn"}]"#)], &ids, 2).is_err());
    }
}
