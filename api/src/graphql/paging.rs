//! Lists as connections: pages by cursor, at most 200 a page.

use async_graphql::{
    OutputType,
    connection::{Connection, Edge},
};
use projections::queries::{Cursor, Page, PageRequest};

use super::error::Problem;

/// Rows of a page when the client does not say.
pub const PAGE_DEFAULT: u32 = 50;
/// Most rows of a page.
pub const PAGE_MAX: u32 = 200;

/// What the client asked for.
pub fn page<C: Cursor>(first: Option<i32>, after: Option<String>) -> Result<PageRequest<C>, Problem> {
    let limit = match first {
        None => PAGE_DEFAULT,
        Some(first) => u32::try_from(first)
            .ok()
            .filter(|n| (1..=PAGE_MAX).contains(n))
            .ok_or_else(|| Problem::new("INVALID_PAGE", "first must be 1 to 200"))?,
    };
    let after = after.as_deref().map(C::decode).transpose()?;
    Ok(PageRequest { after, limit })
}

/// A list's cost: its rows times what each of them asks for.
pub fn cost(first: Option<i32>, of_each: usize) -> usize {
    let rows = first
        .and_then(|n| usize::try_from(n).ok())
        .unwrap_or(PAGE_DEFAULT as usize);
    1 + rows.min(PAGE_MAX as usize) * of_each / 4
}

/// The page as a connection.
pub fn connection<R, C: Cursor, N: OutputType + async_graphql::ObjectType>(
    page: Page<R, C>,
    started: bool,
    node: impl Fn(R) -> N,
) -> Connection<String, N> {
    let mut connection = Connection::new(started, page.has_more);
    let edges = page
        .rows
        .into_iter()
        .map(|(place, row)| Edge::new(place.encode(), node(row)));
    connection.edges.extend(edges);
    connection
}

#[cfg(test)]
mod tests {
    use domain::Position;

    use super::*;

    #[test]
    fn a_page_has_1_to_200_rows() {
        assert_eq!(page::<Position>(None, None).unwrap().limit, PAGE_DEFAULT);
        assert_eq!(page::<Position>(Some(200), None).unwrap().limit, 200);
        for wrong in [0, -1, 201] {
            assert_eq!(
                page::<Position>(Some(wrong), None).unwrap_err().code,
                "INVALID_PAGE"
            );
        }
    }

    #[test]
    fn a_cursor_of_another_list_is_refused() {
        let cursor = Position::new(3).encode();
        assert_eq!(
            page::<Position>(None, Some(cursor.clone())).unwrap().after,
            Some(Position::new(3))
        );
        assert_eq!(
            page::<i64>(None, Some(cursor)).unwrap_err().code,
            "INVALID_CURSOR"
        );
    }
}
