//! What the merchant tells: letters to one address, signed, in order, and again and again until they are taken.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use egress::{Client, Reach};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::Sha256;

use super::CURRENT;
use super::chance::Chance;

/// The secret of the address unless another is set. It is good in both ways of signing.
pub const SECRET: &str = "whsec_bmlnYW8gc3RhbmQtaW4gd2ViaG9vayBrZXkgMDAwMQ==";

/// How long the receiver may take.
const TIMEOUT: Duration = Duration::from_secs(10);

/// How often a letter is sent before it is given up.
const ATTEMPTS: u32 = 10;

/// How many letters in a row are given up before the address is.
const PATIENCE: u32 = 10;

/// A letter that waits for its next attempt holds those behind it up for so long after it was written.
const KEEPS_ORDER: SignedDuration = SignedDuration::from_mins(1);

/// The longest pause between two attempts, in milliseconds.
const LONGEST_PAUSE: u32 = 20 * 60 * 1_000;

/// Whose bytes are the key of a secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signing {
    /// What the secret is in Base64: secrets made since 2026-09-08.
    #[default]
    Decoded,
    /// The text of the secret: older ones.
    Text,
}

/// Where letters go.
#[derive(Debug, Clone)]
pub struct Address {
    pub url: String,
    pub secret: String,
    pub signing: Signing,
    /// Whether they are sent by themselves; else by [`super::Polar::deliver`] alone.
    pub is_automatic: bool,
}

impl Address {
    /// An address of the usual secret, to which letters go by themselves.
    #[must_use]
    pub fn of(url: &str) -> Self {
        Self { url: url.to_owned(), secret: SECRET.to_owned(), signing: Signing::Decoded, is_automatic: true }
    }
}

/// What goes wrong on the way.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mischief {
    /// Letters of a hundred that are never sent.
    pub lost_percent: u8,
    /// Letters of a hundred that are sent twice.
    pub doubled_percent: u8,
    /// Letters go in any order.
    pub shuffled: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LetterState {
    /// To be sent, for the first time or again.
    Waiting,
    Taken,
    /// Sent as often as it is.
    GivenUp,
    /// Never sent.
    Lost,
    /// Not sent, since the address had been given up.
    Skipped,
}

#[derive(Debug, Clone)]
pub struct Letter {
    /// The same in every attempt.
    pub id: String,
    /// Such as `order.paid`.
    pub kind: String,
    pub body: String,
    pub written_at: Timestamp,
    pub state: LetterState,
    pub attempts: u32,
    pub send_at: Timestamp,
    /// Sent once more after it is taken.
    doubled: bool,
}

/// The outgoing letters, oldest first.
#[derive(Debug, Default)]
pub struct Letters {
    letters: Vec<Letter>,
    pub(super) address: Option<Address>,
    pub(super) mischief: Mischief,
    given_up_in_a_row: u32,
}

impl Letters {
    #[must_use]
    pub fn all(&self) -> &[Letter] {
        &self.letters
    }

    pub(super) fn write(&mut self, chance: &Chance, kind: &str, data: Value, now: Timestamp) {
        let body = json!({ "type": kind, "timestamp": now, "api_version": CURRENT, "data": data }).to_string();
        let lost = chance.happens(self.mischief.lost_percent);
        let state = if lost { LetterState::Lost } else { LetterState::Waiting };
        let doubled = chance.happens(self.mischief.doubled_percent);
        let (id, kind) = (chance.uuid(), kind.to_owned());
        self.letters.push(Letter { id, kind, body, written_at: now, state, attempts: 0, send_at: now, doubled });
    }

    /// The place of the letter that goes next, and where to.
    pub(super) fn next(&self, chance: &Chance, now: Timestamp) -> Option<(usize, Address)> {
        let address = self.address.clone()?;
        let waiting = self.letters.iter().enumerate().filter(|(_, letter)| letter.state == LetterState::Waiting);
        let is_due = |letter: &Letter| letter.send_at <= now;
        let holds_up = |letter: &Letter| !is_due(letter) && now.duration_since(letter.written_at) < KEEPS_ORDER;
        if self.mischief.shuffled {
            let due: Vec<usize> = waiting.filter(|(_, letter)| is_due(letter)).map(|(place, _)| place).collect();
            let chosen = usize::try_from(chance.below(u32::try_from(due.len()).unwrap_or(u32::MAX))).unwrap_or_default();
            return due.get(chosen).map(|place| (*place, address));
        }
        let mut in_order = waiting.take_while(|(_, letter)| !holds_up(letter));
        in_order.find(|(_, letter)| is_due(letter)).map(|(place, _)| (place, address))
    }

