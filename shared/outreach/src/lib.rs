//! The mails this service sends, as text; an adapter sends them.

mod email;
mod mail;

pub use email::{Email, NotAnEmail};
pub use mail::{Letter, Mail, Mailer};
