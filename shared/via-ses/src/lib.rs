//! Mail, through SES.

mod raw;

use std::time::Duration;

use accounts::{ChangeMail, ChangeMailer, CodeMailer, Pepper};
use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::error::{BuildError, ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::primitives::Blob;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag, RawMessage};
use kernel::{Failure, Reason, Recipient};
use outreach::{Letter, Mail, Mailer};

/// When to come back to a service that throttles, and to one that is down.
const SHORTLY: Duration = Duration::from_secs(2);
const OUTAGE: Duration = Duration::from_secs(30);

/// Sends mail from one verified address.
pub struct SesMailer {
    client: Client,
    from: String,
    configuration_set: String,
    pepper: Pepper,
}

impl SesMailer {
    /// Sends from the address `from`, with a configuration set, which says what SES tells of the mails. Each carries a keyed hash of its address, so that an
    /// event can be acted on without the address. The SDK must not retry: `SendEmail` has no idempotency token, so a retry after a lost answer is a
    /// second mail.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig, from: String, configuration_set: String, pepper: Pepper) -> Self {
        let once = aws_sdk_sesv2::config::Builder::from(config).retry_config(RetryConfig::disabled()).build();
        Self { client: Client::from_conf(once), from, configuration_set, pepper }
    }
}

impl SesMailer {
    async fn hand_over(&self, to: &Recipient, mail: &Mail) -> Result<(), Refusal> {
        let tag = |(name, value)| MessageTag::builder().name(name).value(value).build().map_err(Refusal::unbuilt);
        let address = ("address".to_owned(), self.pepper.email_key(&to.email).as_str().to_owned());
        let tags: Vec<MessageTag> = mail.tags().into_iter().chain([address]).map(tag).collect::<Result<_, _>>()?;
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(to.email.as_str()).build())
            .content(content(mail.letter(to.language), &self.from, to)?)
            .set_email_tags(Some(tags))
            .configuration_set_name(&self.configuration_set)
            .send()
            .await;
        sent.map(drop).map_err(|error| Refusal::of(&error, &self.from))
    }
}

#[async_trait]
impl Mailer for SesMailer {
    async fn send(&self, to: &Recipient, mail: &Mail) -> Result<(), Failure> {
        self.hand_over(to, mail).await.map_err(|refusal| match refusal.kind {
            Kind::Throttled => Failure::unavailable(SHORTLY),
            Kind::Address => refused_address(),
            Kind::Down | Kind::Broke | Kind::Other => refusal.broken(),
        })
    }
}

/// Somebody waits for a code, and asks for another one where none comes: here an unclear answer may become a second mail. A request whose connection broke
/// is sent once more at once, as it breaks first of all where it was kept too long.
#[async_trait]
impl CodeMailer for SesMailer {
    async fn send_code(&self, to: &Recipient, code: String, minutes: i64) -> Result<(), Failure> {
        self.send_to_who_waits(to, &Mail::SignInCode { code, minutes }).await
    }
}

#[async_trait]
impl ChangeMailer for SesMailer {
    async fn send_of_change(&self, to: &Recipient, mail: ChangeMail) -> Result<(), Failure> {
        let mail = match mail {
            ChangeMail::ToOld { code, hours } => Mail::EmailChangeOld { code, hours },
            ChangeMail::ToNew { code, hours } => Mail::EmailChangeNew { code, hours },
            ChangeMail::Changed => Mail::EmailChanged,
        };
        self.send_to_who_waits(to, &mail).await
    }
}

impl SesMailer {
    async fn send_to_who_waits(&self, to: &Recipient, mail: &Mail) -> Result<(), Failure> {
        let handed = match self.hand_over(to, mail).await {
            Err(Refusal { kind: Kind::Broke, .. }) => self.hand_over(to, mail).await,
            other => other,
        };
        handed.map_err(|refusal| match refusal.kind {
            Kind::Throttled => Failure::unavailable(SHORTLY),
            Kind::Address => refused_address(),
            Kind::Down | Kind::Broke => {
                tracing::error!(code = refusal.code, "the mail service is down");
                Failure::unavailable(OUTAGE)
            }
            Kind::Other => refusal.broken(),
        })
    }
}

fn refused_address() -> Failure {
    Failure::invalid(Reason::FieldInvalid, "The mail service takes no mail for this address.")
}

/// SES writes the message, but for a mail with headers of its own: that one is written here.
fn content(letter: Letter, from: &str, to: &Recipient) -> Result<EmailContent, Refusal> {
    if !letter.headers.is_empty() {
        let raw = RawMessage::builder().data(Blob::new(raw::message(letter, from, to))).build().map_err(Refusal::unbuilt)?;
        return Ok(EmailContent::builder().raw(raw).build());
    }
    let utf8 = |text: String| Content::builder().data(text).charset("UTF-8").build().map_err(Refusal::unbuilt);
    let body = Body::builder().text(utf8(letter.text)?).html(utf8(letter.html)?).build();
    let message = Message::builder().subject(utf8(letter.subject)?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}

/// A mail that SES did not accept, or may not have accepted. Its message may quote the address, so only the error's code is kept.
struct Refusal {
    kind: Kind,
    code: String,
}

enum Kind {
    /// Certainly not accepted, for the moment.
    Throttled,
    /// Certainly not accepted: SES takes no mail for this address.
    Address,
    /// The connection broke, or there was none.
    Broke,
    /// No answer, or one that leaves open what happened; or nothing is sent for the moment.
    Down,
    /// What only the operator can mend.
    Other,
}

impl Refusal {
    fn unbuilt(error: BuildError) -> Self {
        Self { kind: Kind::Other, code: error.to_string() }
    }

    fn of(error: &SdkError<SendEmailError>, sender: &str) -> Self {
        // SES says the same of a sender that it does not know; then its message names the sender.
        let names_sender = error.message().is_some_and(|message| message.contains(sender));
        let kind = match error.code() {
            Some("TooManyRequestsException" | "LimitExceededException" | "ThrottlingException") => Kind::Throttled,
            Some("BadRequestException" | "MessageRejected") if !names_sender => Kind::Address,
            Some("SendingPausedException") => Kind::Down,
            _ => match error {
                SdkError::ConstructionFailure(_) => Kind::Other,
                SdkError::DispatchFailure(failure) if failure.is_io() => Kind::Broke,
                SdkError::ServiceError(answer) if answer.raw().status().is_client_error() => Kind::Other,
                _ => Kind::Down,
            },
        };
        Self { kind, code: error.code().unwrap_or("no answer").to_owned() }
    }

    fn broken(self) -> Failure {
        Failure::broken(format!("ses: {}", self.code))
    }
}
