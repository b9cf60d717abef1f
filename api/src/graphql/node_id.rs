//! Ids as clients see them: the kind, a colon, the UUID (`campaign:01890a5d-…`). Refuses an id of another kind by name,
//! so that a script's id is never taken for a campaign's.

use async_graphql::ID;
use uuid::Uuid;

use super::error::Problem;

/// An id of the domain.
pub trait NodeKind: Sized + Copy {
    /// What it identifies.
    const KIND: &'static str;
    /// From its UUID.
    fn of_uuid(uuid: Uuid) -> Self;
    /// Its UUID.
    fn uuid(self) -> Uuid;

    /// As clients see it.
    fn global(self) -> ID {
        ID(format!("{}:{}", Self::KIND, self.uuid()))
    }

    /// From what a client sent.
    fn parse(id: &ID) -> Result<Self, Problem> {
        let (kind, uuid) = id.split_once(':').unwrap_or(("", id.as_str()));
        if kind != Self::KIND {
            return Err(Problem::new(
                "WRONG_ID_KIND",
                format!(
                    "an id of the kind {} is needed, such as {}:01890a5d-ac96-774b-bcce-b302099a8057",
                    Self::KIND,
                    Self::KIND
                ),
            ));
        }
        uuid.parse()
            .map(Self::of_uuid)
            .map_err(|_| Problem::new("INVALID_ID", format!("after {}: a UUID is needed", Self::KIND)))
    }
}

macro_rules! node_kinds {
    ($($id:ty),+ $(,)?) => {$(
        impl NodeKind for $id {
            const KIND: &'static str = <$id>::KIND;
            fn of_uuid(uuid: Uuid) -> Self {
                Self::from_uuid(uuid)
            }
            fn uuid(self) -> Uuid {
                self.as_uuid()
            }
        }
    )+};
}

node_kinds!(
    domain::ApiTokenId,
    domain::CampaignId,
    domain::ConnectionId,
    domain::ContactId,
    domain::DigestRecipientId,
    domain::EventId,
    domain::ImportBatchId,
    domain::InboundAddressId,
    domain::NotificationId,
    domain::OrganizationId,
    domain::ScriptId,
    domain::SuppressionListId,
    domain::TeamId,
    domain::UploadId,
    domain::UserId,
    domain::WebhookEndpointId,
);

/// Several ids at once.
pub fn parse_all<T: NodeKind>(ids: &[ID]) -> Result<Vec<T>, Problem> {
    ids.iter().map(T::parse).collect()
}

#[cfg(test)]
mod tests {
    use domain::{CampaignId, ScriptId};

    use super::*;

    #[test]
    fn an_id_comes_back_and_one_of_another_kind_is_refused_by_name() {
        let id = CampaignId::from_uuid(Uuid::from_u128(7));
        assert_eq!(CampaignId::parse(&id.global()), Ok(id));
        let refused = ScriptId::parse(&id.global()).unwrap_err();
        assert_eq!(refused.code, "WRONG_ID_KIND");
        assert!(refused.message.contains("script"));
        assert_eq!(
            CampaignId::parse(&ID("campaign:x".into())).unwrap_err().code,
            "INVALID_ID"
        );
    }
}
