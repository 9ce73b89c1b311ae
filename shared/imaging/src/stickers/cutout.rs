//! The die-cut subject.

use crate::drawing::DRAWING_SIDE;
use crate::matte::Layers;
use image::RgbaImage;
use subject::{HeadBox, head};

const SIDE: usize = DRAWING_SIDE as usize;
/// Cells along a side of the grid on which shapes are analysed; fine enough, at a sixteenth of the pixels
const CELLS: usize = 256;
const CELL: usize = SIDE / CELLS;
/// Alpha from which a cell belongs to the shape
const SOLID: u8 = 100;
/// Pieces smaller than this share of the largest are specks of the matte
const SPECK: f32 = 0.06;
/// A subject with less than this share of the drawing counts as none
const LEAST: f32 = 0.03;
/// Half the side of the badge that is cut out of a drawing without a subject, in pixels, and the exponent of its outline, a squircle
const BADGE: (f32, f32) = (490.0, 5.0);

/// A rectangle with fractions of a pixel
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Area {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
}

impl Area {
    pub(crate) fn width(self) -> f32 {
        self.right - self.left
    }

    pub(crate) fn height(self) -> f32 {
        self.bottom - self.top
    }

    pub(crate) fn middle(self) -> f32 {
        self.left.midpoint(self.right)
    }

    /// A head in pixels of the drawing
    pub(crate) fn of_head(head: HeadBox) -> Self {
        Self { left: head.left, top: head.top, right: head.right, bottom: head.bottom }.placed(SIDE as f32, (0.0, 0.0))
    }

    /// Scaled about the origin, then moved
    pub(crate) fn placed(self, scale: f32, (x, y): (f32, f32)) -> Self {
        Self { left: self.left * scale + x, top: self.top * scale + y, right: self.right * scale + x, bottom: self.bottom * scale + y }
    }
}

/// The whole subject of a drawing with a clean edge; in pixels of the drawing
pub(crate) struct Cutout {
    /// [`DRAWING_SIDE`]² premultiplied RGBA
    pub(crate) pixels: Vec<u8>,
    /// The area of the subject
    pub(crate) extent: Area,
    pub(crate) head: Area,
}

impl Cutout {
    /// The whole subject, or the whole drawing as a badge where no subject is known
    pub(crate) fn of(layers: &Layers) -> Self {
        let head = layers.pose.head_box;
        let subject = layers.matted.then(|| layers.subject.clone()).and_then(|pixels| Self::of_subject(pixels, Some(head)));
        subject.unwrap_or_else(|| Self::badge(&layers.drawing, head))
    }

    /// For a `transparent` deliverable, [`DRAWING_SIDE`]² straight RGBA
    pub(crate) fn of_transparent(picture: &RgbaImage) -> Self {
        let multiplied = || {
            let mut pixels = picture.as_raw().clone();
            for pixel in pixels.chunks_exact_mut(4) {
                let alpha = u32::from(pixel[3]);
                pixel[..3].iter_mut().for_each(|channel| *channel = ((u32::from(*channel) * alpha + 127) / 255) as u8);
            }
            pixels
        };
        let matted = picture.pixels().any(|pixel| pixel.0[3] < 255);
        let subject = matted.then(multiplied).and_then(|pixels| Self::of_subject(pixels, None));
        subject.unwrap_or_else(|| Self::badge(picture, head::USUAL))
    }

    /// The whole subject, its head found by its shape unless it is known; none if there is hardly any
    fn of_subject(mut pixels: Vec<u8>, head: Option<HeadBox>) -> Option<Self> {
        let mut grid = Grid::of(&pixels);
        let enough = grid.largest_only() as f32 > LEAST * (CELLS * CELLS) as f32;
        let whole = extent(&grid).filter(|_| enough)?;
        grid.erase_others(&mut pixels);
        let head = Area::of_head(head.unwrap_or_else(|| grid.head()));
        if let Some(bowl) = Bowl::under(&grid, whole, head) {
            bowl.cut(&mut pixels);
        }
        let extent = extent(&Grid::of(&pixels)).unwrap_or(whole);
        Some(Self { pixels, extent, head })
    }

