//! The real binary, as a person or a program starts it. Tests on a model are marked `ignored`.

mod analyze;
mod manual;
mod metrics;
mod model;
mod real;
mod support;
