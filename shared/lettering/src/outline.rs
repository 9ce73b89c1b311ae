//! The shape of a bubble: a superellipse |x/a|ⁿ + |y/b|ⁿ = 1, between an ellipse and a rectangle, and the tail that grows out of it.

use tiny_skia::{Path, PathBuilder};

/// n: 2 is an ellipse; a little more holds more text and still looks drawn by hand.
pub(crate) const ROUNDNESS: f32 = 2.5;

/// Points of the drawn outline: at 500 px across, a chord leaves the curve by less than 0.05 px.
const POINTS: usize = 360;

/// The width of the body at a height: the share of `a` that is inside at `y` of `b`, 0 to 1.
pub(crate) fn width_at(y: f32, b: f32) -> f32 {
    let inside = 1.0 - (y.abs() / b).powf(ROUNDNESS);
    if inside > 0.0 { inside.powf(1.0 / ROUNDNESS) } else { 0.0 }
}

/// A body: its centre and its half axes, in pixels.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Body {
    pub(crate) centre: (f32, f32),
    pub(crate) half: (f32, f32),
}

impl Body {
    /// The outline, with a tail to the tip where the tip is outside.
    pub(crate) fn path(&self, tip: (f32, f32)) -> Option<Path> {
        match self.root(tip) {
            Some(root) => self.with_tail(tip, root),
            None => self.without_tail(),
        }
    }

    /// The point of the outline in a direction.
    fn at(&self, angle: f32) -> (f32, f32) {
        let (sin, cos) = angle.sin_cos();
        let inverse = (cos.abs() / self.half.0).powf(ROUNDNESS) + (sin.abs() / self.half.1).powf(ROUNDNESS);
        let radius = inverse.powf(-1.0 / ROUNDNESS);
        (self.centre.0 + radius * cos, self.centre.1 + radius * sin)
    }

    /// The direction in which the outline runs at an angle, clockwise on the screen, of length 1.
    fn tangent(&self, angle: f32) -> (f32, f32) {
        let (before, after) = (self.at(angle - 0.01), self.at(angle + 0.01));
        unit(sub(after, before))
    }

    /// The opening of the outline for the tail, as two angles. `None` where the tip is inside, or so close that the tail would look like a wart.
    fn root(&self, tip: (f32, f32)) -> Option<(f32, f32)> {
        let towards = sub(tip, self.centre);
        let angle = towards.1.atan2(towards.0);
        let reach = length(towards) - length(sub(self.at(angle), self.centre));
        let small = self.half.0.min(self.half.1);
        if reach < 0.12 * small {
            return None;
        }
        let half_width = (0.25 * small + 0.05 * reach).min(0.38 * small);
        Some((self.walk(angle, half_width, -1.0), self.walk(angle, half_width, 1.0)))
    }

    /// The angle at which the outline is `distance` away from its point at `angle`.
    fn walk(&self, angle: f32, distance: f32, sign: f32) -> f32 {
        let from = self.at(angle);
        let step = 0.005 * sign;
        let mut reached = angle;
        while (reached - angle).abs() < 0.9 && length(sub(self.at(reached), from)) < distance {
            reached += step;
        }
        reached
    }

    fn without_tail(&self) -> Option<Path> {
        let mut path = PathBuilder::new();
        for index in 0..POINTS {
            let (x, y) = self.at(index as f32 / POINTS as f32 * std::f32::consts::TAU);
            if index == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        path.close();
        path.finish()
    }

    /// Around the body from one side of the root to the other, then out to the tip and back, leaving and meeting the body along its own
    /// direction, so that there is no corner but the tip.
    fn with_tail(&self, tip: (f32, f32), (first, last): (f32, f32)) -> Option<Path> {
        let mut path = PathBuilder::new();
        let around = std::f32::consts::TAU - (last - first);
        for index in 0..=POINTS {
            let (x, y) = self.at(last + around * index as f32 / POINTS as f32);
            if index == 0 { path.move_to(x, y) } else { path.line_to(x, y) }
        }
        let (from, to) = (self.at(first), self.at(last));
        let middle = scale(add(from, to), 0.5);
        let axis = sub(tip, middle);
        let bend = self.bend(axis);
        let flare = (0.34 * length(sub(to, from))).min(0.5 * length(axis));
        let near = |side: (f32, f32)| add(add(middle, scale(axis, 0.48)), add(scale(sub(side, middle), 0.4), bend));
        let out = add(from, scale(self.tangent(first), flare));
        let back = sub(to, scale(self.tangent(last), flare));
        let (near_from, near_to) = (near(from), near(to));
        path.cubic_to(out.0, out.1, near_from.0, near_from.1, tip.0, tip.1);
        path.cubic_to(near_to.0, near_to.1, back.0, back.1, to.0, to.1);
        path.close();
        path.finish()
    }

    /// The swing of the tail to a side, as of a pen: always so that it comes from above.
    fn bend(&self, axis: (f32, f32)) -> (f32, f32) {
        let across = if axis.0 > 0.0 { (axis.1, -axis.0) } else { (-axis.1, axis.0) };
        let lean = (axis.0.abs() / length(axis).max(1e-3)).min(1.0);
        scale(across, -0.1 * lean)
    }
}

fn add(p: (f32, f32), q: (f32, f32)) -> (f32, f32) {
    (p.0 + q.0, p.1 + q.1)
}

fn sub(p: (f32, f32), q: (f32, f32)) -> (f32, f32) {
    (p.0 - q.0, p.1 - q.1)
}

fn scale(p: (f32, f32), by: f32) -> (f32, f32) {
    (p.0 * by, p.1 * by)
}

fn length(p: (f32, f32)) -> f32 {
    p.0.hypot(p.1)
}

fn unit(p: (f32, f32)) -> (f32, f32) {
    scale(p, 1.0 / length(p).max(1e-6))
}
