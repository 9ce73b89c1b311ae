//! The primary keys of this crate's rows.

use accounts::EmailKey;
use dynamo::Key;
use outreach::CampaignName;

pub(crate) fn campaign(name: &CampaignName) -> Key {
    Key::new(format!("CAMPAIGN#{name}"), "STATE")
}

pub(crate) fn mail(campaign: &CampaignName, to: &EmailKey) -> Key {
    Key::new(format!("CAMPAIGN#{campaign}"), format!("MAIL#{}", to.as_str()))
}
