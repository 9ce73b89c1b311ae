//! The file of weights: half-precision numbers (IEEE 754 binary16), little-endian, and nothing else.

/// What is wrong with a file of weights
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Malformed {
    /// It does not hold as many numbers as the network has weights
    Length,
    /// One of them is not a finite number
    NotFinite,
}

/// The weights that are not read yet
#[derive(Debug)]
pub(super) struct Weights(std::vec::IntoIter<f32>);

impl Weights {
    pub(super) fn of(file: &[u8]) -> Result<Self, Malformed> {
        let (halves, []) = file.as_chunks::<2>() else {
            return Err(Malformed::Length);
        };
        let weights: Vec<f32> = halves.iter().map(|&half| single(u16::from_le_bytes(half))).collect();
        let finite = weights.iter().all(|weight| weight.is_finite());
        if finite { Ok(Self(weights.into_iter())) } else { Err(Malformed::NotFinite) }
    }

    pub(super) fn next(&mut self, count: usize) -> Result<Vec<f32>, Malformed> {
        let next: Vec<f32> = self.0.by_ref().take(count).collect();
        if next.len() == count { Ok(next) } else { Err(Malformed::Length) }
    }

    /// That there are no more
    pub(super) fn end(&self) -> Result<(), Malformed> {
        if self.0.as_slice().is_empty() { Ok(()) } else { Err(Malformed::Length) }
    }
}

/// A half in single precision, which is exact
fn single(half: u16) -> f32 {
    let sign = u32::from(half & 0x8000) << 16;
    let (exponent, fraction) = (u32::from(half >> 10 & 0x1f), u32::from(half & 0x3ff));
    match exponent {
        // Below the normal halves the fraction counts in units of 2⁻²⁴.
        0 => f32::from_bits((fraction as f32 / 16_777_216.0).to_bits() | sign),
        31 => f32::from_bits(sign | 0x7f80_0000 | fraction << 13),
        _ => f32::from_bits(sign | (exponent + 112) << 23 | fraction << 13),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_are_read_exactly() {
        for (half, value) in [
            (0x0000, 0.0),
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x3555, 0.333_251_95),
            (0x0400, 6.103_515_6e-5),
            (0x0001, 5.960_464_5e-8),
            (0x83ff, -6.097_555e-5),
        ] {
            assert_eq!(single(half), value, "{half:#06x}");
        }
        assert!(single(0x7c00).is_infinite() && single(0x7e00).is_nan());
        assert!(single(0x8000).is_sign_negative());
    }
}
