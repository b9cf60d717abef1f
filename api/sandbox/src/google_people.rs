//! Google's OAuth (code with PKCE, refresh, revocation) and People API v1 (groups, connections by page, sync tokens). It refuses
//! what the real ones refuse: a wrong client, a code used twice, a verifier that does not fit, an ended token, paging with other
//! parameters than the first page, and a sync token that is too old.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use axum::{
    Form, Json, Router,
    extract::{Query, RawQuery, State},
    http::{HeaderMap, StatusCode, header::AUTHORIZATION},
    middleware,
    response::{IntoResponse, Redirect, Response},
    routing::{get, post},
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use url::Url;

use crate::{
    Shared,
    config::is_local,
    faults::{Target, befall},
    fresh_id,
    people::{MAX_PEOPLE, Someone},
};

const SCOPE: &str = "https://www.googleapis.com/auth/contacts.readonly";
/// Every tenth person is in this group.
const GROUP: &str = "contactGroups/5f0e1d";
const EVERYBODY: &str = "contactGroups/myContacts";
/// People of a page unless the request says how many; the vendor's default and most.
const PAGE_SIZE: usize = 100;
const PAGE_SIZE_MAX: usize = 1_000;
/// Codes, grants and tokens that are remembered; the sandbox has a handful.
const REMEMBERED_MAX: usize = 10_000;

/// The one account behind every consent, and what its owner and Google do.
#[derive(Debug, Clone)]
pub struct GoogleAccount {
    /// People in it; at most 2,400.
    pub people: usize,
    /// Life of an access token, seconds.
    pub access_seconds: i64,
    /// Its owner does not agree.
    pub declines: bool,
    /// Its owner agrees, and unticks the contacts.
    pub withholds_contacts: bool,
    /// How often every grant was taken back: those made before the last time are dead.
    pub revocations: u32,
    /// How often all sync tokens were forgotten.
    pub forgotten: u32,
    /// Numbers of people who were given another e-mail address, or deleted, one after the other.
    pub changes: Vec<(usize, PersonChange)>,
}

/// What happened to somebody in the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PersonChange {
    /// They have another e-mail address.
    Edited,
    /// They are no longer there.
    Deleted,
}

impl Default for GoogleAccount {
    fn default() -> Self {
        Self {
            people: 1_250,
            access_seconds: 3_600,
            declines: false,
            withholds_contacts: false,
            revocations: 0,
            forgotten: 0,
            changes: Vec::new(),
        }
    }
}

/// The account and everything that was handed out for it.
#[derive(Debug, Default)]
pub(crate) struct Google(Mutex<Issued>);

#[derive(Debug, Default)]
struct Issued {
    account: GoogleAccount,
    codes: HashMap<String, Code>,
    access: HashMap<String, Access>,
    /// With the revocations there were when each was made.
    refresh: HashMap<String, u32>,
}

#[derive(Debug)]
struct Code {
    challenge: String,
    redirect: String,
    contacts: bool,
}

#[derive(Debug)]
struct Access {
    ends: DateTime<Utc>,
    grant: u32,
    contacts: bool,
}

impl Google {
    pub(crate) fn change(&self, change: impl FnOnce(&mut GoogleAccount)) {
        let mut issued = self.lock();
        change(&mut issued.account);
        issued.account.people = issued.account.people.min(MAX_PEOPLE);
    }

    fn lock(&self) -> MutexGuard<'_, Issued> {
        // Nothing in here can be left half done: a poisoned lock is as good as any.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(crate) fn routes(shared: &Arc<Shared>) -> Router {
    Router::new()
        .route("/google/v1/contactGroups", get(groups))
        .route("/google/v1/people/me/connections", get(connections))
        .layer(middleware::from_fn_with_state(
            (Arc::clone(shared), Target::Google),
            befall,
        ))
        .route("/google/o/oauth2/v2/auth", get(agree))
        .route("/google/token", post(token))
        .with_state(Arc::clone(shared))
}

/// The People API's error shape.
pub(crate) fn refusal(status: StatusCode, code: &str, reason: &str) -> Response {
    let body = json!({ "error": {
        "code": status.as_u16(), "message": "Refused by the sandbox.", "status": code,
        "details": [{ "@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com" }],
    }});
    (status, Json(body)).into_response()
}

