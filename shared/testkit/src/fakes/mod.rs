//! The ports in memory.
//!
//! Fakes of one test share a [`FakeDatabase`], a [`FakeBucket`] and the [`Faults`] in them, as the adapters share tables and a bucket.

mod accounts;
#[cfg(feature = "pictures")]
mod artist;
mod attempts;
mod bucket;
mod choices;
mod database;
mod desk;
mod email_changes;
mod expired;
mod exports;
mod generations;
mod insights;
mod merchant;
mod orders;
mod outreach;
mod placements;
mod rate_keys;
mod rights;
mod services;
mod trials;
mod views;

pub use accounts::{FakeCodes, FakeGuesses, FakeLeads, FakeProfiles, FakeSalts, FakeSessions, FakeSignIns};
#[cfg(feature = "pictures")]
pub use artist::{Answer, FakeArtist};
pub use attempts::{FakeAttempts, FakeBreaker};
pub use bucket::{FakeArrivals, FakeBucket, FakeForms, FakeLinks, FakeObjects, FakePictures, FakeQuarantine, FakeSelfies};
pub use choices::FakeChoices;
pub use database::{CampaignMail, FakeDatabase, FakeReceipts, Rows, SessionRow, TrialRow, UploadRow};
pub use desk::{FakeCases, FakeOperators};
pub use email_changes::{ChangeRow, FakeEmailChanges};
pub use expired::FakeExpiredRows;
pub use exports::{FakeExportFiles, FakeExportQueue, FakeExportRows, FakeExports};
pub use generations::{FakeAdmission, FakeGenerations, FakeOverdue};
pub use insights::{FakeDays, FakeInbox, FakeUsage};
pub use merchant::FakeMerchant;
pub use orders::{FakeCustomerNotices, FakeNotices, FakeOrders};
pub use outreach::{FakeAudience, FakeCampaigns, FakeQueue, FakeSubscriptions};
pub use placements::{FakePlacements, FakeUploads};
pub use rate_keys::FakeRateKeys;
pub use rights::{FakeBelongings, FakeErasures, FakeReceiptLog};
pub use services::{FakeMailer, FakeScreener, FakeSteps, StepMessage, told};
pub use trials::{FakeChallenge, FakeTrials};
pub use views::{FakeRecipients, FakeViews};

#[cfg(doc)]
use crate::Faults;
