//! Reading the tables of area codes and ZIP codes: lines of comma-separated fields without quotes, `#` for remarks. A line that does
//! not parse is left out, which makes what it said unknown, and so blocked; a test proves that every line parses.

/// The rows of a table, each as its fields.
pub(super) fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split(',').collect::<Vec<_>>().try_into().ok())
}

/// The parts of a field, or nothing when one of them does not parse.
pub(super) fn parts<T: std::str::FromStr>(field: &str) -> Option<Vec<T>> {
    field
        .split('|')
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok())
        .collect()
}
