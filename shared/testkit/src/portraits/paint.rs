//! Puts a person before a ground, and takes the photograph.

use std::sync::LazyLock;

use image::{GrayImage, Luma, Rgb, RgbImage};

use super::noise::{bell, between, rough, smooth, speckle, step};
use super::sitters::{Colour, Hair, Sitter};
use super::{Portrait, face, ground, hair};

/// Paints one portrait.
pub(super) fn portrait(sitter: &Sitter) -> Portrait {
    let (width, height) = sitter.size;
    let mut picture = RgbImage::new(width, height);
    let mut person = GrayImage::new(width, height);
    let view = View::of(sitter);
    for (y, (row, covered)) in picture.rows_mut().zip(person.rows_mut()).enumerate() {
        for (x, (pixel, covered)) in row.zip(covered).enumerate() {
            let (colour, share) = view.at(x as f32, y as f32);
            let grain = 0.9 + 0.2 * (speckle(x as i32, y as i32) + speckle(x as i32 + 5000, y as i32) - 1.0) * 0.4 + 0.1;
            *pixel = Rgb(colour.map(|channel| shot(channel * grain)));
            *covered = Luma([(share * 255.0 + 0.5) as u8]);
        }
    }
    Portrait { name: sitter.name, picture, person }
}

/// Steps of the table from linear light to bytes, for a light of 1; it reaches to twice that
const STEPS: usize = 16384;

/// The sRGB byte of linear light, brightest lights rolled off as a camera does
static SHOT: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let byte = |light: f32| {
        let rolled = if light > 0.7 { 0.7 + 0.3 * (1.0 - (-(light - 0.7) / 0.3).exp()) } else { light };
        (rolled.powf(1.0 / 2.25) * 255.0 + 0.5) as u8
    };
    (0..=2 * STEPS).map(|step| byte(step as f32 / STEPS as f32)).collect()
});

fn shot(light: f32) -> u8 {
    SHOT[((light.max(0.0) * STEPS as f32) as usize).min(2 * STEPS)]
}

/// How pixels map to the sitter's own measure
struct View<'a> {
    sitter: &'a Sitter,
    middle: (f32, f32),
    /// Half the width of the face in pixels
    unit: f32,
    height: f32,
    turn: (f32, f32),
}

impl<'a> View<'a> {
    fn of(sitter: &'a Sitter) -> Self {
        let (width, height) = (sitter.size.0 as f32, sitter.size.1 as f32);
        let (sine, cosine) = sitter.tilt.sin_cos();
        Self {
            sitter,
            middle: (sitter.at.0 * width, sitter.at.1 * height),
            unit: sitter.scale * width.min(height),
            height,
            turn: (sine, cosine),
        }
    }

    /// Linear light at a pixel, and how much of it is the person
    fn at(&self, x: f32, y: f32) -> (Colour, f32) {
        let (u, v) = ((x - self.middle.0) / self.unit, (y - self.middle.1) / self.unit);
        let shade = ground::in_shadow(self.sitter, u, v);
        let behind = ground::colour(self.sitter.ground, x / self.height, y / self.height);
        let mut canvas = Canvas { colour: behind.map(|channel| channel * shade), person: 0.0, edge: 1.2 / self.unit };
        self.head(&mut canvas, (u, v));
        (canvas.colour, canvas.person)
    }

    fn head(&self, canvas: &mut Canvas, (u, v): (f32, f32)) {
        let sitter = self.sitter;
        // The head turns about the neck, the body does not.
        let (sine, cosine) = self.turn;
        let (hu, hv) = (u * cosine + (v - 1.3) * sine, (v - 1.3) * cosine - u * sine + 1.3);
        let scarf = matches!(sitter.hair, Hair::Scarf(_));
        let far = hu.abs() > 2.2 || hv < -2.4;
        if !far && !scarf {
            canvas.lay(hair::behind(sitter.hair, hu, hv), || hair::colour(sitter, hu, hv).map(|channel| 0.8 * channel));
        }
        neck(canvas, sitter, u, v);
        body(canvas, sitter, u, v);
        if far {
            return;
        }
        if scarf {
            canvas.lay(hair::behind(sitter.hair, hu, hv), || hair::colour(sitter, hu, hv));
        } else {
            canvas.lay(face::ears(hu, hv), || {
                let inner = 1.0 - 0.35 * bell(hu.abs() - 0.98, 0.05) * bell(hv, 0.16);
                let lit = face::lit(sitter, face::unit([0.7 * hu.signum(), 0.0, 0.8])) * inner;
                [sitter.skin[0] * lit, 0.86 * sitter.skin[1] * lit, 0.86 * sitter.skin[2] * lit]
            });
        }
        canvas.lay(face::outline(hu, hv), || {
            let covered = hair::over(sitter, hu, hv);
            let bare = if covered < 1.0 { face::colour(sitter, hu, hv) } else { [0.0; 3] };
            let shaded = 1.0 - 0.3 * hair::over(sitter, hu * 1.03, hv - 0.07) * (1.0 - covered);
            let top = if covered > 0.0 { hair::colour(sitter, hu, hv) } else { [0.0; 3] };
            std::array::from_fn(|i| between(bare[i] * shaded, top[i], covered))
        });
        if let Hair::Cap(_) = sitter.hair {
            canvas.lay(hair::cap(hu, hv), || hair::colour(sitter, hu, hv));
        }
        if sitter.hair == Hair::Long {
            // Hair before the shoulders
            let lock = (hu.abs() - 1.02 - 0.05 * smooth(3.0 * hv, hu.signum())).abs() - 0.16 * step(2.4, 1.2, hv);
            canvas.lay(lock.max(0.3 - hv).max(hv - 2.2), || hair::colour(sitter, hu, hv));
        }
    }
}

