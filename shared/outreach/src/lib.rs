//! The mails this service sends, as text; an adapter sends them.

mod mail;

pub use mail::{Letter, Mail, Mailer};
