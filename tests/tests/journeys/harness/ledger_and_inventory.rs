//! Checks of the ledger against the wallets, and of the rows against the inventory.

use std::collections::{BTreeMap, BTreeSet};

use local_cloud::Cloud;
use policy::{Class, Store, undeclared};

use super::store::{self, Row};

/// The sums of one wallet's entries.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    available: i64,
    held: i64,
}

/// Asserts that every wallet is the sum of its ledger, that none is overdrawn but by what was taken back of a purchase, that every generation was paid at most once, and that nothing is
/// stored that the inventory does not declare (invariant 9).
pub(crate) async fn assert_ledger_and_inventory(cloud: &Cloud) {
    let accounts = store::rows(cloud, "AccountsTable").await;
    assert_balances(&accounts);
    assert_settlements(&accounts);
    assert_declared(&store::all_rows(cloud).await);
}

/// Asserts that no credits are held: every generation has ended.
pub(crate) async fn assert_nothing_held(cloud: &Cloud) {
    for wallet in store::rows_of(cloud, "AccountsTable", "wallet").await {
        assert_eq!((wallet.number("held"), wallet.number("running")), (0, 0), "{wallet:?}");
    }
}

/// Ledger entries of this kind for a generation: `hold`, `capture`, `release`.
pub(crate) async fn entries(cloud: &Cloud, kind: &str, generation: &str) -> usize {
    let ledger = store::rows_of(cloud, "AccountsTable", "ledger-entry").await;
    ledger.iter().filter(|entry| entry.text("kind") == kind && entry.text("cause") == generation).count()
}

fn assert_balances(rows: &[Row]) {
    let mut sums: BTreeMap<&str, Sum> = BTreeMap::new();
    let taken_back: BTreeSet<&str> = rows.iter().filter(|row| is_entry_of(row, "claw-back")).map(|row| row.text("pk")).collect();
    for entry in rows.iter().filter(|row| row.text("class") == "ledger-entry") {
        let sum = sums.entry(entry.text("pk")).or_default();
        sum.available += entry.number("available_delta");
        sum.held += entry.number("held_delta");
    }
    for wallet in rows.iter().filter(|row| row.text("class") == "wallet") {
        let balance = Sum { available: wallet.number("available"), held: wallet.number("held") };
        let may_be_short = taken_back.contains(wallet.text("pk"));
        assert!((balance.available >= 0 || may_be_short) && balance.held >= 0, "{wallet:?}");
        assert_eq!(sums.remove(wallet.text("pk")), Some(balance), "{wallet:?}");
    }
    assert!(sums.is_empty(), "entries without a wallet: {sums:?}");
}

fn is_entry_of(row: &Row, kind: &str) -> bool {
    row.text("class") == "ledger-entry" && row.text("kind") == kind
}

/// The kinds of entries that are about a generation.
const SETTLEMENTS: [&str; 3] = ["hold", "capture", "release"];

/// One hold for each generation, and at most one capture and one release, of no more than was held.
fn assert_settlements(rows: &[Row]) {
    let mut kinds: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut held: BTreeMap<&str, i64> = BTreeMap::new();
    for entry in rows.iter().filter(|row| SETTLEMENTS.iter().any(|kind| is_entry_of(row, kind))) {
        kinds.entry(entry.text("cause")).or_default().push(entry.text("kind"));
        *held.entry(entry.text("cause")).or_default() += entry.number("held_delta");
    }
    for (cause, kinds) in kinds {
        let count = |kind: &str| kinds.iter().filter(|known| **known == kind).count();
        assert_eq!(count("hold"), 1, "{cause}: {kinds:?}");
        assert!(count("capture") <= 1 && count("release") <= 1 && held[cause] >= 0, "{cause}: {kinds:?}");
    }
}

fn assert_declared(rows: &[Row]) {
    for row in rows {
        let class = Class::from_id(row.text("class")).unwrap_or_else(|| panic!("a row without a class: {row:?}"));
        let Store::DynamoDb { table, .. } = &class.entry().store else { panic!("{class} is no class of rows: {row:?}") };
        assert_eq!(row.table, format!("{table:?}Table"), "{row:?}");
        let names = row.attributes.keys().map(String::as_str);
        assert_eq!(undeclared(class, names), Vec::<String>::new(), "{class}");
        assert_gone_with_the_work(class, row);
    }
}

