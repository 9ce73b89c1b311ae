//! Pseudo-random choices by seed.

/// A stream of numbers from a seed: SplitMix64 (Steele, Lea, Flood, *Fast splittable pseudorandom number generators*, 2014).
#[derive(Clone, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    /// The stream of `seed`; `stream` separates the choices of one seed, so that one does not shift another.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        Self(stir(seed ^ stir(stream)))
    }

    /// The next 64 bits.
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        stir(self.0)
    }

    /// A number in 0..1.
    pub(crate) fn unit(&mut self) -> f32 {
        unit(self.next())
    }

    /// A number in `from..to`.
    pub(crate) fn between(&mut self, from: f32, to: f32) -> f32 {
        from + (to - from) * self.unit()
    }

    /// One of `items`, which is not empty.
    pub(crate) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[(self.next() % items.len() as u64) as usize]
    }
}

/// How heavy the pen of a drawing is, about 1: four neighbouring seeds have four different pens.
pub(crate) fn pen_weight(seed: u64) -> f32 {
    [1.0, 0.78, 1.25, 1.1][(seed.wrapping_add(seed / 4) % 4) as usize]
}

/// Bits that look random for each (`seed`, `x`, `y`), as a number in 0..1.
pub(crate) fn hash(seed: u64, x: i64, y: i64) -> f32 {
    let bits = seed ^ (x as u64).wrapping_mul(0x8530_9e4b_3a5d_1c27);
    unit(stir(stir(bits) ^ (y as u64).wrapping_mul(0xc2b2_ae3d_27d4_eb4f)))
}

/// Smooth noise in 0..1 with a feature size of one unit (value noise; Perlin, *An image synthesizer*, 1985).
pub(crate) fn noise(seed: u64, x: f32, y: f32) -> f32 {
    let (column, row) = (x.floor(), y.floor());
    let ease = |t: f32| t * t * (3.0 - 2.0 * t);
    let (fx, fy) = (ease(x - column), ease(y - row));
    let corner = |dx, dy| hash(seed, column as i64 + dx, row as i64 + dy);
    let upper = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * fx;
    let lower = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * fx;
    upper + (lower - upper) * fy
}

/// [`noise`] summed over four octaves, in 0..1.
pub(crate) fn fractal(seed: u64, x: f32, y: f32) -> f32 {
    let mut sum = 0.0;
    let (mut scale, mut share) = (1.0, 0.533_333_3);
    for octave in 0..4 {
        sum += share * noise(seed.wrapping_add(octave), x * scale, y * scale);
        scale *= 2.0;
        share *= 0.5;
    }
    sum
}

/// The 24 upper bits as a number in 0..1.
fn unit(bits: u64) -> f32 {
    (bits >> 40) as f32 / (1_u64 << 24) as f32
}

/// The finaliser of SplitMix64.
fn stir(bits: u64) -> u64 {
    let bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let roll = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            [dice.unit(), dice.unit()]
        };
        assert_eq!(roll(7, 1), roll(7, 1));
        assert_ne!(roll(7, 1), roll(8, 1));
        assert_ne!(roll(7, 1), roll(7, 2));
    }

    #[test]
    fn chance_stays_in_its_range() {
        let mut dice = Dice::new(0, 0);
        for step in 0..1000 {
            assert!((0.0..1.0).contains(&dice.unit()));
            assert!((3.0..=5.0).contains(&dice.between(3.0, 5.0)));
            let at = step as f32 * 0.37;
            assert!((0.0..=1.0).contains(&noise(1, at, -at)));
            assert!((0.0..=1.0).contains(&fractal(1, at, -at)));
        }
    }
}
