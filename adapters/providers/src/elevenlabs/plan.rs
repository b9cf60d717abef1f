//! What an account may do by its plan. The vendor limits requests at once by tier and by family of models
//! (help.elevenlabs.io, "How many Text to Speech requests can I make"), and names tiers in its answers as its client lists them.

use chrono::{DateTime, Utc};

/// An account as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VoicePlan {
    /// The vendor's name of the plan.
    pub tier: String,
    /// Characters that are left until the count begins anew. Nothing left need not be the end: some accounts pay for more.
    pub characters_left: u64,
    /// Requests at once for the configured model; as configured where the plan is not known.
    pub concurrency: usize,
    /// When the count begins anew, if the vendor says so.
    pub resets_at: Option<DateTime<Utc>>,
}

/// Requests at once; nothing for a tier that is not known.
pub(super) fn concurrency(tier: &str, model: &str) -> Option<usize> {
    let requests = match tier {
        "free" | "trial" => 2,
        "starter" => 3,
        "creator" => 5,
        "pro" => 10,
        // `scale_2024_08_10` is the plan since then, `growing_business` the one before.
        scale if scale.starts_with("scale") || scale == "growing_business" => 15,
        business if business.starts_with("business") => 15,
        _ => return None,
    };
    let light = model.contains("flash") || model.contains("turbo");
    Some(if light { requests * 2 } else { requests })
}

/// Whether the vendor speaks no more for an account of this status.
pub(super) fn is_stopped(status: &str) -> bool {
    matches!(
        status,
        "free_disabled" | "incomplete" | "incomplete_expired" | "unpaid"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_allows_so_many_requests_and_light_models_twice_as_many() {
        let tiers = [
            ("free", 2),
            ("starter", 3),
            ("creator", 5),
            ("pro", 10),
            ("scale_2024_08_10", 15),
            ("growing_business", 15),
            ("business", 15),
        ];
        for (tier, requests) in tiers {
            assert_eq!(concurrency(tier, "eleven_multilingual_v2"), Some(requests));
            assert_eq!(concurrency(tier, "eleven_v3"), Some(requests));
            assert_eq!(concurrency(tier, "eleven_flash_v2_5"), Some(requests * 2));
            assert_eq!(concurrency(tier, "eleven_turbo_v2"), Some(requests * 2));
        }
        assert_eq!(concurrency("enterprise", "eleven_multilingual_v2"), None);
    }
}
