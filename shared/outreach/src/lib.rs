//! The mails this service sends, and to whom. The words are here; sending them is an adapter's.

mod email;
mod mail;

pub use email::{Email, NotAnEmail};
pub use mail::{Letter, Mail, Mailer};
