//! Expired rows.

use kernel::{SignedDuration, Timestamp};
use policy::Class;
use policy::deletion::ExpiredRow;
use studio::{Placement, Upload, object_keys};

use super::Stores;
use super::stores::MANY;

async fn own(stores: &Stores, class: Class, at: Timestamp, upload: &Upload) -> Vec<ExpiredRow> {
    let found = stores.expired.expired(class, at, 10_000).await.unwrap();
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
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].objects, Some(object_keys::upload(caller.owner(), unused.id)));
    assert_eq!(own(stores, Class::UploadUnused, day, &used).await, [], "a generation made another class of it");
    assert_eq!(own(stores, Class::Upload, used.used_until, &used).await.len(), 1);
    assert_eq!(stores.expired.expired(Class::Upload, used.used_until, 1).await.unwrap().len(), 1);

    assert!(!stores.expired.remove(&found[0], before).await.unwrap(), "not before its time");
    let reused = ExpiredRow { class: Class::Upload, ..found[0].clone() };
    assert!(!stores.expired.remove(&reused, used.used_until).await.unwrap(), "not as another class");
    assert!(stores.expired.remove(&found[0], day).await.unwrap());
    assert!(!stores.expired.remove(&found[0], day).await.unwrap(), "not twice");
    assert_eq!(own(stores, Class::UploadUnused, day, &unused).await, []);
}

/// Of many rows, which every shard has some of, each is found: the earliest first, and no more than asked for.
pub async fn many_expired(stores: &Stores) {
    stores.turn_back(2);
    let mut opened = Vec::new();
    while opened.len() < MANY {
        stores.later(SignedDuration::from_secs(1));
        opened.push(stores.upload(stores.customer(0).await).await);
    }
    let until = opened.last().unwrap().unused_until;
    let expected: Vec<String> = opened.iter().map(|upload| format!("UPL#{}", upload.id)).collect();
    for limit in [1, 10, MANY, MANY + 1] {
        let found = stores.expired.expired(Class::UploadUnused, until, limit).await.unwrap();
        let found: Vec<String> = found.into_iter().map(|row| row.key.sk).collect();
        assert_eq!(found, expected[..limit.min(MANY)], "at most {limit}");
    }
}
