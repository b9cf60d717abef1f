//! The read models: what each event changes in them, pure, and the runner that applies events in order.

mod cell;

pub use cell::Cell;
