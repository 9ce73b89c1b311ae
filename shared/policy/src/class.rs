//! The classes of stored data.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::inventory::{Entry, inventory};

/// One line per class, so that the enum, `ALL` and the ids cannot differ.
macro_rules! classes {
    ($($(#[doc = $doc:literal])* $name:ident = $id:literal,)+) => {
        /// A class of stored data; its entry in the inventory describes it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize)]
        pub enum Class {
            $($(#[doc = $doc])* #[serde(rename = $id)] $name,)+
        }

        impl Class {
            /// In the order of the enum.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The id in kebab case, as in the attribute `class` of rows.
            #[must_use]
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }
        }
    };
}

classes! {
    Account = "account",
    /// Finds an account by the keyed hash of its address.
    EmailIndex = "email-index",
    Wallet = "wallet",
    LedgerEntry = "ledger-entry",
    /// An upload that no generation has used.
    UploadUnused = "upload-unused",
    /// An upload that a generation has used.
    Upload = "upload",
    /// A job that turns a selfie into drawings and files.
    Generation = "generation",
    /// The list of a generation's finished files.
    Deliverables = "deliverables",
    /// The calls of artists for a drawing.
    Attempt = "attempt",
    /// The result of a screening.
    ModerationRecord = "moderation-record",
    /// The end of a quarantine.
    Quarantine = "quarantine",
    /// A mailed sign-in code, hashed.
    SignInCode = "sign-in-code",
    Session = "session",
    /// The number of requests of one kind in an hour.
    RateCounter = "rate-counter",
    /// The number of requests from a network address in an hour, without accounts.
    RateKey = "rate-key",
    /// The answer to a request that may be repeated.
    IdempotencyRecord = "idempotency-record",
    /// The state of a vendor's circuit breaker.
    Circuit = "circuit",
    UploadObject = "upload-object",
    QuarantineObject = "quarantine-object",
    /// An artist's drawing.
    Drawing = "drawing",
    GeneratedObject = "generated-object",
    /// The ids in a message from one step to the next.
    QueueMessage = "queue-message",
    Log = "log",
}

impl Class {
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|class| class.id() == id)
    }

    /// The inventory's entry of this class.
    #[must_use]
    pub fn entry(self) -> &'static Entry {
        inventory().entry(self)
    }

    /// The class as one that expires; `None` while nothing but its owner ends it.
    #[must_use]
    pub fn expiring(self) -> Option<Expiring> {
        Expiring::ALL.iter().copied().find(|expiring| expiring.0 == self)
    }
}

/// A class whose retention is a duration: everything of it has an end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expiring(Class);

/// The constant of each class that expires, and the list of all.
macro_rules! expiring {
    ($($constant:ident = $class:ident,)+) => {
        #[allow(missing_docs, reason = "a class and its constant have one name")]
        impl Class {
            $(pub const $constant: Expiring = Expiring(Self::$class);)+
        }

        impl Expiring {
            /// Every class that expires. An inventory that disagrees with this list is refused.
            pub const ALL: &'static [Self] = &[$(Class::$constant),+];
        }
    };
}

expiring! {
    UPLOAD_UNUSED = UploadUnused,
    UPLOAD = Upload,
    ATTEMPT = Attempt,
    MODERATION_RECORD = ModerationRecord,
    QUARANTINE = Quarantine,
    SIGN_IN_CODE = SignInCode,
    SESSION = Session,
    RATE_COUNTER = RateCounter,
    RATE_KEY = RateKey,
    IDEMPOTENCY_RECORD = IdempotencyRecord,
    CIRCUIT = Circuit,
    UPLOAD_OBJECT = UploadObject,
    QUARANTINE_OBJECT = QuarantineObject,
    QUEUE_MESSAGE = QueueMessage,
    LOG = Log,
}

impl Expiring {
    #[must_use]
    pub fn class(self) -> Class {
        self.0
    }

    /// How long something of this class is kept.
    #[must_use]
    pub fn duration(self) -> SignedDuration {
        // An inventory in which a class of this list has no duration is refused: see `flaw`.
        self.0.entry().kept().map_or(SignedDuration::ZERO, |kept| kept.duration)
    }

    /// When something of this class that began at `from` must be gone.
    ///
    /// What `from` means is in the entry: when it was created, or when a decision fell.
    #[must_use]
    pub fn expires_at(self, from: Timestamp) -> Timestamp {
        from.checked_add(self.duration()).unwrap_or(Timestamp::MAX)
    }
}

impl std::fmt::Display for Class {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.id())
    }
}
