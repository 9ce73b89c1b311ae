//! Why a picture is refused.

/// Why bytes are no acceptable picture; its [`reason`](Self::reason) is stable, its text is for a person
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Zero bytes
    #[error("the file is empty")]
    Empty,
    /// More bytes than [`Limits::bytes`](crate::Limits::bytes)
    #[error("the file has {bytes} bytes; at most {limit} are allowed")]
    TooManyBytes {
        bytes: usize,
        /// In bytes
        limit: usize,
    },
    /// A side or the area is beyond [`Limits`](crate::Limits)
    #[error("the picture is {width}×{height} pixels, which is too large")]
    TooManyPixels {
        /// In pixels, by the header
        width: u32,
        /// In pixels, by the header
        height: u32,
    },
    /// By its first bytes neither JPEG, PNG nor WebP
    #[error("this is {what}; send a JPEG, PNG or WebP picture")]
    UnknownFormat {
        /// The likely format, with its article
        what: &'static str,
    },
    /// More than one frame
    #[error("the picture is animated; send a still one")]
    Animated,
    /// The end is missing
    #[error("the picture is cut off before its end")]
    Truncated,
    /// The bytes contradict their format
    #[error("the picture is damaged and cannot be read")]
    Corrupt {
        /// The decoder's message; for the log, never for a person
        detail: String,
    },
    /// A valid file of a variant that no camera or browser writes, or that no decoder of ours reads (lossless or 12-bit JPEG, high dynamic range)
    #[error("the picture uses a variant of its format that is not supported")]
    Unsupported {
        /// The variant
        detail: String,
    },
    /// One colour, or colours that flow into each other, and nothing else
    #[error("the picture is blank; send one that shows somebody")]
    Blank,
}

impl Unreadable {
    /// Stable, in kebab case
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::TooManyBytes { .. } => "too-many-bytes",
            Self::TooManyPixels { .. } => "too-many-pixels",
            Self::UnknownFormat { .. } => "unknown-format",
            Self::Animated => "animated",
            Self::Truncated => "truncated",
            Self::Corrupt { .. } => "corrupt",
            Self::Unsupported { .. } => "unsupported-variant",
            Self::Blank => "blank",
        }
    }

    /// Bytes that contradict their format, and how
    pub fn corrupt(detail: impl std::fmt::Display) -> Self {
        Self::Corrupt { detail: detail.to_string() }
    }
}
