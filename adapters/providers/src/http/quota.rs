//! What a provider says is left of the rates it allows, read from the headers of its answers. Once nothing is left of one of them,
//! the next calls wait for its reset. Headers that are missing or not as documented hold nobody up.

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use chrono::DateTime;
use reqwest::header::{DATE, HeaderMap};
use tokio::time::Instant;

/// Longest wait that is taken from a header. A reset tells when everything is back, for a daily limit long after the first call is:
/// after this a call tries, and the provider's refusal says how it stands.
const RESET_MAX: Duration = Duration::from_mins(15);

/// How a provider writes when a rate is reset.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ResetForm {
    /// The time until then: `2m59.56s`, `172.8ms`.
    Duration,
    /// The instant, in RFC 3339, by the provider's clock; the answer's `date` tells what that shows.
    Instant,
}

/// The headers in which a provider tells what is left.
#[derive(Debug)]
pub(crate) struct QuotaHeaders {
    /// Each rate: what is left of it, and its reset.
    pub(crate) rates: &'static [(&'static str, &'static str)],
    pub(crate) form: ResetForm,
}

/// Of a provider that tells nothing.
const NOTHING_TOLD: QuotaHeaders = QuotaHeaders {
    rates: &[],
    form: ResetForm::Duration,
};

/// What is known of one provider.
#[derive(Debug)]
pub(super) struct Quota {
    headers: &'static QuotaHeaders,
    used_up_until: Mutex<Option<Instant>>,
}

impl Default for Quota {
    fn default() -> Self {
        Self::new(&NOTHING_TOLD)
    }
}

impl Quota {
    pub(super) fn new(headers: &'static QuotaHeaders) -> Self {
        Self {
            headers,
            used_up_until: Mutex::new(None),
        }
    }

    /// Reads the headers of an answer that came now; says how long the next calls have to wait where they had not to before.
    pub(super) fn note(&self, answer: &HeaderMap, now: Instant) -> Option<Duration> {
        let wait = wait_told(self.headers, answer)?;
        let mut used_up_until = self.used_up_until();
        // Answers may arrive in another order than they were given: one with something left takes nothing back.
        if used_up_until.is_some_and(|until| until >= now + wait) {
            return None;
        }
        *used_up_until = Some(now + wait);
        Some(wait)
    }

    /// Whether something will be left by then; how long it takes from now on, otherwise.
    pub(super) fn ask(&self, now: Instant, deadline: Instant) -> Result<(), Duration> {
        match self.left(now) {
            Some(left) if now + left > deadline => Err(left),
            _ => Ok(()),
        }
    }

    /// Waits until something is left, but not where that is after the deadline.
    pub(super) async fn wait(&self, deadline: Instant) -> Result<(), Duration> {
        // Other calls' answers may move the reset meanwhile; the deadline ends that.
        while let Some(left) = self.left(Instant::now()) {
            self.ask(Instant::now(), deadline)?;
            tokio::time::sleep(left).await;
        }
        Ok(())
    }

    fn left(&self, now: Instant) -> Option<Duration> {
        let until = (*self.used_up_until())?;
        (until > now).then(|| until - now)
    }

    fn used_up_until(&self) -> MutexGuard<'_, Option<Instant>> {
        self.used_up_until.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The longest wait for a rate of which nothing is left.
fn wait_told(headers: &QuotaHeaders, answer: &HeaderMap) -> Option<Duration> {
    let waits = headers.rates.iter().filter_map(|(remaining, reset)| {
        let remaining = text(answer, remaining)?.trim().parse::<i64>().ok()?;
        let reset = text(answer, reset).filter(|_| remaining <= 0)?;
        match headers.form {
            ResetForm::Duration => duration(reset),
            ResetForm::Instant => time_until(reset, text(answer, DATE.as_str())?),
        }
    });
    waits
        .max()
        .filter(|wait| !wait.is_zero())
        .map(|wait| wait.min(RESET_MAX))
}

fn text<'a>(answer: &'a HeaderMap, name: &str) -> Option<&'a str> {
    answer.get(name)?.to_str().ok()
}

/// Numbers with their units, one after the other. Anything else is no duration.
fn duration(text: &str) -> Option<Duration> {
    let in_number = |c: char| c.is_ascii_digit() || c == '.';
    let mut rest = text.trim();
    let mut seconds = (!rest.is_empty()).then_some(0.0)?;
    while !rest.is_empty() {
        let (number, tail) = rest.split_at(rest.find(|c| !in_number(c))?);
        let (unit, tail) = tail.split_at(tail.find(in_number).unwrap_or(tail.len()));
        seconds += number.parse::<f64>().ok()? * seconds_of(unit)?;
        rest = tail;
    }
    Duration::try_from_secs_f64(seconds).ok()
}

fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit {
        "d" => 86_400.0,
        "h" => 3_600.0,
        "m" => 60.0,
        "s" => 1.0,
        "ms" => 1e-3,
        "us" => 1e-6,
        "ns" => 1e-9,
        _ => return None,
    })
}

