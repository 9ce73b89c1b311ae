use super::drawings::SOURCE;
use imaging::{FitError, STICKERS, fit_sticker};
use proptest::prelude::*;

/// Pixels of some character: noise in the colours, in alpha, in both, blocks, nearly empty, empty, full
fn pixels(character: u8, seed: u32, count: usize) -> Vec<u8> {
    let mut state = seed | 1;
    let mut random = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        (state >> 11) as u8
    };
    (0..count)
        .flat_map(|at| {
            let [red, green, blue, alpha] = [random(), random(), random(), random()];
            match character {
                0 => [red, green, blue, 255],
                1 => [200, 80, 40, alpha],
                2 => [red, green, blue, alpha],
                3 => [(at / 97) as u8, (at / 13) as u8, 128, if at % 4096 < 2048 { 255 } else { 0 }],
                4 => [red, green, blue, alpha / 128],
                5 => [0; 4],
                _ => [250, 240, 230, 255],
            }
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_pixels_the_file_is_small_enough_or_there_is_none(character in 0..7_u8, seed: u32, row in 0..STICKERS.len()) {
        let row = &STICKERS[row];
        match fit_sticker(&pixels(character, seed, (row.width * row.height) as usize), row, SOURCE) {
            Ok(file) => {
                prop_assert!(file.len() <= row.target_bytes());
                let picture = image::load_from_memory(&file).unwrap();
                prop_assert_eq!((picture.width(), picture.height()), (row.width, row.height));
            }
            Err(error) => prop_assert!(matches!(error, FitError::TooLarge { .. }), "{}", error),
        }
    }
}

#[test]
fn transparency_survives_the_palette() {
    let row = STICKERS.iter().find(|row| row.name == "imessage-618").unwrap();
    let mut noise = pixels(0, 7, 618 * 618);
    noise.chunks_exact_mut(4).take(618 * 100).for_each(|pixel| pixel.fill(0));
    let file = fit_sticker(&noise, row, SOURCE).unwrap();
    let picture = image::load_from_memory(&file).unwrap().into_rgba8();
    assert!(picture.enumerate_pixels().all(|(_, y, pixel)| pixel.0[3] == if y < 100 { 0 } else { 255 }));
}

#[test]
fn pixels_of_another_size_are_refused() {
    for length in [0, 4, 4 * 512 * 512 - 4, 4 * 512 * 512 + 4] {
        let refused = fit_sticker(&vec![0; length], &STICKERS[0], SOURCE);
        assert_eq!(refused, Err(FitError::WrongSize { given: length, width: 512, height: 512 }));
    }
}

#[test]
fn the_aim_is_five_percent_below_the_limit() {
    for row in STICKERS {
        assert!(row.target_bytes() * 100 <= row.most_bytes * 95 && row.target_bytes() * 100 > row.most_bytes * 94, "{}", row.name);
        assert!(row.sides.take(row.width, row.height), "{}", row.name);
        assert!(row.source.starts_with("https://") && row.read.len() == 10, "{}", row.name);
    }
}
