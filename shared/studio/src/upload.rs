//! Opening an upload: the selfie goes straight to storage by a form that admits exactly one object.

use std::collections::BTreeMap;
use std::str::FromStr;

use async_trait::async_trait;
use kernel::{Clock, Failure, Owner, Principal, Randomness, Reason, SignedDuration, Timestamp, UploadId, limits};
use policy::Class;

/// How long the form admits the object.
const FORM_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// The kinds of picture one can send.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureType {
    /// `image/jpeg`
    Jpeg,
    /// `image/png`
    Png,
    /// `image/webp`
    Webp,
}

impl PictureType {
    /// The media type.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Jpeg => "image/jpeg",
            Self::Png => "image/png",
            Self::Webp => "image/webp",
        }
    }
}

impl FromStr for PictureType {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let known = [Self::Jpeg, Self::Png, Self::Webp].into_iter().find(|kind| kind.media_type() == text);
        known.ok_or_else(|| Failure::invalid(Reason::FieldInvalid, "content_type must be image/jpeg, image/png or image/webp."))
    }
}

/// An upload that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its id.
    pub id: UploadId,
    /// Whose.
    /// Who opened it.
    pub principal: Principal,
    pub owner: Owner,
    /// What it will be.
    pub picture: PictureType,
    /// Exactly how many bytes.
    pub bytes: u64,
    /// When it was opened.
    pub created_at: Timestamp,
    /// When the form closes.
    pub form_closes_at: Timestamp,
    /// When it goes if no generation uses it.
    pub unused_until: Timestamp,
    /// When it goes once a generation used it (AN-40).
    pub used_until: Timestamp,
}

/// Where to post the bytes and the fields to post before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadForm {
    /// The address.
    pub url: String,
    /// Names and values, before the field `file`.
    pub fields: BTreeMap<String, String>,
}

/// Where uploads are registered.
#[async_trait]
pub trait Uploads: Send + Sync {
    /// Registers an upload, counts it against the account's hourly limit and checks the session, all in one write.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed, [`Failure::Busy`] above [`limits::UPLOADS_PER_HOUR`].
    async fn open(&self, upload: &Upload) -> Result<(), Failure>;
}

/// Signs upload forms.
#[async_trait]
pub trait UploadForms: Send + Sync {
    /// A form whose conditions are the exact key, type and size, and its closing time.
    async fn form(&self, upload: &Upload) -> Result<UploadForm, Failure>;
}

/// Opens an upload.
pub struct OpenUpload<'a> {
    /// Where uploads are registered.
    pub uploads: &'a dyn Uploads,
    /// Signs the form.
    pub forms: &'a dyn UploadForms,
    /// The time.
    pub clock: &'a dyn Clock,
    /// Where ids come from.
    pub randomness: &'a dyn Randomness,
}

impl OpenUpload<'_> {
    /// Registers an upload of `bytes` bytes and returns the form for it.
    ///
    /// # Errors
    /// [`Failure::Invalid`] outside [`limits::UPLOAD_BYTES`], and those of [`Uploads::open`].
    pub async fn run(&self, principal: impl Into<Principal>, picture: PictureType, bytes: u64) -> Result<(Upload, UploadForm), Failure> {
        if !limits::UPLOAD_BYTES.contains(&bytes) {
            return Err(Failure::invalid(Reason::FieldInvalid, "bytes must be 1 to 10,000,000."));
        }
        let (principal, now) = (principal.into(), self.clock.now());
        let upload = Upload {
            id: UploadId::new(self.clock, self.randomness),
            principal,
            owner: principal.owner()?,
            picture,
            bytes,
            created_at: now,
            form_closes_at: now.checked_add(FORM_LIFE).unwrap_or(now),
            unused_until: Class::UPLOAD_UNUSED.expires_at(now),
            used_until: Class::UPLOAD.expires_at(now),
        };
        self.uploads.open(&upload).await?;
        let form = self.forms.form(&upload).await?;
        Ok((upload, form))
    }
}