    /// Head and shoulders, for pictures too small for more
    pub(crate) fn bust(&self) -> Self {
        let mut pixels = self.pixels.clone();
        let end = (self.head.bottom + 0.34 * self.head.height()).min(self.extent.bottom);
        let half = 0.95 * self.head.width().max(0.8 * self.head.height());
        let shape = Bowl { middle: self.head.middle(), half, end, depth: 0.42 * self.head.height() };
        shape.cut(&mut pixels);
        let extent = extent(&Grid::of(&pixels)).unwrap_or(self.extent);
        Self { pixels, extent, head: self.head }
    }

    /// The drawing in a rounded square
    fn badge(drawing: &RgbaImage, head: HeadBox) -> Self {
        let (half, power) = BADGE;
        let middle = SIDE as f32 / 2.0;
        let mut pixels = vec![0; 4 * SIDE * SIDE];
        for ((x, y, from), to) in drawing.enumerate_pixels().zip(pixels.chunks_exact_mut(4)) {
            let across = ((x as f32 + 0.5 - middle) / half).abs();
            let down = ((y as f32 + 0.5 - middle) / half).abs();
            // The value rises from 0 to 1 at the outline about as fast as `power / half` a pixel.
            let value = across.powf(power) + down.powf(power);
            let cover = ((1.0 - value) * half / power + 0.5).clamp(0.0, 1.0);
            if cover > 0.0 {
                to[..3].iter_mut().zip(from.0).for_each(|(to, from)| *to = (f32::from(from) * cover + 0.5) as u8);
                to[3] = (255.0 * cover + 0.5) as u8;
            }
        }
        let edge = middle - half;
        let extent = Area { left: edge, top: edge, right: SIDE as f32 - edge, bottom: SIDE as f32 - edge };
        Self { pixels, extent, head: Area::of_head(head) }
    }
}

/// A lower edge like that of a bowl: a subject cut off straight by the drawing's edge ends in a curve
struct Bowl {
    /// The middle of its deepest row, and half its width, in pixels of the drawing
    middle: f32,
    half: f32,
    /// Its lowest row, and the height at which its sides begin
    end: f32,
    depth: f32,
}

impl Bowl {
    /// For a subject that runs out of the drawing at the bottom
    fn under(grid: &Grid, whole: Area, head: Area) -> Option<Self> {
        if whole.bottom < 0.985 * SIDE as f32 {
            return None;
        }
        let tall = whole.height();
        let low = ((whole.bottom - 0.2 * tall) as usize / CELL).min(CELLS - 1);
        let (left, right) = (low..CELLS).filter_map(|y| grid.span(y)).reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))?;
        let (left, right) = ((left * CELL) as f32, (right * CELL) as f32);
        let deepest = (whole.bottom - head.bottom - 0.06 * tall).max(0.05 * tall);
        let depth = (0.20 * (right - left)).min(deepest);
        Some(Self { middle: left.midpoint(right), half: (right - left) / 2.0 + 1.0, end: whole.bottom, depth })
    }

    /// Clears the pixels below the bowl.
    fn cut(&self, pixels: &mut [u8]) {
        let from = (self.end - self.depth).max(0.0);
        for y in from as usize..SIDE {
            let down = ((y as f32 + 0.5 - from) / self.depth).max(0.0);
            for (x, pixel) in pixels[4 * SIDE * y..4 * SIDE * (y + 1)].chunks_exact_mut(4).enumerate().filter(|(_, pixel)| pixel[3] > 0) {
                let across = ((x as f32 + 0.5 - self.middle) / self.half).abs();
                let cover = bowl_cover(across, down, self.half, self.depth);
                if cover < 1.0 {
                    pixel.iter_mut().for_each(|value| *value = (f32::from(*value) * cover + 0.5) as u8);
                }
            }
        }
    }
}

