use proptest::prelude::*;
use receipts::{LIMITS, Receipt, Refusal, verify};

use crate::support::{Held, erasure, spliced};

#[tokio::test]
async fn a_receipt_verifies_and_says_what_it_is_of() {
    let held = Held::sample().await;
    let verified = verify(held.receipt.as_bytes(), &held.statement, &held.key).unwrap();
    assert_eq!(verified.statement(), &receipts::Statement::Erasure(erasure()));
    assert_eq!((verified.index(), verified.checkpoint().size), (3, 6));
    assert_eq!(held.receipt.parse::<Receipt>().unwrap().to_string(), held.receipt);
}

/// The form is that of tlog-proof.
#[tokio::test]
async fn a_receipt_is_written_as_the_specification_says() {
    let held = Held::sample().await;
    let lines: Vec<&str> = held.receipt.split('\n').collect();
    assert_eq!(lines[..2], ["c2sp.org/tlog-proof@v1", "index 3"]);
    assert_eq!(lines[5..8], ["", "nigao.example/log", "6"]);
    assert_eq!((lines[9], lines[11], lines.len()), ("", "", 12));
    assert!(lines[10].starts_with("— nigao.example/log "));
}

#[tokio::test]
async fn every_changed_byte_of_receipt_statement_or_key_fails_to_verify() {
    let held = Held::sample().await;
    let refused = |receipt: &[u8], statement: &[u8], key: &[u8], what: &str| {
        // The command line hands over no key that is not UTF-8.
        let Ok(key) = std::str::from_utf8(key) else { return };
        assert!(verify(receipt, statement, key).is_err(), "{what}");
    };
    let (receipt, statement, key) = (held.receipt.as_bytes(), held.statement.as_slice(), held.key.as_bytes());
    for mask in [1, 0x20, 0x80] {
        changes(receipt, mask).for_each(|(at, changed)| refused(&changed, statement, key, &format!("receipt, byte {at}")));
        changes(statement, mask).for_each(|(at, changed)| refused(receipt, &changed, key, &format!("statement, byte {at}")));
        changes(key, mask).for_each(|(at, changed)| refused(receipt, statement, &changed, &format!("key, byte {at}")));
    }
    for length in 0..receipt.len() {
        refused(&receipt[..length], statement, key, &format!("receipt of {length} bytes"));
    }
    for extra in ["\n", " ", "x"] {
        refused(&[receipt, extra.as_bytes()].concat(), statement, key, "receipt with more");
        refused(receipt, &[statement, extra.as_bytes()].concat(), key, "statement with more");
        refused(receipt, statement, &[key, extra.as_bytes()].concat(), "key with more");
    }
}

fn changes(bytes: &[u8], mask: u8) -> impl Iterator<Item = (usize, Vec<u8>)> {
    (0..bytes.len()).map(move |at| {
        let mut changed = bytes.to_vec();
        changed[at] ^= mask;
        (at, changed)
    })
}

#[tokio::test]
async fn every_fault_of_a_receipt_has_its_name() {
    let held = Held::sample().await;
    let refused = |receipt: &[u8]| verify(receipt, &held.statement, &held.key).unwrap_err();
    let edited = |from: &str, to: &str| refused(held.receipt.replacen(from, to, 1).as_bytes());
    let hash = held.receipt.lines().nth(2).unwrap();
    assert_eq!(refused(b"\xff"), Refusal::ReceiptEncoding);
    assert_eq!(refused(&vec![b'a'; LIMITS.receipt + 1]), Refusal::ReceiptTooLarge);
    assert_eq!(edited("@v1", "@v2"), Refusal::ReceiptHeader);
    assert_eq!(edited("index", "extra AAAA\nindex"), Refusal::ReceiptExtra);
    assert_eq!(edited("index 3", "index 03"), Refusal::ReceiptIndex);
    assert_eq!(edited("index 3", "index 18446744073709551616"), Refusal::ReceiptIndex);
    assert_eq!(edited("index 3", "index 6"), Refusal::IndexAbove);
    assert_eq!(edited("index 3", "index 2"), Refusal::NotIncluded);
    assert_eq!(edited(hash, "AAAA"), Refusal::ReceiptHash(3));
    assert_eq!(edited(hash, &[hash; 70].join("\n")), Refusal::ReceiptPath);
    assert_eq!(edited(&format!("{hash}\n"), ""), Refusal::NotIncluded);
    assert_eq!(refused(b"c2sp.org/tlog-proof@v1\nindex 0\n"), Refusal::ReceiptCheckpoint);
    let other = verify(held.receipt.as_bytes(), b"{}", &held.key);
    assert_eq!(other.unwrap_err(), Refusal::NotIncluded);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_hostile_bytes_panic(receipt in any::<Vec<u8>>(), statement in any::<Vec<u8>>(), key in any::<String>()) {
        prop_assert!(verify(&receipt, &statement, &key).is_err());
        let headed = [b"c2sp.org/tlog-proof@v1\nindex 0\n\n", receipt.as_slice()].concat();
        let key = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";
        prop_assert!(verify(&headed, &statement, key).is_err());
    }

    #[test]
    fn no_hostile_bytes_within_a_receipt_panic_or_pass(from in 0_usize..1000, length in 0_usize..200, bytes in any::<Vec<u8>>()) {
        let receipt = include_bytes!("../sample/receipt.tlog-proof");
        let (statement, key) = (include_bytes!("../sample/statement.json"), include_str!("../sample/key.txt").trim_end());
        let spliced = spliced(receipt, from, length, bytes);
        prop_assert!(spliced == receipt || verify(&spliced, statement, key).is_err());
    }
}