    /// Notes how an attempt ended.
    pub(super) fn sent(&mut self, chance: &Chance, place: usize, taken: bool, now: Timestamp) {
        let Some(letter) = self.letters.get_mut(place) else { return };
        letter.attempts += 1;
        if taken {
            let again = std::mem::take(&mut letter.doubled);
            letter.state = if again { LetterState::Waiting } else { LetterState::Taken };
            self.given_up_in_a_row = 0;
        } else if letter.attempts < ATTEMPTS {
            letter.send_at = now.checked_add(pause(chance, letter.attempts)).unwrap_or(now);
        } else {
            letter.state = LetterState::GivenUp;
            self.given_up_in_a_row += 1;
            self.give_up_the_address();
        }
    }

    fn give_up_the_address(&mut self) {
        if self.given_up_in_a_row < PATIENCE {
            return;
        }
        self.address = None;
        let waiting = self.letters.iter_mut().filter(|letter| letter.state == LetterState::Waiting);
        waiting.for_each(|letter| letter.state = LetterState::Skipped);
    }

    /// Sends a letter once more, whatever became of it; `false` when there is none.
    pub(super) fn send_again(&mut self, id: &str, now: Timestamp) -> bool {
        let Some(letter) = self.letters.iter_mut().find(|letter| letter.id == id) else { return false };
        (letter.state, letter.attempts, letter.send_at) = (LetterState::Waiting, 0, now);
        true
    }
}

/// Twice as long after each attempt, with as much again by chance; from 20 minutes on, that or as little as half of it.
fn pause(chance: &Chance, failures: u32) -> SignedDuration {
    let base = 2_000_u32.saturating_mul(2_u32.saturating_pow(failures));
    let milliseconds = match base.saturating_mul(2) {
        longest if longest <= LONGEST_PAUSE => base + chance.below(base),
        _ => LONGEST_PAUSE / 2 + chance.below(LONGEST_PAUSE / 2),
    };
    SignedDuration::from_millis(i64::from(milliseconds))
}

/// The value of `webhook-signature`.
#[must_use]
pub fn signature(secret: &str, signing: Signing, id: &str, timestamp: i64, body: &str) -> String {
    let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
    let key = match signing {
        Signing::Decoded => BASE64_STANDARD.decode(encoded).unwrap_or_default(),
        Signing::Text => secret.as_bytes().to_vec(),
    };
    let signed = Hmac::<Sha256>::new_from_slice(&key).map(|mut mac| {
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        mac.finalize().into_bytes()
    });
    format!("v1,{}", BASE64_STANDARD.encode(signed.unwrap_or_default()))
}

