//! What models were told to do, by whichever campaign: so that a prompt has a name where what came of it is compared.

use domain::{OrganizationId, Recorded, campaign::CampaignEvent};

use super::organization_of;
use crate::{Rows, model::read_model};

/// How many hex digits of a prompt's SHA-256 tell it from others: as many as no organization's prompts share by chance.
const FINGERPRINT_DIGITS: usize = 16;

/// Longest name of a prompt, characters.
const LABEL_CHARS_MAX: usize = 60;

/// What a prompt is called to which the agent added nothing.
const STANDARD: &str = "Standard prompt";

read_model! {
    /// A prompt.
    pub struct PromptRow in "prompts" {
        key {
            /// The tenant.
            organization_id: OrganizationId,
            /// The beginning of the SHA-256 of all that the model is told to do, hex.
            prompt: String,
        }
        given {
            /// The first line of what the agent asked for, or that it is the standard one.
            label: String,
        }
    }
}

/// By what a prompt is known.
pub(super) fn fingerprint(sha256: &str) -> String {
    sha256.chars().take(FINGERPRINT_DIGITS).collect()
}

fn label(own: Option<&str>) -> String {
    let mut lines = own.unwrap_or_default().lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty()).unwrap_or(STANDARD);
    first.chars().take(LABEL_CHARS_MAX).collect()
}

pub(super) fn apply(event: &Recorded, rows: &mut Rows) {
    let domain::Event::CampaignEvent(CampaignEvent::ScriptGenerationStarted {
        prompt,
        prompt_sha256: Some(sha256),
        ..
    }) = &event.event
    else {
        return;
    };
    let row = PromptRow::blank(
        organization_of(event),
        fingerprint(sha256),
        label(prompt.as_deref()),
    );
    rows.prompts.put(row);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_called_by_the_first_line_of_what_the_agent_asked_for() {
        assert_eq!(label(Some("\n  Be brief. \nMention the pool.")), "Be brief.");
        assert_eq!(label(Some(&"long ".repeat(50))).chars().count(), 60);
        assert_eq!(label(Some("  ")), "Standard prompt");
        assert_eq!(label(None), "Standard prompt");
    }
}
