//! The white edge around a sticker: even, smooth, and closed where the shape is ragged.

/// The measures of a sticker's edge for a given stroke, in pixels
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Edge {
    /// Width of the white stroke
    stroke: f32,
    /// Gaps narrower than twice this are closed, and inner corners rounded by it
    close: f32,
    /// Radius of the box that, passed three times, softens the shadow
    blur: usize,
    /// Distance of the shadow below the sticker
    drop: usize,
}

/// Alpha below which a pixel is haze of the matte and gets no edge
const HAZE: f32 = 0.12;
/// Alpha of the shadow under the sticker, which makes its edge visible on white
const SHADOW: f32 = 0.42;
/// The shadow's colour: not black, which looks like dirt on a coloured ground
const SHADE: [f32; 3] = [20.0, 22.0, 34.0];
/// Holes in the white edge with less than this share of the canvas are closed: they are gaps of the matte, not of the subject
const HOLE: f32 = 0.012;

impl Edge {
    pub(super) fn new(stroke: f32) -> Self {
        let small = stroke < 4.0;
        let blur = if small { 0 } else { (stroke / 6.0).round().max(1.0) as usize };
        let drop = if small { 0 } else { (stroke / 8.0).round().max(1.0) as usize };
        Self { stroke, close: 1.1 * stroke, blur, drop }
    }

    /// The width of the edge beyond the shape, in pixels
    pub(super) fn reach(self) -> u32 {
        self.stroke.ceil() as u32 + 1 + (3 * self.blur + self.drop) as u32
    }

    /// Lays the white edge and the shadow under the pixels of `canvas`, premultiplied RGBA of `width` × `height`.
    pub(super) fn lay(self, canvas: &mut [u8], (width, height): (usize, usize)) {
        let shape: Vec<f32> = canvas.chunks_exact(4).map(|pixel| solid(pixel[3])).collect();
        let mut white = self.white(&shape, (width, height));
        close_holes(&mut white, (width, height));
        let shadow = self.shadow(&white, (width, height));
        for ((pixel, white), shadow) in canvas.chunks_exact_mut(4).zip(white).zip(shadow) {
            let through = 1.0 - f32::from(pixel[3]) / 255.0;
            if through <= 0.0 {
                continue;
            }
            let under = shadow * SHADOW * (1.0 - white);
            for (channel, shade) in pixel.iter_mut().zip(SHADE.into_iter().chain([255.0])) {
                let below = white * 255.0 + under * shade;
                *channel = (f32::from(*channel) + through * below + 0.5).min(255.0) as u8;
            }
        }
    }

    /// The white area of the edge: the shape grown by the stroke, then closed
    fn white(self, shape: &[f32], size: (usize, usize)) -> Vec<f32> {
        let grown = cover(shape, size, self.stroke + self.close);
        let ground: Vec<f32> = grown.iter().map(|cover| 1.0 - cover).collect();
        let mut white = cover(&ground, size, self.close);
        white.iter_mut().zip(shape).for_each(|(cover, shape)| *cover = (1.0 - *cover).max(*shape));
        white
    }

    fn shadow(self, white: &[f32], (width, height): (usize, usize)) -> Vec<f32> {
        if self.blur == 0 {
            return vec![0.0; white.len()];
        }
        let mut shadow = vec![0.0; white.len()];
        let shift = self.drop * width;
        shadow[shift..].copy_from_slice(&white[..white.len() - shift]);
        let mut line = Vec::new();
        for _ in 0..3 {
            (0..height).for_each(|y| boxed(&mut shadow, self.blur, (y * width, 1, width), &mut line));
            (0..width).for_each(|x| boxed(&mut shadow, self.blur, (x, width, height), &mut line));
        }
        shadow
    }
}

/// Alpha as a share, without haze
fn solid(alpha: u8) -> f32 {
    ((f32::from(alpha) / 255.0 - HAZE) / (1.0 - HAZE)).max(0.0)
}

