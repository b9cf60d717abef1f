//! The schema, put together from the aggregates' parts. The committed `schema.graphql` is what clients are generated from; a
//! test holds it and the code together.

use async_graphql::MergedObject;

use super::{
    analytics, campaign, contact, export, import, limits, notification, operations, organization, script,
    subscription, viewer,
};

/// Questions about campaigns and the people in them.
#[derive(Debug, Default, MergedObject)]
pub struct CampaignsQuery(
    viewer::ViewerQuery,
    campaign::CampaignQuery,
    campaign::CostQuery,
    campaign::DuplicateQuery,
    campaign::OutlookQuery,
    script::ScriptQuery,
    script::WorkshopQuery,
    contact::ContactQuery,
);

/// Questions about where contacts come from.
#[derive(Debug, Default, MergedObject)]
pub struct ListsQuery(
    import::ImportQuery,
    import::InspectionQuery,
    import::PreviewQuery,
    import::MappingTemplateQuery,
    import::ConnectionQuery,
    import::InboundAddressQuery,
);

/// Questions about the organization, its figures and what it tells.
#[derive(Debug, Default, MergedObject)]
pub struct OfficeQuery(
    organization::OrganizationQuery,
    organization::RulesQuery,
    organization::SuppressionQuery,
    analytics::AnalyticsQuery,
    operations::OperationsQuery,
    export::ExportQuery,
    organization::OutletQuery,
    notification::NotificationQuery,
);

/// Everything that can be asked; in groups, because the compiler nests the parts of one group into each other.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Query")]
pub struct Query(CampaignsQuery, ListsQuery, OfficeQuery);

/// What can be done to campaigns and the people in them.
#[derive(Debug, Default, MergedObject)]
pub struct CampaignsMutation(
    campaign::CampaignMutation,
    script::ScriptMutation,
    contact::ContactMutation,
);

/// What can be done about where contacts come from.
#[derive(Debug, Default, MergedObject)]
pub struct ListsMutation(
    import::ImportMutation,
    import::SourceMutation,
    import::MappingTemplateMutation,
    import::ConnectionMutation,
    import::InboundAddressMutation,
);

/// What can be done to the organization and about what it tells.
#[derive(Debug, Default, MergedObject)]
pub struct OfficeMutation(
    organization::OrganizationMutation,
    organization::RulesMutation,
    organization::SuppressionMutation,
    viewer::ViewerMutation,
    organization::OutletMutation,
    notification::NotificationMutation,
);

/// Everything that can be done.
#[derive(Debug, Default, MergedObject)]
#[graphql(name = "Mutation")]
pub struct Mutation(CampaignsMutation, ListsMutation, OfficeMutation);

/// The executable schema.
pub type Schema = async_graphql::Schema<Query, Mutation, subscription::Subscription>;

/// Builds it, with its limits.
pub fn schema() -> Schema {
    Schema::build(Query::default(), Mutation::default(), subscription::Subscription)
        .limit_depth(limits::DEPTH_MAX)
        .limit_complexity(limits::COMPLEXITY_MAX)
        .limit_directives(limits::DIRECTIVES_MAX)
        .limit_recursive_depth(limits::RECURSION_MAX)
        .finish()
}

/// The schema in GraphQL's own language, as it is committed.
pub fn sdl() -> String {
    let text = schema().sdl();
    let tidy: Vec<&str> = text.lines().map(str::trim_end).collect();
    format!("{}\n", tidy.join("\n").trim_end())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_schema_is_current() {
        let committed = include_str!("../../schema.graphql");
        assert!(
            committed == super::sdl(),
            "run `voicedrop schema > api/schema.graphql` and commit the result"
        );
    }
}
