//! Which file goes into which volume.

use std::collections::BTreeSet;

use archives::Archive;
use kernel::Failure;

use crate::layout::name_of_object;

/// The most bytes of a volume: what any file system, program and person can handle.
pub const MOST_BYTES: u64 = 1 << 30;

/// The most files of a volume: a zip without 64-bit lengths holds 65,535.
pub const MOST_FILES: u64 = 65_000;

/// What the first volume keeps free for the rows of an account, and for those of each generation: its list of files is the largest by far, with a fifth of a
/// kilobyte for each of 400 files at most.
const ROWS: Load = Load { files: 100, bytes: 32 << 20 };
const ROWS_OF_A_GENERATION: Load = Load { files: 1, bytes: 96 << 10 };

/// What the manifest says of a file, beside its name: its size, its hash and the words around them.
const IN_MANIFEST: u64 = 250;

const HEADER: &str = "plan 1";

/// An object as its store lists it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Found {
    pub key: String,
    pub bytes: u64,
}

/// A file of a volume.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedFile<'p> {
    /// The key of the object.
    pub key: &'p str,
    pub bytes: u64,
}

/// The files of a volume in numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlannedVolume {
    /// Counted from 1.
    pub number: u16,
    pub files: u32,
    /// Of the files alone.
    pub bytes: u64,
}

/// Which file goes into which volume, as a text: a line for each volume, and one for each of its files behind it. The same objects give the same plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan(String);

#[derive(Debug, Clone, Copy, Default)]
struct Load {
    files: u64,
    bytes: u64,
}

impl Load {
    fn and(self, other: Self) -> Self {
        Self { files: self.files + other.files, bytes: self.bytes + other.bytes }
    }

    fn times(self, times: u64) -> Self {
        Self { files: self.files * times, bytes: self.bytes * times }
    }

    fn fits(self) -> bool {
        self.files <= MOST_FILES && self.bytes <= MOST_BYTES
    }
}

impl Plan {
    /// The plan of what was found. The first volume has the rows, and as many files as there is room for beside them.
    #[must_use]
    pub fn of(mut found: Vec<Found>) -> Self {
        found.retain(|object| name_of_object(&object.key).is_some());
        found.sort();
        let generations: BTreeSet<&str> = found.iter().filter_map(|object| generation(&object.key)).collect();
        let rows = ROWS.and(ROWS_OF_A_GENERATION.times(generations.len() as u64));
        let mut volumes: Vec<&[Found]> = Vec::new();
        let (mut start, mut load) = (0, rows);
        for (at, object) in found.iter().enumerate() {
            let more = load.and(weight(object));
            // Whatever a single file weighs, a volume of its own holds it. The first has the rows, and may have no other file.
            let has_something = at > start || volumes.is_empty();
            if !more.fits() && has_something {
                volumes.push(&found[start..at]);
                (start, load) = (at, weight(object));
            } else {
                load = more;
            }
        }
        volumes.push(&found[start..]);
        Self(written(&volumes))
    }

    /// A plan that was stored.
    ///
    /// # Errors
    /// [`Failure::Broken`] for anything else.
    pub fn read(text: String) -> Result<Self, Failure> {
        let plan = Self(text);
        let sound = plan.0.starts_with(HEADER) && plan.0.lines().skip(1).all(|line| volume(line).is_some() || file(line).is_some());
        if sound { Ok(plan) } else { Err(Failure::broken("a stored plan that is none")) }
    }

    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    #[must_use]
    pub fn volumes(&self) -> Vec<PlannedVolume> {
        self.0.lines().filter_map(volume).collect()
    }

    /// The files of a volume, in the order of their keys.
    pub fn files(&self, number: u16) -> impl Iterator<Item = PlannedFile<'_>> {
        let behind = self.0.lines().skip_while(move |line| volume(line).is_none_or(|volume| volume.number != number));
        behind.skip(1).map_while(file)
    }
}

fn weight(object: &Found) -> Load {
    let name = name_of_object(&object.key).unwrap_or_default();
    Load { files: 1, bytes: object.bytes + Archive::<Vec<u8>>::overhead(&name) + IN_MANIFEST + name.len() as u64 }
}

/// The third part of a key: what the object is of.
fn generation(key: &str) -> Option<&str> {
    key.split('/').nth(2)
}

