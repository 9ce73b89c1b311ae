//! What browsers do, the numbers of days, and messages to the operator.

use std::collections::HashMap;

use async_trait::async_trait;
use insights::{DailyCounts, Days, DeviceDay, Feedback, FeedbackBox, Seen, Usage, shard_of};
use jiff::civil::Date;
use kernel::{AccountId, DeviceId, Failure, limits};

use super::FakeDatabase;
use super::accounts::count_networks;

#[derive(Clone)]
pub struct FakeUsage(pub FakeDatabase);

#[async_trait]
impl Usage for FakeUsage {
    async fn add(&self, seen: &Seen) -> Result<(), Failure> {
        self.0
            .transact("usage.add", |rows| {
                if let Some(session) = &seen.session {
                    rows.ask_session(&(*session).into(), seen.at)?;
                    let flags = rows.flags(&(*session).into());
                    if flags.uncounted || flags.restricted {
                        return Ok(());
                    }
                    rows.device_links.entry((session.account, seen.device)).or_insert(seen.linked_until);
                }
                rows.count(limits::EVENTS_PER_HOUR, &seen.device.to_string(), seen.at)?;
                count_networks(rows, limits::EVENTS_PER_HOUR_FROM_A_LINE, &seen.networks, seen.at)?;
                let (actions, _) = rows.device_days.entry((seen.day, seen.device)).or_insert_with(|| (Default::default(), seen.expires_at));
                actions.extend(&seen.actions);
                Ok(())
            })
            .await
    }

    async fn detach(&self, account: AccountId) -> Result<(), Failure> {
        self.0
            .transact("usage.detach", |rows| {
                rows.device_links.retain(|(whose, _), _| *whose != account);
                Ok(())
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeDays(pub FakeDatabase);

#[async_trait]
impl Days for FakeDays {
    async fn of(&self, day: Date, shard: u8) -> Result<Vec<DeviceDay>, Failure> {
        self.0
            .read("days.of", |rows| {
                let own = rows.device_days.iter().filter(|((of, device), _)| *of == day && shard_of(*device) == shard);
                Ok(own.map(|((_, device), (actions, _))| DeviceDay { device: *device, actions: actions.clone() }).collect())
            })
            .await
    }

    async fn links(&self) -> Result<HashMap<DeviceId, AccountId>, Failure> {
        self.0.read("days.links", |rows| Ok(rows.device_links.keys().map(|(account, device)| (*device, *account)).collect())).await
    }

    async fn keep(&self, counts: &DailyCounts) -> Result<(), Failure> {
        self.0
            .transact("days.keep", |rows| {
                rows.daily_counts.insert(counts.day, counts.clone());
                Ok(())
            })
            .await
    }
}

#[derive(Clone)]
pub struct FakeInbox(pub FakeDatabase);

#[async_trait]
impl FeedbackBox for FakeInbox {
    async fn put(&self, feedback: &Feedback) -> Result<(), Failure> {
        self.0
            .transact("inbox.put", |rows| {
                if let Some(session) = &feedback.session {
                    rows.ask_session(&(*session).into(), feedback.at)?;
                }
                count_networks(rows, limits::FEEDBACK_PER_DAY_FROM_A_LINE, &feedback.networks, feedback.at)?;
                rows.feedback.push(feedback.clone());
                Ok(())
            })
            .await
    }
}
