//! What is in a copy.

use kernel::SignedDuration;
use serde_json::{Value, json};

use crate::world::{World, file};

#[tokio::test]
async fn an_54_im_05_a_copy_has_rows_files_schemas_a_manifest_and_the_page_about_it() {
    let world = World::new();
    world.row("generation", "GEN#gen_1", json!({ "style": "ink", "created_at": "2029-12-31T00:00:00Z" }));
    world.row("session", "SES#ses_1", json!({ "secret": "x" }));
    let large: Vec<u8> = (0..7_000_000_u32).map(|byte| (byte % 251) as u8).collect();
    world.object("generated", "gen_1/bundle.zip", large.clone());
    world.object("generated", "gen_1/1/avatars/a.png", b"picture".to_vec());
    world.object("generated", "gen_1/drawings/0.algorithmicMedia", b"drawing".to_vec());
    world.object("uploads", "upl_1/selfie.png", Vec::new());
    world.object("quarantine", "upl_2/selfie.png", b"blocked".to_vec());
    world.ask("k").await.unwrap();
    world.settle().await;
    world.assert_one_copy(1);

    let mut volume = world.volume(1);
    assert_eq!(volume.name_for_index(0).unwrap().unwrap(), "about.html", "it is the first that one sees");
    assert_eq!(file(&mut volume, "images/gen_1/bundle.zip"), large);
    assert_eq!(file(&mut volume, "images/gen_1/1/avatars/a.png"), b"picture");
    assert_eq!(file(&mut volume, "selfies/upl_1.png"), b"");
    let job: Value = serde_json::from_slice(&file(&mut volume, "jobs/gen_1.json")).unwrap();
    assert_eq!(job["generation"][0]["style"], "ink");
    let about = String::from_utf8(file(&mut volume, "about.html")).unwrap();
    assert!(about.contains("lang=\"ja\""), "in the language of the account");
    let manifest = world.manifest(1);
    assert_eq!((manifest.files.len() + 1, manifest.gone.len()), (volume.len(), 0));
    assert!(manifest.left_out.iter().any(|left| left.class == "session"), "what is left out is said");
    let schema = manifest.files.iter().find(|file| file.name == "jobs/gen_1.json").unwrap().schema.clone().unwrap();
    assert!(file(&mut volume, &schema).starts_with(b"{"));
    let names: Vec<_> = volume.file_names().map(|name| name.unwrap().into_owned()).collect();
    assert!(!names.iter().any(|name| name.contains("drawings") || name.contains("upl_2")), "{names:?}");
    assert_eq!(world.mailer.sent().len(), 1);
}

#[tokio::test]
async fn im_05_more_files_than_a_volume_holds_are_in_several() {
    let world = World::new();
    for number in 0..66_000 {
        world.object("generated", &format!("gen_1/1/avatars/{number:05}.png"), vec![1]);
    }
    world.ask("k").await.unwrap();
    world.settle().await;
    world.assert_one_copy(2);
    let (first, second) = (world.manifest(1), world.manifest(2));
    assert_eq!(first.volumes, second.volumes);
    let pictures = |files: &[exports::FileEntry]| files.iter().filter(|file| file.name.starts_with("images/")).count();
    assert_eq!(pictures(&first.files) + pictures(&second.files), 66_000);
    assert_eq!(second.files.len(), pictures(&second.files), "the rows are in the first");
}

#[tokio::test]
async fn an_54_a_selfie_that_ends_meanwhile_is_noted() {
    let world = World::new();
    let selfie = world.object("uploads", "upl_1/selfie.png", b"selfie".to_vec());
    let bundle = world.object("generated", "gen_1/bundle.zip", vec![1; 5_000_000]);
    let export = world.ask("k").await.unwrap();
    let plan = world.queue.queue().pop_front().unwrap();
    world.handle(plan).await.unwrap();
    world.files.bucket.objects().remove(&selfie);
    world.files.bucket.objects().remove(&bundle);
    world.settle().await;
    world.assert_one_copy(1);
    let manifest = world.manifest(1);
    let gone: Vec<_> = manifest.gone.iter().map(|gone| (gone.name.as_str(), gone.bytes)).collect();
    assert_eq!(gone, [("images/gen_1/bundle.zip", 5_000_000), ("selfies/upl_1.png", 6)]);
    assert_eq!(export.id, manifest.export_id);
}

#[tokio::test]
async fn an_54_a_worker_whose_time_is_up_leaves_nothing_and_the_next_begins_anew() {
    let world = World::new();
    world.object("generated", "gen_1/bundle.zip", vec![1; 5_000_000]);
    let export = world.ask("k").await.unwrap();
    let plan = world.queue.queue().pop_front().unwrap();
    world.handle(plan).await.unwrap();
    assert!(world.handle_within(export.due(1), SignedDuration::from_secs(10)).await.is_err());
    assert!(world.files.attempts().is_empty() && world.export().volumes[0].bytes.is_none());
    world.settle().await;
    world.assert_one_copy(1);
}

#[tokio::test]
async fn an_49_what_is_erased_meanwhile_gets_no_object_and_no_mail() {
    for step in 0..2 {
        let world = World::new();
        let export = world.ask("k").await.unwrap();
        for _ in 0..step {
            let due = world.queue.queue().pop_front().unwrap();
            world.handle(due).await.unwrap();
        }
        world.database.rows().profiles.clear();
        if step == 0 {
            world.database.rows().exports.clear();
        }
        let _ = world.handle(export.due(step)).await;
        assert_eq!(world.files.bucket.keys(&format!("exports/{}/{}-1/", export.account, export.id)), Vec::<String>::new());
        assert!(world.files.attempts().is_empty() && world.mailer.sent().is_empty());
    }
}

#[tokio::test]
async fn an_export_whose_time_is_over_asks_for_nothing() {
    let world = World::new();
    let export = world.ask("k").await.unwrap();
    world.clock.advance(SignedDuration::from_hours(24 * 5));
    world.handle(export.due(0)).await.unwrap();
    assert_eq!(world.files.bucket.keys("exports/"), Vec::<String>::new());
}
