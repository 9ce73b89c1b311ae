//! Connected shapes from a rough mask.

use crate::skin::Face;
use raster::gauss;
use raster::grid::Grid;

/// How far the soft edge of a piece reaches, in pixels of a mask of 256
const FRINGE: usize = 4;
/// Holes below this share of the picture are closed; through larger ones, as between an arm and the body, the ground is seen.
const PINHOLE: f32 = 0.002;

/// The subject among the `people` of a mask: the piece that holds the face, with its soft edge and without pinholes. Other pieces go, but a body
/// that something cuts off from its head stays.
pub(crate) fn subject(people: &Grid<1>, face: Face) -> Grid<1> {
    let (width, height) = (people.width, people.height);
    let inside: Vec<bool> = people.cells.iter().map(|c| c[0] > 0.5).collect();
    let kept = keep_main(&inside, width, height, face);
    let solid = Grid { width, height, cells: kept.iter().map(|&kept| [f32::from(u8::from(kept))]).collect() };
    let near = gauss::box_blur(&solid, FRINGE);
    let pinholes = small_pieces(&kept.iter().map(|kept| !kept).collect::<Vec<_>>(), width, height, PINHOLE * people.cells.len() as f32);
    Grid::from_fn(width, height, |x, y| {
        let at = y * width + x;
        let edge = near.cells[at][0] > 0.0 && !inside[at];
        [match (kept[at], pinholes[at]) {
            (_, true) => 1.0,
            (true, _) => people.cells[at][0],
            _ if edge => people.cells[at][0],
            _ => 0.0,
        }]
    })
}

/// The piece with most of the face's place, and its body: a piece under the face, at least a tenth as large.
fn keep_main(inside: &[bool], width: usize, height: usize, face: Face) -> Vec<bool> {
    let (labels, sizes) = label(inside, width, height);
    let mut presence = vec![0.0_f64; sizes.len()];
    let mut tops = vec![height; sizes.len()];
    let mut under = vec![false; sizes.len()];
    for (at, piece) in labels.iter().map(|&piece| piece as usize).enumerate() {
        let (x, y) = (at % width, at / width);
        let (dx, dy) = ((x as f32 + 0.5) / width as f32 - face.x, (y as f32 + 0.5) / height as f32 - face.y);
        // A sum of no less than one part in a million for the largest piece, wherever it is
        presence[piece] += f64::from(1.0 / (1e-2 + dx * dx + dy * dy).powi(2));
        tops[piece] = tops[piece].min(y);
        under[piece] |= dx.abs() * (width as f32) < 1.0;
    }
    let main = (1..sizes.len()).fold(0, |best, i| if best == 0 || presence[i] > presence[best] { i } else { best });
    let is_body = |piece: usize| under[piece] && tops[piece] as f32 > face.y * height as f32 && 10 * sizes[piece] >= sizes[main];
    labels.iter().map(|&piece| piece > 0 && (piece as usize == main || is_body(piece as usize))).collect()
}

/// The flaws of a solid shape: pieces of less than `least` of the largest, and holes of less than `least` of it. True where a pixel must change
/// sides.
pub(crate) fn flaws(inside: &[bool], width: usize, height: usize, least: f32) -> Vec<bool> {
    let largest = label(inside, width, height).1.into_iter().max().unwrap_or(0);
    let enough = least * largest as f32;
    let outside: Vec<bool> = inside.iter().map(|inside| !inside).collect();
    let (specks, holes) = (small_pieces(inside, width, height, enough), small_pieces(&outside, width, height, enough));
    specks.into_iter().zip(holes).map(|(speck, hole)| speck || hole).collect()
}

/// The pixels of pieces that have fewer than `enough`
fn small_pieces(inside: &[bool], width: usize, height: usize, enough: f32) -> Vec<bool> {
    let (labels, sizes) = label(inside, width, height);
    labels.into_iter().map(|label| label > 0 && (sizes[label as usize] as f32) < enough).collect()
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

    /// A mask from rows of `#` and `.`, each character of which is a block of eight pixels
    fn drawn(art: &[&str]) -> Grid<1> {
        Grid::from_fn(8 * art[0].len(), 8 * art.len(), |x, y| [f32::from(u8::from(art[y / 8].as_bytes()[x / 8] == b'#'))])
    }

    #[test]
    fn the_piece_with_the_face_stays_with_its_body() {
        let two = drawn(&["..........", "..##....#.", "..##...###", "...........", ".####..###", ".####..###"].map(|row| &row[..10]));
        let subject = subject(&two, Face { x: 0.3, y: 0.3, sure: 1.0 });
        assert!(subject.value(20, 12) > 0.9 && subject.value(20, 40) > 0.9, "the head and the body");
        assert!(subject.value(68, 20) < 0.1 && subject.value(68, 40) < 0.1, "the neighbour");
    }

    #[test]
    fn a_piece_keeps_its_soft_edge_and_loses_its_pinholes() {
        let mut mask = Grid::from_fn(64, 64, |x, y| [if (20..44).contains(&x) && y > 20 { 1.0 } else { 0.0 }]);
        mask.cells[40 * 64 + 30] = [0.0];
        mask.cells[40 * 64 + 45] = [0.3];
        mask.cells[10 * 64 + 5] = [0.4];
        let subject = subject(&mask, Face { x: 0.5, y: 0.5, sure: 1.0 });
        assert_eq!([subject.value(30, 40), subject.value(45, 40), subject.value(5, 10)], [1.0, 0.3, 0.0]);
    }

    #[test]
    fn nobody_stays_nobody() {
        assert!(subject(&drawn(&["..", ".."]), Face { x: 0.5, y: 0.5, sure: 0.0 }).cells.iter().all(|c| c[0] == 0.0));
    }
}
