//! The one mapping of what use cases and queries answer to what clients see. A rule's refusal is data: a code, words, and
//! figures. A denial is an error with a code. A fault is logged and answered without internals.

use async_graphql::{Error, ErrorExtensions, Json, SimpleObject};
use commands::{
    CommandError, Refusal as RuleRefusal,
    authorization::Denied,
    ports::{JournalError, OpenError, PortError, PortErrorKind},
    use_cases::UnreadableContact,
};
use domain::{
    campaign::CampaignRefusal, contact::ContactRefusal, import::ImportRefusal,
    organization::OrganizationRefusal, script::ScriptRefusal, suppression::SuppressionRefusal,
};
use projections::queries::{InvalidCursor, QueryError};
use serde_json::{Value, json};

use super::node_id::NodeKind;
use crate::contact_lists::ListError;

/// What sort of no it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// A rule said no, or the input makes no sense: the client's to mend.
    Refused,
    /// Not signed in, not allowed, or not there.
    Denied,
    /// Something of ours or of a provider failed.
    Fault,
}

/// Why a request was not answered as hoped. Deliberately no [`std::error::Error`]: async-graphql would show the text of any
/// such type to clients, and so only this one reaches them.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    /// What sort of no.
    pub kind: ProblemKind,
    /// For programs.
    pub code: &'static str,
    /// For people; says what to do.
    pub message: String,
    /// Figures behind it.
    pub details: Value,
}

impl Problem {
    /// The input or a rule: the client's to mend.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind: ProblemKind::Refused,
            code,
            message: message.into(),
            details: json!({}),
        }
    }

    fn with(mut self, details: Value) -> Self {
        self.details = details;
        self
    }

    fn denied(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            kind: ProblemKind::Denied,
            ..Self::new(code, message)
        }
    }

    /// Something failed; `what` goes to the log alone.
    pub fn fault(what: impl std::fmt::Display) -> Self {
        tracing::error!("a request failed: {what}");
        Self {
            kind: ProblemKind::Fault,
            ..Self::new("INTERNAL", "something failed on our side; the log says more")
        }
    }

    fn unavailable(what: impl std::fmt::Display) -> Self {
        tracing::warn!("a request could not be answered: {what}");
        Self {
            kind: ProblemKind::Fault,
            ..Self::new("UNAVAILABLE", "not available at this moment; try again shortly")
        }
    }
}

impl From<Problem> for Error {
    fn from(problem: Problem) -> Self {
        Self::new(problem.message).extend_with(|_, extensions| {
            extensions.set("code", problem.code);
            if problem.details != json!({})
                && let Ok(details) = async_graphql::Value::from_json(problem.details)
            {
                extensions.set("details", details);
            }
        })
    }
}

/// A rule said no; nothing was recorded.
#[derive(Debug, Clone, SimpleObject)]
pub struct Refusal {
    /// For programs, such as `WRONG_STATUS`.
    pub code: String,
    /// For people; says what to do.
    pub message: String,
    /// Figures behind it.
    pub details: Json<Value>,
}

impl From<Problem> for Refusal {
    fn from(problem: Problem) -> Self {
        Self {
            code: problem.code.to_owned(),
            message: problem.message,
            details: Json(problem.details),
        }
    }
}

/// Declares the answer of a mutation: what was done, or the rule's refusal.
macro_rules! outcome {
    ($($(#[$doc:meta])* $name:ident = $payload:ty;)+) => {$(
        $(#[$doc])*
        #[derive(async_graphql::Union)]
        pub enum $name {
            /// It was done.
            Done($payload),
            /// A rule said no.
            Refused($crate::graphql::error::Refusal),
        }

        impl $name {
            /// Refusals become data; denials and faults stay errors.
            pub fn of(
                result: Result<$payload, $crate::graphql::error::Problem>,
            ) -> Result<Self, $crate::graphql::error::Problem> {
                match result {
                    Ok(done) => Ok(Self::Done(done)),
                    Err(problem) if problem.kind == $crate::graphql::error::ProblemKind::Refused => {
                        Ok(Self::Refused(problem.into()))
                    }
                    Err(problem) => Err(problem),
                }
            }
        }
    )+};
}
pub(crate) use outcome;

impl From<Denied> for Problem {
    fn from(denied: Denied) -> Self {
        let code = match denied {
            Denied::SignedOut => "UNAUTHENTICATED",
            Denied::Role { .. } => "FORBIDDEN",
            Denied::NotFound(_) => "NOT_FOUND",
        };
        Self::denied(code, denied.to_string())
    }
}

impl From<CommandError> for Problem {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::Denied(denied) => denied.into(),
            CommandError::Conflict(_) => Self::new("CONFLICT", error.to_string()),
            CommandError::Port(port) => port.into(),
            CommandError::Journal(what) => Self::unavailable(what),
            CommandError::Unreadable(what) => Self::fault(what),
        }
    }
}

