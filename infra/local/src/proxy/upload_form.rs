//! Upload forms as S3 takes them. The emulator checks the conditions of a policy, but takes a form without one, takes fields that follow the file, never
//! looks at the signature, and knows no time but the system's.
//!
//! <https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html>

use aws_sigv4::sign::v4::{calculate_signature, generate_signing_key};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::request::Parts;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use multer::{Field, Multipart};
use serde_json::Value;
use std::convert::Infallible;
use std::time::SystemTime;

/// Most bytes of all fields before the file.
const FIELDS_BYTES: usize = 20_000;

/// The fields of a signature, beside the policy.
const SIGNED: [&str; 4] = ["x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"];

/// S3's words to a form that it does not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) code: &'static str,
    pub(super) message: String,
}

/// A form, up to its file: S3 ignores whatever follows.
#[derive(Debug)]
pub(super) struct UploadForm {
    fields: Vec<(String, String)>,
    file: File,
}

#[derive(Debug)]
struct File {
    name: String,
    bytes: Bytes,
}

impl UploadForm {
    /// Reads the body of a request.
    pub(super) async fn read(parts: &Parts, body: &Bytes) -> Result<Self, Refusal> {
        let content_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let boundary = multer::parse_boundary(content_type)
            .map_err(|_| Refusal::new(412, "PreconditionFailed", "Bucket POST must be of the enclosure-type multipart/form-data"))?;
        let body = body.clone();
        let mut form = Multipart::new(stream::once(async move { Ok::<_, Infallible>(body) }), boundary);
        let mut fields = Vec::new();
        while let Some(field) = form.next_field().await.map_err(malformed)? {
            let name = field.name().unwrap_or_default().to_owned();
            if name.eq_ignore_ascii_case("file") {
                return Ok(Self { fields, file: File::read(field).await? });
            }
            fields.push((name, field.text().await.map_err(malformed)?));
            if fields.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > FIELDS_BYTES {
                let message = "Your POST request fields preceding the upload file were too large.";
                return Err(Refusal::new(400, "MaxPostPreDataLengthExceededError", message));
            }
        }
        Err(Refusal::new(400, "InvalidArgument", "POST requires exactly one file upload per request."))
    }

    /// The value of a field, whose name may be in any capitals.
    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Refuses a form that says too little, or is not the one that was signed with this key, or comes too late.
    pub(super) fn check(&self, secret: Option<&str>, now: Timestamp) -> Result<(), Refusal> {
        self.required("key")?;
        // Nobody but who signs may write.
        let policy = self.field("policy").ok_or_else(|| Refusal::new(403, "AccessDenied", "Access Denied"))?;
        for name in SIGNED {
            self.required(name)?;
        }
        let secret = secret.ok_or_else(|| Refusal::new(403, "AccessDenied", "Access Denied"))?;
        if self.signature(secret, policy).as_deref() != self.field("x-amz-signature") {
            let message =
                "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
            return Err(Refusal::new(403, "SignatureDoesNotMatch", message));
        }
        match expiration(&decoded(policy)?)? {
            ends if ends <= now => Err(Refusal::new(403, "AccessDenied", "Invalid according to Policy: Policy expired.")),
            _ => Ok(()),
        }
    }

    fn required(&self, name: &str) -> Result<&str, Refusal> {
        let missing =
            || format!("Bucket POST must contain a field named '{name}'.  If it is specified, please check the order of the fields.");
        self.field(name).ok_or_else(|| Refusal::new(400, "InvalidArgument", missing()))
    }

    /// What the key signs the policy with; `None` where the form does not say when and for where.
    fn signature(&self, secret: &str, policy: &str) -> Option<String> {
        let at = DateTime::strptime("%Y%m%dT%H%M%SZ", self.field("x-amz-date")?).ok()?.to_zoned(TimeZone::UTC).ok()?;
        let region = self.field("x-amz-credential")?.rsplit('/').nth(2)?;
        let key = generate_signing_key(secret, SystemTime::from(at.timestamp()), region, "s3");
        Some(calculate_signature(key, policy.as_bytes()))
    }

