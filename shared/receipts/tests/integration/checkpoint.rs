use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kernel::Failure;
use receipts::{Checkpoint, Hash, Refusal, VerifierKey};

use crate::support::{KeyInMemory, ORIGIN, checkpoint, leaf};

async fn signed() -> (String, VerifierKey) {
    let signer = KeyInMemory::new(7);
    let key = signer.verifier(ORIGIN);
    (checkpoint(6, leaf(1)).sign(&key, &signer).await.unwrap(), key)
}

/// The example of tlog-checkpoint.
#[test]
fn the_text_of_a_checkpoint_is_the_specifications() {
    let root = "CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=".parse().unwrap();
    let checkpoint = Checkpoint { origin: "example.com/behind-the-sofa".into(), size: 20_852_163, root };
    assert_eq!(checkpoint.text(), "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n");
}

#[tokio::test]
async fn a_checkpoint_survives_its_note() {
    let (note, key) = signed().await;
    assert_eq!(Checkpoint::verify(&note, &key), Ok(checkpoint(6, leaf(1))));
    assert_eq!(key.to_string().parse::<VerifierKey>(), Ok(key));
}

#[tokio::test]
async fn a_signer_with_another_key_than_the_logs_signs_nothing() {
    let (note, key) = signed().await;
    let other = checkpoint(6, leaf(1)).sign(&key, &KeyInMemory::new(8)).await;
    assert!(matches!(other, Err(Failure::Broken(_))));
    assert_eq!(Checkpoint::verify(&note, &KeyInMemory::new(8).verifier(ORIGIN)), Err(Refusal::NoteStranger));
    let elsewhere = Checkpoint { origin: "other.example".into(), ..checkpoint(6, leaf(1)) };
    assert!(matches!(elsewhere.sign(&key, &KeyInMemory::new(7)).await, Err(Failure::Broken(_))));
}

#[tokio::test]
async fn signatures_of_others_are_left_out_of_account() {
    let (note, key) = signed().await;
    let long = STANDARD.encode([5; 5000]);
    let witnessed: String = (0..16).map(|number| format!("— witness{number}.example {long}\n")).collect();
    assert_eq!(Checkpoint::verify(&format!("{note}{witnessed}"), &key), Ok(checkpoint(6, leaf(1))));
    let stranger = STANDARD.encode([key.id().as_slice(), &[0; 64]].concat());
    assert_eq!(Checkpoint::verify(&format!("{note}— other.example {stranger}\n"), &key), Ok(checkpoint(6, leaf(1))));
    assert_eq!(Checkpoint::verify(&format!("{note}— {ORIGIN} {stranger}\n"), &key), Err(Refusal::NoteForged));
}

#[tokio::test]
async fn every_fault_of_a_note_has_its_name() {
    let (note, key) = signed().await;
    let refused = |note: &str| Checkpoint::verify(note, &key).unwrap_err();
    assert_eq!(refused(&note.replace("\n6\n", "\n7\n")), Refusal::NoteForged);
    assert_eq!(refused(&note.replace("\n6\n", "\n6\r\n")), Refusal::NoteCharacters);
    assert_eq!(refused(&note.replace("\n\n", "\n")), Refusal::NoteUnsigned);
    assert_eq!(refused(note.trim_end()), Refusal::NoteUnsigned);
    assert_eq!(refused(&note.replace("— ", "- ")), Refusal::NoteSignature);
    assert_eq!(refused(&format!("{note}— a+b AAAAAAA=\n")), Refusal::NoteSignature);
    assert_eq!(refused(&format!("{note}— witness AAAAAA==\n")), Refusal::NoteSignature);
    assert_eq!(refused(&note.replace(&format!("— {ORIGIN}"), "— other.example")), Refusal::NoteStranger);
}

/// A log may sign other notes with its key: they are no checkpoints.
#[tokio::test]
async fn a_signed_text_that_is_no_checkpoint_is_refused() {
    let signer = KeyInMemory::new(7);
    let key = signer.verifier(ORIGIN);
    let root = leaf(1);
    let texts = [
        (format!("{ORIGIN}\n6\n"), Refusal::CheckpointForm),
        (format!("{ORIGIN}\n\n6\n{root}\n"), Refusal::CheckpointForm),
        (format!("{ORIGIN}\n6\n{root}\n\n"), Refusal::CheckpointForm),
        (format!("{ORIGIN}\n06\n{root}\n"), Refusal::CheckpointSize),
        (format!("{ORIGIN}\n+6\n{root}\n"), Refusal::CheckpointSize),
        (format!("{ORIGIN}\n18446744073709551616\n{root}\n"), Refusal::CheckpointSize),
        (format!("{ORIGIN}\n6\n{root}A\n"), Refusal::CheckpointRoot),
        (format!("other.example\n6\n{root}\n"), Refusal::CheckpointOrigin),
    ];
    for (text, refusal) in texts {
        assert_eq!(Checkpoint::verify(&note(&text, &signer).await, &key), Err(refusal), "{text}");
    }
    let extended = note(&format!("{ORIGIN}\n6\n{root}\nan extension\n"), &signer).await;
    assert_eq!(Checkpoint::verify(&extended, &key), Ok(checkpoint(6, root)));
}

async fn note(text: &str, signer: &KeyInMemory) -> String {
    use receipts::Signer;
    let signature = signer.sign(text.as_bytes()).await.unwrap();
    let signature = STANDARD.encode([signer.verifier(ORIGIN).id().as_slice(), &signature].concat());
    format!("{text}\n— {ORIGIN} {signature}\n")
}

#[test]
fn every_fault_of_a_key_has_its_name() {
    let key = KeyInMemory::new(7).verifier(ORIGIN).to_string();
    let refused = |key: &str| key.parse::<VerifierKey>().unwrap_err();
    let (name_and_id, _) = key.rsplit_once("+A").unwrap();
    assert_eq!(refused(""), Refusal::KeyForm);
    assert_eq!(refused("nigao.example+00000000"), Refusal::KeyForm);
    assert_eq!(refused(&format!("{key}=")), Refusal::KeyForm);
    assert_eq!(refused(&key.replace(ORIGIN, "")), Refusal::KeyName);
    assert_eq!(refused(&key.replace(ORIGIN, "a b")), Refusal::KeyName);
    assert_eq!(refused(&key.replace(ORIGIN, "other.example")), Refusal::KeyId);
    assert_eq!(refused(&format!("{name_and_id}+{}", STANDARD.encode([4; 33]))), Refusal::KeyKind);
    assert_eq!(refused(&format!("{name_and_id}+{}", STANDARD.encode([1; 32]))), Refusal::KeyPoint);
    let identity = [&[1, 1][..], &[0; 31]].concat();
    assert_eq!(refused(&format!("{name_and_id}+{}", STANDARD.encode(identity))), Refusal::KeyPoint);
    assert_eq!(refused(&"a".repeat(1025)), Refusal::KeyTooLong);
}

#[test]
fn a_hash_has_one_spelling() {
    let hash = leaf(1);
    assert_eq!(hash.to_string().parse(), Ok(hash));
    for other in ["", "AA==", &hash.to_string()[..43], &format!("{hash}="), &format!(" {hash}")] {
        assert!(other.parse::<Hash>().is_err(), "{other}");
    }
}
