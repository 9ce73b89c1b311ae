//! Who sent a notice: the signatures of Standard Webhooks, with the keys of both of the merchant's generations.
//!
//! The crate `standardwebhooks` knows the newer keys alone, takes the time from the system, and is of an older generation of `hmac`.

use std::fmt;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use hmac::{Hmac, KeyInit, Mac};
use kernel::{Failure, Timestamp};
use payments::PaymentEvent;
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

use crate::notice::notice;
use crate::read::uuid;

/// How far the time of a notice may be from ours, in seconds.
const TOLERANCE: u64 = 300;

/// Shortest secret. A key that can be guessed would let anybody grant credits.
const SHORTEST_SECRET: usize = 24;

/// Shortest key, in bytes.
const SHORTEST_KEY: usize = 16;

/// Maximum signatures of one delivery.
const MOST_SIGNATURES: usize = 16;

/// Maximum characters of an id, and its longest run of digits unless it is a UUID: a number of a card has more (AN-22).
const LONGEST_ID: usize = 64;
const LONGEST_RUN: usize = 11;

/// Padding may be there or not: it changes no bit of a key.
const BASE64: GeneralPurpose =
    GeneralPurpose::new(&STANDARD, GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent));

/// A delivery as it came.
#[derive(Clone, Copy)]
pub struct Delivery<'a> {
    /// The header `webhook-id`.
    pub id: &'a str,
    /// The header `webhook-timestamp`.
    pub timestamp: &'a str,
    /// The header `webhook-signature`.
    pub signature: &'a str,
    /// The bytes of the body, before anything reads or changes them.
    pub body: &'a [u8],
}

/// Why a delivery is not believed. It holds nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotVerified {
    /// A header is absent or of another form.
    #[error("the headers of the notice cannot be read")]
    Malformed,
    /// It was signed more than five minutes ago, or will be in more than five minutes.
    #[error("the notice is too old, or from the future")]
    Stale,
    /// No signature is of one of our keys.
    #[error("no signature of the notice is right")]
    Forged,
}

/// Checks who sent a notice.
pub struct WebhookVerifier {
    keys: Vec<Hmac<Sha256>>,
}

impl fmt::Debug for WebhookVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WebhookVerifier").field("keys", &self.keys.len()).finish()
    }
}

impl WebhookVerifier {
    /// A verifier of secrets with white space between them: while one is replaced, both are there. Without any it believes nothing.
    ///
    /// Secrets that the merchant made since 2026-09-08 are `whsec_` and the key in Base64; of older ones the whole text is the key. Which it is cannot be
    /// seen, so both are tried.
    ///
    /// # Errors
    /// [`Failure::Broken`] when one has fewer than 24 characters after its prefix.
    pub fn new(secrets: &str) -> Result<Self, Failure> {
        let mut keys = Vec::new();
        for secret in secrets.split_whitespace() {
            let encoded = secret.strip_prefix("whsec_").unwrap_or(secret);
            if encoded.len() < SHORTEST_SECRET {
                return Err(Failure::broken("a secret of the merchant's webhooks is too short"));
            }
            let decoded = BASE64.decode(encoded).ok().filter(|key| key.len() >= SHORTEST_KEY);
            for key in [Some(secret.as_bytes().to_vec()), decoded].into_iter().flatten() {
                keys.push(Hmac::new_from_slice(&key).map_err(Failure::broken)?);
            }
        }
        Ok(Self { keys })
    }

    /// What a delivery says, if it is the merchant's and of now.
    ///
    /// # Errors
    /// [`NotVerified`].
    pub fn verify(&self, delivery: &Delivery<'_>, now: Timestamp) -> Result<PaymentEvent, NotVerified> {
        let signed_at = check_headers(delivery)?;
        if now.as_second().abs_diff(signed_at.as_second()) > TOLERANCE {
            return Err(NotVerified::Stale);
        }
        let is_ours = self.keys.iter().map(|key| is_signed_by(key, delivery)).fold(Choice::from(0), |one, other| one | other);
        if !bool::from(is_ours) {
            return Err(NotVerified::Forged);
        }
        Ok(notice(delivery.id, signed_at, delivery.body))
    }
}

