//! Ramps of colour: a few lightnesses for each material, as a pixel artist mixes them.

use super::CELLS;
use super::cells::Cells;
use raster::grid::{mix, mix3, smoothstep};

/// Lightnesses of skin at most.
const SKIN: usize = 4;
/// Colours of hair, clothes and things at most.
const THINGS: usize = 8;
/// Materials besides skin at most.
const MATERIALS: usize = 5;
/// Colours of a subject at most: skin, things, eyes, lips and white.
pub(super) const MOST: usize = SKIN + THINGS + 3;

/// The colours of one subject, in Lab.
pub(super) struct Ramps {
    /// All colours, those of skin first: as found in the subject, and as painted
    colours: Vec<([f32; 3], [f32; 3])>,
    /// How many of them are skin
    bare: usize,
    /// How many of them are skin, eyes, lips or white
    of_skin: usize,
    /// Middle lightness of the skin
    tone: f32,
}

impl Ramps {
    /// Chooses colours for the subject's cells; shadows lean towards `mood`, a colour of the scene.
    pub(super) fn of(cells: &Cells, mood: [f32; 3]) -> Self {
        if cells.grey {
            return Self::of_grey(cells, mood);
        }
        let (mut skin, mut lips, mut things) = (Vec::new(), Vec::new(), Vec::new());
        for (at, colour) in cells.colours.cells.iter().enumerate().filter(|(at, _)| cells.body[*at]) {
            match cells.skin.cells[at][0] {
                share if share > 0.5 => skin.push(*colour),
                _ => things.push(*colour),
            }
        }
        if skin.len() < 40 {
            things.append(&mut skin);
        }
        let tone = mean(&skin);
        lips.extend(skin.iter().filter(|c| c[1] > tone[1] + 6.0 && c[0] < tone[0] - 2.0));
        let mut colours = skin_ramp(&skin, tone);
        let bare = colours.len();
        let inner = cells.colours.cells.iter().zip(&cells.features.cells).filter(|(_, feature)| feature[0] > 0.5);
        let eyes: Vec<[f32; 3]> = inner.map(|(colour, _)| *colour).filter(|c| c[0] < 0.74 * tone[0]).collect();
        if eyes.len() > 3 && !skin.is_empty() {
            let [l, a, b] = mean(&eyes);
            colours.push(([l, a, b], [0.6 * l, a + 2.0, b]));
        }
        if lips.len() > 3 {
            let [l, a, b] = mean(&lips);
            colours.push(([l, a, b], [l, 1.15 * a + 2.0, b]));
        }
        if !skin.is_empty() {
            colours.push(([90.0, 0.0, 4.0], [94.0, 0.0, 4.0]));
        }
        let of_skin = colours.len();
        colours.extend(thing_ramps(&things).into_iter().map(|colour| (colour, graded(colour, mood))));
        debug_assert!(colours.len() <= MOST);
        Self { colours, bare, of_skin, tone: tone[0] }
    }

    /// One ramp for a picture without colours, from the mood of the scene to warm light, as the first game machines had it.
    fn of_grey(cells: &Cells, [_, a, b]: [f32; 3]) -> Self {
        let lights = cells.colours.cells.iter().zip(&cells.body).filter(|(_, body)| **body).map(|(c, _)| c[0]);
        let tint = |l: f32| {
            let dark = smoothstep(95.0, 25.0, l);
            [4.0 + 0.96 * l, 0.85 * a * dark + 2.0, 0.85 * b * dark + 9.0 * (1.0 - dark)]
        };
        let levels = levels(&lights.collect::<Vec<f32>>(), 9, 4.0);
        Self { colours: levels.into_iter().map(|l| ([l, 0.0, 0.0], tint(l))).collect(), bare: 0, of_skin: 0, tone: 0.0 }
    }

    /// Every cell of the subject in one of the colours; other cells are black.
    pub(super) fn paint(&self, cells: &Cells) -> Vec<[f32; 3]> {
        let mut chosen: Vec<usize> = (0..CELLS * CELLS).map(|at| self.choose(cells, at)).collect();
        for _ in 0..2 {
            chosen = adopt(&chosen, cells, self.bare);
        }
        chosen.iter().map(|&index| self.colours.get(index).map_or([0.0; 3], |colour| colour.1)).collect()
    }

    /// Whether a cell within three of `at` is much darker than skin.
    fn beside_dark(&self, cells: &Cells, at: usize) -> bool {
        let (x, y) = ((at % CELLS) as isize, (at / CELLS) as isize);
        (-3..=3).any(|dy| (-3..=3).any(|dx| cells.colours.nearest(x + dx, y + dy)[0] < 0.78 * self.tone))
    }

