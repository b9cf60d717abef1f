//! Suppression lists in the API: what is in force and how old it is, files to load, numbers to put on and take off.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, Utc};
use commands::{
    authorization::Action,
    ports::ListProgress,
    use_cases::{self, ListFile},
};
use domain::SuppressionListId;
use projections::models::SuppressionListRow;

use super::{
    super::{
        context::{Caller, caller},
        enums::{ListAge, ListKind},
        error::Problem,
        node_id::NodeKind,
        scalars::Position,
    },
    mutation::{OrganizationChanged, OrganizationOutcome, phone},
    rules::us_state,
};

/// How far the loading of a list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, SimpleObject)]
pub struct SuppressionListProgress {
    /// 0 to 100: the reading of the file, then the building of the new version.
    percent: u64,
    /// Lines that were read.
    lines: u64,
    bytes_read: u64,
    /// Bytes of the file.
    bytes: u64,
    /// All is read; the new version is being built.
    is_building: bool,
}

impl From<ListProgress> for SuppressionListProgress {
    fn from(progress: ListProgress) -> Self {
        Self {
            percent: progress.percent(),
            lines: progress.lines,
            bytes_read: progress.bytes_read,
            bytes: progress.bytes,
            is_building: progress.parts > 0,
        }
    }
}

/// A list of numbers that must not be contacted.
#[derive(Debug, Clone, PartialEq, SimpleObject)]
pub struct SuppressionList {
    id: ID,
    kind: ListKind,
    /// Postal code, for a state's registry.
    state: Option<String>,
    /// The publisher's name of the version in force.
    version: Option<String>,
    /// SHA-256 of its file, hex.
    sha256: Option<String>,
    obtained_at: Option<DateTime<Utc>>,
    /// Under whose subscription it was obtained.
    san: Option<String>,
    /// Whole days since it was obtained.
    age_days: Option<i64>,
    /// Nothing for a list that did not come as a file.
    age: Option<ListAge>,
    /// Numbers of the version in force.
    loaded: i64,
    /// Lines of its file that held no number.
    unreadable: i64,
    /// Numbers added by hand.
    added: i64,
    /// The version that is being loaded now; the one in force stays until it is complete.
    loading: Option<String>,
    /// How far that is; nothing before a worker has begun.
    progress: Option<SuppressionListProgress>,
    /// Why the last file was not loaded, and what to do.
    load_error: Option<String>,
    updated_at: DateTime<Utc>,
}

impl SuppressionList {
    /// Something is being loaded into it.
    pub const fn is_loading(&self) -> bool {
        self.loading.is_some()
    }

    fn at(row: SuppressionListRow, now: DateTime<Utc>) -> Self {
        let age = row.obtained_at.map(|at| now - at);
        Self {
            id: row.list_id.global(),
            kind: row.kind.into(),
            state: row.state.map(|state| state.code().to_owned()),
            version: row.version,
            sha256: row.sha256,
            obtained_at: row.obtained_at,
            san: row.san,
            age_days: age.map(|age| age.num_days()),
            age: age.map(|age| domain::suppression::ListAge::of(age).into()),
            loaded: row.loaded,
            unreadable: row.unreadable,
            added: row.added,
            loading: row.loading,
            progress: None,
            load_error: row.load_error,
            updated_at: row.updated_at,
        }
    }
}

/// A file of numbers to load.
#[derive(Debug, InputObject)]
pub struct SuppressionFile {
    /// The file, uploaded before.
    upload_id: ID,
    kind: ListKind,
    /// Postal code, for a state's registry.
    state: Option<String>,
    /// The publisher's name of the version, such as `2026-11`.
    version: String,
    /// When it was obtained from the publisher; its age counts from here.
    obtained_at: DateTime<Utc>,
    /// The organization's own subscription account number, which the federal registry needs; by default the one in the settings.
    san: Option<String>,
    /// It holds what has changed since the version in force, not all numbers.
    #[graphql(default)]
    is_change: bool,
}

