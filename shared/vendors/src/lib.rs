//! The artists, the screeners and the merchant that the configuration names, and the challenge before a trial.
//!
//! A vendor's key is required only where the vendor is named, and the provider ledger is checked before anything else: a function whose configuration
//! the profile does not admit does not start, and no mistake in a variable sends data to anybody.

mod artists;
mod calendars;
mod challenges;
mod clients;
mod merchants;
mod screeners;

pub use artists::{ARTIST_VARIABLES, artists};
pub use calendars::{CALENDAR_VARIABLES, calendars};
pub use challenges::{CHALLENGE_VARIABLES, challenge};
pub use clients::Unready;
pub use merchants::{MERCHANT_VARIABLES, WEBHOOK_VARIABLES, merchant, webhook_verifier};
pub use screeners::{SCREENER_VARIABLES, moderation};
