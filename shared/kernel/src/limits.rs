//! The limits on callers' input, and on how often they may ask. Limits on pictures are in `imaging`, durations in `policy`.

use std::borrow::Cow;

use crate::{Counted, Limit, Quota, Reach, Window};

/// Bytes of an upload: 1 byte to 10 MB (decimal).
pub const UPLOAD_BYTES: std::ops::RangeInclusive<u64> = 1..=10_000_000;

/// Drawings in one generation.
pub const DRAWINGS: std::ops::RangeInclusive<u8> = 1..=8;

/// Characters of an `Idempotency-Key`.
pub const IDEMPOTENCY_KEY_CHARS: std::ops::RangeInclusive<usize> = 1..=255;

/// Bytes of a JSON request body. The largest legitimate one is under 13 kB: a generation with a speech bubble of 4,096 bytes, every character
/// escaped.
pub const BODY_BYTES: usize = 16 * 1024;

/// Bytes of a picture sent for verification (decimal): Lambda takes requests of 6 MB, and Base64 makes a picture a third longer.
pub const VERIFICATION_BYTES: usize = 4_000_000;

/// Characters of an e-mail address (RFC 5321: a path holds 256 with its brackets).
pub const EMAIL_CHARS: usize = 254;

/// Generations on one page of a list, and the number when none is asked for.
pub const PAGE_ITEMS: std::ops::RangeInclusive<u16> = 1..=100;
pub const PAGE_ITEMS_DEFAULT: u16 = 20;

/// Wrong entries of one sign-in code that make it invalid (AN-01).
pub const CODE_ATTEMPTS: u32 = 5;

/// Sessions of one account that are open at once: one more ends the oldest.
pub const SESSIONS: usize = 20;

/// Generations of one account that run on credits at once (AN-69), and what a caller is told of that.
pub const GENERATIONS_AT_ONCE: u32 = 10;
pub const AT_ONCE: Quota = Quota { name: Cow::Borrowed("generations-account-at-once"), most: GENERATIONS_AT_ONCE, window: None };

/// Seeds travel as JSON numbers, which browsers keep exact up to 2^53 − 1.
pub const SEED_MAX: u64 = (1 << 53) - 1;

/// Bytes of an instant request: the picture and the form around it. A function takes an event of 6 MB at most, in which a body is base64 (four
/// characters for three bytes): 4.5 MB, less the rest of the event.
pub const INSTANT_BODY_BYTES: usize = 4_400_000;

/// Characters of a message to the operator (AN-08), and actions that a browser tells of at once (AN-17).
pub const FEEDBACK_CHARS: std::ops::RangeInclusive<usize> = 1..=2_000;
pub const ACTIONS: std::ops::RangeInclusive<usize> = 1..=20;

/// Characters of an appeal (AN-44).
pub const APPEAL_CHARS: std::ops::RangeInclusive<usize> = 1..=1_000;

/// Bytes of a notice of the merchant: an order with its product and customer is a few thousand.
pub const WEBHOOK_BYTES: usize = 256 * 1024;

/// Each limit as a constant, and the table of all.
macro_rules! counted {
    ($($(#[$doc:meta])* $name:ident = $most:literal $what:literal by $by:expr, $window:ident;)+) => {
        $($(#[$doc])* pub const $name: Limit = Limit { what: $what, by: $by, most: $most, window: Window::$window };)+

        /// How often something may be done (AN-69): the one table. Counters, refusals, header fields, `GET /v1/site` and the API's document follow it.
        pub const COUNTED: &[Limit] = &[$($name),+];
    };
}

counted! {
    /// Sign-in codes that may be mailed to one address: more would flood a mailbox that somebody else names.
    CODES_PER_HOUR = 20 "codes" by Counted::Address, Hour;
    CODES_PER_DAY = 40 "codes" by Counted::Address, Day;
    /// The same where one block of the network asks, a quarter of it: so that a stranger leaves most of it to the owner of the mailbox.
    CODES_PER_HOUR_FROM_A_BLOCK = 5 "codes" by Counted::BlockAndAddress, Hour;
    CODES_PER_DAY_FROM_A_BLOCK = 10 "codes" by Counted::BlockAndAddress, Day;
    /// Entries of codes for one address, right ones included, and those from one block of the network. Fifty guesses a day at a million codes find one
    /// in 670 months (AN-01).
    GUESSES_PER_DAY = 50 "guesses" by Counted::Address, Day;
    GUESSES_PER_DAY_FROM_A_BLOCK = 20 "guesses" by Counted::BlockAndAddress, Day;
    /// What one line of the network may do for all addresses of mail together. Wider networks may do more, by their [`Reach`].
    CODES_PER_HOUR_FROM_A_LINE = 30 "codes" by A_LINE, Hour;
    GUESSES_PER_HOUR_FROM_A_LINE = 60 "guesses" by A_LINE, Hour;
    ACCOUNTS_PER_DAY_FROM_A_LINE = 10 "accounts" by A_LINE, Day;
    UPLOADS_PER_HOUR = 120 "uploads" by Counted::Account, Hour;
    /// Whatever becomes of them.
    GENERATIONS_PER_HOUR = 60 "generations" by Counted::Account, Hour;
    /// Drawings of the profile `ephemeral`.
    INSTANT_PER_HOUR = 30 "instant" by A_LINE, Hour;
    /// Batches of actions (AN-17). A browser may give itself another id at any time, so that the networks are what limits.
    EVENTS_PER_HOUR = 120 "events" by Counted::Device, Hour;
    EVENTS_PER_HOUR_FROM_A_LINE = 600 "events" by A_LINE, Hour;
    /// Trials without an account.
    TRIALS_PER_DAY_FROM_A_LINE = 5 "trials" by A_LINE, Day;
    /// Links to a trial that may be mailed: of one trial, and to one address.
    TRIAL_LINKS_PER_DAY = 3 "trial-links" by Counted::Trial, Day;
    TRIAL_LINKS_PER_DAY_TO_AN_ADDRESS = 5 "trial-links" by Counted::Address, Day;
    /// How often a trial may be opened by its links.
    TRIAL_LINKS_OPENED_PER_HOUR = 10 "links-opened" by Counted::Trial, Hour;
    /// Changes of an account's address that are asked for: each mails two codes.
    EMAIL_CHANGES_PER_DAY = 5 "email-changes" by Counted::Account, Day;
    /// Choices that allow more than before; what allows less is never refused.
    CHOICES_PER_DAY = 20 "choices" by Counted::Account, Day;
    /// Checkouts: each asks the merchant.
    CHECKOUTS_PER_HOUR = 20 "checkouts" by Counted::Account, Hour;
    /// Copies of everything (AN-54): each reads all that is stored of an account.
    EXPORTS_PER_DAY = 1 "exports" by Counted::Account, Day;
    /// Messages to the operator (AN-08), which a person reads.
    FEEDBACK_PER_DAY_FROM_A_LINE = 10 "feedback" by A_LINE, Day;
}

/// The counter of a network's line, and with it those of its wider networks.
const A_LINE: Counted = Counted::Network(Reach::Line);

/// The limits on `what`, each as its callers are told of it.
#[must_use]
pub fn quotas(what: &str) -> Vec<Quota> {
    let counted = COUNTED.iter().filter(|limit| limit.what == what).flat_map(|limit| limit.each()).map(Limit::quota);
    let at_once = (what == GENERATIONS_PER_HOUR.what).then_some(AT_ONCE);
    counted.chain(at_once).collect()
}
