//! How much one request may ask for. A query beyond is refused before it is run.

/// Deepest nesting of fields.
pub const DEPTH_MAX: usize = 12;
/// Most cost, in fields; a list counts a quarter of its rows times the fields of each.
pub const COMPLEXITY_MAX: usize = 5_000;
/// Most directives of a field.
pub const DIRECTIVES_MAX: usize = 20;
/// Nesting of a document's own structure.
pub const RECURSION_MAX: usize = 32;