/// How much of a pixel lies in a superellipse of exponent 2.6 around the origin, by its value over its slope
fn bowl_cover(across: f32, down: f32, half: f32, depth: f32) -> f32 {
    const POWER: f32 = 2.6;
    // Two times 0.7 to this power is still well inside.
    if across.max(down) < 0.7 {
        return 1.0;
    }
    let value = across.powf(POWER) + down.powf(POWER);
    let slope = POWER * f32::hypot(across.powf(POWER - 1.0) / half, down.powf(POWER - 1.0) / depth);
    ((1.0 - value) / slope.max(1e-6) + 0.5).clamp(0.0, 1.0)
}

/// The cells of the drawing that belong to the shape
struct Grid {
    cells: Vec<bool>,
}

impl Grid {
    fn of(pixels: &[u8]) -> Self {
        let middle = CELL / 2;
        let at = |i: usize| 4 * ((i / CELLS * CELL + middle) * SIDE + i % CELLS * CELL + middle) + 3;
        Self { cells: (0..CELLS * CELLS).map(|i| pixels[at(i)] >= SOLID).collect() }
    }

    fn head(&self) -> HeadBox {
        let solid = |x, y| f32::from(u8::from(self.cells[y * CELLS + x]));
        HeadBox::of(&raster::Grid::from_fn(CELLS, CELLS, |x, y| [solid(x, y)]), None)
    }

    /// The first cell of the row and the one behind its last
    fn span(&self, y: usize) -> Option<(usize, usize)> {
        let row = &self.cells[y * CELLS..(y + 1) * CELLS];
        Some((row.iter().position(|cell| *cell)?, row.iter().rposition(|cell| *cell)? + 1))
    }

    /// Keeps the largest piece, and those at least [`SPECK`] as large; returns the number of cells of the largest.
    fn largest_only(&mut self) -> usize {
        let mut pieces: Vec<Vec<usize>> = Vec::new();
        let mut seen: Vec<bool> = self.cells.iter().map(|cell| !cell).collect();
        for start in 0..self.cells.len() {
            if seen[start] {
                continue;
            }
            seen[start] = true;
            let mut piece = vec![start];
            let mut next = 0;
            while let Some(&at) = piece.get(next) {
                next += 1;
                for neighbour in around(at) {
                    if !std::mem::replace(&mut seen[neighbour], true) {
                        piece.push(neighbour);
                    }
                }
            }
            pieces.push(piece);
        }
        let largest = pieces.iter().map(Vec::len).max().unwrap_or(0);
        for piece in pieces.iter().filter(|piece| (piece.len() as f32) < SPECK * largest as f32) {
            piece.iter().for_each(|&at| self.cells[at] = false);
        }
        largest
    }

    /// Clears pixels more than two cells away from every kept cell.
    fn erase_others(&self, pixels: &mut [u8]) {
        let mut kept = self.cells.clone();
        for _ in 0..3 {
            let before = kept.clone();
            (0..kept.len()).filter(|&at| before[at]).for_each(|at| around(at).for_each(|neighbour| kept[neighbour] = true));
        }
        for (y, line) in pixels.chunks_exact_mut(4 * SIDE).enumerate() {
            for (x, cell) in line.chunks_exact_mut(4 * CELL).enumerate() {
                if !kept[y / CELL * CELLS + x] {
                    cell.fill(0);
                }
            }
        }
    }
}

/// The cells beside, above and below one
fn around(at: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (at % CELLS, at / CELLS);
    let there = [(x > 0, -1), (x + 1 < CELLS, 1), (y > 0, -(CELLS as isize)), (y + 1 < CELLS, CELLS as isize)];
    there.into_iter().filter(|(there, _)| *there).map(move |(_, by)| at.wrapping_add_signed(by))
}

/// The extent of the shape, to a cell
fn extent(grid: &Grid) -> Option<Area> {
    let spans: Vec<_> = (0..CELLS).filter_map(|y| Some((y, grid.span(y)?))).collect();
    let scaled = |cells: usize| (cells * CELL) as f32;
    Some(Area {
        left: scaled(spans.iter().map(|(_, span)| span.0).min()?),
        right: scaled(spans.iter().map(|(_, span)| span.1).max()?),
        top: scaled(spans.first()?.0),
        bottom: scaled(spans.last()?.0 + 1),
    })
}