fn oauth_refusal(code: &str) -> Response {
    let body = json!({ "error": code, "error_description": "Refused by the sandbox." });
    let status = match code {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    };
    (status, Json(body)).into_response()
}

#[derive(Debug, Deserialize)]
struct Asked {
    client_id: String,
    redirect_uri: Url,
    response_type: String,
    scope: String,
    state: String,
    access_type: String,
    prompt: String,
    code_challenge: String,
    code_challenge_method: String,
}

/// Agrees at once, as the owner of the account would after reading.
async fn agree(State(shared): State<Arc<Shared>>, Query(asked): Query<Asked>) -> Response {
    let fine = asked.client_id == shared.credentials.google_client_id
        && asked.response_type == "code"
        && asked.code_challenge_method == "S256"
        && (asked.access_type.as_str(), asked.prompt.as_str()) == ("offline", "consent")
        && asked.scope == SCOPE
        && is_local(&asked.redirect_uri);
    if !fine {
        let message = "Error 400: invalid_request. The sandbox sends nobody anywhere but to this machine.";
        return (StatusCode::BAD_REQUEST, message).into_response();
    }
    let mut issued = shared.google.lock();
    let mut back = asked.redirect_uri.clone();
    back.query_pairs_mut().append_pair("state", &asked.state);
    if issued.account.declines {
        back.query_pairs_mut().append_pair("error", "access_denied");
        return Redirect::to(back.as_str()).into_response();
    }
    let code = format!("4/{}", fresh_id().simple());
    back.query_pairs_mut()
        .append_pair("code", &code)
        .append_pair("scope", SCOPE);
    let contacts = !issued.account.withholds_contacts;
    if issued.codes.len() < REMEMBERED_MAX {
        issued.codes.insert(
            code,
            Code {
                challenge: asked.code_challenge,
                redirect: asked.redirect_uri.into(),
                contacts,
            },
        );
    }
    Redirect::to(back.as_str()).into_response()
}

#[derive(Debug, Deserialize)]
struct TokenRequest {
    grant_type: String,
    client_id: String,
    client_secret: String,
    code: Option<String>,
    redirect_uri: Option<String>,
    code_verifier: Option<String>,
    refresh_token: Option<String>,
}

async fn token(State(shared): State<Arc<Shared>>, Form(asked): Form<TokenRequest>) -> Response {
    let keys = &shared.credentials;
    if asked.client_id != keys.google_client_id || asked.client_secret != keys.google_client_secret {
        return oauth_refusal("invalid_client");
    }
    let now = (shared.time)();
    let mut issued = shared.google.lock();
    match asked.grant_type.as_str() {
        "authorization_code" => issued.for_code(&asked, now),
        "refresh_token" => issued.for_refresh(&asked, now),
        _ => oauth_refusal("unsupported_grant_type"),
    }
}