impl From<RuleRefusal> for Problem {
    fn from(refusal: RuleRefusal) -> Self {
        let (code, details) = match &refusal {
            RuleRefusal::Campaign(r) => campaign(r),
            RuleRefusal::Script(r) => script(r),
            RuleRefusal::Contact(r) => contact(r),
            RuleRefusal::Import(r) => import(r),
            RuleRefusal::Suppression(r) => (suppression(r), json!({})),
            RuleRefusal::Organization(r) => organization(r),
            RuleRefusal::NotReadyToSend(blockers) => {
                let blockers: Vec<Value> = blockers
                    .iter()
                    .map(|b| json!({"about": b.about.as_str(), "message": b.message}))
                    .collect();
                ("NOT_READY_TO_SEND", json!({ "blockers": blockers }))
            }
            RuleRefusal::ConsentsBeforeRevocation(contacts) => {
                let contacts: Vec<String> = contacts.iter().map(|id| id.global().to_string()).collect();
                ("CONSENT_BEFORE_REVOCATION", json!({ "contacts": contacts }))
            }
            RuleRefusal::Invalid(_) => ("INVALID", json!({})),
        };
        if code == "NOT_FOUND" {
            Self::denied(code, refusal.to_string())
        } else {
            Self::new(code, refusal.to_string()).with(details)
        }
    }
}

fn campaign(refusal: &CampaignRefusal) -> (&'static str, Value) {
    use CampaignRefusal as R;
    match refusal {
        R::NotFound => ("NOT_FOUND", json!({})),
        R::AlreadyExists => ("ALREADY_EXISTS", json!({})),
        R::WrongStatus { step, found, needs } => {
            let needs: Vec<String> = needs.iter().map(ToString::to_string).collect();
            (
                "WRONG_STATUS",
                json!({"step": step, "found": found.to_string(), "needs": needs}),
            )
        }
        R::InvalidName => ("INVALID_NAME", json!({})),
        R::Schedule(_) => ("INVALID_SCHEDULE", json!({})),
        R::TooManyContacts => ("TOO_MANY_CONTACTS", json!({})),
        R::UnknownImport(_) => ("UNKNOWN_IMPORT", json!({})),
        R::UnknownRun(_) => ("UNKNOWN_RUN", json!({})),
        R::NoContacts => ("NO_CONTACTS", json!({})),
        R::NotReady { ready, contacts } => ("NOT_READY", json!({"ready": ready, "contacts": contacts})),
        R::NotPrechecked { prechecked, contacts } => (
            "NOT_PRECHECKED",
            json!({"prechecked": prechecked, "contacts": contacts}),
        ),
        R::NoCallerId => ("NO_CALLER_ID", json!({})),
        R::NoReason => ("NO_REASON", json!({})),
    }
}

fn script(refusal: &ScriptRefusal) -> (&'static str, Value) {
    use ScriptRefusal as R;
    match refusal {
        R::NotFound => ("NOT_FOUND", json!({})),
        R::AnotherScript => ("ANOTHER_SCRIPT", json!({})),
        R::InvalidText => ("INVALID_TEXT", json!({})),
        R::StaleVersion { given, newest } => ("STALE_VERSION", json!({"given": given, "newest": newest})),
        R::AlreadyHandedOver => ("ALREADY_HANDED_OVER", json!({})),
        R::LintBlocks(rules) => {
            let rules: Vec<&str> = rules.iter().map(|r| r.as_str()).collect();
            ("LINT_BLOCKS", json!({ "rules": rules }))
        }
        R::Unchecked => ("UNCHECKED", json!({})),
        R::ReviewedSince => ("REVIEWED_SINCE", json!({})),
        R::NotApproved => ("NOT_APPROVED", json!({})),
        R::NoAudio => ("NO_AUDIO", json!({})),
        R::AudioNotRequested => ("AUDIO_NOT_REQUESTED", json!({})),
        R::NotCleared => ("NOT_CLEARED", json!({})),
        R::Cleared => ("CLEARED", json!({})),
        R::Settled(status) => ("SETTLED", json!({"status": status.as_str()})),
        R::AlreadyAttempted(_) => ("ALREADY_ATTEMPTED", json!({})),
        R::UnknownAttempt(_) => ("UNKNOWN_ATTEMPT", json!({})),
        R::NotInDoubt => ("NOT_IN_DOUBT", json!({})),
        R::NeverAttempted => ("NEVER_ATTEMPTED", json!({})),
    }
}