/// How much of each pixel lies within `radius` of the shape, beyond `size` is nothing.
///
/// The edge of the shape runs through its half-covered pixels, further out or in by their coverage, so that the distance to it is known in fractions
/// of a pixel (after Gustavson and Strand, *Anti-aliased Euclidean distance transform*, 2011). Radii are a few pixels, so each edge pixel draws its
/// disc; a transform of the whole plane would visit every pixel twice.
fn cover(shape: &[f32], (width, height): (usize, usize), radius: f32) -> Vec<f32> {
    let reach = (radius + 1.5).ceil() as usize;
    let wide = 2 * reach + 1;
    let far = |at: usize| at.abs_diff(reach) as f32;
    let disc: Vec<f32> = (0..wide * wide).map(|i| far(i % wide).hypot(far(i / wide))).collect();
    let mut nearest = vec![f32::MAX; shape.len()];
    for y in 0..height {
        for x in 0..width {
            let at = y * width + x;
            if shape[at] <= 0.0 || inside(shape, (width, height), x, y) {
                continue;
            }
            let beyond = 0.5 - shape[at];
            let (left, right) = (x.saturating_sub(reach), (x + reach).min(width - 1));
            for row in y.saturating_sub(reach)..=(y + reach).min(height - 1) {
                let start = (row + reach - y) * wide + left + reach - x;
                let distances = &disc[start..=start + right - left];
                for (nearest, distance) in nearest[row * width + left..=row * width + right].iter_mut().zip(distances) {
                    let distance = distance + beyond;
                    *nearest = if distance < *nearest { distance } else { *nearest };
                }
            }
        }
    }
    let within = |(shape, distance): (&f32, f32)| (radius + 0.5 - distance).clamp(0.0, 1.0).max(*shape);
    shape.iter().zip(nearest).map(within).collect()
}

/// Whether a covered pixel has only covered neighbours, so that the edge is nearer elsewhere
fn inside(shape: &[f32], (width, height): (usize, usize), x: usize, y: usize) -> bool {
    let at = y * width + x;
    let full = |at: usize| shape[at] >= 1.0;
    full(at)
        && (x == 0 || full(at - 1))
        && (x + 1 == width || full(at + 1))
        && (y == 0 || full(at - width))
        && (y + 1 == height || full(at + width))
}

/// Closes small holes: parts the ground cannot reach.
fn close_holes(white: &mut [f32], (width, height): (usize, usize)) {
    let largest = (HOLE * (width * height) as f32) as usize;
    let mut seen: Vec<bool> = white.iter().map(|cover| *cover >= 1.0).collect();
    let mut hole = Vec::new();
    for start in 0..white.len() {
        if seen[start] {
            continue;
        }
        hole.clear();
        hole.push(start);
        seen[start] = true;
        let (mut next, mut open) = (0, false);
        while let Some(&at) = hole.get(next) {
            next += 1;
            let (x, y) = (at % width, at / width);
            open |= x == 0 || y == 0 || x + 1 == width || y + 1 == height;
            let neighbours =
                [(x > 0, at.wrapping_sub(1)), (x + 1 < width, at + 1), (y > 0, at.wrapping_sub(width)), (y + 1 < height, at + width)];
            for (_, neighbour) in neighbours.into_iter().filter(|(there, _)| *there) {
                if !seen[neighbour] {
                    seen[neighbour] = true;
                    hole.push(neighbour);
                }
            }
        }
        if !open && hole.len() <= largest {
            hole.iter().for_each(|&at| white[at] = 1.0);
        }
    }
}

/// A box of `2 × radius + 1` over the line that begins at `start` and goes on by `step`; beyond its ends is nothing
fn boxed(field: &mut [f32], radius: usize, (start, step, length): (usize, usize, usize), line: &mut Vec<f32>) {
    line.clear();
    line.extend((0..length).map(|i| field[start + i * step]));
    let share = 1.0 / (2 * radius + 1) as f32;
    let mut sum: f32 = line.iter().take(radius).sum();
    for i in 0..length {
        if let Some(value) = line.get(i + radius) {
            sum += value;
        }
        if i > radius {
            sum -= line[i - radius - 1];
        }
        field[start + i * step] = sum * share;
    }
}
