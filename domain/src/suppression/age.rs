//! How old the version of a list is. A federal list may not be used when it was obtained more than 31 days ago (16 CFR 310.4(b)(3)(iv)).

use chrono::Duration;

/// Days after which a new version is due.
const AGEING_DAYS: i64 = 25;
/// Days after which there is one day left.
const EXPIRING_DAYS: i64 = 30;
/// Days, to the second, after which a federal list may not be used any more.
const USABLE_DAYS: i64 = 31;

/// How old the version of a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ListAge {
    /// Less than 25 days.
    Fresh,
    /// 25 days or more: time for a new version.
    Ageing,
    /// 30 days or more: the last day.
    Expiring,
    /// More than 31 days, to the second.
    Stale,
}

impl ListAge {
    /// Of a version that was obtained so long ago.
    pub fn of(age: Duration) -> Self {
        match age {
            age if age > Duration::days(USABLE_DAYS) => Self::Stale,
            age if age >= Duration::days(EXPIRING_DAYS) => Self::Expiring,
            age if age >= Duration::days(AGEING_DAYS) => Self::Ageing,
            _ => Self::Fresh,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_ages_on_its_days_to_the_second() {
        for (days, before, from) in [
            (25, ListAge::Fresh, ListAge::Ageing),
            (30, ListAge::Ageing, ListAge::Expiring),
        ] {
            assert_eq!(ListAge::of(Duration::days(days) - Duration::seconds(1)), before);
            assert_eq!(ListAge::of(Duration::days(days)), from);
        }
        assert_eq!(
            ListAge::of(Duration::days(31)),
            ListAge::Expiring,
            "its last second"
        );
        let over = Duration::days(31) + Duration::milliseconds(1);
        assert_eq!(ListAge::of(over), ListAge::Stale);
        assert_eq!(ListAge::of(Duration::seconds(-5)), ListAge::Fresh);
    }
}