fn contact(refusal: &ContactRefusal) -> (&'static str, Value) {
    use ContactRefusal as R;
    match refusal {
        R::NotFound => ("NOT_FOUND", json!({})),
        R::AlreadyExists => ("ALREADY_EXISTS", json!({})),
        R::Erased => ("ERASED", json!({})),
        R::DoNotContact => ("DO_NOT_CONTACT", json!({})),
        R::ContactedTooRecently { next_allowed, .. } => {
            ("CONTACTED_TOO_RECENTLY", json!({"nextAllowed": next_allowed}))
        }
        R::ConsentBeforeRevocation { revoked_at } => {
            ("CONSENT_BEFORE_REVOCATION", json!({"revokedAt": revoked_at}))
        }
        R::ConsentFromTheFuture => ("FROM_THE_FUTURE", json!({})),
        R::UsedSince => ("USED_SINCE", json!({})),
        R::NotOfThisImport => ("NOT_OF_THIS_IMPORT", json!({})),
        R::MergeWithItself => ("MERGE_WITH_ITSELF", json!({})),
        R::NoReason => ("NO_REASON", json!({})),
    }
}

fn import(refusal: &ImportRefusal) -> (&'static str, Value) {
    use ImportRefusal as R;
    match refusal {
        R::NotFound => ("NOT_FOUND", json!({})),
        R::AlreadyExists => ("ALREADY_EXISTS", json!({})),
        R::WrongStatus { step, found } => ("WRONG_STATUS", json!({"step": step, "found": found.to_string()})),
        R::ChunkOutOfOrder { given, expected } => (
            "CHUNK_OUT_OF_ORDER",
            json!({"given": given, "expected": expected}),
        ),
        R::FiguresDoNotAddUp => ("FIGURES_DO_NOT_ADD_UP", json!({})),
    }
}

const fn suppression(refusal: &SuppressionRefusal) -> &'static str {
    use SuppressionRefusal as R;
    match refusal {
        R::AnotherKind => "ANOTHER_KIND",
        R::NotFound => "NOT_FOUND",
        R::NoSan => "NO_SAN",
        R::WrongState => "WRONG_STATE",
        R::NoVersion => "NO_VERSION",
        R::FromTheFuture => "FROM_THE_FUTURE",
        R::AlreadyLoading => "ALREADY_LOADING",
        R::NothingToChange => "NOTHING_TO_CHANGE",
        R::Stale => "STALE_LIST",
        R::NoReason => "NO_REASON",
    }
}

