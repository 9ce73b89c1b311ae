//! The keys of objects, in one place: ids only, and whose they are comes first.

use kernel::{GenerationId, Owner, UploadId};

/// Where selfies are.
pub const UPLOADS: &str = "uploads/";
/// Where blocked selfies are.
pub const QUARANTINE: &str = "quarantine/";
/// Where drawings and deliverables are.
pub const GENERATED: &str = "generated/";

/// The folder of everything of an upload, its copy in quarantine apart.
#[must_use]
pub fn upload(owner: Owner, upload: UploadId) -> String {
    format!("{UPLOADS}{owner}/{upload}/")
}

/// The bytes as they were sent: the one key an upload's form admits.
#[must_use]
pub fn original(owner: Owner, upload: UploadId) -> String {
    self::upload(owner, upload) + "original"
}

/// The normalised picture.
#[must_use]
pub fn selfie(owner: Owner, upload: UploadId) -> String {
    self::upload(owner, upload) + SELFIE
}

/// The folder of what was blocked of an upload.
#[must_use]
pub fn quarantine(owner: Owner, upload: UploadId) -> String {
    format!("{QUARANTINE}{owner}/{upload}/")
}

/// The normalised picture that was blocked.
#[must_use]
pub fn quarantined_selfie(owner: Owner, upload: UploadId) -> String {
    quarantine(owner, upload) + SELFIE
}

/// The folder of everything of a generation.
#[must_use]
pub fn generation(owner: Owner, id: GenerationId) -> String {
    format!("{GENERATED}{owner}/{id}/")
}

/// An object of a generation, by its name such as `1/drawing/master.png`.
#[must_use]
pub fn of_generation(owner: Owner, id: GenerationId, name: &str) -> String {
    generation(owner, id) + name
}

const SELFIE: &str = "selfie.png";

#[cfg(test)]
mod tests {
    use policy::Class;

    use super::*;

    #[test]
    fn the_prefixes_are_those_of_the_inventory() {
        let prefix = |class: Class| class.entry().prefix();
        assert_eq!(prefix(Class::UploadObject), Some(UPLOADS));
        assert_eq!(prefix(Class::QuarantineObject), Some(QUARANTINE));
        assert_eq!((prefix(Class::GeneratedObject), prefix(Class::Drawing)), (Some(GENERATED), Some(GENERATED)));
    }
}
