//! Puts a statement together from fixed pieces and parameters. Values only ever travel as parameters.

use std::fmt::Write as _;

use projections::{
    Cell, ColumnValue, Table,
    queries::{Cursor, PageRequest},
};

use crate::read_side::columns::selected;

/// A statement in the making.
#[derive(Debug)]
pub(super) struct Select {
    sql: String,
    parameters: Vec<Cell>,
    conditions: usize,
}

/// Which way a list goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    Ascending,
    Descending,
}

/// `?, ?, ?`: places for so many parameters.
pub(super) fn places(count: usize) -> String {
    vec!["?"; count].join(", ")
}

impl Select {
    /// Begins with a text up to and with its `FROM` clause.
    pub(super) fn new(sql: &str) -> Self {
        Self {
            sql: sql.to_owned(),
            parameters: Vec::new(),
            conditions: 0,
        }
    }

    /// All columns of a table that is called `t`.
    pub(super) fn rows_of(table: &Table) -> Self {
        Self::new(&format!(
            "SELECT {} FROM \"{}\" AS t",
            selected(table, "t."),
            table.name
        ))
    }

    /// Adds text whose every `?` is the place of one parameter.
    pub(super) fn add(&mut self, text: &str, parameters: impl IntoIterator<Item = Cell>) {
        self.parameters.extend(parameters);
        let unplaced = text.matches('?').count();
        let mut next = self.parameters.len() - unplaced.min(self.parameters.len());
        for (i, piece) in text.split('?').enumerate() {
            if i > 0 {
                next += 1;
                // Writing to a String does not fail.
                let _ = write!(self.sql, "${next}");
            }
            self.sql.push_str(piece);
        }
    }

    /// Adds a condition that rows must meet.
    pub(super) fn and(&mut self, condition: &str, parameters: impl IntoIterator<Item = Cell>) {
        self.sql
            .push_str(if self.conditions == 0 { " WHERE " } else { " AND " });
        self.conditions += 1;
        self.add(condition, parameters);
    }

    /// Leaves rows whose column is one of these values; all when there are none.
    pub(super) fn and_one_of<T: ColumnValue>(&mut self, column: &str, values: &[T]) {
        if !values.is_empty() {
            let condition = format!("{column} IN ({})", places(values.len()));
            self.and(&condition, values.iter().map(ColumnValue::to_cell));
        }
    }

    /// Leaves rows whose column is this value, if there is one.
    pub(super) fn and_is<T: ColumnValue>(&mut self, column: &str, value: Option<&T>) {
        if let Some(value) = value {
            self.and(&format!("{column} = ?"), [value.to_cell()]);
        }
    }

    /// Leaves the rows after the request's place, orders them by `columns` and takes one more than the page has, which tells
    /// whether there is more.
    pub(super) fn page<C: Cursor>(&mut self, columns: &[&str], order: Order, request: &PageRequest<C>) {
        let (beyond, direction) = match order {
            Order::Ascending => (">", "ASC"),
            Order::Descending => ("<", "DESC"),
        };
        if let Some(place) = &request.after {
            let condition = format!("({}) {beyond} ({})", columns.join(", "), places(columns.len()));
            self.and(&condition, place.to_cells());
        }
        let ordered: Vec<_> = columns.iter().map(|c| format!("{c} {direction}")).collect();
        self.add(
            &format!(" ORDER BY {} LIMIT ?", ordered.join(", ")),
            [Cell::Int(i64::from(request.rows()) + 1)],
        );
    }

    pub(super) fn into_parts(self) -> (String, Vec<Cell>) {
        (self.sql, self.parameters)
    }
}

#[cfg(test)]
mod tests {
    use projections::queries::PageRequest;

    use super::*;

    #[test]
    fn parameters_are_numbered_in_their_order() {
        let mut select = Select::new("SELECT a FROM t");
        select.and("a = ?", [Cell::Int(1)]);
        select.and_one_of("b", &["x".to_owned(), "y".to_owned()]);
        select.and_is("c", None::<&i64>);
        select.page(
            &["a"],
            Order::Descending,
            &PageRequest {
                after: Some(7_i64),
                limit: 2,
            },
        );
        let (sql, parameters) = select.into_parts();
        assert_eq!(
            sql,
            "SELECT a FROM t WHERE a = $1 AND b IN ($2, $3) AND (a) < ($4) ORDER BY a DESC LIMIT $5"
        );
        assert_eq!(parameters.len(), 5);
    }
}
