use std::collections::BTreeMap;

use kernel::{Timestamp, UploadId};
use serde::{Deserialize, Serialize};

use crate::whole::whole;

/// `POST /v1/uploads`
#[derive(Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct UploadRequest {
    /// `image/jpeg`, `image/png` or `image/webp`; `image/jpg`, `image/pjpeg`, capitals and parameters are taken as well. The form says what to send.
    pub content_type: String,
    /// Exactly how many bytes will be sent, 1 to 10,000,000.
    #[serde(deserialize_with = "whole")]
    pub bytes: u64,
}

#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadReply {
    /// `upl_…`
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub upload_id: UploadId,
    /// The form to post, `multipart/form-data`.
    pub post: FormReply,
    /// When the form expires, RFC 3339.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = DateTime))]
    pub expires_at: Timestamp,
}

/// A form: all fields first, then the bytes as a field named `file`.
#[derive(Debug, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FormReply {
    pub url: String,
    /// Names and values, to be sent unchanged.
    pub fields: BTreeMap<String, String>,
}

impl UploadReply {
    #[must_use]
    pub fn new(upload: &studio::Upload, form: studio::UploadForm) -> Self {
        Self { upload_id: upload.id, post: FormReply { url: form.url, fields: form.fields }, expires_at: upload.form_closes_at }
    }
}
