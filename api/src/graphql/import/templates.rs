//! Choices of columns that are kept under a name, for everyone in the organization.

use async_graphql::{Context, Object, SimpleObject};
use commands::{authorization::Action, use_cases};

use super::{
    super::{
        context::{Caller, caller},
        error::{Problem, outcome},
        scalars::Position,
    },
    inputs::{ColumnInput, mapping_of},
    object::MappedColumn,
};

/// A choice of columns that is kept under a name.
#[derive(Debug, SimpleObject)]
pub struct MappingTemplate {
    /// Its name, unique in the organization.
    name: String,
    /// Its columns, by header.
    mapping: Vec<MappedColumn>,
}

/// The kept choices were changed, or were so already.
#[derive(Debug, SimpleObject)]
pub struct MappingTemplatesChanged {
    /// Pass it as `minPosition` to read what was written.
    position: Position,
}

outcome! {
    /// The change, or why not.
    MappingTemplateOutcome = MappingTemplatesChanged;
}

impl Caller<'_> {
    async fn save_mapping_template(
        &self,
        name: &str,
        columns: Vec<ColumnInput>,
    ) -> Result<MappingTemplatesChanged, Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        let (context, mapping) = (self.command(&permit), mapping_of(Some(columns)));
        let ports = &self.state.ports;
        let saved = use_cases::save_mapping_template(ports, &context, name, mapping, permit.user()).await?;
        let position = self.reached(saved).await?;
        Ok(MappingTemplatesChanged { position })
    }

    async fn remove_mapping_template(&self, name: &str) -> Result<MappingTemplatesChanged, Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        let context = self.command(&permit);
        let ports = &self.state.ports;
        let removed = use_cases::remove_mapping_template(ports, &context, name, permit.user()).await?;
        let position = self.reached(removed).await?;
        Ok(MappingTemplatesChanged { position })
    }
}

/// Questions about kept choices of columns.
#[derive(Debug, Default)]
pub struct MappingTemplateQuery;

#[Object]
impl MappingTemplateQuery {
    /// The choices of columns that are kept, by name.
    async fn mapping_templates(
        &self,
        ctx: &Context<'_>,
        min_position: Option<Position>,
    ) -> Result<Vec<MappingTemplate>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        caller.fresh(min_position).await;
        let organization = caller.state.queries.organization(permit.organization()).await?;
        let kept = organization
            .map(|row| row.mapping_templates.0)
            .unwrap_or_default();
        let templates = kept.into_iter().map(|(name, mapping)| MappingTemplate {
            name,
            mapping: MappedColumn::list(&mapping),
        });
        Ok(templates.collect())
    }
}

/// What can be done about kept choices of columns.
#[derive(Debug, Default)]
pub struct MappingTemplateMutation;

#[Object]
impl MappingTemplateMutation {
    /// Keeps a choice of columns under a name; a kept one of that name is replaced.
    async fn save_mapping_template(
        &self,
        ctx: &Context<'_>,
        name: String,
        mapping: Vec<ColumnInput>,
    ) -> Result<MappingTemplateOutcome, Problem> {
        MappingTemplateOutcome::of(caller(ctx)?.save_mapping_template(&name, mapping).await)
    }

    /// Removes a kept choice of columns.
    async fn remove_mapping_template(
        &self,
        ctx: &Context<'_>,
        name: String,
    ) -> Result<MappingTemplateOutcome, Problem> {
        MappingTemplateOutcome::of(caller(ctx)?.remove_mapping_template(&name).await)
    }
}
