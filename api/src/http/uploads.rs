//! Contact lists on their way to an import: one multipart file, hashed as it comes in, stored, then registered. Refuses
//! empty files and files over the limit.

use axum::{
    Json,
    extract::{Multipart, State, multipart::Field},
    http::{HeaderMap, StatusCode},
};
use bytes::{Bytes, BytesMut};
use commands::{
    access,
    authorization::{Action, Denied},
    ports::Upload,
};
use domain::UploadId;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::HttpError;
use crate::{
    auth::{Proof, Scope, identify_for_change},
    graphql::NodeKind,
    state::AppState,
};

/// Longest file name that is kept, characters.
const NAME_CHARS_MAX: usize = 255;

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
    let (name, content, sha256) = receive(&mut form, state.settings.upload_bytes_max).await?;
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
            .seal_for_organization(organization, &name)
            .await?,
        bytes: content.len() as u64,
        sha256: sha256.clone(),
        created_at: state.now(),
    };
    let size = content.len();
    state.ports.blobs.put(&upload.blob_key, content).await?;
    state.uploads.add(upload).await?;
    let answer = json!({"uploadId": id.global().to_string(), "bytes": size, "sha256": sha256});
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

async fn receive(form: &mut Multipart, most: usize) -> Result<(String, Bytes, String), HttpError> {
    let missing = || {
        HttpError::new(
            StatusCode::BAD_REQUEST,
            "NO_FILE",
            "send one file as the form field `file`",
        )
    };
    while let Some(field) = form.next_field().await.map_err(broken)? {
        if field.name() == Some("file") {
            let name: String = field
                .file_name()
                .unwrap_or("upload")
                .chars()
                .take(NAME_CHARS_MAX)
                .collect();
            let (content, sha256) = read(field, most).await?;
            if content.is_empty() {
                return Err(HttpError::new(
                    StatusCode::BAD_REQUEST,
                    "EMPTY_FILE",
                    "the file is empty",
                ));
            }
            return Ok((name, content, sha256));
        }
    }
    Err(missing())
}

async fn read(mut field: Field<'_>, most: usize) -> Result<(Bytes, String), HttpError> {
    let (mut content, mut hash) = (BytesMut::new(), Sha256::new());
    while let Some(chunk) = field.chunk().await.map_err(broken)? {
        if content.len() + chunk.len() > most {
            return Err(too_large());
        }
        hash.update(&chunk);
        content.extend_from_slice(&chunk);
    }
    Ok((content.freeze(), hex::encode(hash.finalize())))
}