fn neck(canvas: &mut Canvas, sitter: &Sitter, u: f32, v: f32) {
    let outline = (u.abs() - 0.5 - 0.4 * step(1.6, 2.1, v)).max(0.6 - v).max(v - 2.7);
    canvas.lay(outline, || {
        let round = face::unit([u / 0.6, 0.0, (1.1 - (u / 0.62).powi(2)).max(0.1)]);
        let chin = 0.42 * step(2.0, 1.35, v);
        let lit = face::lit(sitter, round) * (1.0 - chin) * (1.0 + 0.03 * smooth(20.0 * u, 20.0 * v));
        sitter.skin.map(|channel| channel * lit * 0.95)
    });
}

/// Shoulders and chest, in cloth
fn body(canvas: &mut Canvas, sitter: &Sitter, u: f32, v: f32) {
    let slope = 1.72 + 0.42 * ((u.abs() - 0.5).max(0.0) / 1.7).powf(1.6) + 2.2 * ((u.abs() - 1.9).max(0.0)).powi(2);
    let opening = if sitter.jacket { 0.0 } else { 0.62 * (1.0 - (u / 0.8).powi(2)).max(0.0) };
    let outline = (slope + opening - v).max(u.abs() - 2.55 - 0.05 * (v - 2.0)) * 0.8;
    canvas.lay(outline, || cloth(sitter, u, v));
}

fn cloth(sitter: &Sitter, u: f32, v: f32) -> Colour {
    let fold = rough(1.6 * u + 0.8 * v, 1.1 * v - 0.5 * u.abs());
    let lean = [0.32 * u + 0.35 * fold, -0.55 * step(2.8, 1.7, v) + 0.2 * fold, 1.0];
    let lit = face::lit(sitter, face::unit(lean)) * (0.96 + 0.08 * speckle((150.0 * u) as i32, (150.0 * v) as i32));
    let hem = if sitter.jacket { 1.0 } else { 1.0 - 0.25 * bell(v - 1.86 - 0.62 * (1.0 - (u / 0.8).powi(2)).max(0.0), 0.03) };
    let mut paint = sitter.clothes.map(|channel| channel * hem);
    if sitter.jacket {
        // Shirt between the lapels, and the lapels' edge
        let across = u.abs() - 0.62 * (3.9 - v) / 2.2;
        let shirt = step(0.02, -0.02, across);
        let button = 1.0 - 0.25 * bell(u, 0.012);
        let collar = 1.0 - 0.3 * bell(u.abs() - 0.12 - 0.7 * (v - 1.75), 0.025) * step(2.5, 2.3, v);
        let white = [0.72, 0.73, 0.75].map(|channel| channel * button * collar);
        paint = std::array::from_fn(|i| between(paint[i] * (1.0 - 0.4 * bell(across - 0.03, 0.03)), white[i], shirt));
        let lapel = 1.0 - 0.45 * bell(u.abs() - 0.95 - 0.12 * (v - 2.2), 0.02) * step(2.0, 2.2, v);
        paint = paint.map(|channel| channel * if shirt < 0.5 { lapel } else { 1.0 });
    }
    paint.map(|channel| channel * lit)
}

/// One pixel as it is painted
struct Canvas {
    colour: Colour,
    person: f32,
    /// Half the width of an edge, in half widths of the face
    edge: f32,
}

impl Canvas {
    /// Lays a shape of the person over what is there, by its signed distance, with a lens's soft edge.
    fn lay(&mut self, distance: f32, paint: impl FnOnce() -> Colour) {
        let share = step(self.edge, -self.edge, distance);
        if share > 0.0 {
            let top = paint();
            self.colour = std::array::from_fn(|i| between(self.colour[i], top[i], share));
            self.person = self.person.max(share);
        }
    }
}
