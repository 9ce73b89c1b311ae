//! Connected shapes from a rough mask.

use crate::skin::Face;
use raster::grid::Grid;

/// The piece of `mask` that holds the face (or the largest one), without holes, and with larger pieces that belong to it.
pub(crate) fn solid(mask: &Grid<1>, face: Face) -> Grid<1> {
    let inside: Vec<bool> = mask.cells.iter().map(|c| c[0] > 0.5).collect();
    let kept = keep_main(&inside, mask.width, mask.height, face);
    let filled = fill_holes(&kept, mask.width, mask.height);
    Grid::from_fn(mask.width, mask.height, |x, y| {
        let at = y * mask.width + x;
        let value = mask.cells[at][0];
        [match (filled[at], kept[at]) {
            (true, false) => 1.0,
            (true, true) => value,
            _ => value.min(0.5) * f32::from(u8::from(!inside[at])),
        }]
    })
}

/// The piece at the face, else the largest, and every piece at least a tenth as large that touches the bottom edge as a body does.
fn keep_main(inside: &[bool], width: usize, height: usize, face: Face) -> Vec<bool> {
    let (labels, sizes) = label(inside, width, height);
    let at_face = {
        let x = ((face.x * width as f32) as usize).min(width - 1);
        let y = ((face.y * height as f32) as usize).min(height - 1);
        labels[y * width + x] as usize
    };
    let largest = (1..sizes.len()).fold(0, |best, i| if sizes[i] > sizes[best] { i } else { best });
    let main = if at_face > 0 { at_face } else { largest };
    let mut keep = vec![false; sizes.len()];
    for &piece in &labels[(height - 1) * width..] {
        keep[piece as usize] = sizes[piece as usize] * 10 >= sizes[main];
    }
    keep[main] = main > 0;
    keep[0] = false;
    labels.iter().map(|&piece| keep[piece as usize]).collect()
}

/// The flaws of a solid shape: pieces of less than `least` of the largest, and holes of less than `least` of it. True where a pixel must change
/// sides.
pub(crate) fn flaws(inside: &[bool], width: usize, height: usize, least: f32) -> Vec<bool> {
    let (pieces, sizes) = label(inside, width, height);
    let enough = least * sizes.iter().max().map_or(0.0, |&size| size as f32);
    let small = |labels: Vec<u32>, sizes: &[usize]| -> Vec<bool> {
        labels.into_iter().map(|label| label > 0 && (sizes[label as usize] as f32) < enough).collect()
    };
    let specks = small(pieces, &sizes);
    let outside: Vec<bool> = inside.iter().map(|inside| !inside).collect();
    let (holes, sizes) = label(&outside, width, height);
    let holes = small(holes, &sizes);
    specks.into_iter().zip(holes).map(|(speck, hole)| speck || hole).collect()
}

/// Everything the ground cannot reach from the border becomes part of the shape.
fn fill_holes(kept: &[bool], width: usize, height: usize) -> Vec<bool> {
    let outside: Vec<bool> = kept.iter().map(|inside| !inside).collect();
    let (labels, sizes) = label(&outside, width, height);
    let mut open = vec![false; sizes.len()];
    let on_border = |at: usize| at.is_multiple_of(width) || at % width == width - 1 || at < width || at >= (height - 1) * width;
    for (at, &piece) in labels.iter().enumerate() {
        open[piece as usize] |= on_border(at);
    }
    labels.iter().map(|&piece| piece == 0 || !open[piece as usize]).collect()
}

/// Numbers the connected pieces of `inside` from 1 (0 is not inside), with their sizes (Rosenfeld and Pfaltz, 1966).
pub(crate) fn label(inside: &[bool], width: usize, height: usize) -> (Vec<u32>, Vec<usize>) {
    let mut labels = vec![0_u32; inside.len()];
    let mut sizes = vec![0];
    let mut waiting = Vec::new();
    for start in 0..inside.len() {
        if !inside[start] || labels[start] != 0 {
            continue;
        }
        let name = sizes.len() as u32;
        sizes.push(0);
        labels[start] = name;
        waiting.push(start);
        while let Some(at) = waiting.pop() {
            sizes[name as usize] += 1;
            for next in neighbours(at, width, height).into_iter().flatten() {
                if inside[next] && labels[next] == 0 {
                    labels[next] = name;
                    waiting.push(next);
                }
            }
        }
    }
    (labels, sizes)
}

fn neighbours(at: usize, width: usize, height: usize) -> [Option<usize>; 4] {
    let (x, y) = (at % width, at / width);
    [(x > 0).then(|| at - 1), (x + 1 < width).then(|| at + 1), (y > 0).then(|| at - width), (y + 1 < height).then(|| at + width)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_close_and_specks_go() {
        let art = ["..........", "..#####..#", "..#.###...", "..#####...", "..#####..."];
        let mask = Grid::from_fn(10, 5, |x, y| [f32::from(u8::from(art[y].as_bytes()[x] == b'#'))]);
        let solid = solid(&mask, Face { x: 0.5, y: 0.5, sure: 1.0 });
        assert!(solid.value(3, 2) > 0.9, "the hole");
        assert!(solid.value(9, 1) < 0.1, "the speck");
        assert!(solid.value(4, 4) > 0.9 && solid.value(0, 0) < 0.1);
    }
}
