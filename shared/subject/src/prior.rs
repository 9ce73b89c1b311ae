//! The likely place of a person in a portrait, before its colours are looked at.

use crate::skin::{self, Face};
use raster::grid::{Grid, smoothstep};

/// Width of the skin of a face in a usual portrait, as a share of the picture's side
const USUAL_FACE: f32 = 0.3;

/// How likely the subject is at each pixel: an ellipse round the face with its hair, and shoulders below, in the face's own size. `scale` is that of
/// [`face_scale`].
pub(crate) fn head_and_shoulders((width, height): (usize, usize), face: Face, scale: f32) -> Grid<1> {
    let top_of_body = face.y + 0.2 * scale;
    let shoulder = 0.36 * (0.45 + 0.55 * scale).min(1.15);
    Grid::from_fn(width, height, |x, y| {
        let (px, py) = ((x as f32 + 0.5) / width as f32, (y as f32 + 0.5) / height as f32);
        let (dx, dy) = (px - face.x, py - face.y + 0.03 * scale);
        let head = ((dx / (0.23 * scale)).powi(2) + (dy / (0.31 * scale)).powi(2)).sqrt();
        let down = ((py - top_of_body) / (1.0 - top_of_body).max(0.1)).min(1.0);
        let shoulders = if down > 0.0 { dx.abs() / (0.14 * scale + shoulder * down.sqrt()) } else { 9.0 };
        let inside = 1.0 - head.min(shoulders);
        [1.0 / (1.0 + (-inside / 0.16).exp())]
    })
}

/// How large the face is beside that of a usual portrait, by the skin round its middle in a window that adapts to it
/// (Bradski, *Computer vision face tracking*, 1998); 1 if no face is sure.
pub(crate) fn face_scale(lab: &Grid<3>, face: Face) -> f32 {
    let place = |at: usize| {
        let x = ((at % lab.width) as f32 + 0.5) / lab.width as f32 - face.x;
        (x, ((at / lab.width) as f32 + 0.5) / lab.height as f32 - face.y)
    };
    let skin: Vec<f32> = lab.cells.iter().map(|&colour| skin::likeness(colour)).collect();
    let near = |at: usize, radius: f32| {
        let (x, y) = place(at);
        smoothstep(1.1, 0.9, (x / radius).hypot(y / (1.27 * radius)))
    };
    // The middle of the face tells its skin from a ground of nearly its colour.
    let (mut sum, mut total) = ([0.0_f64; 3], 1e-9_f64);
    for (at, colour) in lab.cells.iter().enumerate() {
        let weight = f64::from(skin[at] * near(at, 0.07));
        (0..3).for_each(|i| sum[i] += weight * f64::from(colour[i]));
        total += weight;
    }
    let own = sum.map(|channel| (channel / total) as f32);
    let kin = |at: usize| {
        let colour = &lab.cells[at];
        let tint = ((colour[1] - own[1]).powi(2) + (colour[2] - own[2]).powi(2)) / 90.0;
        skin[at] * (-0.5 * (tint + ((colour[0] - own[0]) / 24.0).powi(2))).exp()
    };
    let kin: Vec<f32> = (0..skin.len()).map(kin).collect();
    let mut width = USUAL_FACE;
    for _ in 0..6 {
        let area: f32 = kin.iter().enumerate().map(|(at, kin)| smoothstep(0.15, 0.5, *kin) * near(at, 0.7 * width)).sum();
        width = (WIDTH_OF_AREA * (area / skin.len() as f32).sqrt()).clamp(0.14, 0.36);
    }
    1.0 + (width / USUAL_FACE - 1.0) * face.sure
}

/// Width of a face whose skin, without eyes and beard, has an area of 1
const WIDTH_OF_AREA: f32 = 1.05;
