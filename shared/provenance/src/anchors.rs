//! Trust anchors.

/// The anchors cannot be read
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("trust anchors must be PEM of certificates")]
pub struct NoAnchors;

/// The certificates that may vouch for a signer: the C2PA trust list, or the root of a test chain. Without any, no signer is trusted
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Anchors(Option<String>);

impl Anchors {
    /// Reads PEM; white space alone means no anchor.
    ///
    /// # Errors
    /// [`NoAnchors`] when `text` holds anything but certificates.
    pub fn parse(text: &str) -> Result<Self, NoAnchors> {
        let text = text.replace("\\n", "\n");
        if text.trim().is_empty() {
            return Ok(Self::default());
        }
        let blocks = pem::parse_many(&text).map_err(|_| NoAnchors)?;
        let fit = !blocks.is_empty() && blocks.iter().all(|block| block.tag() == "CERTIFICATE");
        if fit { Ok(Self(Some(text))) } else { Err(NoAnchors) }
    }

    pub(crate) fn pem(&self) -> Option<&str> {
        self.0.as_deref()
    }
}
