//! The mails of campaigns: a row an address.

use accounts::EmailKey;
use async_trait::async_trait;
use dynamo::{Answer, Database, EXPIRY, Item, Read, Transaction, number, text};
use kernel::{Failure, Timestamp};
use outreach::{CampaignMails, CampaignName, Claimed, Return};
use policy::Class;

use crate::keys;

const SENDING: &str = "sending";
const SENT: &str = "sent";

pub struct DynamoCampaignMails {
    database: Database,
    fleeting: String,
}

impl DynamoCampaignMails {
    #[must_use]
    pub fn new(database: Database, fleeting: String) -> Self {
        Self { database, fleeting }
    }
}

#[async_trait]
impl CampaignMails for DynamoCampaignMails {
    async fn claim(&self, campaign: &CampaignName, to: &EmailKey, now: Timestamp, stale: Timestamp) -> Result<Claimed, Failure> {
        let claim = Item::new(Class::CampaignMail.id(), keys::mail(campaign, to))
            .text("state", SENDING)
            .seconds("claimed_at", now)
            .due(EXPIRY, Class::CAMPAIGN_MAIL.expires_at(now))
            .put(&self.fleeting)
            .only_if("attribute_not_exists(pk) OR (#state = :sending AND claimed_at <= :stale)")
            .name("#state", "state")
            .value(":sending", text(SENDING))
            .value(":stale", number(stale.as_second()))
            .showing();
        match self.database.write(claim).await? {
            Answer::Written(_) => Ok(Claimed::Mine),
            Answer::Refused(row) if row.as_ref().and_then(|row| row.maybe_text("state")) == Some(SENT) => Ok(Claimed::Sent),
            Answer::Refused(_) => Ok(Claimed::Unclear),
        }
    }

    async fn release(&self, campaign: &CampaignName, to: &EmailKey) -> Result<(), Failure> {
        let claim = keys::mail(campaign, to).delete(&self.fleeting);
        let claim = claim.only_if("#state = :sending").name("#state", "state").value(":sending", text(SENDING));
        self.database.write(claim).await.map(drop)
    }

    async fn note_sent(&self, campaign: &CampaignName, to: &EmailKey) -> Result<(), Failure> {
        let sent = keys::mail(campaign, to).update(&self.fleeting, "SET #state = :sent").only_if("attribute_exists(pk)");
        self.database.write(sent.name("#state", "state").value(":sent", text(SENT))).await.map(drop)
    }

    /// The campaign counts it in the same transaction; where the campaign is gone, nothing is counted any more.
    async fn note_return(&self, campaign: &CampaignName, to: &EmailKey, returned: Return) -> Result<(), Failure> {
        let noted = keys::mail(campaign, to)
            .update(&self.fleeting, "SET #state = :sent, returned = :how")
            .only_if("attribute_exists(pk) AND attribute_not_exists(returned)")
            .name("#state", "state")
            .value(":sent", text(SENT))
            .value(":how", text(returned.name()));
        let counted = keys::campaign(campaign)
            .update(&self.fleeting, "ADD #count :one")
            .only_if("attribute_exists(pk)")
            .name("#count", returned.name())
            .value(":one", number(1));
        Transaction::default().part(noted.or(|_| Ok(()))).part(counted.or(|_| Ok(()))).write(&self.database, ()).await
    }
}