/// The time of a delivery whose headers are sound. No part of what is signed before the body holds the dot that separates them, so that nobody can move
/// text from one into another.
fn check_headers(delivery: &Delivery<'_>) -> Result<Timestamp, NotVerified> {
    let is_short = (1..=LONGEST_ID).contains(&delivery.id.len());
    let is_plain = delivery.id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let longest_run = delivery.id.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or_default();
    let is_id = uuid(delivery.id).is_some() || longest_run <= LONGEST_RUN;
    let is_number = (1..=12).contains(&delivery.timestamp.len()) && delivery.timestamp.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = delivery.timestamp.parse().ok().filter(|_| is_short && is_plain && is_id && is_number);
    seconds.and_then(|seconds| Timestamp::from_second(seconds).ok()).ok_or(NotVerified::Malformed)
}

fn is_signed_by(key: &Hmac<Sha256>, delivery: &Delivery<'_>) -> Choice {
    let mut mac = key.clone();
    for part in [delivery.id.as_bytes(), b".", delivery.timestamp.as_bytes(), b".", delivery.body] {
        mac.update(part);
    }
    let right = mac.finalize().into_bytes();
    let signatures =
        delivery.signature.split_ascii_whitespace().filter_map(|signature| signature.strip_prefix("v1,")).take(MOST_SIGNATURES);
    let given = signatures.filter_map(|signature| BASE64.decode(signature).ok());
    given.map(|given| given.ct_eq(&right)).fold(Choice::from(0), |one, other| one | other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::SignedDuration;
    use payments::PaymentFact;

    const SPEC: &str = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD";
    const LEGACY: &str = "whsec_ovyN6cPrTv56AApvzCaJno08SSmGJmgbWilb33N2JuK";
    const BOTH: &str = "whsec_cWl2by1wb2xhci1oZXJtZXRpYy1zaWduaW5nLWtleS0zMg==";

    /// The example of the specification's own libraries.
    const OF_SPEC: Delivery<'static> = Delivery {
        id: "msg_27UH4WbU6Z5A5EzD8u03UvzRbpk",
        timestamp: "1649367553",
        signature: "v1,tZ1I4/hDygAJgO5TYxiSd6Sd0kDW6hPenDe+bTa3Kkw=",
        body: br#"{"email":"test@example.com","username":"test_user"}"#,
    };

    /// A delivery by a secret from before 2026-09-08.
    const OF_LEGACY: Delivery<'static> = Delivery {
        id: "0190a7c2-0000-4000-8000-0000000000aa",
        timestamp: "1795262400",
        signature: "v1,ulSJXmgp3XU43X8Q4E7SAEDZBCnEFDmA8F/J76e8xd8=",
        body: br#"{"type":"order.paid","timestamp":"2026-11-21T12:00:00Z","data":{"id":"0190a7c2-0000-4000-8000-000000000001"}}"#,
    };

    /// One body, signed by the decoded key of a secret and by its text.
    fn of_both(signature: &'static str) -> Delivery<'static> {
        let body = r#"{"type":"subscription.updated","api_version":"2026-04","data":{"name":"Nørthstar"}}"#.as_bytes();
        Delivery { id: "evt_qivo", timestamp: "1789905600", signature, body }
    }

    const DECODED: &str = "v1,RpGVXzzTogNejDJbj58klZnhEDQlZNnkVYynDR+Bk1g=";
    const TEXT: &str = "v1,O7wgTQpy7l17vVvMWDUYVwX8S5J4QEsV5mzoMzppiyM=";

    fn at(delivery: &Delivery<'_>) -> Timestamp {
        Timestamp::from_second(delivery.timestamp.parse().unwrap()).unwrap()
    }

    fn verified(secrets: &str, delivery: &Delivery<'_>) -> Result<PaymentEvent, NotVerified> {
        WebhookVerifier::new(secrets).unwrap().verify(delivery, at(delivery))
    }

    #[test]
    fn the_published_vectors_of_both_kinds_of_keys_are_right() {
        assert_eq!(verified(SPEC, &OF_SPEC).unwrap().id, OF_SPEC.id);
        assert_eq!(verified(LEGACY, &OF_LEGACY).unwrap().id, OF_LEGACY.id);
        for signature in [DECODED, TEXT] {
            assert_eq!(verified(BOTH, &of_both(signature)).unwrap().fact, PaymentFact::Other);
        }
    }

    #[test]
    fn any_right_signature_by_any_secret_is_enough() {
        let rotated = format!("{LEGACY} {BOTH}\n");
        for signature in [DECODED, TEXT] {
            assert!(verified(&rotated, &of_both(signature)).is_ok());
        }
        let several = format!("v1a,AAAA v1,AAAA {DECODED}");
        assert!(verified(BOTH, &of_both(several.leak())).is_ok());
        assert_eq!(verified(LEGACY, &of_both(DECODED)), Err(NotVerified::Forged));
    }

    #[test]
    fn a_signature_of_another_scheme_or_form_counts_for_nothing() {
        let encoded = DECODED.strip_prefix("v1,").unwrap();
        let many = format!("{}{DECODED}", "v1,AAAA ".repeat(MOST_SIGNATURES));
        for wrong in ["", "v1,", "v1", encoded, &format!("v1a,{encoded}"), &format!("v2,{encoded}"), "v1,é", &DECODED[..20], &many] {
            let wrong: &'static str = wrong.to_owned().leak();
            assert_eq!(verified(BOTH, &of_both(wrong)), Err(NotVerified::Forged), "{wrong}");
        }
    }

    #[test]
    fn one_changed_bit_of_what_is_signed_is_noticed() {
        let good = of_both(DECODED);
        let verifier = WebhookVerifier::new(BOTH).unwrap();
        for place in 0..good.body.len() {
            let mut body = good.body.to_vec();
            body[place] ^= 1;
            assert_eq!(verifier.verify(&Delivery { body: &body, ..good }, at(&good)), Err(NotVerified::Forged), "{place}");
        }
        assert_eq!(verified(BOTH, &Delivery { id: "evt_qivp", ..good }), Err(NotVerified::Forged));
        assert_eq!(verified(BOTH, &Delivery { timestamp: "1789905601", ..good }), Err(NotVerified::Forged));
    }

    #[test]
    fn a_notice_is_good_for_five_minutes_before_and_after_its_time() {
        let verifier = WebhookVerifier::new(LEGACY).unwrap();
        for (seconds, fits) in [(-301, false), (-300, true), (0, true), (300, true), (301, false), (i64::from(u32::MAX), false)] {
            let now = at(&OF_LEGACY).checked_add(SignedDuration::from_secs(seconds)).unwrap();
            let outcome = verifier.verify(&OF_LEGACY, now);
            assert_eq!(outcome.is_ok(), fits, "{seconds}");
            assert!(fits || outcome == Err(NotVerified::Stale));
        }
    }

    #[test]
    fn headers_of_another_form_are_refused_before_anything_is_computed() {
        let good = of_both(DECODED);
        let long = "x".repeat(LONGEST_ID + 1);
        for id in ["", "evt.qivo", "evt qivo", "é", "4242424242424242", "evt_424242424242", &long] {
            assert_eq!(
                WebhookVerifier::new(BOTH).unwrap().verify(&Delivery { id, ..good }, at(&good)),
                Err(NotVerified::Malformed),
                "{id}"
            );
        }
        for timestamp in ["", "+1789905600", "-1", "1789905600.5", "0x1", "9".repeat(13).as_str(), "999999999999", "now"] {
            let delivery = Delivery { timestamp, ..good };
            assert_eq!(WebhookVerifier::new(BOTH).unwrap().verify(&delivery, at(&good)), Err(NotVerified::Malformed), "{timestamp}");
        }
    }

    #[test]
    fn a_key_that_can_be_guessed_is_refused_and_none_is_shown() {
        for weak in ["whsec_", "whsec_AAAA", "x", "whsec_cWl2by1wb2xhci1oZXJ"] {
            assert!(WebhookVerifier::new(weak).is_err(), "{weak}");
            assert!(WebhookVerifier::new(&format!("{BOTH} {weak}")).is_err(), "{weak}");
        }
        assert_eq!(verified("", &of_both(DECODED)), Err(NotVerified::Forged));
        assert_eq!(format!("{:?}", WebhookVerifier::new(BOTH).unwrap()), "WebhookVerifier { keys: 2 }");
    }
}
