use super::drawings::{SOURCE, bust, drawing, extras_of};
use imaging::{Deliverable, Extras, Packs, Target, render, validate};
use picture_files::{Format, Kind, Messenger};
use std::sync::OnceLock;

const BOTH: [Messenger; 2] = [Messenger::Whatsapp, Messenger::Line];

/// Every file of one drawing with stickers for two messengers, made once
fn files() -> &'static [Deliverable] {
    static FILES: OnceLock<Vec<Deliverable>> = OnceLock::new();
    FILES.get_or_init(|| render(&drawing(bust), SOURCE, &extras_of(&BOTH, None)).unwrap().map(Result::unwrap).collect())
}

fn packed(title: &str, author: &str, extras: &Extras, drawings: usize) -> Vec<Deliverable> {
    let mut packs = Packs::new(title, author, extras);
    for index in 1..=drawings {
        files().iter().for_each(|file| packs.add(index, file));
    }
    let mut files = packs.pictures().unwrap();
    let packed = packs.finish(&files).unwrap();
    files.extend(packed);
    files
}

fn paths(files: &[Deliverable]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

#[test]
fn packs_come_with_enough_drawings_and_their_pictures_always() {
    let extras = extras_of(&BOTH, None);
    let trays = ["packs/whatsapp-tray.png", "packs/line-main.png", "packs/line-tab.png"];
    assert_eq!(paths(&packed("Ada", "Ada", &extras, 2)), trays);
    assert_eq!(paths(&packed("Ada", "Ada", &extras, 3)), [&trays[..], &["packs/whatsapp.wastickers"]].concat());
    assert_eq!(paths(&packed("Ada", "Ada", &extras, 8)), [&trays[..], &["packs/whatsapp.wastickers", "packs/line.zip"]].concat());
    assert_eq!(
        paths(&packed("Ada", "Ada", &extras_of(&[Messenger::Whatsapp], None), 8)),
        ["packs/whatsapp-tray.png", "packs/whatsapp.wastickers"]
    );
    assert_eq!(paths(&packed("Ada", "Ada", &Extras::default(), 8)), [""; 0]);
    assert_eq!(paths(&packed("Ada", "Ada", &extras, 0)), [""; 0]);
}

#[test]
fn packs_keep_every_rule_whatever_they_are_called() {
    let long = "A very long name ".repeat(20);
    for (title, author) in [("Ada", "Nigao"), ("", ""), (&long[..], &long[..]), ("a\nb\0\u{7f}", " \t"), ("🙂🙃 エイダ", "Ада")] {
        for file in packed(title, author, &extras_of(&BOTH, None), 8) {
            assert_eq!(validate(Target::of(&file.path).unwrap(), &file.bytes), [], "{} {title:?}", file.path);
        }
    }
}

#[test]
fn the_same_stickers_give_the_same_packs() {
    let once = packed("Ada", "Ada", &extras_of(&BOTH, None), 8);
    assert_eq!(once, packed("Ada", "Ada", &extras_of(&BOTH, None), 8));
    for file in once {
        let kind = if file.format == Format::Png { Kind::Tray } else { Kind::Pack };
        assert_eq!((file.kind, file.digital_source), (kind, SOURCE), "{}", file.path);
    }
}
