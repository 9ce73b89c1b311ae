//! Who draws and who looks at selfies, as the configuration names them.
//!
//! A vendor's key is asked for only where the vendor is named, and the provider ledger is asked before anything else: a function whose configuration the
//! profile does not allow does not start, and nothing is sent to anybody by a mistake in a variable.

mod artists;
mod calendars;
mod clients;
mod screeners;

pub use artists::{ARTIST_VARIABLES, artists};
pub use calendars::{CALENDAR_VARIABLES, calendars};
pub use clients::Unready;
pub use screeners::{SCREENER_VARIABLES, moderation};
