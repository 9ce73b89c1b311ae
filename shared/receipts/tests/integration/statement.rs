use proptest::prelude::*;
use receipts::{Erasure, Objects, Refusal, Residue, Statement, Times, Verified, object_root, verify};

use crate::support::{Held, KeyInMemory, ORIGIN, checkpoint, erasure, spliced};

fn entry(erasure: Erasure) -> Result<String, Refusal> {
    Statement::Erasure(erasure).to_entry().map(|bytes| String::from_utf8(bytes).unwrap())
}

/// RFC 8785: members in order, nothing between them.
#[test]
fn a_statement_is_canonical_json() {
    let text = entry(Erasure { residue: vec![], vendors: vec![], ..erasure() }).unwrap();
    let (head, tail) = text.split_once("\"nonce\":\"").unwrap();
    assert_eq!(head, r#"{"erased":{"account":1,"session":2,"upload":12,"upload-object":24},"kind":"erasure/v1","#);
    let (_, tail) = tail.split_once("\"},").unwrap();
    let times = concat!(
        r#"{"asked":"2026-12-01T09:00:00Z","closed":"2026-12-02T09:02:11Z","done":"2026-12-09T09:31:03Z","proven":"2026-12-01T09:02:10Z","#,
        r#""purged":"2026-12-02T09:15:40Z","verified":"2026-12-02T09:31:02.5Z"}"#
    );
    assert_eq!(tail, format!(r#""policy":"2026-11-30.3","residue":[],"times":{times},"vendors":[]}}"#));
}

/// Whoever signs what nobody would verify learns it before.
#[test]
fn a_statement_that_a_verifier_would_refuse_is_not_made() {
    let times = erasure().times;
    let early = Erasure { times: Times { purged: times.asked, ..times }, ..erasure() };
    assert_eq!(entry(early), Err(Refusal::StatementOrder));
    for hidden in ["two\nlines", "\u{1b}[2J", "\u{202e}gone", "no\u{200b}thing", "\u{7f}"] {
        let residue = vec![Residue { what: hidden.into(), why: String::new(), until: None }];
        assert_eq!(entry(Erasure { residue, ..erasure() }), Err(Refusal::StatementCharacters), "{hidden:?}");
        assert_eq!(entry(Erasure { policy: hidden.into(), ..erasure() }), Err(Refusal::StatementCharacters), "{hidden:?}");
    }
    let long = Erasure { policy: "p".repeat(65_535), ..erasure() };
    assert_eq!(entry(long), Err(Refusal::StatementTooLarge));
}

/// The operator may log anything: what is no statement in its one form is shown to nobody.
#[tokio::test]
async fn an_entry_that_is_no_statement_is_refused_though_it_is_in_the_log() {
    let text = entry(erasure()).unwrap();
    let form = |line, column| Refusal::StatementForm { line, column };
    let cases = [
        (format!("{text}\n"), Refusal::StatementCanon),
        (text.replace(":12,", ": 12,"), Refusal::StatementCanon),
        (text.replace("\"account\":1", "\"account\":7,\"account\":1"), Refusal::StatementCanon),
        (text.replace("09:00:00Z", "09:00:00.0Z"), Refusal::StatementCanon),
        (text.replace("{\"at\"", "{\"\\u0061t\""), Refusal::StatementCanon),
        (text.replace("2026-12-01T09:00:00Z", "2027-12-01T09:00:00Z"), Refusal::StatementOrder),
        (text.replace("tax law", "\u{202e}tax law"), Refusal::StatementCharacters),
        (text.replace("erasure/v1", "erasure/v2"), form(0, 0)),
        (text.replace(":12,", ":-12,"), form(0, 0)),
        (text.replace(":12,", ":12.5,"), form(0, 0)),
        (text.replace(":12,", ":4294967296,"), form(0, 0)),
        (text.replace("\"policy\"", "\"colour\":1,\"policy\""), form(0, 0)),
        ("[".repeat(60_000), form(1, 128)),
        (" ".repeat(65_536), Refusal::StatementTooLarge),
    ];
    for (entry, refusal) in cases {
        let refused = logged(entry.as_bytes()).await.unwrap_err();
        let same_kind = matches!((refused, refusal), (Refusal::StatementForm { .. }, Refusal::StatementForm { .. }));
        assert!(refused == refusal || same_kind, "{refused:?} for {}", &entry[..entry.len().min(200)]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_hostile_entry_panics_or_is_shown_as_what_it_is_not(from in 0_usize..1200, length in 0_usize..40, text in any::<String>()) {
        let entry = spliced(include_bytes!("../sample/statement.json"), from, length, text.into_bytes());
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        if let Ok(verified) = runtime.block_on(logged(&entry)) {
            prop_assert_eq!(verified.statement().to_entry(), Ok(entry));
            prop_assert!(!verified.text().contains(|letter: char| letter.is_control() && letter != '\n'));
        }
    }
}

/// Verifies the only entry of a log.
async fn logged(entry: &[u8]) -> Result<Verified, Refusal> {
    let signer = KeyInMemory::new(7);
    let key = signer.verifier(ORIGIN);
    let note = checkpoint(1, receipts::Hash::of_leaf(entry)).sign(&key, &signer).await.unwrap();
    let receipt = receipts::Receipt::new(0, vec![], note).to_string();
    verify(receipt.as_bytes(), entry, &key.to_string())
}

#[test]
fn the_root_of_files_needs_their_names_and_the_salt_and_no_order() {
    let root = object_root(&[1; 32], ["uploads/a", "uploads/b", "generated/c"]);
    assert_eq!(object_root(&[1; 32], ["generated/c", "uploads/b", "uploads/a"]), root);
    assert_ne!(object_root(&[2; 32], ["uploads/a", "uploads/b", "generated/c"]), root);
    assert_ne!(object_root(&[1; 32], ["uploads/a", "uploads/b"]), root);
    assert_eq!(object_root(&[1; 32], []), receipts::Hash::of_row(&[]));
}

#[tokio::test]
async fn an_erasure_of_nothing_has_a_receipt_as_well() {
    let objects = Objects { count: 0, root: object_root(&[1; 32], []) };
    let nothing = Erasure { erased: [].into(), objects, residue: vec![], vendors: vec![], ..erasure() };
    let held = Held::of(&Statement::Erasure(nothing)).await;
    let text = verify(held.receipt.as_bytes(), &held.statement, &held.key).unwrap().text();
    assert!(text.contains("Nothing was counted.") && text.contains("No file was among them.") && text.contains("Nothing stays."), "{text}");
}
