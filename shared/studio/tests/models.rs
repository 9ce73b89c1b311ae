//! The daily check of the vendors' models, on a fixed clock.
#![allow(clippy::unwrap_used, clippy::expect_used)] // helpers of tests

use async_trait::async_trait;
use jiff::civil::{Date, date};
use kernel::{Failure, FixedClock};
use studio::{CheckModels, ConfiguredModel, Finding, Listing, ModelCalendar};

/// A vendor with this listing of every model.
struct FixedCalendar(&'static str, Result<Listing, ()>);

#[async_trait]
impl ModelCalendar for FixedCalendar {
    fn vendor(&self) -> &str {
        self.0
    }

    async fn listing(&self, _: &str) -> Result<Listing, Failure> {
        self.1.map_err(|()| Failure::broken("the list is not there"))
    }
}

fn model(vendor: &str, model: &str) -> ConfiguredModel {
    ConfiguredModel { vendor: vendor.into(), model: model.into() }
}

async fn look(today: &str, configured: &[ConfiguredModel], calendars: Vec<FixedCalendar>) -> Result<Vec<Finding>, Failure> {
    let clock = FixedClock::at(format!("{today}T03:00:00Z").parse().unwrap());
    let calendars: Vec<Box<dyn ModelCalendar>> =
        calendars.into_iter().map(|calendars| Box::new(calendars) as Box<dyn ModelCalendar>).collect();
    CheckModels { configured, calendars: &calendars, clock: &clock }.run().await
}

fn soon(model: &ConfiguredModel, shutdown: Date, days_left: i32) -> Vec<Finding> {
    vec![Finding::EndsSoon { model: model.clone(), shutdown, days_left }]
}

#[tokio::test]
async fn a_model_that_ends_is_warned_of_from_45_days_before() {
    let used = [model("openai", "gpt-image-1.5")];
    let end = date(2026, 12, 1);
    assert_eq!(look("2026-10-16", &used, vec![]).await.unwrap(), [], "46 days before");
    assert_eq!(look("2026-10-17", &used, vec![]).await.unwrap(), soon(&used[0], end, 45));
    assert_eq!(look("2026-11-30", &used, vec![]).await.unwrap(), soon(&used[0], end, 1));
}

#[tokio::test]
async fn a_model_that_has_ended_fails_the_job_so_that_the_alarm_rings() {
    for today in ["2026-12-01", "2027-03-01"] {
        let failure = look(today, &[model("openai", "gpt-image-1.5")], vec![]).await.unwrap_err();
        let Failure::Broken(source) = failure else { panic!("broken") };
        assert_eq!(source.to_string(), "a model in use has ended: gpt-image-1.5");
    }
}

#[tokio::test]
async fn the_earlier_of_two_days_counts() {
    let used = [model("openai", "gpt-image-1.5")];
    let earlier = vec![FixedCalendar("openai", Ok(Listing::Listed(Some(date(2026, 11, 20)))))];
    assert_eq!(look("2026-11-10", &used, earlier).await.unwrap(), soon(&used[0], date(2026, 11, 20), 10));
    let later = vec![FixedCalendar("openai", Ok(Listing::Listed(Some(date(2027, 6, 1)))))];
    assert_eq!(look("2026-11-10", &used, later).await.unwrap(), soon(&used[0], date(2026, 12, 1), 21));
    let silent = vec![FixedCalendar("openai", Ok(Listing::Listed(None)))];
    assert_eq!(look("2026-11-10", &used, silent).await.unwrap(), soon(&used[0], date(2026, 12, 1), 21));
}

#[tokio::test]
async fn a_vendor_tells_of_models_that_no_table_knows() {
    let used = [model("openai", "gpt-image-of-tomorrow")];
    let calendars = || vec![FixedCalendar("openai", Ok(Listing::Listed(Some(date(2027, 9, 1)))))];
    assert_eq!(look("2027-06-01", &used, calendars()).await.unwrap(), []);
    assert_eq!(look("2027-08-01", &used, calendars()).await.unwrap(), soon(&used[0], date(2027, 9, 1), 31));
    assert!(look("2027-09-01", &used, calendars()).await.is_err());
}

#[tokio::test]
async fn a_model_that_is_not_listed_is_a_warning_and_no_failure() {
    let used = [model("openai", "gpt-image-2.6-flare")];
    let found = look("2026-11-26", &used, vec![FixedCalendar("openai", Ok(Listing::Absent))]).await.unwrap();
    assert_eq!(found, [Finding::Unlisted(used[0].clone())]);
}

#[tokio::test]
async fn a_vendor_that_cannot_be_asked_fails_the_job_after_all_were_looked_at() {
    let used = [model("openai", "gpt-image-2.6-flare"), model("gemini", "gemini-3.1-flash-image")];
    let down = || vec![FixedCalendar("openai", Err(()))];
    let Failure::Broken(source) = look("2026-10-01", &used, down()).await.unwrap_err() else { panic!("broken") };
    assert_eq!(source.to_string(), "the list is not there");
    let Failure::Broken(source) = look("2026-11-26", &used, down()).await.unwrap_err() else { panic!("broken") };
    assert_eq!(source.to_string(), "a model in use has ended: gemini-3.1-flash-image", "an end is worse");
}

#[tokio::test]
async fn a_vendor_is_not_asked_for_another_vendors_models() {
    let used = [model("gemini", "gemini-nano-banana-2.1")];
    assert_eq!(look("2026-11-26", &used, vec![FixedCalendar("openai", Err(()))]).await.unwrap(), []);
}

#[tokio::test]
async fn without_a_vendor_there_is_nothing_to_look_at() {
    assert_eq!(look("2026-11-26", &ConfiguredModel::used(&[("palette", "openai", "flare")]), vec![]).await.unwrap(), []);
}
