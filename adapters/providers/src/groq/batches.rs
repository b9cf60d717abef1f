//! Groq's batches: a file of requests goes up, a batch is made of it, and its results are files again. Making the batch is the one call
//! that costs, and is never repeated blindly: a batch carries our key, by which it is found again.

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use commands::ports::{
    BatchKey, BatchResult, BatchSearch, BatchStanding, BatchedScript, PortError, PortErrorKind,
    ScriptBatches, ScriptPrompt, WrittenScript,
};
use domain::campaign::ScriptBatchOutcome;
use reqwest::{Method, header::CONTENT_TYPE};

use super::{
    PROVIDER,
    batch_wire::{self, Batch, Batches, File, Line},
    client::{Groq, MODELS},
    wire::Usage,
};
use crate::http::{BATCH_BYTES_MAX, Repeat, Route, path_segment};

/// An upload costs nothing; one too many is never made a batch of.
const FILES: Route = Route {
    name: "files",
    ..MODELS
};
const NEW_BATCH: Route = Route {
    name: "new batch",
    repeat: Repeat::Matters,
    ..MODELS
};
/// 404: the vendor does not know it.
const BATCH: Route = Route {
    name: "batch",
    understood: &[404],
    ..MODELS
};
const BATCHES: Route = Route {
    name: "batches",
    ..MODELS
};
/// 400 and 409: it is over already.
const CANCEL: Route = Route {
    name: "batch cancellation",
    understood: &[400, 404, 409],
    ..MODELS
};
/// 404: it is deleted already.
const DELETE: Route = Route {
    name: "file deletion",
    understood: &[404],
    ..MODELS
};
const RESULTS: Route = Route {
    name: "batch results",
    answer_bytes_max: BATCH_BYTES_MAX,
    ..MODELS
};

/// Batches of a page, and most pages that are read.
const BATCHES_PER_PAGE: u32 = 100;
const BATCH_PAGES_MAX: usize = 20;
/// How far the vendor's clock may be behind ours, seconds.
const CLOCK_MARGIN_SECONDS: i64 = 300;

impl Groq {
    /// A batch as it is now; nothing where the vendor does not know it.
    async fn batch(&self, reference: &str) -> Result<Option<Batch>, PortError> {
        let path = format!("openai/v1/batches/{}", checked(reference)?);
        let answer = self
            .call
            .send(&BATCH, self.call.request(Method::GET, &path))
            .await?;
        if answer.status.as_u16() == 404 {
            return Ok(None);
        }
        answer.json().map(Some)
    }

    async fn upload(&self, key: BatchKey, lines: &str) -> Result<File, PortError> {
        let (media_type, body) = batch_wire::form(key, lines);
        let request = self
            .call
            .request(Method::POST, "openai/v1/files")
            .header(CONTENT_TYPE, media_type)
            .body(body);
        let uploaded = async { self.call.send(&FILES, request).await?.json() }.await;
        // No batch is made of a file whose upload is in doubt, so certainly nothing was begun.
        uploaded.map_err(|error: PortError| match error.kind {
            PortErrorKind::Unknown => PortError::new(PortErrorKind::Retryable, error.message),
            _ => error,
        })
    }

    fn result(&self, place: usize, line: Line) -> BatchResult {
        let percent = self.config.batch_price_percent;
        let script = match line.response {
            Some(response) if response.status_code == 200 => match response.completion() {
                Some(completion) => {
                    let usage = completion.usage.as_ref().unwrap_or(&Usage::NONE);
                    let (tokens, cost) = (
                        usage.tokens(),
                        self.cost(percent, completion.model.as_deref(), usage),
                    );
                    match completion.script() {
                        Ok(text) => BatchedScript::Written(WrittenScript {
                            text,
                            model: completion.model.unwrap_or_else(|| self.config.model.clone()),
                            tokens,
                            cost,
                        }),
                        Err(_) => BatchedScript::Unwritable { cost },
                    }
                }
                None => BatchedScript::Missed,
            },
            Some(response) if response.is_final() => BatchedScript::Unwritable {
                cost: domain::MicroDollars::ZERO,
            },
            _ => BatchedScript::Missed,
        };
        BatchResult { place, script }
    }
}

