//! How fast what is due is deleted on this machine: a measurement, which `docs/load/deletion.md` quotes.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use dynamo::{Answer, Database, EXPIRY, Item};
use futures_util::{StreamExt, stream};
use kernel::message::Queue;
use kernel::{Clock, Failure, FixedClock, SeededRandomness, Timestamp};
use policy::Class;
use policy::deletion::{DeleteDue, Deleted, DueRows};
use studio::{Selfies, Uploads};
use testkit::{builders, cloud};
use via_dynamodb_policy::DynamoExpiredRows;
use via_dynamodb_studio::DynamoUploads;
use via_s3::{Bucket, S3Selfies};

use super::contract::table;

/// Uploads, each a row and an object.
const UPLOADS: usize = 3_000;

/// Messages handled at once: twenty in a deployment.
const AT_ONCE: usize = 4;

struct NoQueue;

#[async_trait]
impl Queue<DueRows> for NoQueue {
    async fn send(&self, _content: &DueRows, _delay: Duration) -> Result<(), Failure> {
        Err(Failure::broken("there is time for everything"))
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement: run it alone, by its name"]
async fn deletions_a_second() {
    let clock = Arc::new(FixedClock::at(builders::midnight()));
    let (database, randomness) = (Database::new(&cloud::config()), SeededRandomness::new(4_711));
    let [studio, screening, fleeting] = ["StudioTable", "ScreeningTable", "FleetingTable"].map(table);
    let bucket = Bucket::new(&cloud::config(), (*cloud::cloud().buckets().values().next().unwrap()).to_owned());
    let uploads = DynamoUploads::new(database.clone(), fleeting.clone(), studio.clone(), clock.clone());
    let selfies = S3Selfies::new(bucket.clone());
    let opened = stream::iter(0..UPLOADS / 100).then(async |_| {
        let caller = builders::caller(&*clock, &randomness);
        let session = Item::new(Class::Session.id(), via_dynamodb_accounts::keys::session(&caller))
            .due(EXPIRY, Class::SESSION.expires_at(clock.now()));
        assert!(matches!(database.write(session.put(&fleeting)).await.unwrap(), Answer::Written(_)));
        stream::iter(0..100)
            .for_each_concurrent(8, async |_| {
                let upload = builders::upload(caller, &*clock, &randomness);
                uploads.open(&upload).await.unwrap();
                selfies.keep_normalised(upload.owner, upload.id, vec![1; 100]).await.unwrap();
            })
            .await;
    });
    opened.collect::<Vec<()>>().await;

    let due_by = Class::UPLOAD_UNUSED.expires_at(clock.now());
    let rows = DynamoExpiredRows::new(database, studio, screening, fleeting, table("InsightsTable"), table("RightsTable"));
    let delete = DeleteDue { clock: &*clock, rows: &rows, objects: &bucket, queue: &NoQueue, until: Timestamp::MAX };
    let began = Instant::now();
    let messages = (0..dynamo::SHARDS).map(|shard| DueRows { class: Class::UploadUnused, shard, due_by });
    let each = stream::iter(messages).map(async |due| delete.delete(&due).await.unwrap()).buffer_unordered(AT_ONCE);
    let deleted: Vec<Deleted> = each.collect().await;
    let seconds = began.elapsed().as_secs_f64();
    let count: u64 = deleted.iter().map(|deleted| deleted.rows).sum();
    assert!(count >= UPLOADS as u64 && deleted.iter().all(|deleted| deleted.failures.is_empty()));
    #[allow(clippy::cast_precision_loss, clippy::print_stdout, reason = "a measurement prints its figure")]
    {
        println!("{count} rows with their objects in {seconds:.1} s: {:.0} a second", count as f64 / seconds);
    }
}
