//! Creates the template's resources through the AWS APIs, then reads them back: the emulator accepts some settings and silently drops them.

mod bucket;
mod identities;
mod queues;
mod tables;

use crate::clients::Clients;
use crate::template::Model;
use anyhow::{Context, Result};
use std::future::Future;
use tokio::task::JoinSet;

/// Creates everything, in parallel where the order does not matter.
///
/// # Errors
/// Names the resource that could not be made, or the setting that was dropped.
pub(crate) async fn create(model: &Model, clients: &Clients) -> Result<()> {
    let mut work = JoinSet::new();
    for table in model.tables.clone() {
        let client = clients.dynamodb.clone();
        spawn(&mut work, format!("table {}", table.name), async move { tables::create(&client, &table).await });
    }
    for bucket in model.buckets.clone() {
        let client = clients.s3.clone();
        spawn(&mut work, format!("bucket {}", bucket.name), async move { bucket::create(&client, &bucket).await });
    }
    for identity in model.identities.clone() {
        let client = clients.ses.clone();
        spawn(&mut work, format!("identity {identity}"), async move { identities::create(&client, &identity).await });
    }
    for name in model.configuration_sets.clone() {
        let client = clients.ses.clone();
        let create = async move { Ok(client.create_configuration_set().configuration_set_name(name).send().await.map(drop)?) };
        spawn(&mut work, "configuration set".to_owned(), create);
    }
    let (queues, client) = (model.queues.clone(), clients.sqs.clone());
    spawn(&mut work, "queues".to_owned(), async move { queues::create(&client, &queues).await });
    while let Some(done) = work.join_next().await {
        done??;
    }
    Ok(())
}

fn spawn(work: &mut JoinSet<Result<()>>, what: String, task: impl Future<Output = Result<()>> + Send + 'static) {
    work.spawn(async move { task.await.with_context(|| format!("cannot create the {what}")) });
}
