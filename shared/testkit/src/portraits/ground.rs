//! What stands behind a person.

use super::noise::{bell, between, rough, smooth, speckle, step};
use super::sitters::{Colour, Ground, Sitter};

/// The ground at a place in shares of the picture's height, origin at its upper left, without the person's shadow
pub(super) fn colour(ground: Ground, x: f32, y: f32) -> Colour {
    match ground {
        Ground::Wall(paint) => {
            let worn = 1.0 + 0.06 * rough(6.0 * x, 6.0 * y) + 0.025 * smooth(70.0 * x, 70.0 * y);
            let lit = 1.1 - 0.25 * (x - 0.3).hypot(y - 0.2);
            paint.map(|channel| channel * worn * lit)
        }
        Ground::Gradient(above, below) => {
            let share = step(0.0, 1.0, y + 0.05 * rough(2.0 * x, 2.0 * y));
            std::array::from_fn(|i| between(above[i], below[i], share))
        }
        Ground::Shelf => shelf(x, y),
        Ground::Garden => garden(x, y),
        Ground::Street => street(x, y),
    }
}

/// Rows of books of several heights and colours
fn shelf(x: f32, y: f32) -> Colour {
    let row = (y / 0.27).floor();
    let down = y / 0.27 - row;
    let wood = 1.0 + 0.15 * rough(3.0 * x, 60.0 * y);
    if down > 0.9 {
        return [0.2 * wood, 0.11 * wood, 0.055 * wood];
    }
    let book = (x / 0.043 + 0.4 * smooth(9.0 * x, row)).floor();
    let (tone, height) = (speckle(book as i32, row as i32), speckle(book as i32 + 77, row as i32));
    if down < 0.12 + 0.25 * height {
        return [0.03, 0.022, 0.018];
    }
    let covers = [[0.3, 0.05, 0.04], [0.05, 0.12, 0.2], [0.5, 0.43, 0.28], [0.06, 0.17, 0.09], [0.42, 0.42, 0.4], [0.08, 0.06, 0.1]];
    let cover = covers[(tone * 5.99) as usize];
    let across = (x / 0.043 + 0.4 * smooth(9.0 * x, row)).fract();
    let round = 0.55 + 0.55 * bell(across - 0.4, 0.3);
    let label = if (0.45..0.55).contains(&down) && tone * 7.0 % 1.0 > 0.5 { 1.9 } else { 1.0 };
    cover.map(|channel| (channel * round * label).min(0.9))
}

/// Leaves and light, far out of focus
fn garden(x: f32, y: f32) -> Colour {
    let leaf = 0.5 + 0.5 * rough(5.0 * x, 5.0 * y);
    let far = step(0.75, 0.1, y);
    let green = [between(0.04, 0.2, leaf), between(0.12, 0.36, leaf), between(0.03, 0.09, leaf)];
    let sun = lights(x, y, 0.16) * far;
    std::array::from_fn(|i| green[i] * (0.6 + 0.5 * far) + [0.5, 0.5, 0.25][i] * sun)
}

/// Lamps and windows in the evening, far out of focus
fn street(x: f32, y: f32) -> Colour {
    let dusk = [0.06, 0.075, 0.13].map(|channel| channel * (1.4 - 0.8 * y));
    let houses = 0.5 + 0.5 * smooth(4.0 * x, 1.5 * y + 5.0);
    let glow = lights(x, y, 0.2);
    std::array::from_fn(|i| dusk[i] + [0.06, 0.05, 0.05][i] * houses + [0.6, 0.33, 0.12][i] * glow)
}

/// Discs of light on a lattice, some lit
fn lights(x: f32, y: f32, pitch: f32) -> f32 {
    let (column, row) = ((x / pitch).floor() as i32, (y / pitch).floor() as i32);
    let (mut sum, near) = (0.0, -1..=1);
    for dy in near.clone() {
        for dx in near.clone() {
            let (c, r) = (column + dx, row + dy);
            let bright = speckle(c + 500, r);
            if bright > 0.45 {
                let (cx, cy) = ((c as f32 + speckle(c, r + 40)) * pitch, (r as f32 + speckle(c, r + 90)) * pitch);
                let radius = pitch * (0.2 + 0.25 * speckle(c, r + 7));
                sum += (bright - 0.35) * step(radius, 0.85 * radius, (x - cx).hypot(y - cy));
            }
        }
    }
    sum
}

/// How much light is left where the person's shadow falls on a wall, at a place in half widths of the face round its middle
pub(super) fn in_shadow(sitter: &Sitter, u: f32, v: f32) -> f32 {
    if !matches!(sitter.ground, Ground::Wall(_) | Ground::Shelf) {
        return 1.0;
    }
    let (u, v) = (u + 0.9 * sitter.light[0], v + 0.6 * sitter.light[1]);
    let head = u.hypot((v + 0.1) / 1.35) - 1.1;
    let body = (u / 2.3).hypot((v - 3.6) / 2.0) - 1.0;
    1.0 - 0.4 * step(0.7, -0.5, head.min(2.0 * body))
}