    /// The colour nearest to a cell's; skin prefers its own ramp unless the cell is much darker, and things theirs.
    fn choose(&self, cells: &Cells, at: usize) -> usize {
        let colour = cells.colours.cells[at];
        let skin = cells.skin.cells[at][0];
        // White is for teeth and eyes, and both are beside something dark; elsewhere a light is only a light.
        let white = self.of_skin.checked_sub(1).filter(|_| !self.beside_dark(cells, at));
        let cost = |index: usize| {
            let own = self.colours[index].0;
            if white == Some(index) {
                return f32::MAX;
            }
            let chroma = (own[1] - colour[1]).powi(2) + (own[2] - colour[2]).powi(2);
            let strange = if index < self.of_skin {
                smoothstep(0.4, 0.1, skin)
            } else {
                smoothstep(0.5, 0.8, skin) * smoothstep(0.6, 0.8, colour[0] / self.tone.max(1.0))
            };
            (own[0] - colour[0]).powi(2) + 1.3 * chroma + 500.0 * strange
        };
        (1..self.colours.len()).fold(0, |best, index| if cost(index) < cost(best) { index } else { best })
    }
}

/// A lone cell, of a colour hardly any of its neighbours has, takes the colour most of them have. In the face only skin (a colour below `bare`) among
/// skin does so, for another colour may be an eye.
fn adopt(chosen: &[usize], cells: &Cells, bare: usize) -> Vec<usize> {
    let around = |at: usize| {
        let (x, y) = ((at % CELLS) as isize, (at / CELLS) as isize);
        let steps = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy))).filter(|step| *step != (0, 0));
        steps
            .map(move |(dx, dy)| (x + dx, y + dy))
            .filter(|(x, y)| (0..CELLS as isize).contains(x) && (0..CELLS as isize).contains(y))
            .map(|(x, y)| y as usize * CELLS + x as usize)
            .filter(|next| cells.body[*next])
    };
    let settle = |at: usize| {
        let own = chosen[at];
        let friends = around(at).filter(|next| chosen[*next] == own).count();
        let all_skin = own < bare && around(at).all(|next| chosen[next] < bare);
        let lonely = usize::from(all_skin || cells.features.cells[at][0] < 0.3) + usize::from(all_skin);
        if !cells.body[at] || friends > lonely {
            return own;
        }
        let votes = |index: usize| around(at).filter(|next| chosen[*next] == index).count();
        around(at).map(|next| chosen[next]).fold(own, |best, index| if votes(index) > votes(best) { index } else { best })
    };
    (0..chosen.len()).map(settle).collect()
}

/// The ramp of skin: shades turn redder, lights paler and yellower, and all stay the subject's own tone.
fn skin_ramp(skin: &[[f32; 3]], tone: [f32; 3]) -> Vec<([f32; 3], [f32; 3])> {
    let lights: Vec<f32> = skin.iter().map(|c| c[0]).collect();
    let lift = 0.09 * (90.0 - tone[0]).max(0.0) * smoothstep(15.0, 65.0, tone[0]);
    let step = |level: f32| {
        let (away, darker) = (level - tone[0], (tone[0] - level).max(0.0));
        let warm = 1.18 + if away < 0.0 { 0.004 * -away } else { -0.008 * away };
        let painted = [(level + lift).min(95.0), warm * tone[1] + 1.0 + 0.10 * darker, warm * 1.05 * tone[2] - 0.12 * darker];
        ([level, tone[1], tone[2]], painted)
    };
    levels(&lights, SKIN, 6.0).into_iter().map(step).collect()
}

/// The ramps of all parts but skin: materials by hue, each with as many lightnesses as it needs.
fn thing_ramps(things: &[[f32; 3]]) -> Vec<[f32; 3]> {
    let materials = materials(things);
    let mut counts = vec![1; materials.len()];
    // The next colour always goes to the material that is worst off.
    while counts.iter().sum::<usize>() < THINGS {
        let need = |i: usize| if counts[i] > 3 { 0.0 } else { misfit(&materials[i], counts[i]) };
        let worst = (0..materials.len()).fold(0, |worst, i| if need(i) > need(worst) { i } else { worst });
        if materials.is_empty() || need(worst) < 400.0 {
            break;
        }
        counts[worst] += 1;
    }
    materials.iter().zip(counts).flat_map(|(material, count)| ramp(material, count)).collect()
}

