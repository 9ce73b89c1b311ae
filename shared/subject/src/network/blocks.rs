//! The blocks of which the network is built.

use super::activation::Activation;
use super::layers::{Depthwise, Pointwise, Window};
use super::map::Map;
use super::weights::{Malformed, Weights};

/// The measures of a [`Bottleneck`]
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Channels of its input, between its layers, and of its output
    pub(super) from: usize,
    pub(super) inner: usize,
    pub(super) to: usize,
    /// Pixels along the window of its middle layer, and along its steps
    pub(super) size: usize,
    pub(super) stride: usize,
    /// Channels inside its gate, if it has one
    pub(super) gate: Option<usize>,
    pub(super) activation: Activation,
}

/// An inverted bottleneck (Sandler et al., *MobileNetV2*, 2018): more channels, each looked at by itself, and fewer again
#[derive(Debug)]
pub(super) struct Bottleneck {
    expand: Pointwise,
    look: Depthwise,
    gate: Option<Gate>,
    reduce: Pointwise,
    activation: Activation,
    /// Whether its input is added to its output, which has the same shape
    residual: bool,
}

impl Bottleneck {
    pub(super) fn read(weights: &mut Weights, shape: &Shape) -> Result<Self, Malformed> {
        let window = Window { size: shape.size, stride: shape.stride };
        Ok(Self {
            expand: Pointwise::read(weights, shape.from, shape.inner)?,
            look: Depthwise::read(weights, window, shape.inner)?,
            gate: shape.gate.map(|between| Gate::read(weights, shape.inner, between)).transpose()?,
            reduce: Pointwise::read(weights, shape.inner, shape.to)?,
            activation: shape.activation,
            residual: shape.stride == 1 && shape.from == shape.to,
        })
    }

    pub(super) fn of(&self, map: &Map) -> Map {
        let expanded = self.expand.of(map).with(self.activation);
        let mut seen = self.look.of(&expanded).with(self.activation);
        if let Some(gate) = &self.gate {
            let factors = gate.of(&seen);
            seen = seen.times(&factors);
        }
        let reduced = self.reduce.of(&seen);
        if self.residual { reduced.plus(map) } else { reduced }
    }
}

/// How much each channel matters, by the means of all (Hu et al., *Squeeze-and-excitation networks*, 2018)
#[derive(Debug)]
struct Gate {
    squeeze: Pointwise,
    excite: Pointwise,
}

impl Gate {
    fn read(weights: &mut Weights, channels: usize, between: usize) -> Result<Self, Malformed> {
        Ok(Self { squeeze: Pointwise::read(weights, channels, between)?, excite: Pointwise::read(weights, between, channels)? })
    }

    fn of(&self, map: &Map) -> Map {
        self.excite.of(&self.squeeze.of(&map.mean()).with(Activation::Relu)).with(Activation::Sigmoid)
    }
}

/// Between encoder and decoder: what is seen here, weighed by what is seen everywhere
#[derive(Debug)]
pub(super) struct Neck {
    here: Pointwise,
    everywhere: Pointwise,
}

impl Neck {
    pub(super) fn read(weights: &mut Weights, from: usize, to: usize) -> Result<Self, Malformed> {
        Ok(Self { here: Pointwise::read(weights, from, to)?, everywhere: Pointwise::read(weights, from, to)? })
    }

    pub(super) fn of(&self, map: &Map) -> Map {
        let factors = self.everywhere.of(&map.mean()).with(Activation::Sigmoid);
        self.here.of(map).with(Activation::Relu).times(&factors)
    }
}

/// A stage of the decoder: twice the size, with what the encoder saw at that size
#[derive(Debug)]
pub(super) struct Stage {
    reduce: Pointwise,
    gate: Gate,
    mix: Pointwise,
    look: Depthwise,
}

impl Stage {
    pub(super) fn read(weights: &mut Weights, from: usize, to: usize) -> Result<Self, Malformed> {
        Ok(Self {
            reduce: Pointwise::read(weights, from, to)?,
            gate: Gate::read(weights, to, to)?,
            mix: Pointwise::read(weights, to, to)?,
            look: Depthwise::read(weights, Window { size: 3, stride: 1 }, to)?,
        })
    }

    pub(super) fn of(&self, map: &Map, skip: Map) -> Map {
        let coarse = self.reduce.of(&map.doubled());
        let factors = self.gate.of(&skip.clone().plus(&coarse));
        let mixed = self.mix.of(&skip.times(&factors).plus(&coarse)).with(Activation::Relu);
        self.look.of(&mixed).with(Activation::Relu).plus(&mixed)
    }
}