/// Fields that the inventory keeps only during the work are in no row of an ended generation (AN-07).
fn assert_gone_with_the_work(class: Class, row: &Row) {
    let ended = ["done", "blocked", "failed", "cancelled"].contains(&row.text("state"));
    for field in class.entry().fields().iter().filter(|field| ended && field.retention.is_some()) {
        assert!(!row.attributes.contains_key(&field.name), "{} of a generation that is {}", field.name, row.text("state"));
    }
}

/// The checks detect violations.
mod tests {
    use super::*;
    use serde_json::json;

    fn row(table: &str, attributes: serde_json::Value) -> Row {
        Row { table: table.to_owned(), attributes: attributes.as_object().unwrap().clone() }
    }

    fn wallet(available: i64, held: i64) -> Row {
        row("AccountsTable", json!({ "pk": "ACC#a", "sk": "WALLET", "class": "wallet", "available": available, "held": held }))
    }

    fn entry(kind: &str, cause: &str, available: i64, held: i64) -> Row {
        let key = format!("LEDGER#{kind}#{cause}");
        let deltas = json!({ "pk": "ACC#a", "sk": key, "class": "ledger-entry", "kind": kind, "cause": cause, "available_delta": available, "held_delta": held, "at": "now" });
        row("AccountsTable", deltas)
    }

    fn is_refused(check: impl Fn(&[Row]) + std::panic::UnwindSafe, rows: Vec<Row>) -> bool {
        std::panic::catch_unwind(move || check(&rows)).is_err()
    }

    #[test]
    fn books_that_do_not_balance_are_refused() {
        let grant = || entry("grant", "starter", 3, 0);
        assert!(!is_refused(assert_balances, vec![wallet(3, 0), grant()]));
        assert!(!is_refused(assert_balances, vec![wallet(2, 1), grant(), entry("hold", "gen_1", -1, 1)]));
        assert!(is_refused(assert_balances, vec![wallet(2, 0), grant()]));
        assert!(is_refused(assert_balances, vec![wallet(3, 1), grant()]));
        assert!(is_refused(assert_balances, vec![wallet(3, 0)]));
        assert!(is_refused(assert_balances, vec![grant()]));
        assert!(is_refused(assert_balances, vec![wallet(-1, 4), grant(), entry("hold", "gen_1", -4, 4)]));
        let taken_back = || entry("claw-back", "ord_1.1", -5, 0);
        assert!(!is_refused(assert_balances, vec![wallet(-2, 0), grant(), taken_back()]));
        assert!(is_refused(assert_balances, vec![wallet(-1, 0), grant(), taken_back()]));
    }

    #[test]
    fn a_generation_paid_twice_or_never_held_is_refused() {
        let (hold, capture, release) =
            (|| entry("hold", "gen_1", -1, 1), || entry("capture", "gen_1", 0, -1), || entry("release", "gen_1", 1, -1));
        assert!(!is_refused(assert_settlements, vec![hold(), capture()]));
        assert!(!is_refused(assert_settlements, vec![entry("hold", "gen_1", -2, 2), capture(), release()]));
        assert!(is_refused(assert_settlements, vec![hold(), capture(), release()]));
        assert!(is_refused(assert_settlements, vec![hold(), release(), release()]));
        assert!(is_refused(assert_settlements, vec![capture()]));
        assert!(is_refused(assert_settlements, vec![hold(), hold()]));
    }

    #[test]
    fn what_the_inventory_does_not_declare_is_refused() {
        assert!(!is_refused(assert_declared, vec![wallet(3, 0)]));
        let with = |name: &str| {
            let mut row = wallet(3, 0);
            row.attributes.insert(name.into(), json!("203.0.113.7"));
            row
        };
        assert!(is_refused(assert_declared, vec![with("ip")]));
        let generation_in = |state: &str| {
            row("StudioTable", json!({ "pk": "ACC#a", "sk": "GEN#b", "class": "generation", "state": state, "bubble_text": "Hi" }))
        };
        assert!(!is_refused(assert_declared, vec![generation_in("finishing")]));
        assert!(is_refused(assert_declared, vec![generation_in("done")]) && is_refused(assert_declared, vec![generation_in("cancelled")]));
        assert!(is_refused(assert_declared, vec![row("StudioTable", json!(wallet(3, 0).attributes))]));
        assert!(is_refused(assert_declared, vec![row("AccountsTable", json!({ "pk": "x", "sk": "y" }))]));
        assert!(is_refused(assert_declared, vec![row("AccountsTable", json!({ "pk": "x", "sk": "y", "class": "log" }))]));
    }
}
