//! Pigments and their darkening.

/// Three matching pigments, as the light each lets through at its usual strength, sRGB 0..1.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pigments(pub(super) [[f32; 3]; 3]);

/// Rose and ultramarine, lagoon and coral, indigo and peach, sap and lemon, sienna and indigo, magenta and turquoise, sky and lilac, plum and gold.
const SETS: [[[u8; 3]; 3]; 8] = [
    [[236, 150, 168], [126, 150, 216], [252, 214, 130]],
    [[104, 190, 196], [244, 146, 122], [246, 212, 150]],
    [[112, 128, 190], [250, 186, 156], [198, 160, 208]],
    [[150, 188, 110], [250, 226, 120], [124, 186, 206]],
    [[214, 150, 108], [116, 138, 168], [240, 208, 160]],
    [[222, 120, 178], [96, 198, 204], [252, 190, 116]],
    [[140, 196, 236], [196, 170, 226], [250, 206, 206]],
    [[164, 112, 166], [244, 202, 108], [232, 144, 130]],
];

impl Pigments {
    /// The pigments of a seed.
    pub(super) fn of(seed: u64) -> Self {
        // Steps of 3 among 8: neighbouring seeds differ.
        let set = SETS[(seed.wrapping_mul(3).wrapping_add(seed >> 32) % 8) as usize];
        Self(set.map(|rgb| rgb.map(|byte| f32::from(byte) / 255.0)))
    }
}

/// The light let through by `density` times the usual amount of a pigment that lets `light` through
/// (Bousseau et al., *Interactive watercolor rendering with temporal coherence and abstraction*, 2006).
pub(super) fn denser(light: f32, density: f32) -> f32 {
    (light * (1.0 - (1.0 - light) * (density - 1.0))).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_pigment_is_darker_and_white_stays_white() {
        assert!(denser(0.5, 1.5) < 0.5 && denser(0.5, 0.5) > 0.5);
        assert_eq!(denser(1.0, 1.7), 1.0);
        assert_eq!(denser(0.6, 1.0), 0.6);
    }
}
