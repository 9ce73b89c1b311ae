//! One picture in, the drawing out, and nothing stored: the use case on fakes.

mod admission;
mod drawing;
mod fixture;
