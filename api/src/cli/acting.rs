//! What commands that change an organization share: which one, in whose name, and how a file gets into the store.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use commands::{
    CommandError, Ports,
    authorization::{Action, Permit},
    stream::{Loaded, load},
};
use domain::{
    OrganizationId, UserId,
    organization::{Organization, Role},
};
use sha2::{Digest, Sha256};
use tempfile::TempPath;

use super::CliError;
use crate::application::{Application, StartError};

/// What is held in memory of a file, bytes.
const BUFFER_BYTES: usize = 1 << 20;

/// The organization of this database when there is just one.
pub(super) async fn only_organization(application: &Application) -> Result<OrganizationId, CliError> {
    let head = application
        .ports
        .journal
        .head()
        .await
        .map_err(CommandError::from)?;
    application
        .read_side
        .step_until(head)
        .await
        .map_err(StartError::from)?;
    let known = application
        .read_side
        .queries()
        .organizations()
        .await
        .map_err(|e| CliError::Usage(e.to_string()))?;
    match known.as_slice() {
        [only] => Ok(only.organization_id),
        [] => Err(CliError::Usage(
            "there is no organization yet; open the link that `voicedrop serve` prints, or start with `voicedrop serve --demo`".into(),
        )),
        _ => Err(CliError::Usage(
            "there are several organizations; name one with --organization".into(),
        )),
    }
}

/// Acts as an admin of the organization: whoever has this command has the database and its master key.
pub(super) async fn admin(
    ports: &Ports,
    organization: OrganizationId,
    action: Action,
) -> Result<(UserId, Permit), CliError> {
    let loaded: Loaded<Organization> = load(ports, organization, organization).await?;
    let user = loaded
        .state()
        .members
        .iter()
        .find(|(_, m)| m.role == Role::Admin)
        .map(|(user, _)| *user);
    let user = user.ok_or_else(|| CliError::Usage("there is no such organization".into()))?;
    let principal = commands::access::principal(ports, organization, user).await?;
    let principal = principal.ok_or_else(|| CliError::Usage("the organization has no admin".into()))?;
    Ok((user, commands::access::on_organization(&principal, action)?))
}

/// Copies the file into the blob store: its key there, and its hash.
pub(super) async fn store_file(
    application: &Application,
    organization: OrganizationId,
    file: &Path,
) -> Result<(String, String), CliError> {
    let (path, spool) = (file.to_owned(), application.spool_directory().to_owned());
    let copied = tokio::task::spawn_blocking(move || copy(&path, &spool)).await;
    let unreadable = |reason: String| CliError::File {
        what: file.display().to_string(),
        reason,
    };
    let (copy, sha256) = copied
        .map_err(|e| unreadable(e.to_string()))?
        .map_err(|e| unreadable(e.to_string()))?;
    let blob_key = format!("uploads/{organization}/{sha256}");
    let path: PathBuf = copy.keep().map_err(|e| unreadable(e.error.to_string()))?;
    let stored = application.ports.blobs.put_file(&blob_key, path).await;
    stored.map_err(CommandError::from)?;
    Ok((blob_key, sha256))
}

fn copy(path: &Path, spool: &Path) -> io::Result<(TempPath, String)> {
    let mut from = File::open(path)?;
    std::fs::create_dir_all(spool)?;
    let mut to = tempfile::Builder::new().prefix("import-").tempfile_in(spool)?;
    let (mut buffer, mut hash) = (vec![0; BUFFER_BYTES], Sha256::new());
    loop {
        let read = from.read(&mut buffer)?;
        let Some(piece) = buffer.get(..read).filter(|piece| !piece.is_empty()) else {
            break;
        };
        hash.update(piece);
        to.write_all(piece)?;
    }
    to.flush()?;
    Ok((to.into_temp_path(), hex::encode(hash.finalize())))
}