    /// The form for the emulator, which is to check its conditions and not its time: its boundary, and its bytes.
    pub(super) fn without_time(&self, now: Timestamp) -> (String, Bytes) {
        let boundary = format!("form-{}", crate::pool::request_id());
        let mut bytes = Vec::new();
        for (name, value) in &self.fields {
            let value = if name.eq_ignore_ascii_case("policy") { endless(value, now) } else { value.clone() };
            let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n", escaped(name));
            bytes.extend_from_slice(&[head.as_bytes(), value.as_bytes(), b"\r\n"].concat());
        }
        let name = escaped(&self.file.name);
        let head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
        bytes.extend_from_slice(&[head.as_bytes(), &self.file.bytes, format!("\r\n--{boundary}--\r\n").as_bytes()].concat());
        (boundary, bytes.into())
    }
}

impl File {
    async fn read(field: Field<'_>) -> Result<Self, Refusal> {
        let name = field.file_name().unwrap_or_default().to_owned();
        Ok(Self { name, bytes: field.bytes().await.map_err(malformed)? })
    }
}

impl Refusal {
    fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }
}

fn malformed(_: multer::Error) -> Refusal {
    Refusal::new(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")
}

fn invalid_policy(what: &str) -> Refusal {
    Refusal::new(400, "InvalidPolicyDocument", format!("Invalid Policy: {what}"))
}

fn decoded(policy: &str) -> Result<Value, Refusal> {
    let json = STANDARD.decode(policy).ok().and_then(|bytes| serde_json::from_slice::<Value>(&bytes).ok());
    json.filter(Value::is_object).ok_or_else(|| invalid_policy("Invalid JSON."))
}

fn expiration(policy: &Value) -> Result<Timestamp, Refusal> {
    let ends = policy["expiration"].as_str().ok_or_else(|| invalid_policy("Policy missing expiration."))?;
    ends.parse().map_err(|_| invalid_policy("Invalid 'expiration' value."))
}

/// The policy with an end that the system's time does not reach.
fn endless(policy: &str, now: Timestamp) -> String {
    let Ok(mut document) = decoded(policy) else { return policy.to_owned() };
    let ends = now.max(Timestamp::now()).saturating_add(SignedDuration::from_hours(24)).unwrap_or(Timestamp::MAX);
    document["expiration"] = ends.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string().into();
    STANDARD.encode(document.to_string())
}

/// As browsers write a name (WHATWG HTML, 4.10.21.8).
fn escaped(name: &str) -> String {
    name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A")
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::Request;
    use serde_json::json;

    const SECRET: &str = "secret";

    fn at(minute: u8) -> Timestamp {
        format!("2026-11-21T12:{minute:02}:00Z").parse().unwrap()
    }

    /// A form that was signed at 12:00 for ten minutes.
    fn fields() -> Vec<(String, String)> {
        let policy = STANDARD.encode(json!({ "expiration": "2026-11-21T12:10:00.000Z", "conditions": [{ "key": "a" }] }).to_string());
        let signing = generate_signing_key(SECRET, SystemTime::from(at(0)), "us-east-1", "s3");
        let signature = calculate_signature(signing, policy.as_bytes());
        let fields = [
            ("key", "a"),
            ("policy", &policy),
            ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", "id/20261121/us-east-1/s3/aws4_request"),
            ("x-amz-date", "20261121T120000Z"),
            ("x-amz-signature", &signature),
        ];
        fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    async fn read(content_type: &str, body: &str) -> Result<UploadForm, Refusal> {
        let (parts, ()) = Request::post("/b").header("content-type", content_type).body(()).unwrap().into_parts();
        UploadForm::read(&parts, &Bytes::from(body.to_owned())).await
    }

    fn part(name: &str, value: &str) -> String {
        format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    }

    async fn form(fields: &[(String, String)], after: &str) -> Result<UploadForm, Refusal> {
        let before: String = fields.iter().map(|(name, value)| part(name, value)).collect();
        read("multipart/form-data; boundary=x", &format!("{before}{}{after}--x--\r\n", part("file", "egg"))).await
    }

    async fn code(fields: &[(String, String)]) -> &'static str {
        form(fields, "").await.and_then(|form| form.check(Some(SECRET), at(1))).map_or_else(|refusal| refusal.code, |()| "")
    }

    fn without(name: &str) -> Vec<(String, String)> {
        fields().into_iter().filter(|(known, _)| !known.eq_ignore_ascii_case(name)).collect()
    }

    #[tokio::test]
    async fn a_form_is_taken_as_it_was_signed_until_it_ends() {
        let form = form(&fields(), &part("after", "ignored")).await.unwrap();
        assert_eq!(form.check(Some(SECRET), at(9)), Ok(()));
        assert_eq!(form.check(Some(SECRET), at(10)).unwrap_err().message, "Invalid according to Policy: Policy expired.");
        assert_eq!(form.check(Some("another"), at(1)).unwrap_err().code, "SignatureDoesNotMatch");
        assert_eq!(form.check(None, at(1)).unwrap_err().code, "AccessDenied");
        let (boundary, bytes) = form.without_time(at(1));
        let again = read(&format!("multipart/form-data; boundary={boundary}"), std::str::from_utf8(&bytes).unwrap()).await.unwrap();
        assert_eq!((again.file.bytes.as_ref(), again.field("key"), again.field("after")), (b"egg".as_slice(), Some("a"), None));
        assert!(expiration(&decoded(again.field("policy").unwrap()).unwrap()).unwrap() > Timestamp::now());
    }

    #[tokio::test]
    async fn a_form_that_says_too_little_is_refused() {
        assert_eq!(code(&fields()).await, "");
        assert_eq!(code(&without("policy")).await, "AccessDenied");
        for name in ["key", "x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature"] {
            assert_eq!(code(&without(name)).await, "InvalidArgument", "{name}");
        }
        let with = |name: &str, value: &str| [without(name), vec![(name.to_owned(), value.to_owned())]].concat();
        assert_eq!(code(&with("x-amz-signature", "0")).await, "SignatureDoesNotMatch");
        assert_eq!(code(&with("x-amz-date", "yesterday")).await, "SignatureDoesNotMatch");
        assert_eq!(code(&with("policy", "e30=")).await, "SignatureDoesNotMatch");
        assert_eq!(
            code(&[fields(), vec![("x-ignore-a".to_owned(), "x".repeat(20_001))]].concat()).await,
            "MaxPostPreDataLengthExceededError"
        );
    }

    #[tokio::test]
    async fn the_file_comes_last() {
        let after: String = fields().iter().map(|(name, value)| part(name, value)).collect();
        let first = form(&[], &after).await.unwrap();
        assert_eq!(first.check(Some(SECRET), at(1)).unwrap_err().code, "InvalidArgument");
        let none = read("multipart/form-data; boundary=x", &format!("{after}--x--\r\n")).await.unwrap_err();
        assert_eq!(none.code, "InvalidArgument");
    }

    #[tokio::test]
    async fn what_is_no_form_is_refused() {
        for (content_type, body, code) in [
            ("application/json", "{}", "PreconditionFailed"),
            ("multipart/form-data", "", "PreconditionFailed"),
            ("multipart/form-data; boundary=x", "", "MalformedPOSTRequest"),
            ("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\negg", "MalformedPOSTRequest"),
        ] {
            assert_eq!(read(content_type, body).await.unwrap_err().code, code, "{content_type} {body}");
        }
        for (policy, code) in [
            ("{", "Invalid JSON."),
            ("[]", "Invalid JSON."),
            ("{}", "Policy missing expiration."),
            (r#"{"expiration":"soon"}"#, "Invalid 'expiration' value."),
        ] {
            let refusal = decoded(&STANDARD.encode(policy)).and_then(|policy| expiration(&policy)).unwrap_err();
            assert_eq!(refusal.message, format!("Invalid Policy: {code}"));
        }
    }
}
