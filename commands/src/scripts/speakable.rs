//! Values as people say them.

use chrono::NaiveDate;

/// `77162 Desert Falls Dr` → `Desert Falls Dr`; a street without a number stays as it is.
pub fn street_without_number(street: &str) -> &str {
    match street.split_once(' ') {
        Some((number, rest)) if number.starts_with(|c: char| c.is_ascii_digit()) => rest.trim_start(),
        _ => street,
    }
}

/// `760-555-0100` → `7 6 0, 5 5 5, 0 1 0 0`, which every voice reads digit by digit. Nothing for what has not ten digits.
pub fn phone(text: &str) -> Option<String> {
    let digits: Vec<char> = text.chars().filter(char::is_ascii_digit).collect();
    let national = match digits.as_slice() {
        ['1', rest @ ..] if rest.len() == 10 => rest,
        all if all.len() == 10 => all,
        _ => return None,
    };
    let part = |digits: &[char]| {
        let each: Vec<String> = digits.iter().map(char::to_string).collect();
        each.join(" ")
    };
    let (area, rest) = national.split_at(3);
    let (exchange, line) = rest.split_at(3);
    Some([part(area), part(exchange), part(line)].join(", "))
}

/// `$1,607,000` or `1607000` → `1.6 million dollars`; `379000` → `379 thousand dollars`. Nothing for what is no amount.
pub fn price(text: &str) -> Option<String> {
    if text.ends_with(" dollars") {
        return Some(text.to_owned());
    }
    let digits: String = text
        .split('.')
        .next()?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    let dollars: u64 = digits.parse().ok()?;
    Some(match dollars {
        0 => return None,
        1_000_000.. => {
            let tenths = (dollars + 50_000) / 100_000;
            match (tenths / 10, tenths % 10) {
                (whole, 0) => format!("{whole} million dollars"),
                (whole, tenth) => format!("{whole}.{tenth} million dollars"),
            }
        }
        1_000.. => format!("{} thousand dollars", (dollars + 500) / 1_000),
        _ => format!("{dollars} dollars"),
    })
}

/// `2020-04-30` → `April 2020`. Nothing for what is no date.
pub fn date(text: &str) -> Option<String> {
    if NaiveDate::parse_from_str(&format!("1 {text}"), "%d %B %Y").is_ok() {
        return Some(text.to_owned());
    }
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d")
        .or_else(|_| NaiveDate::parse_from_str(text, "%m/%d/%Y"))
        .ok()?;
    Some(date.format("%B %Y").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_rounded_as_people_say_them() {
        assert_eq!(price("$1,607,000").as_deref(), Some("1.6 million dollars"));
        assert_eq!(price("2000000.00").as_deref(), Some("2 million dollars"));
        assert_eq!(price("$379,000").as_deref(), Some("379 thousand dollars"));
        assert_eq!(price("N/A"), None);
    }

    #[test]
    fn dates_are_a_month_and_a_year() {
        assert_eq!(date("04/16/2017").as_deref(), Some("April 2017"));
        assert_eq!(date("2023-04-08").as_deref(), Some("April 2023"));
        assert_eq!(date("soon"), None);
    }

    #[test]
    fn what_is_spoken_already_stays_as_it_is() {
        assert_eq!(
            price("2.7 million dollars").as_deref(),
            Some("2.7 million dollars")
        );
        assert_eq!(date("April 2017").as_deref(), Some("April 2017"));
    }

    #[test]
    fn a_number_is_read_digit_by_digit() {
        assert_eq!(
            phone("+1 (760) 555-0100").as_deref(),
            Some("7 6 0, 5 5 5, 0 1 0 0")
        );
        assert_eq!(phone("555-0100"), None);
    }

    #[test]
    fn a_street_loses_its_number_only() {
        assert_eq!(street_without_number("9402 Hovley Ln E"), "Hovley Ln E");
        assert_eq!(street_without_number("Hovley Ln E"), "Hovley Ln E");
    }
}
