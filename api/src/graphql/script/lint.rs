//! What the lint says of a text, for clients: what is wrong, where, and what to do.

use async_graphql::SimpleObject;

use super::super::enums::{LintRule, Severity};

/// What the lint says of a text.
#[derive(Debug, Clone, SimpleObject)]
pub struct Lint {
    /// Nothing in it stops an approval.
    passed: bool,
    /// How long it takes to say, estimated by the speed of the voice, seconds.
    estimated_seconds: f64,
    /// What is wrong, what stops an approval first.
    findings: Vec<LintFinding>,
}

/// One thing that is wrong.
#[derive(Debug, Clone, SimpleObject)]
pub struct LintFinding {
    rule: LintRule,
    severity: Severity,
    /// What to do.
    advice: &'static str,
    /// First character that it concerns, from 0; nothing for the whole text.
    start: Option<u32>,
    /// The character after the last.
    end: Option<u32>,
}

impl From<&domain::script::lint::Lint> for Lint {
    fn from(lint: &domain::script::lint::Lint) -> Self {
        let findings = lint.findings.iter().map(|f| LintFinding {
            rule: f.rule.into(),
            severity: f.severity.into(),
            advice: f.rule.advice(),
            start: f.at.map(|(start, _)| start),
            end: f.at.map(|(_, end)| end),
        });
        Self {
            passed: lint.is_passed(),
            estimated_seconds: lint.estimated_ms as f64 / 1_000.0,
            findings: findings.collect(),
        }
    }
}