/// Sends a letter once; whether it was taken. A redirect is not followed.
pub(super) async fn send(letter: &Letter, address: &Address, now: Timestamp) -> bool {
    // The address is on this machine: the client reaches no other that is not in the provider ledger.
    let client = Client::new(Reach::ListedAndLoopback);
    let split = address.url.find("://").and_then(|scheme| address.url[scheme + 3..].find('/').map(|path| scheme + 3 + path));
    let (origin, path) = address.url.split_at(split.unwrap_or(address.url.len()));
    let Ok(endpoint) = client.and_then(|client| client.endpoint(origin)) else { return false };
    let signature = signature(&address.secret, address.signing, &letter.id, now.as_second(), &letter.body);
    let post = endpoint
        .post(path, TIMEOUT)
        .header("user-agent", "polar.sh webhooks")
        .header("content-type", "application/json")
        .header("webhook-id", &letter.id)
        .header("webhook-timestamp", now.as_second())
        .header("webhook-signature", signature)
        .header("webhook-api-version", CURRENT);
    egress::send(post.body(letter.body.clone())).await.is_ok_and(|answer| answer.status().is_success())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(seconds: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_secs(seconds)
    }

    fn letters(count: usize) -> (Letters, Chance) {
        let (mut letters, chance) = (Letters { address: Some(Address::of("http://127.0.0.1:1/x")), ..Letters::default() }, Chance::new(7));
        (0..count).for_each(|_| letters.write(&chance, "order.paid", json!({}), after(0)));
        (letters, chance)
    }

    fn next(letters: &Letters, chance: &Chance, now: Timestamp) -> Option<usize> {
        letters.next(chance, now).map(|(place, _)| place)
    }

    #[test]
    fn a_letter_is_sent_ten_times_with_growing_pauses() {
        let (mut letters, chance) = letters(1);
        let mut now = after(0);
        for (failures, (least, most)) in
            [(4, 8), (8, 16), (16, 32), (32, 64), (64, 128), (128, 256), (256, 512), (512, 1024), (600, 1200)].into_iter().enumerate()
        {
            assert_eq!(next(&letters, &chance, now), Some(0));
            letters.sent(&chance, 0, false, now);
            let pause = letters.all()[0].send_at.duration_since(now);
            assert!((least * 1000..=most * 1000).contains(&pause.as_millis()), "{failures}: {pause:?}");
            assert_eq!(next(&letters, &chance, now), None);
            now = letters.all()[0].send_at;
        }
        letters.sent(&chance, 0, false, now);
        assert_eq!((letters.all()[0].state, letters.all()[0].attempts), (LetterState::GivenUp, 10));
    }

    #[test]
    fn a_letter_that_waits_holds_the_others_up_for_a_minute() {
        let (mut letters, chance) = letters(2);
        letters.sent(&chance, 0, false, after(0));
        assert_eq!(next(&letters, &chance, after(1)), None);
        letters.letters[0].send_at = after(1000);
        assert_eq!(next(&letters, &chance, after(59)), None);
        assert_eq!(next(&letters, &chance, after(60)), Some(1));
    }

    #[test]
    fn ten_letters_that_nobody_takes_end_the_address() {
        let (mut letters, chance) = letters(12);
        for place in 0..10 {
            (0..10).for_each(|_| letters.sent(&chance, place, false, after(0)));
        }
        assert!(letters.address.is_none());
        assert_eq!(letters.all()[11].state, LetterState::Skipped);
        assert!(letters.send_again(&letters.all()[11].id.clone(), after(9)) && !letters.send_again("nobody", after(9)));
    }

    #[test]
    fn letters_are_lost_doubled_and_shuffled_as_often_as_told() {
        let (mut letters, chance) = letters(0);
        letters.mischief = Mischief { lost_percent: 5, doubled_percent: 20, shuffled: true };
        (0..1000).for_each(|_| letters.write(&chance, "order.paid", json!({}), after(0)));
        let mut order = Vec::new();
        while let Some(place) = next(&letters, &chance, after(0)) {
            order.push(place);
            letters.sent(&chance, place, true, after(0));
        }
        let lost = letters.all().iter().filter(|letter| letter.state == LetterState::Lost).count();
        assert!((20..=90).contains(&lost), "{lost}");
        assert!((1_050..=1_250).contains(&order.len()), "{}", order.len());
        assert!(!order.is_sorted());
    }

    #[test]
    fn signatures_are_those_of_the_published_vectors() {
        let (secret, body) = (
            "whsec_cWl2by1wb2xhci1oZXJtZXRpYy1zaWduaW5nLWtleS0zMg==",
            r#"{"type":"subscription.updated","api_version":"2026-04","data":{"name":"Nørthstar"}}"#,
        );
        let signed = |signing| signature(secret, signing, "evt_qivo", 1_789_905_600, body);
        assert_eq!(signed(Signing::Decoded), "v1,RpGVXzzTogNejDJbj58klZnhEDQlZNnkVYynDR+Bk1g=");
        assert_eq!(signed(Signing::Text), "v1,O7wgTQpy7l17vVvMWDUYVwX8S5J4QEsV5mzoMzppiyM=");
    }
}
