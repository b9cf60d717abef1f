//! Scalars of the API beyond GraphQL's own.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use domain::MicroDollars;

/// Place in the order of all changes. Opaque: pass it on as `minPosition` to read what you have just written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position(pub domain::Position);

#[Scalar(name = "Position")]
impl ScalarType for Position {
    fn parse(value: Value) -> InputValueResult<Self> {
        if let Value::String(text) = &value
            && let Some(number) = text.strip_prefix('p').and_then(|n| n.parse().ok())
        {
            return Ok(Self(domain::Position::new(number)));
        }
        Err(InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::String(format!("p{}", self.0))
    }
}

impl From<domain::Position> for Position {
    fn from(position: domain::Position) -> Self {
        Self(position)
    }
}

/// Money: a whole number of millionths of a US dollar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money(pub i64);

#[Scalar(name = "MicroDollars")]
impl ScalarType for Money {
    fn parse(value: Value) -> InputValueResult<Self> {
        if let Value::Number(number) = &value
            && let Some(micros) = number.as_i64()
        {
            return Ok(Self(micros));
        }
        Err(InputValueError::expected_type(value))
    }

    fn to_value(&self) -> Value {
        Value::from(self.0)
    }
}

impl From<MicroDollars> for Money {
    fn from(money: MicroDollars) -> Self {
        Self(money.micros())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_position_comes_back_and_a_bare_number_is_refused() {
        let position = Position(domain::Position::new(42));
        assert_eq!(Position::parse(position.to_value()).ok(), Some(position));
        assert!(Position::parse(Value::from(42)).is_err());
        assert!(Position::parse(Value::String("42".into())).is_err());
    }
}
