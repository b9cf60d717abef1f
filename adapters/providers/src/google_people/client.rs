//! The calls to People API v1: groups and connections, page by page. Nothing is written there. People are passed on as Google gave
//! them; who they are is the reader's business.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{ContactSourcePort, PullRequest, Pulled, RemoteList, SourceFailure, SourceTokens};
use domain::import::ContactSource;
use reqwest::{Method, RequestBuilder, header::HeaderMap};
use secrecy::ExposeSecret;

use super::{
    PROVIDER,
    consent::Consent,
    error,
    wire::{Groups, MEMBERSHIPS, Member, PERSON_FIELDS, Page},
};
use crate::{
    callback_base::CallbackBase,
    config::GoogleConfig,
    http::{Answer, HttpClient, InvalidProvider, JSON_BYTES_MAX, ProviderCall, Repeat, Route},
};

/// People of a page: the most that Google gives.
const PAGE_SIZE: usize = 1_000;
/// Largest page, bytes: a person has up to 100 numbers and as many addresses.
const PAGE_BYTES_MAX: usize = 32 << 20;
/// Groups that are listed; the vendor's page.
const GROUPS_MAX: usize = 1_000;

const CONNECTIONS: Route = Route {
    name: "connections",
    repeat: Repeat::Harmless,
    answer_bytes_max: PAGE_BYTES_MAX,
    refusal: error::people_refusal,
    understood: &[400, 401, 403, 410],
};
const GROUPS: Route = Route {
    name: "contact groups",
    answer_bytes_max: JSON_BYTES_MAX,
    ..CONNECTIONS
};

/// Google Contacts, by the OAuth client of this installation and each user's consent.
#[derive(Debug)]
pub struct GooglePeople {
    people: ProviderCall,
    consent: Consent,
}

impl GooglePeople {
    /// Prepares, with an HTTP client of its own; calls nothing.
    pub fn new(config: &GoogleConfig, callbacks: CallbackBase) -> Result<Self, InvalidProvider> {
        Self::with_client(&HttpClient::new()?, config, callbacks)
    }

    /// Prepares, over a client that others use, too; calls nothing.
    pub fn with_client(
        client: &HttpClient,
        config: &GoogleConfig,
        callbacks: CallbackBase,
    ) -> Result<Self, InvalidProvider> {
        Ok(Self {
            people: ProviderCall::new(
                client,
                PROVIDER,
                &config.people_url,
                HeaderMap::new(),
                config.limits(),
            )?,
            consent: Consent::new(client, config, callbacks)?,
        })
    }

    async fn ask(
        &self,
        route: &Route,
        request: RequestBuilder,
        tokens: &SourceTokens,
        continued: bool,
    ) -> Result<Answer, SourceFailure> {
        let request = request.bearer_auth(tokens.access.expose_secret());
        let answer = self.people.send(route, request).await?;
        if answer.status.is_success() {
            return Ok(answer);
        }
        Err(error::people_failure(&answer, continued))
    }
}

#[async_trait]
impl ContactSourcePort for GooglePeople {
    fn source(&self) -> ContactSource {
        ContactSource::GoogleContacts
    }

    fn consent_url(&self, state: &str, code_challenge: &str) -> Option<String> {
        Some(self.consent.url(state, code_challenge))
    }

    async fn exchange(
        &self,
        code: &str,
        code_verifier: &str,
        now: DateTime<Utc>,
    ) -> Result<SourceTokens, SourceFailure> {
        self.consent.exchange(code, code_verifier, now).await
    }

    async fn refresh(&self, tokens: SourceTokens, now: DateTime<Utc>) -> Result<SourceTokens, SourceFailure> {
        self.consent.refresh(tokens, now).await
    }

    /// The user's labels and Google's own groups that have members.
    async fn lists(&self, tokens: &SourceTokens) -> Result<Vec<RemoteList>, SourceFailure> {
        let request = self.people.request(Method::GET, "v1/contactGroups");
        let request = request.query(&[("pageSize", GROUPS_MAX)]);
        let groups: Groups = self.ask(&GROUPS, request, tokens, false).await?.json()?;
        let shown = groups.contact_groups.into_iter().map(|group| RemoteList {
            name: group
                .formatted_name
                .or(group.name)
                .unwrap_or_else(|| group.resource_name.clone()),
            id: group.resource_name,
            count: Some(group.member_count.unwrap_or(0)),
        });
        Ok(shown.filter(|list| list.count != Some(0)).collect())
    }

    /// People API can't ask for the members of a group with their fields: everybody is asked for, and members are kept.
    async fn pull(&self, request: &PullRequest, page: Option<&str>) -> Result<Pulled, SourceFailure> {
        let group = request.list.as_deref();
        let fields = format!("{PERSON_FIELDS}{}", group.map_or("", |_| MEMBERSHIPS));
        let mut asked = self
            .people
            .request(Method::GET, "v1/people/me/connections")
            .query(&[
                ("personFields", fields.as_str()),
                ("pageSize", &PAGE_SIZE.to_string()),
            ]);
        if group.is_none() {
            asked = asked.query(&[("requestSyncToken", "true")]);
        }
        for (name, value) in [("syncToken", request.cursor.as_deref()), ("pageToken", page)] {
            if let Some(value) = value {
                asked = asked.query(&[(name, value)]);
            }
        }
        let answer = self
            .ask(&CONNECTIONS, asked, &request.tokens, request.cursor.is_some())
            .await?;
        let page: Page = answer.json()?;
        let wanted = |person: &str| {
            group.is_none_or(|group| {
                serde_json::from_str::<Member>(person).is_ok_and(|member| member.is_in(group))
            })
        };
        let people = page.connections.iter().map(|person| person.get());
        Ok(Pulled {
            contacts: people
                .filter(|person| wanted(person))
                .map(str::to_owned)
                .collect(),
            next_page: page.next_page_token,
            sync_cursor: page.next_sync_token,
            total: page.total_items.filter(|_| group.is_none()),
        })
    }
}
