//! Who sits, how, before what and in which light.

/// Linear light, red green blue, 0 to 1
pub(super) type Colour = [f32; 3];

/// How the head is covered
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Hair {
    /// Close to the head
    Short,
    /// Over the shoulders
    Long,
    /// A large round shape of curls
    Curly,
    /// None
    Bald,
    /// A headscarf of this colour
    Scarf(Colour),
    /// Short hair under a cap of this colour
    Cap(Colour),
}

/// What stands behind
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ground {
    /// A wall of one colour
    Wall(Colour),
    /// One colour above, another below
    Gradient(Colour, Colour),
    /// A shelf of books
    Shelf,
    /// A garden out of focus
    Garden,
    /// A street in the evening, out of focus
    Street,
}

/// One person in one place
#[derive(Clone, Copy, Debug)]
pub(super) struct Sitter {
    pub(super) name: &'static str,
    /// Width and height of the picture in pixels
    pub(super) size: (u32, u32),
    /// Middle of the face, as shares of the sides
    pub(super) at: (f32, f32),
    /// Half the width of the face, as a share of the picture's shorter side
    pub(super) scale: f32,
    /// Turn of the head to its left shoulder, radians
    pub(super) tilt: f32,
    pub(super) skin: Colour,
    pub(super) hair: Hair,
    pub(super) hair_colour: Colour,
    pub(super) iris: Colour,
    pub(super) glasses: bool,
    /// How dense the beard is, 0 to 1
    pub(super) beard: f32,
    pub(super) clothes: Colour,
    /// A shirt collar under a jacket, else a round neck
    pub(super) jacket: bool,
    pub(super) ground: Ground,
    /// Towards the light: right, down, to the camera
    pub(super) light: [f32; 3],
    /// How bright the shadow side is, 0 to 1
    pub(super) fill: f32,
}

/// The usual sitter, of whom the others differ
const USUAL: Sitter = Sitter {
    name: "",
    size: (900, 1000),
    at: (0.5, 0.4),
    scale: 0.17,
    tilt: 0.0,
    skin: [0.62, 0.36, 0.24],
    hair: Hair::Short,
    hair_colour: [0.05, 0.03, 0.02],
    iris: [0.07, 0.035, 0.015],
    glasses: false,
    beard: 0.0,
    clothes: [0.1, 0.16, 0.34],
    jacket: false,
    ground: Ground::Wall([0.55, 0.58, 0.6]),
    light: [-0.5, -0.5, 0.7],
    fill: 0.3,
};

/// All of them
pub(super) const SITTERS: [Sitter; 8] = [
    Sitter {
        name: "ada",
        skin: [0.78, 0.5, 0.38],
        hair: Hair::Long,
        hair_colour: [0.16, 0.07, 0.03],
        iris: [0.1, 0.2, 0.25],
        clothes: [0.32, 0.04, 0.07],
        tilt: 0.05,
        ..USUAL
    },
    Sitter {
        name: "bayo",
        at: (0.43, 0.42),
        scale: 0.18,
        skin: [0.11, 0.05, 0.03],
        hair_colour: [0.012, 0.01, 0.009],
        beard: 0.8,
        clothes: [0.75, 0.72, 0.66],
        ground: Ground::Gradient([0.3, 0.5, 0.75], [0.75, 0.8, 0.82]),
        light: [0.6, -0.5, 0.6],
        fill: 0.4,
        ..USUAL
    },
    Sitter {
        name: "chen",
        skin: [0.68, 0.44, 0.3],
        hair_colour: [0.014, 0.012, 0.014],
        glasses: true,
        jacket: true,
        clothes: [0.05, 0.06, 0.08],
        ground: Ground::Shelf,
        tilt: -0.04,
        ..USUAL
    },
    Sitter {
        name: "dalia",
        skin: [0.45, 0.25, 0.15],
        hair: Hair::Scarf([0.04, 0.3, 0.32]),
        clothes: [0.09, 0.08, 0.13],
        ground: Ground::Garden,
        at: (0.55, 0.42),
        ..USUAL
    },
    Sitter {
        name: "emil",
        size: (1000, 1000),
        skin: [0.72, 0.43, 0.33],
        hair: Hair::Bald,
        hair_colour: [0.5, 0.48, 0.46],
        iris: [0.12, 0.2, 0.3],
        beard: 1.0,
        clothes: [0.07, 0.1, 0.07],
        ground: Ground::Wall([0.025, 0.027, 0.032]),
        light: [-0.8, -0.4, 0.45],
        fill: 0.22,
        ..USUAL
    },
    Sitter {
        name: "farah",
        at: (0.5, 0.38),
        scale: 0.105,
        skin: [0.2, 0.095, 0.05],
        hair: Hair::Curly,
        hair_colour: [0.02, 0.013, 0.01],
        clothes: [0.03, 0.22, 0.12],
        ground: Ground::Wall([0.78, 0.52, 0.12]),
        light: [0.3, -0.7, 0.65],
        ..USUAL
    },
    Sitter {
        name: "gus",
        size: (1200, 900),
        at: (0.52, 0.5),
        scale: 0.23,
        skin: [0.55, 0.3, 0.19],
        hair: Hair::Cap([0.45, 0.06, 0.04]),
        hair_colour: [0.09, 0.05, 0.03],
        beard: 0.4,
        clothes: [0.22, 0.24, 0.26],
        ground: Ground::Street,
        tilt: 0.07,
        ..USUAL
    },
    Sitter {
        name: "hana",
        size: (800, 1100),
        at: (0.47, 0.37),
        skin: [0.76, 0.52, 0.39],
        hair: Hair::Long,
        hair_colour: [0.018, 0.014, 0.014],
        clothes: [0.62, 0.6, 0.58],
        jacket: true,
        ground: Ground::Wall([0.68, 0.66, 0.62]),
        light: [0.5, -0.4, 0.75],
        glasses: true,
        ..USUAL
    },
];
