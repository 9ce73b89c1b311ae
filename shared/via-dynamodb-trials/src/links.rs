//! Links to trials that were mailed.

use accounts::{EmailKey, no_pass};
use async_trait::async_trait;
use dynamo::{Database, EXPIRY, Item, Read, Transaction, number};
use kernel::{Failure, limits};
use policy::Class;
use trials::{LinkConsent, NewLink, Opening, TrialLinks, link_refused};
use via_dynamodb_accounts::{count, keys, leads, spend};

use crate::trials::pass_item;

pub struct DynamoTrialLinks {
    database: Database,
    fleeting: String,
    leads: Option<String>,
}

impl DynamoTrialLinks {
    #[must_use]
    pub fn new(database: Database, fleeting: String) -> Self {
        Self { database, fleeting, leads: None }
    }

    /// With the table of leads, for the function that mails links.
    #[must_use]
    pub fn with_leads(self, leads: String) -> Self {
        Self { leads: Some(leads), ..self }
    }
}

#[async_trait]
impl TrialLinks for DynamoTrialLinks {
    async fn add(&self, link: &NewLink) -> Result<(), Failure> {
        let NewLink { holder, secret, lead, marketing, mails_per_day, at, expires_at } = link;
        let (table, at, now) = (&*self.fleeting, *at, number(at.as_second()));
        let leads_table = self.leads.as_ref().ok_or_else(|| Failure::broken("this function has no table Leads"))?;
        let holds = keys::trial_pass(holder).check(table).only_if("expires_at > :now").value(":now", now);
        let row = Item::new(Class::TrialLink.id(), keys::trial_link(holder.trial, *secret))
            .maybe_text("email_key", marketing.as_ref().map(|_| lead.key.as_str()))
            .maybe_text("text_version", marketing.as_deref())
            .due(EXPIRY, *expires_at);
        Transaction::default()
            .part(holds.or(|_| Err(no_pass())))
            .part(count(table, limits::TRIAL_LINKS_PER_DAY, &holder.trial.to_string(), at))
            .part(count(table, limits::TRIAL_LINKS_PER_DAY_TO_AN_ADDRESS, lead.key.as_str(), at))
            .part(spend(table, "mails", 1, *mails_per_day, at))
            .part(row.put_new(table).or_broken("a link that is there already"))
            .part(leads::note(leads_table, lead).or_broken("a lead"))
            .write(&self.database, ())
            .await
    }

    /// The link is read first: it says whose consent this is. It is only ever deleted, when it is over.
    async fn open(&self, opening: &Opening) -> Result<Option<LinkConsent>, Failure> {
        let (table, at) = (&*self.fleeting, opening.at);
        let key = keys::trial_link(opening.trial, opening.secret);
        let link = self.database.get(table, &key).await?.filter(|link| link.is_alive(at)).ok_or_else(link_refused)?;
        let is_there = keys::trial(opening.trial).check(table).only_if("expires_at > :now").value(":now", number(at.as_second()));
        Transaction::default()
            .part(is_there.or(|_| Err(link_refused())))
            .part(count(table, limits::TRIAL_LINKS_OPENED_PER_HOUR, &opening.trial.to_string(), at))
            .part(pass_item(opening.trial, opening.pass, opening.expires_at).put_new(table).or_broken("a pass that is there already"))
            .write(&self.database, ())
            .await?;
        let address = link.maybe_text("email_key").and_then(EmailKey::stored);
        let consent = |(address, version): (_, &str)| LinkConsent { address, text_version: version.to_owned() };
        Ok(address.zip(link.maybe_text("text_version")).map(consent))
    }
}