/// From the `date` of an answer to an instant in it; nothing for one that is over.
fn time_until(reset: &str, date: &str) -> Option<Duration> {
    let reset = DateTime::parse_from_rfc3339(reset.trim()).ok()?;
    let date = DateTime::parse_from_rfc2822(date.trim()).ok()?;
    (reset - date).to_std().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LASTING: QuotaHeaders = QuotaHeaders {
        rates: &[("left-a", "reset-a"), ("left-b", "reset-b")],
        form: ResetForm::Duration,
    };
    const ENDING: QuotaHeaders = QuotaHeaders {
        form: ResetForm::Instant,
        ..LASTING
    };
    const MINUTE: Duration = Duration::from_mins(1);

    fn answer(headers: &[(&'static str, &str)]) -> HeaderMap {
        let parsed = headers
            .iter()
            .map(|(name, value)| (*name, value.parse().unwrap()));
        parsed
            .map(|(name, value)| (name.parse().unwrap(), value))
            .collect()
    }

    #[test]
    fn durations_are_numbers_with_units() {
        for (text, millis) in [
            ("2m59.56s", 179_560.0),
            ("172.8ms", 172.8),
            ("7.66s", 7_660.0),
            ("1h0m1s", 3_601_000.0),
            ("1d", 86_400_000.0),
            (" 0s ", 0.0),
            ("1500us", 1.5),
        ] {
            let expected = Duration::from_secs_f64(millis / 1_000.0);
            assert_eq!(duration(text), Some(expected), "{text}");
        }
        let endless = format!("{}s", "9".repeat(400));
        for nonsense in [
            "", " ", "2", "s", "2x", "-2s", "2 s", "1.2.3s", "2m59", "soon", &endless,
        ] {
            assert_eq!(duration(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn an_instant_is_as_far_away_as_the_answers_own_date_says() {
        let date = "Wed, 21 Oct 2026 07:28:00 GMT";
        for (reset, wait) in [
            ("2026-10-21T07:29:00Z", Some(MINUTE)),
            ("2026-10-21T09:29:00+02:00", Some(MINUTE)),
            ("2026-10-21T07:28:00.250Z", Some(Duration::from_millis(250))),
            ("2026-10-21T07:27:00Z", None),
            ("07:29:00", None),
            ("60", None),
        ] {
            assert_eq!(time_until(reset, date), wait, "{reset}");
        }
        assert_eq!(time_until("2026-10-21T07:29:00Z", "yesterday"), None);
    }

    #[test]
    fn only_a_rate_of_which_nothing_is_left_is_waited_for_and_the_longest_counts() {
        let told = |headers: &[(&'static str, &str)]| wait_told(&LASTING, &answer(headers));
        assert_eq!(told(&[("left-a", "1"), ("reset-a", "1m")]), None);
        assert_eq!(told(&[("left-a", "0"), ("reset-a", "1m")]), Some(MINUTE));
        let both = [
            ("left-a", "0"),
            ("reset-a", "2s"),
            ("left-b", "0"),
            ("reset-b", "1m"),
        ];
        assert_eq!(told(&both), Some(MINUTE));
        let one = [
            ("left-a", "0"),
            ("reset-a", "2s"),
            ("left-b", "9"),
            ("reset-b", "1m"),
        ];
        assert_eq!(told(&one), Some(Duration::from_secs(2)));
        assert_eq!(told(&[("left-a", "0"), ("reset-a", "24h")]), Some(RESET_MAX));
        for unclear in [
            &[("left-a", "0")][..],
            &[("reset-a", "1m")],
            &[("left-a", "none"), ("reset-a", "1m")],
            &[("left-a", "0"), ("reset-a", "soon")],
            &[("left-a", "0"), ("reset-a", "0s")],
        ] {
            assert_eq!(told(unclear), None, "{unclear:?}");
        }
    }

    #[test]
    fn an_instant_without_a_date_is_passed_over() {
        let used_up = [("left-a", "0"), ("reset-a", "2026-10-21T07:29:00Z")];
        assert_eq!(wait_told(&ENDING, &answer(&used_up)), None);
        let dated = [used_up[0], used_up[1], ("date", "Wed, 21 Oct 2026 07:28:00 GMT")];
        assert_eq!(wait_told(&ENDING, &answer(&dated)), Some(MINUTE));
    }

    #[test]
    fn what_was_noted_lasts_until_the_reset_and_is_not_taken_back() {
        let (quota, now) = (Quota::new(&LASTING), Instant::now());
        let used_up = |reset| answer(&[("left-a", "0"), ("reset-a", reset)]);
        assert_eq!(quota.ask(now, now), Ok(()));
        assert_eq!(quota.note(&used_up("1m"), now), Some(MINUTE));
        assert_eq!(quota.note(&used_up("5s"), now), None);
        assert_eq!(
            quota.note(&answer(&[("left-a", "7"), ("reset-a", "1m")]), now),
            None
        );
        assert_eq!(quota.ask(now, now), Err(MINUTE));
        assert_eq!(quota.ask(now, now + MINUTE), Ok(()));
        let later = now + Duration::from_secs(50);
        assert_eq!(quota.ask(later, later), Err(Duration::from_secs(10)));
        assert_eq!(quota.ask(now + MINUTE, now + MINUTE), Ok(()));
    }

    #[test]
    fn a_provider_that_tells_nothing_is_never_waited_for() {
        let (quota, now) = (Quota::default(), Instant::now());
        let told = answer(&[
            ("x-ratelimit-remaining-requests", "0"),
            ("x-ratelimit-reset-requests", "1m"),
        ]);
        assert_eq!((quota.note(&told, now), quota.ask(now, now)), (None, Ok(())));
    }
}
