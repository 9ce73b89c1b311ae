//! Pictures that certainly show nobody.

use image::RgbImage;

/// Pictures with a shorter side are not judged: too little of them is left to tell a drawing from nothing
const SHORTEST_SIDE: u32 = 16;
/// Longest side of the detail that is looked at, in cells of equal size
const FINE: u32 = 160;
/// Cells across and down, at most, for what is left where noise cancels itself out
const COARSE: u32 = 20;
/// The difference of a channel, of 255, that nobody sees: JPEG makes as much of nothing
const UNSEEN: f64 = 4.0;
/// How far noise strays, in standard deviations: of a hundred thousand cells none strays so far by chance
const STRAY: f64 = 6.5;
/// The highest power of a place in a surface: with it, light that falls off towards edges and corners is described
const POWERS: usize = 4;

/// Whether a smooth surface in each channel describes `picture` up to noise: one colour, or colours that flow into each other. A person in haze or
/// darkness differs from it over whole areas, and a line of a drawing by far more than noise would.
pub(crate) fn is_blank(picture: &RgbImage) -> bool {
    let (width, height) = picture.dimensions();
    if width.min(height) < SHORTEST_SIDE {
        return false;
    }
    let scale = f64::from(width.max(height)) / f64::from(FINE.min(width.max(height)));
    let fine = |side: u32| ((f64::from(side) / scale).round() as usize).max(1);
    (0..3).all(|channel| {
        let cells = Cells::of(picture, channel, (fine(width), fine(height)));
        let rest = cells.without_surface();
        let noise = 1.4826 * median(rest.values.iter().map(|value| value.abs()).collect());
        let coarse = rest.coarse();
        // Noise that has no shape cancels itself out as the root of the cells that are joined.
        let left = noise * (coarse.values.len() as f64 / rest.values.len() as f64).sqrt();
        rest.most() <= UNSEEN.max(STRAY * noise) && coarse.most() <= (STRAY * left).clamp(UNSEEN, 2.0 * UNSEEN)
    })
}

/// The mean of a channel in each cell of a grid
struct Cells {
    across: usize,
    down: usize,
    values: Vec<f64>,
}

impl Cells {
    fn of(picture: &RgbImage, channel: usize, (across, down): (usize, usize)) -> Self {
        let (width, height) = (picture.width() as usize, picture.height() as usize);
        let (mut sums, mut counts) = (vec![0_u64; across * down], vec![0_u64; across * down]);
        for (y, row) in picture.chunks_exact(3 * width).enumerate() {
            for (x, pixel) in row.chunks_exact(3).enumerate() {
                let cell = y * down / height * across + x * across / width;
                sums[cell] += u64::from(pixel[channel]);
                counts[cell] += 1;
            }
        }
        let values = sums.iter().zip(counts).map(|(sum, count)| *sum as f64 / count.max(1) as f64).collect();
        Self { across, down, values }
    }

    /// What is left of the cells when the surface of least squares is taken away
    fn without_surface(&self) -> Self {
        let (columns, rows) = (polynomials(self.across), polynomials(self.down));
        let mut values = self.values.clone();
        for (i, column) in columns.iter().enumerate() {
            for row in rows.iter().take(POWERS.saturating_sub(i)) {
                let shape = || row.iter().flat_map(|down| column.iter().map(move |across| across * down));
                let share: f64 = self.values.iter().zip(shape()).map(|(value, shape)| value * shape).sum();
                values.iter_mut().zip(shape()).for_each(|(value, shape)| *value -= share * shape);
            }
        }
        Self { values, ..*self }
    }

    /// The means of neighbouring cells
    fn coarse(&self) -> Self {
        let (across, down) = (self.across.min(COARSE as usize), self.down.min(COARSE as usize));
        let (mut values, mut counts) = (vec![0.0; across * down], vec![0.0; across * down]);
        for (at, value) in self.values.iter().enumerate() {
            let cell = at / self.across * down / self.down * across + at % self.across * across / self.across;
            values[cell] += value;
            counts[cell] += 1.0;
        }
        values.iter_mut().zip(counts).for_each(|(value, count): (&mut f64, f64)| *value /= count.max(1.0));
        Self { across, down, values }
    }

    /// The largest difference from nothing
    fn most(&self) -> f64 {
        self.values.iter().fold(0.0, |most, value| value.abs().max(most))
    }
}

/// Polynomials of the powers from 0 on over `length` places, of length 1 and at right angles to each other: the share of each in a row is its product
/// with the row
fn polynomials(length: usize) -> Vec<Vec<f64>> {
    let mut found: Vec<Vec<f64>> = Vec::new();
    for power in 0..POWERS.min(length) {
        let place = |at: usize| 2.0 * (at as f64 + 0.5) / length as f64 - 1.0;
        let mut next: Vec<f64> = (0..length).map(|at| place(at).powi(power as i32)).collect();
        for other in &found {
            let share: f64 = next.iter().zip(other).map(|(a, b)| a * b).sum();
            next.iter_mut().zip(other).for_each(|(value, other)| *value -= share * other);
        }
        let norm = next.iter().map(|value| value * value).sum::<f64>().sqrt();
        next.iter_mut().for_each(|value| *value /= norm);
        found.push(next);
    }
    found
}

