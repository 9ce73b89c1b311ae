//! Signed notes (C2SP signed-note): a text, an empty line, and a line for each signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::key::is_name;
use crate::{Refusal, VerifierKey};

/// The note of `text`, which ends a line, with one signature.
pub(crate) fn signed(text: &str, key: &VerifierKey, signature: &[u8; 64]) -> String {
    let signature = STANDARD.encode([key.id().as_slice(), signature].concat());
    format!("{text}\n— {} {signature}\n", key.name())
}

/// The text of a note that `key` signed. Signatures of others are left out of account, such as those of witnesses.
///
/// # Errors
/// [`Refusal`] if it is no note, or one that the key did not sign.
pub(crate) fn verified<'a>(note: &'a str, key: &VerifierKey) -> Result<&'a str, Refusal> {
    if note.contains(|letter: char| letter < ' ' && letter != '\n') {
        return Err(Refusal::NoteCharacters);
    }
    let end = note.rfind("\n\n").ok_or(Refusal::NoteUnsigned)? + 1;
    let (text, signatures) = (&note[..end], &note[end + 1..]);
    let lines = signatures.strip_suffix('\n').ok_or(Refusal::NoteUnsigned)?;
    let mut signed = false;
    for line in lines.split('\n') {
        let signature = Signature::read(line).ok_or(Refusal::NoteSignature)?;
        if signature.name == key.name() && signature.bytes.starts_with(&key.id()) {
            signed = key.verifies(text, &signature.bytes[4..]);
            if !signed {
                return Err(Refusal::NoteForged);
            }
        }
    }
    if signed { Ok(text) } else { Err(Refusal::NoteStranger) }
}

struct Signature<'a> {
    name: &'a str,
    /// Four bytes of the key's id, and then the signature.
    bytes: Vec<u8>,
}

impl<'a> Signature<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let (name, bytes) = line.strip_prefix("— ")?.split_once(' ')?;
        let bytes = STANDARD.decode(bytes).ok()?;
        (is_name(name) && bytes.len() > 4).then_some(Self { name, bytes })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of signed-note.
    #[test]
    fn the_note_of_the_specification_verifies() {
        let key: VerifierKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse().unwrap();
        let note = "This is an example message.\n\n— example.com/foo \
                    Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
        assert_eq!(verified(note, &key), Ok("This is an example message.\n"));
        assert_eq!(verified(&note.replace("example message", "exemple message"), &key), Err(Refusal::NoteForged));
    }

    #[test]
    fn the_last_empty_line_ends_the_text() {
        let key: VerifierKey = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k".parse().unwrap();
        let note = signed("a\n\nb\n", &key, &[0; 64]);
        assert_eq!(verified(&note, &key), Err(Refusal::NoteForged));
        assert_eq!(verified("\n\n", &key), Err(Refusal::NoteUnsigned));
    }
}