impl Issued {
    /// A code is good once, whatever comes of it.
    fn for_code(&mut self, asked: &TokenRequest, now: DateTime<Utc>) -> Response {
        let code = asked.code.as_deref().and_then(|code| self.codes.remove(code));
        let verifier = asked.code_verifier.as_deref().unwrap_or_default();
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier));
        let code = code.filter(|code| {
            code.challenge == challenge && Some(&code.redirect) == asked.redirect_uri.as_ref()
        });
        let Some(code) = code else {
            return oauth_refusal("invalid_grant");
        };
        let grant = self.account.revocations;
        let refresh = format!("1//{}", fresh_id().simple());
        if self.refresh.len() < REMEMBERED_MAX {
            self.refresh.insert(refresh.clone(), grant);
        }
        let scope = if code.contacts { SCOPE } else { "openid" };
        let access = self.access_token(grant, code.contacts, now);
        Json(json!({
            "access_token": access, "refresh_token": refresh, "expires_in": self.account.access_seconds,
            "scope": scope, "token_type": "Bearer",
        }))
        .into_response()
    }

    fn for_refresh(&mut self, asked: &TokenRequest, now: DateTime<Utc>) -> Response {
        let refresh = asked.refresh_token.as_deref().unwrap_or_default();
        match self.refresh.get(refresh).copied() {
            Some(grant) if grant == self.account.revocations => {
                let access = self.access_token(grant, true, now);
                Json(json!({
                    "access_token": access, "expires_in": self.account.access_seconds, "scope": SCOPE,
                    "token_type": "Bearer",
                }))
                .into_response()
            }
            _ => oauth_refusal("invalid_grant"),
        }
    }

    fn access_token(&mut self, grant: u32, contacts: bool, now: DateTime<Utc>) -> String {
        let token = format!("ya29.{}", fresh_id().simple());
        let ends = now + Duration::seconds(self.account.access_seconds.clamp(0, 86_400));
        if self.access.len() < REMEMBERED_MAX {
            self.access.insert(
                token.clone(),
                Access {
                    ends,
                    grant,
                    contacts,
                },
            );
        }
        token
    }

    fn check(&self, headers: &HeaderMap, now: DateTime<Utc>) -> Result<(), Box<Response>> {
        let given = headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let access = given
            .and_then(|value| value.strip_prefix("Bearer "))
            .and_then(|token| self.access.get(token))
            .filter(|access| access.ends > now && access.grant == self.account.revocations);
        match access {
            None => Err(Box::new(refusal(
                StatusCode::UNAUTHORIZED,
                "UNAUTHENTICATED",
                "ACCESS_TOKEN_EXPIRED",
            ))),
            Some(access) if !access.contacts => Err(Box::new(refusal(
                StatusCode::FORBIDDEN,
                "PERMISSION_DENIED",
                "ACCESS_TOKEN_SCOPE_INSUFFICIENT",
            ))),
            Some(_) => Ok(()),
        }
    }
}

