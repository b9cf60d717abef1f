//! A row of a result, read by column index. A column that is absent, or of another type than asked for, is an error.

use projections::Cell;

use crate::DatabaseError;

/// One row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    cells: Vec<Cell>,
}

impl Row {
    /// A row of these cells.
    pub const fn new(cells: Vec<Cell>) -> Self {
        Self { cells }
    }

    /// The cells in column order.
    pub fn cells(&self) -> &[Cell] {
        &self.cells
    }

    /// The cells in column order, owned.
    pub fn into_cells(self) -> Vec<Cell> {
        self.cells
    }

    /// The cell of a column.
    pub fn cell(&self, index: usize) -> Result<&Cell, DatabaseError> {
        self.cells
            .get(index)
            .ok_or_else(|| DatabaseError::invalid(format!("the row has no column {index}")))
    }

    /// A whole number.
    pub fn int(&self, index: usize) -> Result<i64, DatabaseError> {
        self.opt_int(index)?.ok_or_else(|| wrong(index, "a whole number"))
    }

    /// A whole number or no value.
    pub fn opt_int(&self, index: usize) -> Result<Option<i64>, DatabaseError> {
        match self.cell(index)? {
            Cell::Null => Ok(None),
            Cell::Int(value) => Ok(Some(*value)),
            _ => Err(wrong(index, "a whole number")),
        }
    }

    /// A whole number that can't be negative.
    pub fn count(&self, index: usize) -> Result<u64, DatabaseError> {
        u64::try_from(self.int(index)?).map_err(|_| wrong(index, "a count"))
    }

    /// A truth value kept as 0 or 1.
    pub fn boolean(&self, index: usize) -> Result<bool, DatabaseError> {
        Ok(self.int(index)? != 0)
    }

    /// A real number; a whole one is taken as such.
    pub fn real(&self, index: usize) -> Result<f64, DatabaseError> {
        self.opt_real(index)?.ok_or_else(|| wrong(index, "a number"))
    }

    /// A real number or no value.
    pub fn opt_real(&self, index: usize) -> Result<Option<f64>, DatabaseError> {
        match self.cell(index)? {
            Cell::Null => Ok(None),
            Cell::Real(value) => Ok(Some(*value)),
            Cell::Int(value) => Ok(Some(*value as f64)),
            _ => Err(wrong(index, "a number")),
        }
    }

    /// A text.
    pub fn text(&self, index: usize) -> Result<&str, DatabaseError> {
        self.opt_text(index)?.ok_or_else(|| wrong(index, "a text"))
    }

    /// A text or no value.
    pub fn opt_text(&self, index: usize) -> Result<Option<&str>, DatabaseError> {
        match self.cell(index)? {
            Cell::Null => Ok(None),
            Cell::Text(value) => Ok(Some(value)),
            _ => Err(wrong(index, "a text")),
        }
    }

    /// Bytes.
    pub fn bytes(&self, index: usize) -> Result<&[u8], DatabaseError> {
        self.opt_bytes(index)?.ok_or_else(|| wrong(index, "bytes"))
    }

    /// Bytes or no value.
    pub fn opt_bytes(&self, index: usize) -> Result<Option<&[u8]>, DatabaseError> {
        match self.cell(index)? {
            Cell::Null => Ok(None),
            Cell::Bytes(value) => Ok(Some(value)),
            _ => Err(wrong(index, "bytes")),
        }
    }

    /// A text in the form that `T` reads: an id, a number.
    pub fn parsed<T: std::str::FromStr>(&self, index: usize) -> Result<T, DatabaseError> {
        self.text(index)?
            .parse()
            .map_err(|_| wrong(index, "in the expected form"))
    }

    /// As [`Row::parsed`], or no value.
    pub fn opt_parsed<T: std::str::FromStr>(&self, index: usize) -> Result<Option<T>, DatabaseError> {
        self.opt_text(index)?
            .map(|text| text.parse().map_err(|_| wrong(index, "in the expected form")))
            .transpose()
    }
}

fn wrong(index: usize, wanted: &str) -> DatabaseError {
    DatabaseError::invalid(format!("column {index} of the row is not {wanted}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_of_another_type_or_beyond_the_end_is_an_error() {
        let row = Row::new(vec![Cell::Int(7), Cell::Text("x".into()), Cell::Null]);
        assert_eq!(row.int(0), Ok(7));
        assert_eq!(row.text(1), Ok("x"));
        assert_eq!(row.opt_text(2), Ok(None));
        assert!(row.int(1).is_err() && row.text(2).is_err() && row.bytes(9).is_err());
        assert!(row.parsed::<u32>(1).is_err());
    }
}
