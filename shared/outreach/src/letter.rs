//! A mail in words.

/// What a mail says, ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// One line.
    pub subject: String,
    pub text: String,
    /// The same as a page that loads nothing.
    pub html: String,
    /// Headers beside those of every mail.
    pub headers: Vec<(&'static str, String)>,
}