/// The colours of one material: the mean of those nearest to each of its lightnesses.
fn ramp(material: &[[f32; 3]], count: usize) -> Vec<[f32; 3]> {
    let lights: Vec<f32> = material.iter().map(|c| c[0]).collect();
    let levels = levels(&lights, count, 7.0);
    let mut sums = vec![([0.0; 3], 0.0); levels.len()];
    for colour in material {
        let (sum, total) = &mut sums[nearest(&levels, colour[0])];
        (0..3).for_each(|i| sum[i] += colour[i]);
        *total += 1.0;
    }
    sums.into_iter().filter(|(_, total)| *total > 0.0).map(|(sum, total)| sum.map(|channel| channel / total)).collect()
}

/// How far the lightnesses of a material lie from those of a ramp, as a sum of squares.
fn misfit(material: &[[f32; 3]], count: usize) -> f32 {
    let lights: Vec<f32> = material.iter().map(|c| c[0]).collect();
    let levels = levels(&lights, count, 7.0);
    lights.iter().map(|l| (l - levels[nearest(&levels, *l)]).powi(2)).sum()
}

/// Colours sorted by material: k-means over hue more than over lightness, begun with the colours farthest apart.
fn materials(things: &[[f32; 3]]) -> Vec<Vec<[f32; 3]>> {
    let apart = |p: [f32; 3], q: [f32; 3]| 0.12 * (p[0] - q[0]).powi(2) + (p[1] - q[1]).powi(2) + (p[2] - q[2]).powi(2);
    let mut centres = vec![mean(things)];
    while centres.len() < MATERIALS {
        let alone = |c: &[f32; 3]| centres.iter().map(|centre| apart(*centre, *c)).fold(f32::MAX, f32::min);
        let far =
            things.iter().fold(None, |best: Option<&[f32; 3]>, c| if best.is_some_and(|b| alone(b) >= alone(c)) { best } else { Some(c) });
        match far {
            Some(colour) if alone(colour) > 150.0 => centres.push(*colour),
            _ => break,
        }
    }
    let mut sorted = Vec::new();
    for _ in 0..8 {
        sorted = vec![Vec::new(); centres.len()];
        for colour in things {
            let best =
                (1..centres.len()).fold(0, |best, i| if apart(centres[i], *colour) < apart(centres[best], *colour) { i } else { best });
            sorted[best].push(*colour);
        }
        for (centre, members) in centres.iter_mut().zip(&sorted) {
            if !members.is_empty() {
                *centre = mean(members);
            }
        }
    }
    sorted.retain(|members| members.len() > 5);
    sorted
}

/// At most `count` lightnesses where `lights` gather (Lloyd, *Least squares quantization in PCM*, 1982), at least `gap` apart.
fn levels(lights: &[f32], count: usize, gap: f32) -> Vec<f32> {
    if lights.is_empty() {
        return Vec::new();
    }
    let mut sorted = lights.to_vec();
    sorted.sort_by(f32::total_cmp);
    let at = |share: f32| sorted[((sorted.len() - 1) as f32 * share) as usize];
    let (low, high) = (at(0.02), at(0.98));
    let mut levels: Vec<f32> = (0..count).map(|i| mix(low, high, (i as f32 + 0.5) / count as f32)).collect();
    for _ in 0..8 {
        let mut sums = vec![(0.0_f32, 0.0_f32); levels.len()];
        for l in lights {
            let (sum, total) = &mut sums[nearest(&levels, *l)];
            *sum += l;
            *total += 1.0;
        }
        for (level, (sum, total)) in levels.iter_mut().zip(sums) {
            if total > 0.0 {
                *level = sum / total;
            }
        }
    }
    levels.dedup_by(|next, previous| *next - *previous < gap);
    levels
}

fn nearest(levels: &[f32], l: f32) -> usize {
    (1..levels.len()).fold(0, |best, i| if (levels[i] - l).abs() < (levels[best] - l).abs() { i } else { best })
}

/// The mean colour; black of none.
fn mean(colours: &[[f32; 3]]) -> [f32; 3] {
    let mut sum = [0.0_f64; 3];
    for colour in colours {
        (0..3).for_each(|i| sum[i] += f64::from(colour[i]));
    }
    sum.map(|channel| (channel / colours.len().max(1) as f64) as f32)
}

/// A colour of a thing in a game's look: clearer, its shadows towards the mood of the scene.
fn graded([l, a, b]: [f32; 3], mood: [f32; 3]) -> [f32; 3] {
    let clear = 1.15 + 0.1 * smoothstep(8.0, 30.0, a.hypot(b));
    let shade = 0.16 * smoothstep(50.0, 5.0, l);
    let lifted = 6.0 + 0.94 * l + 5.0 * smoothstep(20.0, 60.0, l) * smoothstep(100.0, 70.0, l);
    let [_, a, b] = mix3([l, clear * a, clear * b], mood, shade);
    [lifted, a, b]
}
