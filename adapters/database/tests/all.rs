//! The SQL layer, each story on both engines.

mod engines;
mod migrations;
mod statements;
