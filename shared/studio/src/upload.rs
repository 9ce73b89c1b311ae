//! Opening an upload: the selfie goes straight to storage by a form that admits exactly one object.

use std::collections::BTreeMap;
use std::str::FromStr;

use async_trait::async_trait;
use kernel::{Clock, Failure, Owner, Principal, Randomness, Reason, SignedDuration, Timestamp, TrialHolder, TrialId, UploadId, limits};
use policy::Class;

/// The lifetime of a form.
const FORM_LIFE: SignedDuration = SignedDuration::from_mins(15);

/// How long a picture may be on its way: the store asks for a form's life when the picture begins to arrive.
const ARRIVAL: SignedDuration = SignedDuration::from_mins(5);

/// From when on nothing can arrive by the form of an upload any more. Until then it can be posted again and again.
#[must_use]
pub fn form_is_over_at(upload: UploadId) -> Timestamp {
    upload.created_at().saturating_add(FORM_LIFE + ARRIVAL).unwrap_or(Timestamp::MAX)
}

/// The accepted media types.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureType {
    Jpeg,
    Png,
    Webp,
}

impl PictureType {
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

    /// A media type in letters of either case, its parameters ignored; `image/jpg` and `image/pjpeg` are what programs and browsers call a JPEG.
    fn from_str(text: &str) -> Result<Self, Failure> {
        let essence = text.split(';').next().unwrap_or_default().trim_matches([' ', '\t']).to_ascii_lowercase();
        match essence.as_str() {
            "image/jpeg" | "image/jpg" | "image/pjpeg" => Ok(Self::Jpeg),
            "image/png" => Ok(Self::Png),
            "image/webp" => Ok(Self::Webp),
            _ => Err(Failure::invalid(Reason::FieldInvalid, "content_type must be image/jpeg, image/png or image/webp.")),
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub id: UploadId,
    /// Who opened it.
    pub principal: Principal,
    pub owner: Owner,
    pub picture: PictureType,
    /// The exact number of bytes.
    pub bytes: u64,
    pub created_at: Timestamp,
    pub form_closes_at: Timestamp,
    /// The expiry without a generation.
    pub unused_until: Timestamp,
    /// The expiry after its first generation (AN-40).
    pub used_until: Timestamp,
}

/// The upload form: its URL, and the fields before the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadForm {
    pub url: String,
    /// Names and values, before the field `file`.
    pub fields: BTreeMap<String, String>,
}

#[async_trait]
pub trait Uploads: Send + Sync {
    /// Registers an upload, counts it against the account's hourly limit and checks the session, all in one write.
    ///
    /// # Errors
    /// [`Failure::Denied`] when the session is closed, [`Failure::Busy`] above [`limits::UPLOADS_PER_HOUR`].
    async fn open(&self, upload: &Upload) -> Result<(), Failure>;

    /// The upload of a trial, its type and its number of bytes, as long as no generation was asked for.
    async fn of_trial(&self, trial: TrialId) -> Result<Option<(UploadId, PictureType, u64)>, Failure>;
}

#[async_trait]
pub trait UploadForms: Send + Sync {
    /// The conditions of the form are the exact key, type and size, and its closing time.
    async fn form(&self, upload: &Upload) -> Result<UploadForm, Failure>;
}

pub struct OpenUpload<'a> {
    pub uploads: &'a dyn Uploads,
    pub forms: &'a dyn UploadForms,
    pub clock: &'a dyn Clock,
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
        let upload = upload(UploadId::new(self.clock, self.randomness), self.clock.now(), principal.into(), picture, bytes)?;
        self.uploads.open(&upload).await?;
        let form = self.forms.form(&upload).await?;
        Ok((upload, form))
    }

    /// The form of a trial's one upload once more, as the answer before may never have arrived; `None` where another upload was asked for, its form is
    /// over, or a generation was begun.
    ///
    /// # Errors
    /// Those of [`Uploads::of_trial`] and [`UploadForms::form`].
    pub async fn again(&self, holder: TrialHolder, picture: PictureType, bytes: u64) -> Result<Option<(Upload, UploadForm)>, Failure> {
        let known = self.uploads.of_trial(holder.trial).await?.filter(|known| (known.1, known.2) == (picture, bytes));
        let Some((id, ..)) = known else { return Ok(None) };
        let upload = upload(id, id.created_at(), holder.into(), picture, bytes)?;
        if upload.form_closes_at <= self.clock.now() {
            return Ok(None);
        }
        let form = self.forms.form(&upload).await?;
        Ok(Some((upload, form)))
    }
}

fn upload(id: UploadId, at: Timestamp, principal: Principal, picture: PictureType, bytes: u64) -> Result<Upload, Failure> {
    let owner = principal.owner()?;
    let (unused_until, used_until) = ends(owner, at);
    let form_closes_at = at.checked_add(FORM_LIFE).unwrap_or(at);
    Ok(Upload { id, principal, owner, picture, bytes, created_at: at, form_closes_at, unused_until, used_until })
}

/// When an upload of this owner ends that nothing uses, and one that is used. What is a trial's ends with the trial.
fn ends(owner: Owner, now: Timestamp) -> (Timestamp, Timestamp) {
    match owner {
        Owner::Trial(trial) => {
            let end = Class::TRIAL_UPLOAD.expires_at(trial.created_at());
            (end, end)
        }
        Owner::Account(_) | Owner::Install(_) => (Class::UPLOAD_UNUSED.expires_at(now), Class::UPLOAD.expires_at(now)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_outlives_its_form() {
        let clock = kernel::FixedClock::at(Timestamp::UNIX_EPOCH);
        let upload = UploadId::new(&clock, &kernel::SeededRandomness::new(1));
        assert_eq!(form_is_over_at(upload), Timestamp::from_second(20 * 60).unwrap());
        let unused = Class::UPLOAD_UNUSED.expires_at(Timestamp::UNIX_EPOCH);
        let gone = unused.checked_sub(Class::UploadUnused.entry().lookahead()).unwrap();
        assert!(form_is_over_at(upload) < gone, "whatever is posted, a row says when it goes");
    }

    #[test]
    fn a_media_type_is_taken_as_programs_write_it() {
        for text in [
            "image/jpeg",
            "image/jpg",
            "image/pjpeg",
            "IMAGE/JPEG",
            "Image/Jpg",
            "image/jpeg; q=0.9",
            "image/jpeg;charset=binary",
            " image/pjpeg ;",
        ] {
            assert_eq!(text.parse::<PictureType>().unwrap(), PictureType::Jpeg, "{text}");
        }
        assert_eq!("Image/PNG ; a=b".parse::<PictureType>().unwrap().media_type(), "image/png");
        assert_eq!("image/WebP".parse::<PictureType>().unwrap().media_type(), "image/webp");
        for text in ["", ";", "image/", "image/gif", "jpeg", "image/jpeg2000", "image/jpegx", "image /jpeg", "text/plain; image/jpeg"] {
            assert!(text.parse::<PictureType>().is_err(), "{text}");
        }
    }
}
