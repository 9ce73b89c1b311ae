//! What a customer is told of their purchases.

use accounts::Recipients;
use async_trait::async_trait;
use kernel::{AccountId, Failure};
use payments::{CustomerNotice, CustomerNotices};

use crate::{Mail, Mailer};

/// Mails them.
pub struct PurchaseMails<R, M> {
    pub recipients: R,
    pub mailer: M,
    /// The site in the mails, without a trailing slash.
    pub origin: String,
}

#[async_trait]
impl<R: Recipients, M: Mailer> CustomerNotices for PurchaseMails<R, M> {
    async fn tell(&self, account: AccountId, notice: &CustomerNotice) -> Result<(), Failure> {
        let Some(recipient) = self.recipients.recipient_of(account.into()).await.map_err(nothing_went)? else { return Ok(()) };
        match self.mailer.send(&recipient, &mail(notice, &self.origin)).await {
            // No mail reaches this address, now or later.
            Err(Failure::Invalid(_)) => Ok(()),
            sent => sent,
        }
    }
}

/// Before the mail was handed over, every failure is one after which it can be sent.
fn nothing_went(failure: Failure) -> Failure {
    match failure {
        busy @ Failure::Busy { .. } => busy,
        other => {
            tracing::error!(failure = &other as &dyn std::error::Error, "the address of an account could not be read");
            Failure::unavailable(std::time::Duration::from_secs(1))
        }
    }
}

fn mail(notice: &CustomerNotice, origin: &str) -> Mail {
    let origin = origin.to_owned();
    match notice.clone() {
        CustomerNotice::Receipt { order, credits, total, at, link } => Mail::Receipt { order, credits, total, at, receipt: link, origin },
        CustomerNotice::Refunded { order, credits, net } => Mail::Refunded { order, credits, net, origin },
        CustomerNotice::RefundWaits { order } => Mail::RefundWaits { order, origin },
    }
}
