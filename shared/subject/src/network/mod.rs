//! The network that tells people from the ground: MediaPipe Selfie Segmentation (general), a MobileNetV3 with a decoder (Howard et al.,
//! *Searching for MobileNetV3*, 2019), of 106,404 weights.
//!
//! It gives each pixel a probability of being a person. It knows no face from another, and nothing it computes is kept but the mask.
//!
//! Rows on every thread, sums in a fixed order, no fused multiply-add and an exponential of our own: the same bits on every processor.

mod activation;
mod blocks;
mod layers;
mod map;
mod weights;

use std::sync::LazyLock;

use raster::grid::Grid;

use activation::Activation;
use blocks::{Bottleneck, Neck, Shape, Stage};
use layers::{Full, Pointwise};
use map::Map;
use weights::{Malformed, Weights};

/// Pixels along the picture that the network sees
pub(crate) const SIDE: usize = 256;

/// As `../weights/README.md` says where they come from
static FILE: &[u8] = include_bytes!("../../weights/selfie-segmentation.f16");

/// An error only if the file were broken, which a test rules out
static NETWORK: LazyLock<Result<Network, Malformed>> = LazyLock::new(|| Network::read(FILE));

/// The probability (0..1) that a pixel of a picture, sRGB 0..1, [`SIDE`] pixels wide and high, is a person
pub(crate) fn people(picture: &Grid<3>) -> Grid<1> {
    match &*NETWORK {
        Ok(network) => network.run(picture),
        Err(_) => picture.map(|_| [0.0]),
    }
}

#[derive(Debug)]
struct Network {
    stem: Full,
    encoder: Vec<Bottleneck>,
    neck: Neck,
    decoder: Vec<Stage>,
    /// From the channels of a pixel to the four pixels it becomes
    head: Pointwise,
}

/// The encoder's blocks, each half as wide as the one before where its stride is 2
const ENCODER: [Shape; 8] = [
    Shape { from: 16, inner: 16, to: 16, size: 3, stride: 2, gate: Some(8), activation: Activation::Relu },
    Shape { from: 16, inner: 72, to: 24, size: 3, stride: 2, gate: None, activation: Activation::Relu },
    Shape { from: 24, inner: 88, to: 24, size: 3, stride: 1, gate: None, activation: Activation::Relu },
    Shape { from: 24, inner: 96, to: 32, size: 5, stride: 2, gate: Some(24), activation: Activation::HardSwish },
    Shape { from: 32, inner: 128, to: 32, size: 5, stride: 1, gate: Some(32), activation: Activation::HardSwish },
    Shape { from: 32, inner: 128, to: 32, size: 5, stride: 1, gate: Some(32), activation: Activation::HardSwish },
    Shape { from: 32, inner: 96, to: 32, size: 5, stride: 1, gate: Some(24), activation: Activation::HardSwish },
    Shape { from: 32, inner: 96, to: 32, size: 5, stride: 1, gate: Some(24), activation: Activation::HardSwish },
];
/// Channels into and out of the decoder's stages
const DECODER: [(usize, usize); 3] = [(128, 24), (24, 16), (16, 16)];

impl Network {
    /// Reads the weights in the order in which the network uses them.
    fn read(file: &[u8]) -> Result<Self, Malformed> {
        let mut weights = Weights::of(file)?;
        let network = Self {
            stem: Full::read(&mut weights, 3, 16)?,
            encoder: ENCODER.iter().map(|shape| Bottleneck::read(&mut weights, shape)).collect::<Result<_, _>>()?,
            neck: Neck::read(&mut weights, 32, 128)?,
            decoder: DECODER.iter().map(|&(from, to)| Stage::read(&mut weights, from, to)).collect::<Result<_, _>>()?,
            head: Pointwise::read(&mut weights, 16, 4)?,
        };
        weights.end()?;
        Ok(network)
    }

