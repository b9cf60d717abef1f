//! A connected account in hand: its service, and secrets that are valid for now. Whoever calls the service does it through here,
//! so that refreshed secrets are kept and an account that must be connected again is marked so.

use std::sync::Arc;

use domain::{ConnectionId, OrganizationId, import::ContactSource};
use secrecy::ExposeSecret;

use crate::{
    authorization::Denied,
    context::Ports,
    error::CommandError,
    ports::{
        Connection, ContactSourcePort, PortError, PortErrorKind, PullRequest, Pulled, RemoteList,
        SourceFailure, SourceTokens,
    },
};

/// A connected account whose service can be called.
#[derive(Debug)]
pub(crate) struct ConnectedAccount<'a> {
    ports: &'a Ports,
    service: Arc<dyn ContactSourcePort>,
    tokens: SourceTokens,
    /// As the register has it.
    pub(crate) connection: Connection,
}

/// The service of a source. Refuses one that is not set up.
pub(crate) fn service_of(
    ports: &Ports,
    source: ContactSource,
) -> Result<Arc<dyn ContactSourcePort>, CommandError> {
    ports.sources.get(source).cloned().ok_or_else(|| {
        CommandError::invalid(format!(
            "contacts can't be pulled from {} here; upload a file that it exports, or ask who runs voicedrop to set it up",
            source.as_str()
        ))
    })
}

impl<'a> ConnectedAccount<'a> {
    /// Opens the account. One that is gone is not found.
    pub(crate) async fn open(
        ports: &'a Ports,
        organization: OrganizationId,
        id: ConnectionId,
    ) -> Result<Self, CommandError> {
        let connection = ports.connections.find(organization, id).await?;
        let connection = connection.ok_or(Denied::NotFound("connection"))?;
        let tokens = ports.connections.tokens(organization, id).await?;
        Ok(Self {
            ports,
            service: service_of(ports, connection.source)?,
            tokens: tokens.ok_or(Denied::NotFound("connection"))?,
            connection,
        })
    }

    /// Has secrets that are valid for now; new ones are kept before they are used.
    async fn refresh(&mut self) -> Result<(), SourceFailure> {
        let now = self.ports.clock.now();
        let tokens = self.service.refresh(self.tokens.clone(), now).await?;
        if !same(&tokens, &self.tokens) {
            let register = &self.ports.connections;
            register
                .renew(self.connection.organization, self.connection.id, tokens.clone())
                .await?;
            self.tokens = tokens;
        }
        Ok(())
    }

    /// The lists of the account.
    pub(crate) async fn lists(&mut self) -> Result<Vec<RemoteList>, CommandError> {
        let listed = match self.refresh().await {
            Ok(()) => self.service.lists(&self.tokens).await,
            Err(failure) => Err(failure),
        };
        match listed {
            Ok(lists) => Ok(lists),
            Err(failure) => Err(self.failed(failure).await),
        }
    }

    /// The next page of a pull; nothing when the service no longer knows the cursor.
    pub(crate) async fn pull(
        &mut self,
        list: Option<&str>,
        cursor: Option<&str>,
        page: Option<&str>,
    ) -> Result<Option<Pulled>, CommandError> {
        let pulled = match self.refresh().await {
            Ok(()) => {
                let request = PullRequest {
                    tokens: self.tokens.clone(),
                    list: list.map(str::to_owned),
                    cursor: cursor.map(str::to_owned),
                };
                self.service.pull(&request, page).await
            }
            Err(failure) => Err(failure),
        };
        match pulled {
            Ok(pulled) => Ok(Some(pulled)),
            Err(SourceFailure::CursorExpired) if cursor.is_some() => Ok(None),
            Err(failure) => Err(self.failed(failure).await),
        }
    }

    async fn failed(&self, failure: SourceFailure) -> CommandError {
        if let SourceFailure::Reconnect(reason) = &failure {
            let (organization, id) = (self.connection.organization, self.connection.id);
            let marked = self.ports.connections.mark_broken(organization, id, reason).await;
            if let Err(error) = marked {
                // The next call finds out anew.
                tracing::warn!(connection.id = %id, "an account that must be connected again could not be marked: {error}");
            }
        }
        refused(failure)
    }
}

/// What a failure of a service is for whoever asked: an account that must be connected again is a refusal that says so.
pub(crate) fn refused(failure: SourceFailure) -> CommandError {
    match failure {
        SourceFailure::Reconnect(_) => CommandError::invalid(failure.to_string()),
        SourceFailure::CursorExpired => PortError::new(PortErrorKind::Permanent, failure.to_string()).into(),
        SourceFailure::Port(error) => error.into(),
    }
}

fn same(a: &SourceTokens, b: &SourceTokens) -> bool {
    let refresh = |tokens: &SourceTokens| tokens.refresh.as_ref().map(|t| t.expose_secret().to_owned());
    a.access.expose_secret() == b.access.expose_secret()
        && refresh(a) == refresh(b)
        && a.expires_at == b.expires_at
        && a.account == b.account
}
