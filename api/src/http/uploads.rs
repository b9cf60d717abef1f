//! Contact lists on their way to an import: one multipart file, hashed and spooled to disk as it comes in, stored, then
//! registered. No more than a buffer of it is ever in memory. Refuses empty files and files over the limit.

use std::{io, path::Path, time::Duration};

use axum::{
    Json,
    extract::{Multipart, State, multipart::Field},
    http::{HeaderMap, StatusCode},
};
use commands::{
    access,
    authorization::{Action, Denied},
    ports::Upload,
};
use domain::UploadId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempPath;
use tokio::io::{AsyncWriteExt, BufWriter};

use super::HttpError;
use crate::{
    auth::{Proof, Scope, identify_for_change},
    graphql::NodeKind,
    state::{AppState, HttpSettings},
};

/// Longest file name that is kept, characters.
const NAME_CHARS_MAX: usize = 255;
/// What is held in memory of one file, bytes.
const BUFFER_BYTES: usize = 256 << 10;

/// Age from which a spooled file is nobody's any more: far longer than an upload may take.
const SPOOLED_AGE_MAX: Duration = Duration::from_hours(24);

/// A file that has come in whole and lies on disk; gone when it is dropped.
struct Spooled {
    name: String,
    path: TempPath,
    bytes: u64,
    sha256: String,
}

/// `POST /uploads`.
pub async fn upload(
    State(state): State<AppState>,
    headers: HeaderMap,
    mut form: Multipart,
) -> Result<(StatusCode, Json<Value>), HttpError> {
    let identity = identify_for_change(&state, &headers)
        .await?
        .ok_or(commands::CommandError::Denied(Denied::SignedOut))?;
    let permit = access::on_organization(&identity.principal, Action::WriteContacts)?;
    if matches!(
        identity.proof,
        Proof::Token {
            scope: Scope::Read,
            ..
        }
    ) {
        return Err(HttpError::new(
            StatusCode::FORBIDDEN,
            "FORBIDDEN",
            "this token may only read",
        ));
    }
    let _place = state.upload_places.try_acquire().map_err(|_| HttpError::busy())?;
    let spooled = receive(&mut form, &state.settings).await?;
    let id = UploadId::from_uuid(state.ports.ids.next());
    let organization = permit.organization();
    let upload = Upload {
        id,
        organization,
        user: permit.user(),
        blob_key: format!("uploads/{organization}/{id}"),
        file_name: state
            .ports
            .keys
            .seal_for_organization(organization, &spooled.name)
            .await?,
        bytes: spooled.bytes,
        sha256: spooled.sha256.clone(),
        created_at: state.now(),
    };
    let path = spooled
        .path
        .keep()
        .map_err(|e| HttpError::unavailable(e.error.kind()))?;
    state.ports.blobs.put_file(&upload.blob_key, path).await?;
    state.uploads.add(upload).await?;
    let answer =
        json!({"uploadId": id.global().to_string(), "bytes": spooled.bytes, "sha256": spooled.sha256});
    Ok((StatusCode::CREATED, Json(answer)))
}

fn broken(error: axum::extract::multipart::MultipartError) -> HttpError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => HttpError::new(
            StatusCode::BAD_REQUEST,
            "BROKEN_UPLOAD",
            "the upload broke off; send it again",
        ),
    }
}

fn too_large() -> HttpError {
    let message = "the file is over the limit of 512 MB; split it";
    HttpError::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", message)
}

async fn receive(form: &mut Multipart, settings: &HttpSettings) -> Result<Spooled, HttpError> {
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            let name: String = field
                .file_name()
                .unwrap_or("upload")
                .chars()
                .take(NAME_CHARS_MAX)
                .collect();
            let most = settings.upload_bytes_max as u64;
            let (path, bytes, sha256) = spool(field, &settings.spool_directory, most).await?;
            if bytes == 0 {
                let message = "the file is empty";
                return Err(HttpError::new(StatusCode::BAD_REQUEST, "EMPTY_FILE", message));
            }
            return Ok(Spooled {
                name,
                path,
                bytes,
                sha256,
            });
        }
    }
    let message = "send one file as the form field `file`";
    Err(HttpError::new(StatusCode::BAD_REQUEST, "NO_FILE", message))
}

/// Writes the field to a file of its own and says how long it is and what its hash is.
async fn spool(
    mut field: Field<'_>,
    directory: &Path,
    most: u64,
) -> Result<(TempPath, u64, String), HttpError> {
    let (file, path) = new_file(directory).map_err(failed)?.into_parts();
    let mut file = BufWriter::with_capacity(BUFFER_BYTES, tokio::fs::File::from_std(file));
    let (mut bytes, mut hash) = (0, Sha256::new());
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        bytes += chunk.len() as u64;
        if bytes > most {
            return Err(too_large());
        }
        hash.update(&chunk);
        file.write_all(&chunk).await.map_err(failed)?;
    }
    file.flush().await.map_err(failed)?;
    Ok((path, bytes, hex::encode(hash.finalize())))
}

fn new_file(directory: &Path) -> io::Result<tempfile::NamedTempFile> {
    std::fs::create_dir_all(directory)?;
    tempfile::Builder::new().prefix("upload-").tempfile_in(directory)
}

/// Removes what processes that ended in the middle of an upload left behind. What can't be removed now is tried again at
/// the next start.
pub fn clear_spool(directory: &Path) {
    let Ok(entries) = std::fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        let modified = entry.metadata().and_then(|m| m.modified());
        let age = modified.ok().and_then(|at| at.elapsed().ok()).unwrap_or_default();
        if age > SPOOLED_AGE_MAX && std::fs::remove_file(entry.path()).is_err() {
            tracing::warn!("a file of an upload that broke off can't be removed from the spool directory");
        }
    }
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn failed(error: io::Error) -> HttpError {
    HttpError::unavailable(format!("spooling an upload: {}", error.kind()))
}
