//! The limits on callers' input. Limits on pictures are in `imaging`, durations in `policy`.

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

/// Sign-in codes that may be mailed to one address in an hour and in a day (AN-69): more would flood a mailbox that somebody else names.
pub const CODES_PER_HOUR: u32 = 20;
pub const CODES_PER_DAY: u32 = 40;

/// The same where one block of the network asks, a quarter of it: so that a stranger leaves most of it to the owner of the mailbox.
pub const CODES_PER_HOUR_FROM_A_BLOCK: u32 = 5;
pub const CODES_PER_DAY_FROM_A_BLOCK: u32 = 10;

/// Entries of codes for one address in a day, right ones included, and those from one block of the network. Fifty guesses a day at a million codes find
/// one in 670 months (AN-01).
pub const GUESSES_PER_DAY: u32 = 50;
pub const GUESSES_PER_DAY_FROM_A_BLOCK: u32 = 20;

/// What one line of the network may do for all addresses of mail together: codes asked for and entered in an hour, accounts opened in a day. Wider
/// networks may do more, by their [`Reach`](crate::Reach).
pub const CODES_PER_HOUR_FROM_A_LINE: u32 = 30;
pub const GUESSES_PER_HOUR_FROM_A_LINE: u32 = 60;
pub const ACCOUNTS_PER_DAY_FROM_A_LINE: u32 = 10;

/// Sessions of one account that are open at once: one more ends the oldest.
pub const SESSIONS: usize = 20;

/// Uploads one account may open in an hour (AN-69).
pub const UPLOADS_PER_HOUR: u32 = 120;

/// Generations one account may start in an hour (AN-69), whatever becomes of them.
pub const GENERATIONS_PER_HOUR: u32 = 60;

/// Generations of one account that run on credits at once (AN-69).
pub const GENERATIONS_AT_ONCE: u32 = 10;

/// Seeds travel as JSON numbers, which browsers keep exact up to 2^53 − 1.
pub const SEED_MAX: u64 = (1 << 53) - 1;

/// Bytes of an instant request: the picture and the form around it. A function takes an event of 6 MB at most, in which a body is base64 (four
/// characters for three bytes): 4.5 MB, less the rest of the event.
pub const INSTANT_BODY_BYTES: usize = 4_400_000;

/// Instant drawings that one line of the network may request in an hour (AN-69); wider networks may more, by their [`Reach`](crate::Reach).
pub const INSTANT_PER_HOUR: u32 = 30;
