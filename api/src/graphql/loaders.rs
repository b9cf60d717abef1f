//! Rows that many fields of one answer need, fetched together: contacts with their details opened in bulk, scripts, members.
//! A loader exists only for a permit; what was erased opens as nothing.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{
    Context,
    dataloader::{DataLoader, Loader},
};
use commands::{authorization::Permit, people::details_of, ports::OpenError, use_cases::MemberProfile};
use domain::{CampaignId, ContactId, PersonalDetails, ScriptId, UserId};
use projections::models::{CampaignRow, ContactRow, ScriptRow, ScriptVersionRow};

use super::{
    context::{Caller, visible},
    error::Problem,
};
use crate::state::AppState;

/// What stands for something whose key was destroyed.
pub const ERASED: &str = "[erased]";

/// A contact with its details; none once erased.
#[derive(Debug, Clone)]
pub struct KnownContact {
    /// Its row.
    pub row: Arc<ContactRow>,
    /// Its details.
    pub details: Option<Arc<PersonalDetails>>,
}

/// Fetches for one permit.
#[derive(Debug, Clone)]
pub struct Rows {
    state: AppState,
    permit: Permit,
}

/// The loader of a request.
pub type RowLoader = DataLoader<Rows>;

/// Makes the loader of a request.
pub fn loader(state: &AppState, permit: Permit) -> RowLoader {
    let tasks = state.tasks.clone();
    let rows = Rows {
        state: state.clone(),
        permit,
    };
    DataLoader::new(rows, move |task| tasks.spawn(task))
}

/// The request's loader.
pub fn rows<'a>(ctx: &Context<'a>) -> Result<&'a RowLoader, Problem> {
    ctx.data::<RowLoader>()
        .map_err(|_| commands::authorization::Denied::SignedOut.into())
}

/// Opens the details of contacts, in their order; none for the erased.
pub async fn open_contacts(
    caller: &AppState,
    permit: &Permit,
    rows: Vec<ContactRow>,
) -> Result<Vec<KnownContact>, Problem> {
    let ids: Vec<ContactId> = rows.iter().map(|row| row.contact_id).collect();
    let details = details_of(&caller.ports, permit.organization(), &ids).await?;
    rows.into_iter()
        .zip(details)
        .map(|(row, details)| {
            Ok(KnownContact {
                row: Arc::new(row),
                details: readable(details)?.map(Arc::new),
            })
        })
        .collect()
}

/// What was opened; nothing when erased or damaged; an error when the keys can't be reached.
pub fn readable<T>(opened: Result<T, OpenError>) -> Result<Option<T>, Problem> {
    match opened {
        Ok(text) => Ok(Some(text)),
        Err(OpenError::Erased) => Ok(None),
        Err(OpenError::Damaged) => {
            tracing::error!("an envelope is damaged or belongs to another contact");
            Ok(None)
        }
        Err(OpenError::Port(port)) => Err(port.into()),
    }
}

impl Loader<ContactId> for Rows {
    type Value = KnownContact;
    type Error = Problem;

    async fn load(&self, ids: &[ContactId]) -> Result<HashMap<ContactId, KnownContact>, Problem> {
        let rows = self
            .state
            .queries
            .contacts_by_ids(self.permit.organization(), ids)
            .await?;
        let known = open_contacts(&self.state, &self.permit, rows).await?;
        Ok(known.into_iter().map(|c| (c.row.contact_id, c)).collect())
    }
}

impl Loader<ScriptId> for Rows {
    type Value = ScriptRow;
    type Error = Problem;

    async fn load(&self, ids: &[ScriptId]) -> Result<HashMap<ScriptId, ScriptRow>, Problem> {
        let rows = self
            .state
            .queries
            .scripts_by_ids(self.permit.organization(), ids)
            .await?;
        Ok(rows.into_iter().map(|row| (row.script_id, row)).collect())
    }
}

/// A version of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VersionOf {
    /// The script.
    pub script: ScriptId,
    /// From 1.
    pub version: u32,
}

impl Loader<VersionOf> for Rows {
    type Value = Arc<ScriptVersionRow>;
    type Error = Problem;

    async fn load(&self, wanted: &[VersionOf]) -> Result<HashMap<VersionOf, Arc<ScriptVersionRow>>, Problem> {
        let keys: Vec<_> = wanted.iter().map(|v| (v.script, v.version)).collect();
        let queries = &self.state.queries;
        let rows = queries.script_versions_by_ids(self.permit.organization(), &keys);
        let version_of = |row: &ScriptVersionRow| VersionOf {
            script: row.script_id,
            version: row.version,
        };
        let rows = rows.await?.into_iter();
        Ok(rows.map(|row| (version_of(&row), Arc::new(row))).collect())
    }
}

/// The words of a script.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Words {
    /// Whose key they are under.
    pub contact: ContactId,
    /// The words.
    pub text: domain::Sealed,
}

impl Loader<Words> for Rows {
    type Value = String;
    type Error = Problem;

    async fn load(&self, words: &[Words]) -> Result<HashMap<Words, String>, Problem> {
        let sealed: Vec<_> = words.iter().map(|w| (w.contact, &w.text)).collect();
        let opened = self
            .state
            .ports
            .keys
            .open_many(self.permit.organization(), &sealed)
            .await?;
        let mut readable_words = HashMap::with_capacity(words.len());
        for (word, text) in words.iter().zip(opened) {
            if let Some(text) = readable(text)? {
                readable_words.insert(word.clone(), text);
            }
        }
        Ok(readable_words)
    }
}

impl Loader<CampaignId> for Rows {
    type Value = Arc<CampaignRow>;
    type Error = Problem;

    async fn load(&self, ids: &[CampaignId]) -> Result<HashMap<CampaignId, Arc<CampaignRow>>, Problem> {
        let organization = self.permit.organization();
        let sight = visible(&self.permit);
        let rows = self
            .state
            .queries
            .campaigns_by_ids(organization, &sight, ids)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| (row.campaign_id, Arc::new(row)))
            .collect())
    }
}

impl Loader<UserId> for Rows {
    type Value = Arc<MemberProfile>;
    type Error = Problem;

    async fn load(&self, users: &[UserId]) -> Result<HashMap<UserId, Arc<MemberProfile>>, Problem> {
        let organization = self.permit.organization();
        let members = self.state.queries.members(organization, true).await?;
        let mut profiles = HashMap::with_capacity(users.len());
        for member in members.into_iter().filter(|m| users.contains(&m.user_id)) {
            let opened = self
                .state
                .ports
                .keys
                .open_for_organization(organization, &member.profile);
            let profile = readable(opened.await)?.and_then(|text| serde_json::from_str(&text).ok());
            if let Some(profile) = profile {
                profiles.insert(member.user_id, Arc::new(profile));
            }
        }
        Ok(profiles)
    }
}

impl Caller<'_> {
    /// A file name or other text under the organization's key.
    pub async fn opened(&self, permit: &Permit, sealed: &domain::Sealed) -> Result<String, Problem> {
        let keys = &self.state.ports.keys;
        let opened = keys.open_for_organization(permit.organization(), sealed).await;
        Ok(readable(opened)?.unwrap_or_else(|| ERASED.to_owned()))
    }
}
