//! Accounts at other services that contacts are pulled from. Each is its user's alone; nobody else is told that it is there, and
//! no answer holds a secret.

use async_graphql::{ComplexObject, Context, Enum, ID, Object, SimpleObject};
use chrono::{DateTime, Utc};
use commands::{
    authorization::Action,
    ports,
    use_cases::{self, ConsentSecrets},
};
use domain::ConnectionId;
use secrecy::SecretString;

use super::super::{
    context::{Caller, caller},
    enums::ContactSource,
    error::{Problem, outcome},
    node_id::NodeKind,
};
use crate::auth::new_secret;

/// How an account is connected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum ConnectBy {
    /// The user agrees at the service: `beginConnection`.
    Consent,
    /// The service gave the user a key: `connectWithKey`.
    Key,
}

/// A service that contacts can be pulled from here.
#[derive(Debug, SimpleObject)]
pub struct ContactService {
    source: ContactSource,
    connect_by: ConnectBy,
}

/// An account at another service, connected by whoever asks.
#[derive(Debug, SimpleObject)]
#[graphql(complex)]
pub struct ConnectedAccount {
    id: ID,
    source: ContactSource,
    connected_at: DateTime<Utc>,
    /// Why it must be connected again; nothing while it works.
    broken: Option<String>,
    #[graphql(skip)]
    connection: ConnectionId,
}

impl From<ports::Connection> for ConnectedAccount {
    fn from(connection: ports::Connection) -> Self {
        Self {
            id: connection.id.global(),
            source: connection.source.into(),
            connected_at: connection.connected_at,
            broken: connection.broken,
            connection: connection.id,
        }
    }
}

#[ComplexObject]
impl ConnectedAccount {
    /// Its lists, asked of the service now; none where the service has none.
    #[graphql(complexity = "200 + child_complexity")]
    async fn lists(&self, ctx: &Context<'_>) -> Result<Vec<RemoteList>, Problem> {
        caller(ctx)?.remote_lists(self.connection).await
    }
}

/// A list at a service, which a pull can choose.
#[derive(Debug, SimpleObject)]
pub struct RemoteList {
    /// Its id there, for `startImportFromConnection`.
    id: String,
    name: String,
    /// Contacts in it, where the service says so.
    count: Option<u64>,
}

/// The user is to be sent to the service.
#[derive(Debug, SimpleObject)]
pub struct ConnectionBegun {
    /// Where the user agrees; good for ten minutes, in the browser that is signed in here.
    url: String,
}

/// The account is connected.
#[derive(Debug, SimpleObject)]
pub struct AccountConnected {
    connection_id: ID,
    account: Option<ConnectedAccount>,
}

/// The account is no longer connected, and its secrets are destroyed.
#[derive(Debug, SimpleObject)]
pub struct AccountDisconnected {
    connection_id: ID,
}

outcome! {
    /// Where to send the user, or why not.
    BeginConnectionOutcome = ConnectionBegun;
    /// The account, or why it was not connected.
    ConnectionOutcome = AccountConnected;
    /// The end of a connection, or why not.
    DisconnectionOutcome = AccountDisconnected;
}

impl Caller<'_> {
    async fn remote_lists(&self, connection: ConnectionId) -> Result<Vec<RemoteList>, Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        let (ports, context) = (&self.state.ports, self.command(&permit));
        let lists = use_cases::remote_lists(ports, &context, connection, permit.user()).await?;
        let shown = lists.into_iter().map(|list| RemoteList {
            id: list.id,
            name: list.name,
            count: list.count,
        });
        Ok(shown.collect())
    }

    async fn begin_connection(&self, source: ContactSource) -> Result<ConnectionBegun, Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        let secrets = ConsentSecrets {
            state: SecretString::from(new_secret()),
            verifier: SecretString::from(new_secret()),
        };
        let (ports, context) = (&self.state.ports, self.command(&permit));
        let begun = use_cases::begin_connection(ports, &context, source.into(), permit.user(), secrets);
        Ok(ConnectionBegun { url: begun.await? })
    }

    async fn connect_with_key(
        &self,
        source: ContactSource,
        key: String,
        account: Option<String>,
    ) -> Result<AccountConnected, Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        let (ports, context) = (&self.state.ports, self.command(&permit));
        let key = SecretString::from(key);
        let connected =
            use_cases::connect_with_key(ports, &context, source.into(), permit.user(), key, account);
        let id = connected.await?;
        let account = ports.connections.find(permit.organization(), id).await?;
        Ok(AccountConnected {
            connection_id: id.global(),
            account: account.map(ConnectedAccount::from),
        })
    }

    async fn disconnect(&self, connection: &ID) -> Result<AccountDisconnected, Problem> {
        let permit = self.permit(Action::WriteContacts)?;
        let id = ConnectionId::parse(connection)?;
        let (ports, context) = (&self.state.ports, self.command(&permit));
        use_cases::disconnect(ports, &context, id, permit.user()).await?;
        Ok(AccountDisconnected {
            connection_id: id.global(),
        })
    }
}

/// Questions about connected accounts.
#[derive(Debug, Default)]
pub struct ConnectionQuery;

#[Object]
impl ConnectionQuery {
    /// The accounts that whoever asks has connected, oldest first.
    async fn connections(&self, ctx: &Context<'_>) -> Result<Vec<ConnectedAccount>, Problem> {
        let caller = caller(ctx)?;
        let permit = caller.permit(Action::Read)?;
        let register = &caller.state.ports.connections;
        let mine = register.of_user(permit.organization(), permit.user()).await?;
        Ok(mine.into_iter().map(ConnectedAccount::from).collect())
    }

    /// The services that contacts can be pulled from here.
    async fn contact_sources(&self, ctx: &Context<'_>) -> Result<Vec<ContactService>, Problem> {
        let caller = caller(ctx)?;
        caller.permit(Action::Read)?;
        let services = caller.state.ports.sources.iter().map(|service| ContactService {
            source: service.source().into(),
            connect_by: match service.consent_url("", "") {
                Some(_) => ConnectBy::Consent,
                None => ConnectBy::Key,
            },
        });
        Ok(services.collect())
    }
}

/// What can be done about connected accounts.
#[derive(Debug, Default)]
pub struct ConnectionMutation;

#[Object]
impl ConnectionMutation {
    /// Begins to connect an account of a service where the user agrees: send the user to the answered address. The user comes
    /// back signed in here, within ten minutes. An account that must be connected again keeps its id.
    async fn begin_connection(
        &self,
        ctx: &Context<'_>,
        source: ContactSource,
    ) -> Result<BeginConnectionOutcome, Problem> {
        BeginConnectionOutcome::of(caller(ctx)?.begin_connection(source).await)
    }

    /// Connects an account by a key that its service gave the user. The key is tried before it is kept.
    #[graphql(complexity = "200 + child_complexity")]
    async fn connect_with_key(
        &self,
        ctx: &Context<'_>,
        source: ContactSource,
        key: String,
        #[graphql(desc = "The user's id at the service, where it wants one.")] account: Option<String>,
    ) -> Result<ConnectionOutcome, Problem> {
        ConnectionOutcome::of(caller(ctx)?.connect_with_key(source, key, account).await)
    }

    /// Ends a connection and destroys its secrets. What was pulled stays.
    async fn disconnect(
        &self,
        ctx: &Context<'_>,
        connection_id: ID,
    ) -> Result<DisconnectionOutcome, Problem> {
        DisconnectionOutcome::of(caller(ctx)?.disconnect(&connection_id).await)
    }
}
