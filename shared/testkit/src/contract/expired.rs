//! Expired rows.

use std::collections::BTreeSet;

use kernel::{SignedDuration, Timestamp};
use policy::Class;
use policy::deletion::{DueRows, ExpiredRow};
use studio::{Placement, Upload, object_keys};

use super::Stores;
use super::stores::MANY;

/// The due rows of every shard, read in pages of `limit`: the earliest of each shard first.
pub(super) async fn due(stores: &Stores, class: Class, due_by: Timestamp, limit: usize) -> Vec<Vec<ExpiredRow>> {
    let mut shards = Vec::new();
    for shard in 0..16 {
        let due = DueRows { class, shard, due_by };
        let mut rows: Vec<ExpiredRow> = Vec::new();
        loop {
            let page = stores.expired.page(&due, rows.last(), limit).await.unwrap();
            assert!(page.rows.len() <= limit && (page.rows.len() == limit || !page.more));
            rows.extend(page.rows);
            if !page.more {
                break;
            }
        }
        shards.push(rows);
    }
    shards
}

async fn own(stores: &Stores, class: Class, at: Timestamp, upload: &Upload) -> Vec<ExpiredRow> {
    let found = due(stores, class, at, 1_000).await.concat();
    found.into_iter().filter(|row| row.key.sk == format!("UPL#{}", upload.id)).collect()
}

/// A row is due from its expiry on, in its class alone; it is deleted only while it still is (AN-40).
pub async fn expired(stores: &Stores) {
    let caller = stores.customer(2).await;
    let (unused, used) = (stores.upload(caller).await, stores.upload(caller).await);
    assert_eq!(stores.placements.place(&stores.new_generation(&used, 1, "key")).await.unwrap(), Placement::New);
    let day = unused.unused_until;
    let before = day.checked_sub(SignedDuration::from_secs(1)).unwrap();
    assert_eq!(own(stores, Class::UploadUnused, before, &unused).await, []);
    let found = own(stores, Class::UploadUnused, day, &unused).await;
    assert_eq!((found.len(), found[0].expires_at), (1, Timestamp::from_second(day.as_second()).unwrap()));
    assert_eq!(found[0].objects, Some(object_keys::upload(caller.owner(), unused.id)));
    assert_eq!(own(stores, Class::UploadUnused, day, &used).await, [], "a generation made another class of it");
    assert_eq!(own(stores, Class::Upload, used.used_until, &used).await.len(), 1);

    assert!(!stores.expired.remove(&found[0], before).await.unwrap(), "not before its time");
    let reused = ExpiredRow { class: Class::Upload, ..found[0].clone() };
    assert!(!stores.expired.remove(&reused, used.used_until).await.unwrap(), "not as another class");
    assert!(stores.expired.remove(&found[0], day).await.unwrap());
    assert!(!stores.expired.remove(&found[0], day).await.unwrap(), "not twice");
    assert_eq!(own(stores, Class::UploadUnused, day, &unused).await, []);
}

/// Of many rows, which every shard has some of, each is found once, whatever the size of a page.
pub async fn many_expired(stores: &Stores) {
    stores.turn_back(2);
    let mut opened = Vec::new();
    while opened.len() < MANY {
        stores.later(SignedDuration::from_secs(1));
        opened.push(stores.upload(stores.customer(0).await).await);
    }
    let until = opened.last().unwrap().unused_until;
    let expected: BTreeSet<String> = opened.iter().map(|upload| format!("UPL#{}", upload.id)).collect();
    for limit in [1, 3, MANY] {
        let shards = due(stores, Class::UploadUnused, until, limit).await;
        assert!(shards.iter().all(|rows| !rows.is_empty() && rows.is_sorted_by_key(|row| row.expires_at)), "the earliest first");
        let found: BTreeSet<String> = shards.concat().into_iter().map(|row| row.key.sk).collect();
        assert_eq!((shards.concat().len(), &found), (MANY, &expected), "each once, in pages of {limit}");
    }
}