impl Caller<'_> {
    /// The lists, with how far those are that are being loaded.
    pub(in super::super) async fn suppression_lists(
        &self,
        only: Option<SuppressionListId>,
    ) -> Result<Vec<SuppressionList>, Problem> {
        let permit = self.permit(Action::Read)?;
        let rows = self
            .state
            .queries
            .suppression_lists(permit.organization())
            .await?;
        let (now, listed) = (self.state.now(), &self.state.ports.listed);
        let mut lists = Vec::with_capacity(rows.len());
        for row in rows {
            let id = row.list_id;
            if only.is_some_and(|only| only != id) {
                continue;
            }
            let mut list = SuppressionList::at(row, now);
            if list.is_loading() {
                list.progress = listed.progress(id).await?.map(Into::into);
            }
            lists.push(list);
        }
        Ok(lists)
    }

    async fn load_list(&self, file: SuppressionFile) -> Result<OrganizationChanged, Problem> {
        let permit = self.permit(Action::Administer)?;
        let (_, upload) = self.upload(&file.upload_id).await?;
        let state = file.state.as_deref().map(us_state).transpose()?;
        let file = ListFile {
            kind: file.kind.into(),
            state,
            blob_key: upload.blob_key,
            sha256: upload.sha256,
            version: file.version,
            obtained_at: file.obtained_at,
            san: file.san,
            is_change: file.is_change,
        };
        let context = self.command(&permit);
        let appended = use_cases::load_suppression_list(&self.state.ports, &permit, &context, file).await?;
        Ok(OrganizationChanged {
            position: self.reached(appended).await?,
        })
    }

    async fn set_suppressed(
        &self,
        number: &str,
        is_suppressed: bool,
        reason: String,
    ) -> Result<OrganizationChanged, Problem> {
        let permit = self.permit(Action::Administer)?;
        let (context, number) = (self.command(&permit), phone(number)?);
        let ports = &self.state.ports;
        let appended = use_cases::set_suppressed(ports, &context, &number, is_suppressed, reason).await?;
        Ok(OrganizationChanged {
            position: self.reached(appended).await?,
        })
    }
}

/// Questions about suppression lists.
#[derive(Debug, Default)]
pub struct SuppressionQuery;

#[Object]
impl SuppressionQuery {
    /// Lists of numbers that must not be contacted.
    async fn suppression_lists(
        &self,
        ctx: &Context<'_>,
        min_position: Option<Position>,
    ) -> Result<Vec<SuppressionList>, Problem> {
        let caller = caller(ctx)?;
        caller.fresh(min_position).await;
        caller.suppression_lists(None).await
    }
}

/// Changes of suppression lists.
#[derive(Debug, Default)]
pub struct SuppressionMutation;

#[Object]
impl SuppressionMutation {
    /// Loads a file of numbers. The version in force stays until all of it is read; a file that is no list changes nothing.
    async fn load_suppression_list(
        &self,
        ctx: &Context<'_>,
        file: SuppressionFile,
    ) -> Result<OrganizationOutcome, Problem> {
        OrganizationOutcome::of(caller(ctx)?.load_list(file).await)
    }

    /// Puts a number on the organization's own suppression list. Whatever waits for it is not sent.
    async fn add_suppression(
        &self,
        ctx: &Context<'_>,
        phone: String,
        reason: String,
    ) -> Result<OrganizationOutcome, Problem> {
        OrganizationOutcome::of(caller(ctx)?.set_suppressed(&phone, true, reason).await)
    }

    /// Takes a number off the organization's own list. A number that a file brought stays on that list.
    async fn remove_suppression(
        &self,
        ctx: &Context<'_>,
        phone: String,
        reason: String,
    ) -> Result<OrganizationOutcome, Problem> {
        OrganizationOutcome::of(caller(ctx)?.set_suppressed(&phone, false, reason).await)
    }
}
