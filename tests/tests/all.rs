//! Every test that needs more than one crate, in one binary with a module a subject.

#![cfg(test)]

mod architecture;
mod graphql;
mod imports;
mod journeys;
mod properties;
mod scripts;
mod stage;
