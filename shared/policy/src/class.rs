//! The classes of stored data.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::inventory::{Entry, inventory};

/// A class of stored data; its entry in the inventory describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, Serialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "kebab-case")]
#[strum(serialize_all = "kebab-case", const_into_str)]
pub enum Class {
    Account,
    /// Finds an account by the keyed hash of its address.
    EmailIndex,
    Wallet,
    LedgerEntry,
    /// What an account objects to, and whether it is restricted.
    Choices,
    /// A change of a consent, an objection or a restriction.
    ConsentRecord,
    /// A purchase of credits.
    Order,
    /// That somebody must look at a refund.
    RefundRequest,
    /// An upload that no generation has used.
    UploadUnused,
    /// An upload that a generation has used.
    Upload,
    /// A job that turns a selfie into drawings and files.
    Generation,
    /// The list of a generation's finished files.
    Deliverables,
    /// The calls of artists for a drawing.
    Attempt,
    /// The result of a screening.
    ModerationRecord,
    /// The end of a quarantine.
    Quarantine,
    /// What becomes of a selfie that was refused.
    Case,
    /// The reasons of a restriction, as they were said.
    StatementOfReasons,
    /// A mailed sign-in code, hashed.
    SignInCode,
    /// That an account is to have another address.
    EmailChange,
    Session,
    /// The number of requests of one kind in an hour or a day.
    RateCounter,
    /// The number of requests of a network in an hour or a day.
    NetworkCounter,
    /// What the hashes of networks are salted with for a day.
    NetworkSalt,
    /// That a mailbox had its first credits.
    MailboxGrant,
    /// How much of a daily budget is spent.
    Budget,
    /// The number of requests from a network address in an hour, without accounts.
    RateKey,
    /// The answer to a request that may be repeated.
    IdempotencyRecord,
    /// The state of a vendor's circuit breaker.
    Circuit,
    /// Whether generations are taken.
    Admission,
    /// What a browser did on a day.
    DeviceDay,
    /// Whose browser it is.
    DeviceLink,
    /// A day in numbers without persons.
    DailyCounts,
    /// A message to the operator.
    Feedback,
    /// Whether an address gets marketing.
    MarketingConsent,
    /// That an address gets no mail.
    MailSuppression,
    /// A mail to many people, and how far it is.
    Campaign,
    /// The mail of a campaign to one of them.
    CampaignMail,
    /// What a visitor without an account tries.
    Trial,
    /// That a browser may open a trial.
    TrialPass,
    /// That the answer to a challenge was used for a trial.
    TrialProof,
    /// A mailed link to a trial.
    TrialLink,
    /// An upload of a trial.
    TrialUpload,
    /// The generation of a trial.
    TrialGeneration,
    /// The list of the finished files of a trial.
    TrialDeliverables,
    /// An address of mail that was given to us.
    Lead,
    /// That somebody asked to have everything of theirs erased.
    Erasure,
    /// The log of receipts.
    ReceiptLog,
    /// What a restored backup must not undo of an account.
    Protection,
    /// The same of an address.
    ProtectionOfAddress,
    /// Somebody who runs the service.
    Operator,
    /// Finds an operator by their address.
    OperatorIndex,
    OperatorPasskey,
    /// A sign-in at the desk.
    OperatorSession,
    /// That an action was done which a passkey signed.
    SpentAction,
    /// What an operator did.
    AuditEntry,
    /// The end of an operator's trail.
    AuditHead,
    UploadObject,
    QuarantineObject,
    /// An artist's drawing.
    Drawing,
    GeneratedObject,
    /// A finished file of a trial.
    TrialObject,
    /// That somebody asked for a copy of everything.
    ExportRequest,
    /// A volume of such a copy.
    ExportVolume,
    /// The plan or a volume of a copy of everything.
    ExportObject,
    /// The ids in a message from one step to the next.
    QueueMessage,
    Log,
}

impl Class {
    /// In the order of the enum.
    pub const ALL: &'static [Self] = Self::VARIANTS;

    /// The id in kebab case, as in the attribute `class` of rows.
    #[must_use]
    pub const fn id(self) -> &'static str {
        self.into_str()
    }

    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        id.parse().ok()
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
    CASE = Case,
    STATEMENT_OF_REASONS = StatementOfReasons,
    SIGN_IN_CODE = SignInCode,
    EMAIL_CHANGE = EmailChange,
    SESSION = Session,
    RATE_COUNTER = RateCounter,
    NETWORK_COUNTER = NetworkCounter,
    NETWORK_SALT = NetworkSalt,
    MAILBOX_GRANT = MailboxGrant,
    BUDGET = Budget,
    RATE_KEY = RateKey,
    IDEMPOTENCY_RECORD = IdempotencyRecord,
    CIRCUIT = Circuit,
    ADMISSION = Admission,
    DEVICE_DAY = DeviceDay,
    DEVICE_LINK = DeviceLink,
    DAILY_COUNTS = DailyCounts,
    FEEDBACK = Feedback,
    MAIL_SUPPRESSION = MailSuppression,
    CAMPAIGN = Campaign,
    CAMPAIGN_MAIL = CampaignMail,
    TRIAL = Trial,
    TRIAL_PASS = TrialPass,
    TRIAL_PROOF = TrialProof,
    TRIAL_LINK = TrialLink,
    TRIAL_UPLOAD = TrialUpload,
    ERASURE = Erasure,
    PROTECTION = Protection,
    PROTECTION_OF_ADDRESS = ProtectionOfAddress,
    OPERATOR_SESSION = OperatorSession,
    SPENT_ACTION = SpentAction,
    AUDIT_ENTRY = AuditEntry,
    UPLOAD_OBJECT = UploadObject,
    QUARANTINE_OBJECT = QuarantineObject,
    EXPORT_REQUEST = ExportRequest,
    EXPORT_VOLUME = ExportVolume,
    EXPORT_OBJECT = ExportObject,
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
    /// What `from` means is in the entry: when it was created, when a decision fell, or when the window of a count ended.
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
