//! The calls for lists and leads, by bearer token, page by page. Refuses an address without encryption, a list id that would change
//! the path, and a page that is no JSON: that is a sign-in page.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{
    ContactSourcePort, PortError, PortErrorKind, PullRequest, Pulled, RemoteList, SourceFailure, SourceTokens,
};
use domain::import::ContactSource;
use reqwest::{
    Method, RequestBuilder,
    header::{HeaderMap, LOCATION},
};
use secrecy::ExposeSecret;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{PROVIDER, answer};
use crate::{
    config::MojoConfig,
    http::{
        Answer, HttpClient, InvalidProvider, ProviderCall, Refusal, Repeat, Route, code_at, path_segment,
    },
};

/// Largest page, bytes.
const PAGE_BYTES_MAX: usize = 16 << 20;
/// Stands for the list's id in the path of the leads.
const LIST: &str = "{list}";

const LISTS: Route = Route {
    name: "lists",
    repeat: Repeat::Harmless,
    answer_bytes_max: PAGE_BYTES_MAX,
    refusal,
    understood: &[301, 302, 303, 307, 308, 401, 403],
};
const LEADS: Route = Route {
    name: "leads",
    ..LISTS
};

fn refusal(answer: &Answer) -> Refusal {
    let body = answer.value();
    Refusal::by_status(answer, code_at(&body, &["/error/code", "/code", "/error"]))
}

/// Mojo Dialer, by each user's key.
#[derive(Debug)]
pub struct MojoDialer {
    call: ProviderCall,
    config: MojoConfig,
}

/// Where a page begins: its number, and what the page before was, so that a service that always gives the same is found out.
struct Place<'a> {
    number: usize,
    before: Option<&'a str>,
}

impl<'a> Place<'a> {
    const FIRST: Self = Self {
        number: 1,
        before: None,
    };

    fn parse(page: Option<&'a str>) -> Self {
        let parsed = page.and_then(|page| {
            let (number, before) = page.split_once(':')?;
            Some(Self {
                number: number.parse().ok()?,
                before: Some(before),
            })
        });
        parsed.unwrap_or(Self::FIRST)
    }
}

impl MojoDialer {
    /// Prepares, with an HTTP client of its own; calls nothing.
    pub fn new(config: MojoConfig) -> Result<Self, InvalidProvider> {
        Self::with_client(&HttpClient::new()?, config)
    }

    /// Prepares, over a client that others use, too; calls nothing.
    pub fn with_client(client: &HttpClient, config: MojoConfig) -> Result<Self, InvalidProvider> {
        if !config.leads_path.contains(LIST) || config.page_size == 0 {
            return Err(InvalidProvider {
                provider: PROVIDER,
                reason: "leads_path must hold {list}, and page_size must be at least 1".to_owned(),
            });
        }
        let none = HeaderMap::new();
        let call = ProviderCall::new(client, PROVIDER, &config.base_url, none, config.limits())?;
        Ok(Self { call, config })
    }

    /// A parameter without a name is not sent.
    fn request(&self, path: &str, tokens: &SourceTokens, parameters: &[(&str, &str)]) -> RequestBuilder {
        let account = tokens.account.as_deref().unwrap_or_default();
        let named = [(self.config.account_parameter.as_str(), account)];
        let sent: Vec<_> = named
            .iter()
            .chain(parameters)
            .filter(|(name, value)| !name.is_empty() && !value.is_empty())
            .collect();
        self.call
            .request(Method::GET, path.trim_start_matches('/'))
            .query(&sent)
            .bearer_auth(tokens.access.expose_secret())
    }

    async fn ask(&self, route: &Route, request: RequestBuilder) -> Result<Answer, SourceFailure> {
        let answer = self.call.send(route, request).await?;
        let is_page = answer
            .header("content-type")
            .is_some_and(|kind| kind.contains("html"));
        match answer.status.as_u16() {
            200..=299 if !is_page => Ok(answer),
            401 | 403 => Err(reconnect(
                "Mojo refused the key: copy it again from your account there",
            )),
            200..=299 => Err(reconnect(
                "Mojo answered with a sign-in page: the key is not accepted there",
            )),
            _ if answer
                .header(LOCATION.as_str())
                .is_some_and(|to| to.contains("login")) =>
            {
                Err(reconnect("Mojo wants a sign-in: the key is not accepted there"))
            }
            _ => Err(SourceFailure::Port(answer.refused(refusal(&answer)))),
        }
    }

    fn leads_path(&self, list: Option<&str>) -> Result<String, PortError> {
        let list = list.and_then(path_segment).ok_or_else(|| {
            let message = format!("{PROVIDER}: choose one of the account's lists");
            PortError::new(PortErrorKind::Permanent, message)
        })?;
        Ok(self.config.leads_path.replace(LIST, list))
    }

    /// Nothing follows a page that is not full, or where the service has no pages.
    fn following(&self, number: usize, leads: usize, mark: &str) -> Option<String> {
        let full = leads >= self.config.page_size;
        (full && !self.config.page_parameter.is_empty()).then(|| format!("{}:{mark}", number + 1))
    }
}

/// Tells a page from others.
fn mark_of(leads: &[String]) -> String {
    let hash = leads.iter().fold(Sha256::new(), Sha256::chain_update);
    hex::encode(hash.finalize())
}

fn reconnect(why: &str) -> SourceFailure {
    SourceFailure::Reconnect(why.to_owned())
}

#[async_trait]
impl ContactSourcePort for MojoDialer {
    fn source(&self) -> ContactSource {
        ContactSource::MojoDialer
    }

    fn consent_url(&self, _state: &str, _code_challenge: &str) -> Option<String> {
        None
    }

    async fn exchange(
        &self,
        _code: &str,
        _code_verifier: &str,
        _now: DateTime<Utc>,
    ) -> Result<SourceTokens, SourceFailure> {
        let message = format!("{PROVIDER}: is connected by a key");
        Err(PortError::new(PortErrorKind::Permanent, message).into())
    }

    async fn refresh(
        &self,
        tokens: SourceTokens,
        _now: DateTime<Utc>,
    ) -> Result<SourceTokens, SourceFailure> {
        Ok(tokens)
    }

    async fn lists(&self, tokens: &SourceTokens) -> Result<Vec<RemoteList>, SourceFailure> {
        let request = self.request(&self.config.lists_path, tokens, &[]);
        let body: Value = self.ask(&LISTS, request).await?.json()?;
        let items = answer::items(body, &self.config.items_at)?;
        Ok(items.iter().filter_map(answer::list).collect())
    }

    async fn pull(&self, request: &PullRequest, page: Option<&str>) -> Result<Pulled, SourceFailure> {
        let place = Place::parse(page);
        let path = self.leads_path(request.list.as_deref())?;
        let (number, size) = (place.number.to_string(), self.config.page_size.to_string());
        let parameters = [
            (self.config.page_parameter.as_str(), number.as_str()),
            (self.config.page_size_parameter.as_str(), size.as_str()),
        ];
        let answered = self
            .ask(&LEADS, self.request(&path, &request.tokens, &parameters))
            .await?;
        let body: Value = answered.json()?;
        let total = answer::total(&body);
        let leads = answer::items(body, &self.config.items_at)?;
        let mut contacts: Vec<String> = leads.iter().map(Value::to_string).collect();
        let mark = mark_of(&contacts);
        if place.before == Some(mark.as_str()) {
            // It does not page: the page before was everything.
            contacts.clear();
        }
        Ok(Pulled {
            next_page: self.following(place.number, contacts.len(), &mark),
            contacts,
            sync_cursor: None,
            total,
        })
    }
}