fn median(mut values: Vec<f64>) -> f64 {
    let middle = values.len() / 2;
    *values.select_nth_unstable_by(middle, f64::total_cmp).1
}

#[cfg(test)]
mod tests {
    use super::*;
    use image::Rgb;

    /// A number of 0 to 1 that looks like chance, for a place
    fn chance(x: u32, y: u32) -> f64 {
        let mut value = x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b);
        value = (value ^ (value >> 15)).wrapping_mul(0x2c1b_3c6d);
        value = (value ^ (value >> 12)).wrapping_mul(0x297a_2d39);
        f64::from(value ^ (value >> 15)) / f64::from(u32::MAX)
    }

    /// About normal, of standard deviation 1
    fn noise(x: u32, y: u32) -> f64 {
        (0..12).map(|turn| chance(x + 10_000 * turn, y)).sum::<f64>() - 6.0
    }

    fn picture(size: (u32, u32), paint: impl Fn(u32, u32) -> [f64; 3]) -> RgbImage {
        RgbImage::from_fn(size.0, size.1, |x, y| Rgb(paint(x, y).map(|value| value.round().clamp(0.0, 255.0) as u8)))
    }

    #[test]
    fn one_colour_noise_and_light_that_falls_off_are_blank() {
        for size in [(64, 64), (600, 600), (1280, 720), (90, 1280)] {
            assert!(is_blank(&picture(size, |_, _| [255.0; 3])), "{size:?}: white");
            assert!(is_blank(&picture(size, |_, _| [12.0, 80.0, 30.0])), "{size:?}: one colour");
            assert!(is_blank(&picture(size, |x, y| [250.0 + 2.0 * chance(x, y); 3])), "{size:?}: nearly white");
            let tone = |x: u32, y: u32| f64::from(x) / f64::from(size.0) + f64::from(y) / f64::from(size.1);
            assert!(is_blank(&picture(size, |x, y| [20.0 + 110.0 * tone(x, y), 40.0, 200.0 - 80.0 * tone(x, y)])), "{size:?}: a gradient");
        }
        assert!(is_blank(&picture((64, 64), |x, y| [120.0 + 5.0 * noise(x, y); 3])), "a noisy little one");
        let size = (1280, 960);
        assert!(is_blank(&picture(size, |x, y| [20.0 + 8.0 * noise(x, y); 3])), "the noise of a dark frame");
        let far = |x: u32, y: u32| (f64::from(x) / 640.0 - 1.0).powi(2) + (f64::from(y) / 480.0 - 1.0).powi(2);
        assert!(is_blank(&picture(size, |x, y| [230.0 - 60.0 * far(x, y) + noise(x, y); 3])), "a wall, darker at its corners");
    }

    #[test]
    fn whatever_could_be_somebody_is_not_blank() {
        let size = (1280, 960);
        let head = |x: u32, y: u32| ((f64::from(x) - 640.0) / 160.0).powi(2) + ((f64::from(y) - 480.0) / 220.0).powi(2);
        assert!(!is_blank(&picture(size, |x, y| if head(x, y) < 1.0 { [18.0; 3] } else { [4.0; 3] })), "somebody in the dark");
        assert!(!is_blank(&picture(size, |x, y| [240.0 - 25.0 * (-head(x, y)).exp(); 3])), "somebody in haze, out of focus");
        assert!(
            !is_blank(&picture(size, |x, y| [128.0 + 8.0 * noise(x, y) + if head(x, y) < 1.0 { 14.0 } else { 0.0 }; 3])),
            "and in noise"
        );
        let drawn = |line: f64, ink: f64| {
            picture(size, |x, y| [255.0 - if (head(x, y).sqrt() - 1.0).abs() * 190.0 < line / 2.0 { ink } else { 0.0 }; 3])
        };
        assert!(!is_blank(&drawn(2.0, 255.0)), "a thin line");
        assert!(!is_blank(&drawn(4.0, 40.0)), "a faint one, of a pencil");
        let far = |x: u32, y: u32| (600..612).contains(&x) && (400..430).contains(&y);
        assert!(!is_blank(&picture(size, |x, y| if far(x, y) { [90.0; 3] } else { [235.0; 3] })), "somebody far away in snow");
        assert!(!is_blank(&picture((96, 64), |x, _| if x < 48 { [0.0; 3] } else { [30.0; 3] })), "two colours");
        assert!(!is_blank(&picture((8, 8), |_, _| [255.0; 3])), "too small to tell");
    }
}
