//! Where a user comes back to who was sent to another service to agree. Only the browser of the user who began takes part: anybody
//! else who opens such a link connects nothing, so that nobody is talked into giving their contacts to somebody else's account.

use axum::{
    extract::{Query, State},
    http::{HeaderMap, Method, StatusCode},
    response::{Html, IntoResponse, Redirect, Response},
};
use commands::{
    CommandContext, CommandError, access,
    authorization::Action,
    use_cases::{ConsentAnswer, ConsentOutcome, finish_connection},
};
use domain::CorrelationId;
use secrecy::SecretString;
use serde::Deserialize;

use crate::{auth::identify, state::AppState};

/// Where the user goes on when the account is connected.
const AFTERWARDS: &str = "/?connected=google_contacts";

/// What the service says. Prints nothing.
#[derive(Deserialize)]
pub struct Returned {
    state: Option<SecretString>,
    code: Option<SecretString>,
    error: Option<String>,
}

/// `GET /connections/google/callback`.
pub async fn google(
    State(state): State<AppState>,
    method: Method,
    headers: HeaderMap,
    Query(returned): Query<Returned>,
) -> Response {
    // A HEAD request, as link previews make it, must not use the consent up.
    if method != Method::GET {
        return StatusCode::NO_CONTENT.into_response();
    }
    let identity = match identify(&state, &headers).await {
        Ok(Some(identity)) => identity,
        Ok(None) => {
            let message =
                "You are not signed in to voicedrop in this browser. Sign in, then begin to connect again.";
            return page(StatusCode::UNAUTHORIZED, message);
        }
        Err(error) => return unavailable(error),
    };
    let permit = match access::on_organization(&identity.principal, Action::WriteContacts) {
        Ok(permit) => permit,
        Err(error) => return page(StatusCode::FORBIDDEN, &sentence(&error)),
    };
    let Some(answer) = answer_of(returned) else {
        let message = "This link is not complete. Begin to connect again.";
        return page(StatusCode::BAD_REQUEST, message);
    };
    let context = CommandContext::of(&permit, CorrelationId::from_uuid(state.ports.ids.next()));
    match finish_connection(&state.ports, &context, permit.user(), answer).await {
        Ok(ConsentOutcome::Connected(_)) => Redirect::to(AFTERWARDS).into_response(),
        Ok(ConsentOutcome::Declined) => page(
            StatusCode::OK,
            "You did not agree, so nothing was connected. To pull your contacts, begin again and allow voicedrop to see them; \
             or export them there as a file and upload that.",
        ),
        Err(error @ CommandError::Refused(_)) => page(StatusCode::UNPROCESSABLE_ENTITY, &sentence(&error)),
        Err(error) => unavailable(error),
    }
}

/// Whatever error a service names, the user comes back without a code.
fn answer_of(returned: Returned) -> Option<ConsentAnswer> {
    let code = returned.code.filter(|_| returned.error.is_none());
    (code.is_some() || returned.error.is_some()).then_some(ConsentAnswer {
        state: returned.state?,
        code,
    })
}

fn sentence(error: &CommandError) -> String {
    let text = error.to_string();
    let mut letters = text.chars();
    let first: String = letters
        .next()
        .map(|c| c.to_uppercase().collect())
        .unwrap_or_default();
    format!("{first}{}.", letters.as_str().trim_end_matches('.'))
}

fn unavailable(what: impl std::fmt::Display) -> Response {
    tracing::error!("an account could not be connected: {what}");
    page(
        StatusCode::SERVICE_UNAVAILABLE,
        "This does not work at this moment. Begin to connect again in a few minutes.",
    )
}

fn page(status: StatusCode, message: &str) -> Response {
    let escaped = message
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let page = include_str!("pages/connection.html").replace("{message}", &escaped);
    (status, Html(page)).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn returned(state: Option<&str>, code: Option<&str>, error: Option<&str>) -> Returned {
        Returned {
            state: state.map(SecretString::from),
            code: code.map(SecretString::from),
            error: error.map(str::to_owned),
        }
    }

    #[test]
    fn a_user_comes_back_with_a_code_or_without_one() {
        let agreed = answer_of(returned(Some("s"), Some("c"), None)).unwrap();
        assert!(agreed.code.is_some());
        let refused = answer_of(returned(Some("s"), None, Some("access_denied"))).unwrap();
        assert!(refused.code.is_none());
        let both = answer_of(returned(Some("s"), Some("c"), Some("access_denied"))).unwrap();
        assert!(both.code.is_none());
        assert!(answer_of(returned(None, Some("c"), None)).is_none());
        assert!(answer_of(returned(Some("s"), None, None)).is_none());
    }

    #[test]
    fn words_of_others_are_shown_as_words() {
        let refusal = CommandError::invalid("tick <b>contacts</b> & try again");
        assert_eq!(sentence(&refusal), "Tick <b>contacts</b> & try again.");
        let text = include_str!("pages/connection.html");
        assert_eq!(text.matches("{message}").count(), 1);
    }
}
