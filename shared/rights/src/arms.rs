//! How each class is erased and exported. Where it is stored and for how long, the inventory says.

use crate::stored::*;

/// How a class is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Erasing {
    /// Its rows are in the account's own partition of their table.
    Own,
    /// Its row is found by the keyed hash of the account's address.
    OfAddress,
    /// Its rows are elsewhere, under the ids of the rows of this class, and are deleted before those.
    Of(&'static str),
    /// Its objects are below the account's prefix.
    Objects,
    /// Its rows name no account: without the rows of this class they are nobody's.
    Unlinked(&'static str),
    /// It is about somebody who runs the service, and goes when they do no more: `make operator` removes it.
    OfOperator,
    /// It belongs to a visitor without an account and is below the visitor's trial: in its partitions, or below its prefix.
    OfTrial,
    /// It ends by itself before the deadline of erasures.
    OfItself,
    /// It is the request itself: whose it was goes from it with its last step.
    OfRequest,
    /// It says nothing of a person but a keyed hash, and ends by itself.
    Left,
}

/// How a class is exported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exporting {
    /// Its rows, as JSON or as a table.
    Rows,
    /// Its objects as they are.
    Files,
    /// It is left out, for the reason in the inventory.
    LeftOut,
}

/// A class that is erased in this way: `Delete`, `Anonymise`, `Expires` or `Stays`.
#[diagnostic::on_unimplemented(message = "`{Self}` is in the inventory, and nothing erases it as `{How}`")]
pub trait Erase<How>: Stored {
    const ERASING: Erasing;
}

/// A class that is exported in this way: `Included` or `Excluded`.
#[diagnostic::on_unimplemented(message = "`{Self}` is in the inventory, and nothing exports it as `{How}`")]
pub trait Export<How>: Stored {
    const EXPORTING: Exporting;
}

impl<C: Stored> Erase<Expires> for C {
    const ERASING: Erasing = Erasing::OfItself;
}

impl<C: Stored> Erase<Stays> for C {
    const ERASING: Erasing = Erasing::Left;
}

impl<C: Stored> Export<Excluded> for C {
    const EXPORTING: Exporting = Exporting::LeftOut;
}

/// The arms of one class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arm {
    /// The id of the class.
    pub id: &'static str,
    pub erasing: Erasing,
    pub exporting: Exporting,
}

/// The arms of a class that has both.
#[must_use]
pub const fn arm<C>() -> Arm
where
    C: Erase<<C as Stored>::Erasure> + Export<<C as Stored>::Export>,
{
    Arm { id: C::ID, erasing: <C as Erase<C::Erasure>>::ERASING, exporting: <C as Export<C::Export>>::EXPORTING }
}

macro_rules! arms {
    ($($class:ident),+) => {
        /// The arms of every class of the inventory, in its order.
        pub static ARMS: &[Arm] = &[$(arm::<$class>()),+];
    };
}

every_class!(arms);

/// Says how classes are erased which the inventory wants erased in this way; others do not compile.
macro_rules! erase {
    ($how:ident: $($class:ident = $erasing:expr;)+) => {
        $(impl Erase<$how> for $class {
            const ERASING: Erasing = {
                const fn wanted<C: Stored<Erasure = $how>>() {}
                wanted::<$class>();
                $erasing
            };
        })+
    };
}

/// Says how classes are exported which the inventory wants exported; others do not compile.
macro_rules! export {
    ($($class:ident = $exporting:expr;)+) => {
        $(impl Export<Included> for $class {
            const EXPORTING: Exporting = {
                const fn wanted<C: Stored<Export = Included>>() {}
                wanted::<$class>();
                $exporting
            };
        })+
    };
}

erase! { Delete:
    Account = Erasing::Own;
    EmailIndex = Erasing::OfAddress;
    Wallet = Erasing::Own;
    LedgerEntry = Erasing::Own;
    Choices = Erasing::Own;
    ConsentRecord = Erasing::Own;
    RefundRequest = Erasing::Of("order");
    Order = Erasing::Own;
    UploadUnused = Erasing::Own;
    Upload = Erasing::Own;
    Generation = Erasing::Own;
    Deliverables = Erasing::Own;
    Attempt = Erasing::Own;
    ModerationRecord = Erasing::Own;
    Quarantine = Erasing::Own;
    EmailChange = Erasing::Own;
    Case = Erasing::Of("moderation-record");
    StatementOfReasons = Erasing::Of("moderation-record");
    Operator = Erasing::OfOperator;
    OperatorIndex = Erasing::OfOperator;
    OperatorPasskey = Erasing::OfOperator;
    AuditHead = Erasing::OfOperator;
    Session = Erasing::Own;
    DeviceLink = Erasing::Own;
    Feedback = Erasing::Own;
    MarketingConsent = Erasing::OfAddress;
    Lead = Erasing::OfAddress;
    Protection = Erasing::Own;
    ProtectionOfAddress = Erasing::OfAddress;
    ExportRequest = Erasing::Own;
    ExportVolume = Erasing::Own;
    UploadObject = Erasing::Objects;
    QuarantineObject = Erasing::Objects;
    Drawing = Erasing::Objects;
    GeneratedObject = Erasing::Objects;
    ExportObject = Erasing::Objects;
    Trial = Erasing::OfTrial;
    TrialPass = Erasing::OfTrial;
    TrialUpload = Erasing::OfTrial;
    TrialGeneration = Erasing::OfTrial;
    TrialDeliverables = Erasing::OfTrial;
    TrialObject = Erasing::OfTrial;
}

erase! { Anonymise:
    DeviceDay = Erasing::Unlinked("device-link");
    Erasure = Erasing::OfRequest;
}

export! {
    Account = Exporting::Rows;
    Wallet = Exporting::Rows;
    LedgerEntry = Exporting::Rows;
    Choices = Exporting::Rows;
    ConsentRecord = Exporting::Rows;
    Order = Exporting::Rows;
    UploadUnused = Exporting::Rows;
    Upload = Exporting::Rows;
    Generation = Exporting::Rows;
    Deliverables = Exporting::Rows;
    Attempt = Exporting::Rows;
    ModerationRecord = Exporting::Rows;
    Case = Exporting::Rows;
    StatementOfReasons = Exporting::Rows;
    DeviceDay = Exporting::Rows;
    DeviceLink = Exporting::Rows;
    Feedback = Exporting::Rows;
    MarketingConsent = Exporting::Rows;
    Lead = Exporting::Rows;
    ExportRequest = Exporting::Rows;
    UploadObject = Exporting::Files;
    GeneratedObject = Exporting::Files;
}