async fn groups(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    let issued = shared.google.lock();
    if let Err(refused) = issued.check(&headers, (shared.time)()) {
        return *refused;
    }
    let people = issued.account.people;
    let group = |name: &str, kind: &str, shown: &str, members: usize| {
        json!({
            "resourceName": name, "groupType": kind, "name": shown, "formattedName": shown, "memberCount": members,
        })
    };
    Json(json!({ "totalItems": 3, "contactGroups": [
        group(EVERYBODY, "SYSTEM_CONTACT_GROUP", "My Contacts", people),
        json!({ "resourceName": "contactGroups/friends", "groupType": "SYSTEM_CONTACT_GROUP", "name": "friends" }),
        group(GROUP, "USER_CONTACT_GROUP", "Farm", people.div_ceil(10)),
    ]}))
    .into_response()
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Listing {
    person_fields: String,
    page_size: Option<usize>,
    page_token: Option<String>,
    request_sync_token: bool,
    sync_token: Option<String>,
}

async fn connections(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    RawQuery(raw): RawQuery,
    Query(asked): Query<Listing>,
) -> Response {
    let issued = shared.google.lock();
    if let Err(refused) = issued.check(&headers, (shared.time)()) {
        return *refused;
    }
    let invalid = || refusal(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", "INVALID_ARGUMENT");
    let Some(place) = place_of(&asked, raw.as_deref().unwrap_or_default()) else {
        return invalid();
    };
    if asked.person_fields.is_empty() {
        return invalid();
    }
    let Some(wanted) = wanted(&issued.account, asked.sync_token.as_deref()) else {
        return refusal(
            StatusCode::BAD_REQUEST,
            "FAILED_PRECONDITION",
            "EXPIRED_SYNC_TOKEN",
        );
    };
    let size = asked.page_size.unwrap_or(PAGE_SIZE).clamp(1, PAGE_SIZE_MAX);
    let shown: Vec<Value> = wanted
        .iter()
        .skip(place.from)
        .take(size)
        .map(|&n| person(&issued.account, n))
        .collect();
    let mut page = json!({ "totalItems": issued.account.people, "totalPeople": issued.account.people });
    if !shown.is_empty() {
        page["connections"] = Value::Array(shown);
    }
    if place.from + size < wanted.len() {
        page["nextPageToken"] = json!(format!("{}.{}", place.from + size, place.of));
    } else if asked.request_sync_token {
        page["nextSyncToken"] = json!(sync_token(&issued.account));
    }
    Json(page).into_response()
}

/// Where a page begins, and a digest of all parameters but the page's.
struct Place {
    from: usize,
    of: String,
}

/// Nothing for a page token that belongs to other parameters.
fn place_of(asked: &Listing, raw: &str) -> Option<Place> {
    let mut parameters: Vec<_> = url::form_urlencoded::parse(raw.as_bytes())
        .filter(|(name, _)| name != "pageToken")
        .collect();
    parameters.sort();
    let of = hex::encode(Sha256::digest(format!("{parameters:?}")));
    let Some(token) = &asked.page_token else {
        return Some(Place { from: 0, of });
    };
    let (from, given) = token.split_once('.')?;
    let from = from.parse().ok()?;
    (given == of).then_some(Place { from, of })
}

fn sync_token(account: &GoogleAccount) -> String {
    format!(
        "{}.{}.{}",
        account.forgotten,
        account.changes.len(),
        account.people
    )
}

/// Who is asked for: everybody there is, or who changed since a token; nothing when the token is forgotten.
fn wanted(account: &GoogleAccount, token: Option<&str>) -> Option<Vec<usize>> {
    let Some(token) = token else {
        let there = |n: &usize| !is_deleted(account, *n);
        return Some((0..account.people).filter(there).collect());
    };
    let mut parts = token.split('.').map(str::parse::<usize>);
    let mut next = || parts.next()?.ok();
    let (forgotten, changes, people) = (next()?, next()?, next()?);
    if forgotten != account.forgotten as usize {
        return None;
    }
    let mut since: Vec<usize> = account.changes.iter().skip(changes).map(|(n, _)| *n).collect();
    since.extend(people..account.people);
    since.sort_unstable();
    since.dedup();
    Some(since)
}

fn is_deleted(account: &GoogleAccount, n: usize) -> bool {
    let last = account.changes.iter().rev().find(|(changed, _)| *changed == n);
    last.is_some_and(|(_, change)| *change == PersonChange::Deleted)
}

/// Every eleventh has no number, every third number no canonical form, every seventh person a fax besides.
fn person(account: &GoogleAccount, n: usize) -> Value {
    let name = format!("people/c{n}");
    if is_deleted(account, n) {
        return json!({ "resourceName": name, "etag": "%d", "metadata": { "deleted": true, "objectType": "PERSON" } });
    }
    let someone = Someone::new(n);
    let edits = account
        .changes
        .iter()
        .filter(|(changed, _)| *changed == n)
        .count();
    let mut numbers = Vec::new();
    if n % 11 != 10 {
        let mut number = json!({
            "value": someone.written(), "type": if n.is_multiple_of(2) { "mobile" } else { "home" },
            "metadata": { "primary": true },
        });
        if !n.is_multiple_of(3) {
            number["canonicalForm"] = json!(format!("+1{}", someone.number()));
        }
        numbers.push(number);
    }
    if n % 7 == 6 {
        numbers.push(json!({ "value": "+1 760 555 0199", "type": "workFax" }));
    }
    let mut memberships = vec![json!({ "contactGroupMembership": {
        "contactGroupId": "myContacts", "contactGroupResourceName": EVERYBODY } })];
    if n.is_multiple_of(10) {
        memberships.push(json!({ "contactGroupMembership": {
            "contactGroupId": "5f0e1d", "contactGroupResourceName": GROUP } }));
    }
    json!({
        "resourceName": name, "etag": format!("%{edits}"),
        "metadata": { "objectType": "PERSON", "sources": [{ "type": "CONTACT", "id": format!("{n:x}") }] },
        "names": [{
            "displayName": format!("{} {}", someone.given(), someone.family()),
            "givenName": someone.given(), "familyName": someone.family(), "metadata": { "primary": true },
        }],
        "phoneNumbers": numbers,
        "emailAddresses": [{ "value": format!("person{n}.v{edits}@example.com"), "type": "home" }],
        "addresses": [{
            "streetAddress": someone.street(), "city": "Palm Desert", "region": "CA", "postalCode": "92260",
            "country": "US", "type": "home",
        }],
        "memberships": memberships,
    })
}
