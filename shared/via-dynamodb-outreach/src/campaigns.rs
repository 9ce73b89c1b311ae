//! Campaigns: a row each.

use async_trait::async_trait;
use dynamo::{Answer, Attributes, Database, EXPIRY, Item, Read, number, text};
use kernel::{Failure, Timestamp};
use outreach::{Campaign, CampaignName, Campaigns, Counts};
use policy::Class;

use crate::keys;

pub struct DynamoCampaigns {
    database: Database,
    fleeting: String,
}

impl DynamoCampaigns {
    #[must_use]
    pub fn new(database: Database, fleeting: String) -> Self {
        Self { database, fleeting }
    }
}

/// What a worker counts; what its mails were answered is beside it, as others count that.
fn counts(counts: &Counts) -> String {
    let Counts { people, eligible, suppressed, unsubscribed, sent, unclear, bounced: _, complained: _ } = *counts;
    serde_json::json!([people, eligible, suppressed, unsubscribed, sent, unclear]).to_string()
}

fn read_counts(row: &Attributes) -> Result<Counts, Failure> {
    let [people, eligible, suppressed, unsubscribed, sent, unclear] =
        serde_json::from_str::<[u64; 6]>(row.required_text("counts")?).map_err(Failure::broken)?;
    let (bounced, complained) = (row.maybe_number("bounced").unwrap_or_default(), row.maybe_number("complained").unwrap_or_default());
    Ok(Counts { people, eligible, suppressed, unsubscribed, sent, unclear, bounced, complained })
}

fn read(name: &CampaignName, row: &Attributes) -> Result<Campaign, Failure> {
    let json = |name| row.required_text(name);
    Ok(Campaign {
        name: name.clone(),
        kind: serde_json::from_str(json("kind")?).map_err(Failure::broken)?,
        texts: serde_json::from_str(json("texts")?).map_err(Failure::broken)?,
        state: row.parsed("state")?,
        pass: row.required_number("pass")?,
        place: row.maybe_text("place").map(str::to_owned),
        counts: read_counts(row)?,
        version: row.required_number("version")?,
        created_at: row.parsed("created_at")?,
    })
}

fn ends(campaign: &Campaign) -> Timestamp {
    Class::CAMPAIGN.expires_at(campaign.created_at)
}

#[async_trait]
impl Campaigns for DynamoCampaigns {
    async fn open(&self, campaign: &Campaign) -> Result<bool, Failure> {
        let row = Item::new(Class::Campaign.id(), keys::campaign(&campaign.name))
            .text("kind", serde_json::to_string(&campaign.kind).map_err(Failure::broken)?)
            .text("texts", serde_json::to_string(&campaign.texts).map_err(Failure::broken)?)
            .text("state", campaign.state.name())
            .number("pass", campaign.pass)
            .maybe_text("place", campaign.place.clone())
            .text("counts", counts(&campaign.counts))
            .number("version", campaign.version)
            .text("created_at", campaign.created_at.to_string())
            .due(EXPIRY, ends(campaign));
        Ok(matches!(self.database.write(row.put_new(&self.fleeting)).await?, Answer::Written(_)))
    }

    async fn load(&self, name: &CampaignName) -> Result<Option<Campaign>, Failure> {
        let row = self.database.get(&self.fleeting, &keys::campaign(name)).await?;
        row.map(|row| read(name, &row)).transpose()
    }

    async fn save(&self, next: &Campaign) -> Result<bool, Failure> {
        let set = "SET #state = :state, pass = :pass, #counts = :counts, version = :version";
        let (expression, place) = match &next.place {
            Some(place) => (format!("{set}, place = :place"), Some(text(place))),
            None => (format!("{set} REMOVE place"), None),
        };
        let saved = keys::campaign(&next.name)
            .update(&self.fleeting, &expression)
            .only_if("version = :before")
            .name("#state", "state")
            .name("#counts", "counts")
            .value(":state", text(next.state.name()))
            .value(":pass", number(next.pass))
            .value(":counts", text(counts(&next.counts)))
            .value(":version", number(next.version))
            .value(":before", number(next.version.saturating_sub(1)));
        let saved = place.into_iter().fold(saved, |saved, place| saved.value(":place", place));
        Ok(matches!(self.database.write(saved).await?, Answer::Written(_)))
    }
}