    fn run(&self, picture: &Grid<3>) -> Grid<1> {
        let mut map = self.stem.of(&Map::picture(picture)).with(Activation::HardSwish);
        // What the decoder takes up again, the last first: the map before each halving but the first
        let mut skipped = Vec::new();
        for block in &self.encoder {
            let next = block.of(&map);
            if next.side < map.side {
                skipped.push(map);
            }
            map = next;
        }
        map = self.neck.of(&map);
        for stage in &self.decoder {
            let Some(skip) = skipped.pop() else { break };
            map = stage.of(&map, skip);
        }
        self.head.of(&map).spread().with(Activation::Sigmoid).grid()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use sha2::{Digest, Sha256};

    use super::*;

    /// A head and shoulders before a wall, made of integers, so that every machine makes the same
    fn made() -> Grid<3> {
        Grid::from_fn(SIDE, SIDE, |x, y| {
            let (x, y) = (x as i32, y as i32);
            let head = 4 * (x - 128).pow(2) + 3 * (y - 96).pow(2) < 10_000;
            let body = y > 150 && (x - 128).abs() < y - 110;
            let shade = (x + y) / 16;
            let colour = if head {
                [210, 158, 124]
            } else if body {
                [30, 60, 130]
            } else {
                [190 - shade, 200 - shade, 210 - shade]
            };
            colour.map(|channel| channel as f32 / 255.0)
        })
    }

    #[test]
    fn the_weights_are_those_that_were_converted() {
        assert_eq!(hex::encode(Sha256::digest(FILE)), "0a07f2af65ddb5ad1302e3fe65fbbc022dc3641aec022ab042bf6eb39810a6bc");
        assert!(NETWORK.is_ok());
    }

    #[test]
    fn every_processor_computes_the_same_bits() {
        let people = people(&made());
        let bits: Vec<u8> = people.cells.iter().flat_map(|c| c[0].to_bits().to_le_bytes()).collect();
        assert_eq!(hex::encode(Sha256::digest(bits)), "56d6bdecf276b59d8f769f4a805efbc5db4aca3f5e4641731fc7eac1ddaeaccb");
    }

    /// What ONNX Runtime 1.32.0 computes from the original: `../../weights/README.md`
    #[test]
    fn another_runtime_finds_the_same() {
        let people = people(&made());
        for (x, y, expected) in [
            (86, 111, 0.891_44),
            (89, 100, 0.795_03),
            (94, 86, 0.767_81),
            (96, 53, 0.464_78),
            (111, 63, 0.671_79),
            (114, 57, 0.532_06),
            (121, 120, 0.538_43),
            (127, 46, 0.448_24),
            (131, 111, 0.537_4),
            (152, 55, 0.635_92),
            (128, 148, 1.0),
            (0, 0, 0.0),
            (255, 255, 0.000_66),
        ] {
            assert!((people.value(x, y) - expected).abs() < 1e-3, "({x}, {y}): {} for {expected}", people.value(x, y));
        }
    }

    #[test]
    fn a_file_of_another_length_or_with_no_number_in_it_is_an_error() {
        assert_eq!(Network::read(&[]).err(), Some(Malformed::Length));
        assert_eq!(Network::read(&FILE[1..]).err(), Some(Malformed::Length));
        assert_eq!(Network::read(&FILE[2..]).err(), Some(Malformed::Length));
        assert_eq!(Network::read(&[FILE, &[0, 0]].concat()).err(), Some(Malformed::Length));
        for none in [0x7c00_u16, 0xfc00, 0x7e00, 0x7c01] {
            let mut file = FILE.to_vec();
            file[4000..4002].copy_from_slice(&none.to_le_bytes());
            assert_eq!(Network::read(&file).err(), Some(Malformed::NotFinite));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn whatever_the_weights_are_they_are_an_error_or_a_network_that_runs(
            length in prop_oneof![Just(FILE.len()), 0..FILE.len()],
            from in 0..FILE.len(),
            noise in prop::collection::vec(any::<u8>(), 0..64),
        ) {
            let mut file = FILE[..length].to_vec();
            for (byte, noise) in file.iter_mut().skip(from).zip(&noise) {
                *byte = *noise;
            }
            match Network::read(&file) {
                Ok(network) => {
                    prop_assert_eq!(file.len(), FILE.len());
                    prop_assert_eq!(network.run(&made()).cells.len(), SIDE * SIDE);
                }
                Err(malformed) => prop_assert!(malformed == Malformed::NotFinite || file.len() != FILE.len()),
            }
        }
    }
}
