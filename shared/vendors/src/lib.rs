//! The artists and screeners that the configuration names.
//!
//! A vendor's key is required only where the vendor is named, and the provider ledger is checked before anything else: a function whose configuration
//! the profile does not admit does not start, and no mistake in a variable sends data to anybody.

mod artists;
mod calendars;
mod clients;
mod screeners;

pub use artists::{ARTIST_VARIABLES, artists};
pub use calendars::{CALENDAR_VARIABLES, calendars};
pub use clients::Unready;
pub use screeners::{SCREENER_VARIABLES, moderation};
