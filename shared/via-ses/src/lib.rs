//! Mail, through SES.

use std::time::Duration;

use accounts::CodeMailer;
use async_trait::async_trait;
use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};
use kernel::Email;
use kernel::Failure;
use outreach::{Mail, Mailer};

/// Sends mail from one verified address.
pub struct SesMailer {
    client: Client,
    from: String,
    configuration_set: Option<String>,
}

impl SesMailer {
    /// Sends from the address `from`. The SDK must not retry: `SendEmail` has no idempotency token, so a retry after a lost answer is a second mail.
    #[must_use]
    pub fn new(config: &aws_types::SdkConfig, from: String) -> Self {
        let once = aws_sdk_sesv2::config::Builder::from(config).retry_config(RetryConfig::disabled()).build();
        Self { client: Client::from_conf(once), from, configuration_set: None }
    }

    /// Sends "ready" mails with this configuration set, so that SES confirms accepted ones by an event. Codes go without: their events are not
    /// needed.
    #[must_use]
    pub fn with_configuration_set(self, name: String) -> Self {
        Self { configuration_set: Some(name), ..self }
    }

    fn configuration_set(&self, mail: &Mail) -> Option<String> {
        self.configuration_set.clone().filter(|_| matches!(mail, Mail::Ready { .. }))
    }
}

#[async_trait]
impl Mailer for SesMailer {
    async fn send(&self, to: &Email, mail: &Mail) -> Result<(), Failure> {
        let tag = |(name, value)| MessageTag::builder().name(name).value(value).build().map_err(Failure::broken);
        let tags: Vec<MessageTag> = mail.tags().into_iter().map(tag).collect::<Result<_, _>>()?;
        let sent = self
            .client
            .send_email()
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(to.as_str()).build())
            .content(content(mail)?)
            .set_email_tags(Some(tags))
            .set_configuration_set_name(self.configuration_set(mail))
            .send()
            .await;
        sent.map(drop).map_err(failure)
    }
}

#[async_trait]
impl CodeMailer for SesMailer {
    async fn send_code(&self, to: &Email, code: String, minutes: i64) -> Result<(), Failure> {
        self.send(to, &Mail::SignInCode { code, minutes }).await
    }
}

fn content(mail: &Mail) -> Result<EmailContent, Failure> {
    let letter = mail.letter();
    let utf8 = |text: String| Content::builder().data(text).charset("UTF-8").build().map_err(Failure::broken);
    let message = Message::builder().subject(utf8(letter.subject)?).body(Body::builder().text(utf8(letter.text)?).build()).build();
    Ok(EmailContent::builder().simple(message).build())
}

/// Throttling is a clear refusal, to be tried again. Any other error is unclear or final. The service's message may quote the address, so only its
/// code is passed on.
fn failure(error: SdkError<SendEmailError>) -> Failure {
    let code = error.code().unwrap_or("no answer").to_owned();
    match error.into_service_error() {
        SendEmailError::TooManyRequestsException(_) | SendEmailError::LimitExceededException(_) => {
            Failure::unavailable(Duration::from_secs(2))
        }
        _ if code == "ThrottlingException" => Failure::unavailable(Duration::from_secs(2)),
        _ => Failure::broken(format!("ses: {code}")),
    }
}
