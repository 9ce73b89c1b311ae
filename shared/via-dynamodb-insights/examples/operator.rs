//! What the operator reads, with their own AWS credentials, of the table that `INSIGHTS_TABLE` names:
//!
//! - `cargo run -p via-dynamodb-insights --example operator -- insights 30` prints the numbers of the last 30 days (`make insights`);
//! - `cargo run -p via-dynamodb-insights --example operator -- insights 30 numbers.json` writes them for the site's page `/usage`, which draws them;
//! - `cargo run -p via-dynamodb-insights --example operator -- feedback` prints the messages that are kept (`make feedback`).

use std::error::Error;

use dynamo::Database;
use insights::DailyCounts;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use kernel::{Clock, SignedDuration, SystemClock};
use via_dynamodb_insights::{DynamoDays, DynamoInbox};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let table = std::env::var("INSIGHTS_TABLE").map_err(|_| "INSIGHTS_TABLE is not set: the output InsightsTable of your stack")?;
    let database = Database::new(&aws_config::defaults(aws_config::BehaviorVersion::latest()).load().await);
    match arguments[..] {
        ["insights", days] => print(&latest(&DynamoDays::new(database, table), days.parse()?).await?),
        ["insights", days, file] => write(file, &latest(&DynamoDays::new(database, table), days.parse()?).await?)?,
        ["feedback"] => feedback(&DynamoInbox::new(database, String::new(), table)).await?,
        _ => return Err("say `insights DAYS [FILE]` or `feedback`".into()),
    }
    Ok(())
}

/// The numbers of the last days, the oldest first.
async fn latest(days: &DynamoDays, latest: i64) -> Result<Vec<DailyCounts>, Box<dyn Error>> {
    let today = SystemClock::default().now().to_zoned(TimeZone::UTC).date();
    let first = today.checked_sub(SignedDuration::from_hours(24 * latest.clamp(1, 731)))?;
    let mut found = Vec::new();
    let mut month = first.first_of_month();
    while month <= today {
        found.extend(days.of_month(month).await?.into_iter().filter(|counts| counts.day >= first));
        month = next_month(month)?;
    }
    Ok(found)
}

#[allow(clippy::print_stdout, reason = "a program for a person")]
fn print(days: &[DailyCounts]) {
    println!("Numbers of persons and of browsers, none below {}; '-' is a smaller one or none.", insights::FEWEST);
    for counts in days {
        println!("\n{}", said(counts));
    }
}

#[allow(clippy::print_stdout, reason = "a program for a person")]
fn write(file: &str, days: &[DailyCounts]) -> Result<(), Box<dyn Error>> {
    let numbers = serde_json::json!({ "fewest": insights::FEWEST, "days": days });
    std::fs::write(file, serde_json::to_string_pretty(&numbers)?)?;
    println!("{} days in {file}: open it on the page /usage of the site.", days.len());
    Ok(())
}

fn next_month(day: Date) -> Result<Date, Box<dyn Error>> {
    Ok(day.last_of_month().tomorrow()?)
}

/// A day in lines.
fn said(counts: &DailyCounts) -> String {
    let number = |count: Option<u32>| count.map_or_else(|| "-".to_owned(), |count| count.to_string());
    let mut lines = vec![format!("{}  persons {}, new browsers {}", counts.day, number(counts.persons), number(counts.new_browsers))];
    for (name, steps) in &counts.funnels {
        let steps: Vec<String> = steps.iter().map(|step| format!("{} {}", step.action, number(step.persons))).collect();
        lines.push(format!("  {name}: {}", steps.join(" > ")));
    }
    let list = |pairs: &std::collections::BTreeMap<String, u32>| {
        pairs.iter().map(|(name, count)| format!("{name} {count}")).collect::<Vec<_>>().join(", ")
    };
    lines.push(format!("  did: {}", list(&counts.actions)));
    lines.push(format!("  browsers by the week of their name: {}", list(&counts.cohorts)));
    lines.join("\n")
}

#[allow(clippy::print_stdout, reason = "a program for a person")]
async fn feedback(inbox: &DynamoInbox) -> Result<(), Box<dyn Error>> {
    for message in inbox.messages().await? {
        println!("{}  {}", message.at, message.contact.as_deref().unwrap_or("no address"));
        // Indented, so that no message can look like the head of another.
        message.words.lines().for_each(|line| println!("    {line}"));
        println!();
    }
    Ok(())
}