#[async_trait]
impl ScriptBatches for Groq {
    async fn submit(&self, key: BatchKey, prompts: &[(usize, ScriptPrompt)]) -> Result<String, PortError> {
        let lines = batch_wire::lines(&self.config.model, key, prompts);
        let file = self.upload(key, &lines).await?;
        let request = self
            .call
            .request(Method::POST, "openai/v1/batches")
            .json(&batch_wire::batch(key, &file.id));
        let made: Batch = self.call.send(&NEW_BATCH, request).await?.json()?;
        Ok(made.id)
    }

    async fn find(
        &self,
        key: BatchKey,
        since: DateTime<Utc>,
        _known: &[String],
    ) -> Result<BatchSearch, PortError> {
        let since = since.timestamp() - CLOCK_MARGIN_SECONDS;
        let mut after = None::<String>;
        for _ in 0..BATCH_PAGES_MAX {
            let mut request = self
                .call
                .request(Method::GET, "openai/v1/batches")
                .query(&[("limit", BATCHES_PER_PAGE)]);
            if let Some(after) = &after {
                request = request.query(&[("after", after)]);
            }
            let page: Batches = self.call.send(&BATCHES, request).await?.json()?;
            if let Some(found) = page.data.iter().find(|batch| batch.is_of(key)) {
                return Ok(BatchSearch::Found(found.id.clone()));
            }
            // The newest come first: the list is read as far back as our call.
            let Some(last) = page.data.last().filter(|last| last.created_at >= since) else {
                return Ok(BatchSearch::Absent);
            };
            if after.as_ref() == Some(&last.id) {
                // The vendor pages no further, and what it shows does not reach back to our call.
                return Ok(BatchSearch::Undecided);
            }
            after = Some(last.id.clone());
        }
        Ok(BatchSearch::Undecided)
    }

    async fn standing(&self, reference: &str) -> Result<BatchStanding, PortError> {
        let batch = self.batch(reference).await?;
        Ok(
            batch.map_or(BatchStanding::Over(ScriptBatchOutcome::Lost), |batch| {
                batch.standing()
            }),
        )
    }

    async fn results(&self, key: BatchKey, reference: &str) -> Result<Vec<BatchResult>, PortError> {
        let Some(batch) = self.batch(reference).await? else {
            return Ok(vec![]);
        };
        let mut results = Vec::new();
        for file in batch.files() {
            let path = format!("openai/v1/files/{}/content", checked(file)?);
            let answer = self
                .call
                .send(&RESULTS, self.call.request(Method::GET, &path))
                .await?;
            for line in answer.json_lines::<Line>() {
                let line = line?;
                if let Some(place) = key.place(&line.custom_id) {
                    results.push(self.result(place, line));
                }
            }
        }
        Ok(results)
    }

    async fn cancel(&self, reference: &str) -> Result<(), PortError> {
        let path = format!("openai/v1/batches/{}/cancel", checked(reference)?);
        let request = self.call.request(Method::POST, &path);
        self.call.send(&CANCEL, request).await.map(drop)
    }

    async fn forget(&self, reference: &str) -> Result<(), PortError> {
        let Some(batch) = self.batch(reference).await? else {
            return Ok(());
        };
        for file in batch.files().chain(batch.input()) {
            let path = format!("openai/v1/files/{}", checked(file)?);
            let request = self.call.request(Method::DELETE, &path);
            self.call.send(&DELETE, request).await?;
        }
        Ok(())
    }

    fn price_percent(&self) -> u8 {
        self.config.batch_price_percent
    }
}

/// An id of the vendor's that goes into a path.
fn checked(id: &str) -> Result<&str, PortError> {
    path_segment(id).ok_or_else(|| {
        PortError::new(
            PortErrorKind::Permanent,
            format!("{PROVIDER}: an id of a batch or a file is none"),
        )
    })
}
