//! What a layer does to each of its values.

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Activation {
    Relu,
    /// x · clamp(x + 3, 0, 6) / 6 (Howard et al., *Searching for MobileNetV3*, 2019)
    HardSwish,
    Sigmoid,
}

impl Activation {
    pub(super) fn apply(self, values: &mut [f32]) {
        match self {
            Self::Relu => values.iter_mut().for_each(|x| *x = x.max(0.0)),
            Self::HardSwish => values.iter_mut().for_each(|x| *x *= (*x + 3.0).clamp(0.0, 6.0) * (1.0 / 6.0)),
            Self::Sigmoid => values.iter_mut().for_each(|x| *x = 1.0 / (1.0 + exp(-*x))),
        }
    }
}

/// ln 2 in two parts: a multiple of the first, which has few digits, is exact (Cody and Waite, *Software manual for the elementary functions*, 1980).
const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];

/// e to the power of `x`, of nearly single precision, by plain arithmetic: libraries differ in the last bit.
fn exp(x: f32) -> f32 {
    let x = x.clamp(-80.0, 80.0);
    let power = (x * std::f32::consts::LOG2_E + if x < 0.0 { -0.5 } else { 0.5 }) as i32;
    let rest = x - power as f32 * LN_2[0] - power as f32 * LN_2[1];
    // The series of e to the power of at most half of ln 2
    let series = [1.0 / 720.0, 1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0].into_iter().fold(0.0, |sum, factor| sum * rest + factor);
    series * f32::from_bits(((power + 127) as u32) << 23)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_exponential_is_that_of_the_library_but_for_its_last_bits() {
        for step in -8000..=8000_i16 {
            let x = f32::from(step) / 100.0;
            let apart = (f64::from(exp(x)) / f64::from(x).exp() - 1.0).abs();
            assert!(apart < 5e-7, "{x}: {apart}");
        }
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(f32::MAX).is_finite() && exp(f32::MIN) > 0.0);
    }

    #[test]
    fn each_does_what_its_name_says() {
        let of = |activation: Activation, x: f32| {
            let mut values = [x];
            activation.apply(&mut values);
            values[0]
        };
        assert_eq!([of(Activation::Relu, -2.0), of(Activation::Relu, 2.0)], [0.0, 2.0]);
        assert_eq!([of(Activation::HardSwish, -4.0), of(Activation::HardSwish, 4.0)], [0.0, 4.0]);
        assert_eq!([of(Activation::Sigmoid, 0.0), of(Activation::Sigmoid, 99.0)], [0.5, 1.0]);
    }
}