fn organization(refusal: &OrganizationRefusal) -> (&'static str, Value) {
    use OrganizationRefusal as R;
    match refusal {
        R::NotFound => ("NOT_FOUND", json!({})),
        R::AlreadyExists => ("ALREADY_EXISTS", json!({})),
        R::InvalidName => ("INVALID_NAME", json!({})),
        R::NotAMember => ("NOT_A_MEMBER", json!({})),
        R::AlreadyAMember => ("ALREADY_A_MEMBER", json!({})),
        R::UnknownTeam => ("UNKNOWN_TEAM", json!({})),
        R::LastAdmin => ("LAST_ADMIN", json!({})),
        R::UnknownCallerId => ("UNKNOWN_CALLER_ID", json!({})),
        R::InvalidSetting { setting, bounds } => {
            ("INVALID_SETTING", json!({"setting": setting, "bounds": bounds}))
        }
        R::InvalidPermitNumber => ("INVALID_PERMIT_NUMBER", json!({})),
        R::EmptyMapping => ("EMPTY_MAPPING", json!({})),
        R::TooManyMappingTemplates => ("TOO_MANY_MAPPING_TEMPLATES", json!({})),
        R::TooManyWebhookEndpoints => ("TOO_MANY_WEBHOOKS", json!({})),
        R::UnknownWebhookEndpoint => ("UNKNOWN_WEBHOOK", json!({})),
        R::TooManyWebhookSecrets => ("TOO_MANY_SECRETS", json!({})),
        R::TooManyDigestRecipients => ("TOO_MANY_RECIPIENTS", json!({})),
        R::NoReason => ("NO_REASON", json!({})),
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        match error.kind {
            PortErrorKind::Permanent => Self::new("NOT_TAKEN", error.message),
            PortErrorKind::Unauthorised | PortErrorKind::Exhausted => {
                tracing::error!("a provider refuses: {error}");
                Self::new(
                    "PROVIDER_REFUSES",
                    "a provider refuses: its key or its funds need attention in the settings",
                )
            }
            PortErrorKind::Retryable | PortErrorKind::Limited { .. } | PortErrorKind::Unknown => {
                Self::unavailable(error)
            }
        }
    }
}

impl From<UnreadableContact> for Problem {
    fn from(error: UnreadableContact) -> Self {
        match error {
            UnreadableContact::Field { field, reason } => {
                let code = match field {
                    "phone" => "INVALID_PHONE",
                    "email" => "INVALID_EMAIL",
                    "state" => "UNKNOWN_STATE",
                    _ => "INVALID",
                };
                Self::new(code, reason).with(json!({"field": field}))
            }
            UnreadableContact::Port(port) => port.into(),
        }
    }
}

impl From<OpenError> for Problem {
    fn from(error: OpenError) -> Self {
        match error {
            OpenError::Port(port) => port.into(),
            OpenError::Erased => Self::new("ERASED", "the contact was erased"),
            OpenError::Damaged => Self::fault(error),
        }
    }
}

impl From<QueryError> for Problem {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Unavailable(_) => Self::unavailable(error),
            QueryError::Unreadable(_) => Self::fault(error),
        }
    }
}

impl From<ListError> for Problem {
    fn from(error: ListError) -> Self {
        match error {
            ListError::Port(port) => port.into(),
            ListError::Query(query) => query.into(),
        }
    }
}

impl From<JournalError> for Problem {
    fn from(error: JournalError) -> Self {
        Self::from(CommandError::from(error))
    }
}

impl From<InvalidCursor> for Problem {
    fn from(error: InvalidCursor) -> Self {
        Self::new("INVALID_CURSOR", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use domain::campaign::CampaignStatus;

    use super::*;

    #[test]
    fn a_refusal_is_data_with_its_figures() {
        let refusal = CampaignRefusal::WrongStatus {
            step: "approving",
            found: CampaignStatus::Draft,
            needs: &[CampaignStatus::Review],
        };
        let problem = Problem::from(CommandError::from(refusal));
        assert_eq!(
            (problem.kind, problem.code),
            (ProblemKind::Refused, "WRONG_STATUS")
        );
        assert_eq!(problem.details["found"], "draft");
    }

    #[test]
    fn what_is_not_there_and_what_is_anothers_are_answered_alike() {
        let denied = Problem::from(Denied::NotFound("campaign"));
        let refused = Problem::from(CommandError::from(CampaignRefusal::NotFound));
        assert_eq!((denied.kind, denied.code), (ProblemKind::Denied, "NOT_FOUND"));
        assert_eq!(
            (refused.kind, refused.code, refused.message),
            (denied.kind, denied.code, denied.message)
        );
    }

    #[test]
    fn a_fault_tells_nothing_of_the_inside() {
        let problem = Problem::from(CommandError::Journal("host 10.0.0.7 refused".into()));
        assert_eq!((problem.kind, problem.code), (ProblemKind::Fault, "UNAVAILABLE"));
        assert!(!problem.message.contains("10.0.0.7"));
        let problem = Problem::from(QueryError::Unreadable("table contacts".into()));
        assert_eq!(problem.code, "INTERNAL");
        assert!(!problem.message.contains("contacts"));
    }
}