fn written(volumes: &[&[Found]]) -> String {
    let mut text = format!("{HEADER}\n");
    for (number, files) in (1_u16..).zip(volumes) {
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        text += &format!("volume {number} {} {bytes}\n", files.len());
        for Found { key, bytes } in *files {
            text += &format!("{bytes} {key}\n");
        }
    }
    text
}

fn volume(line: &str) -> Option<PlannedVolume> {
    let mut numbers = line.strip_prefix("volume ")?.split(' ');
    let mut next = || numbers.next();
    let (number, files, bytes) = (next()?.parse().ok()?, next()?.parse().ok()?, next()?.parse().ok()?);
    Some(PlannedVolume { number, files, bytes })
}

fn file(line: &str) -> Option<PlannedFile<'_>> {
    let (bytes, key) = line.split_once(' ')?;
    Some(PlannedFile { key, bytes: bytes.parse().ok()? })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    const ACCOUNT: &str = "acc_01900000000070008000000000000000";

    fn object(generation: u32, name: &str, bytes: u64) -> Found {
        Found { key: format!("generated/{ACCOUNT}/gen_{generation:032x}/{name}"), bytes }
    }

    fn numbers(plan: &Plan) -> Vec<(u16, u32, u64)> {
        plan.volumes().into_iter().map(|PlannedVolume { number, files, bytes }| (number, files, bytes)).collect()
    }

    #[test]
    fn who_has_nothing_has_one_volume_with_the_rows() {
        assert_eq!(numbers(&Plan::of(Vec::new())), [(1, 0, 0)]);
    }

    #[test]
    fn an_54_the_same_objects_give_the_same_plan_in_whatever_order_they_come() {
        let objects: Vec<_> = (0..40).map(|number| object(number % 7, &format!("1/avatars/{number:02}.png"), 1000)).collect();
        let plan = Plan::of(objects.clone());
        assert_eq!(plan, Plan::of(objects.into_iter().rev().collect()));
        assert_eq!(plan, Plan::read(plan.text().to_owned()).unwrap());
        assert_eq!(numbers(&plan), [(1, 40, 40_000)]);
        let files: Vec<_> = plan.files(1).collect();
        assert!(files.is_sorted_by_key(|file| file.key) && files.len() == 40);
        assert_eq!(plan.files(2).count(), 0);
    }

    #[test]
    fn im_05_a_volume_has_a_gibibyte_and_65_000_files_at_most() {
        let bytes = 4 << 20;
        let large = Plan::of((0..1000).map(|number| object(number / 4, &format!("1/drawing/{number}.png"), bytes)).collect());
        assert!(large.volumes().len() > 3);
        assert!(large.volumes().iter().all(|volume| volume.bytes < MOST_BYTES && volume.bytes / bytes == u64::from(volume.files)));
        let many = Plan::of((0..150_000).map(|number| object(number / 100, &format!("1/avatars/{number}.png"), 10)).collect());
        assert_eq!(many.volumes().iter().map(|volume| volume.files).sum::<u32>(), 150_000);
        assert!(many.volumes().iter().all(|volume| u64::from(volume.files) <= MOST_FILES));
        let all: Vec<_> = many.volumes().iter().flat_map(|volume| many.files(volume.number)).map(|file| file.key).collect();
        assert!(all.is_sorted() && all.len() == 150_000, "each file is in one volume");
    }

    #[test]
    fn the_rows_have_room_in_the_first_volume_whatever_else_there_is() {
        let plan = Plan::of((0..2000).map(|number| object(number, "bundle.zip", 1 << 20)).collect());
        let first = plan.volumes()[0];
        assert!(first.bytes + (2000 * (96 << 10)) + (32 << 20) <= MOST_BYTES, "{first:?}");
        let full = Plan::of((0..12_000).map(|number| object(number, "1/a/b.png", 1)).collect());
        assert_eq!((full.volumes()[0].files, full.volumes()[1].files), (0, 12_000), "rows alone fill it");
        assert_eq!(Plan::of(vec![object(1, "bundle.zip", 3 << 30)]).volumes().len(), 2, "a file that is too large is alone");
    }

    #[test]
    fn what_is_in_no_copy_is_in_no_plan() {
        let drawing = object(1, "drawings/0.algorithmicMedia", 10);
        assert_eq!(numbers(&Plan::of(vec![drawing, object(1, "bundle.zip", 5)])), [(1, 1, 5)]);
        for wrong in ["", "plan 2\n", "plan 1\nvolume x\n", "plan 1\nfive uploads/a\n"] {
            assert!(Plan::read(wrong.to_owned()).is_err(), "{wrong}");
        }
    }
}
