//! Anthropic's message batches: one call hands over all requests, results are lines in any order. That call is never repeated
//! blindly. A batch carries no mark of ours, only its requests do, and those are told when it has ended: until then a batch that may
//! be ours is one of which nothing is decided.

use async_trait::async_trait;
use chrono::{DateTime, Duration, Utc};
use commands::ports::{
    BatchKey, BatchResult, BatchSearch, BatchStanding, BatchedScript, PortError, PortErrorKind,
    ScriptBatches, ScriptPrompt, WrittenScript,
};
use domain::{MicroDollars, campaign::ScriptBatchOutcome};
use reqwest::Method;

use super::{
    PROVIDER,
    batch_wire::{self, Batch, Batches, Line, Outcome},
    client::{Anthropic, MODELS},
    wire::Usage,
};
use crate::http::{Answer, BATCH_BYTES_MAX, Repeat, Route, path_segment};

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
    name: "batch deletion",
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
/// How far the vendor's clock may be behind ours.
const CLOCK_MARGIN: Duration = Duration::minutes(5);

impl Anthropic {
    /// A batch as it is now; nothing where the vendor does not know it.
    async fn batch(&self, reference: &str) -> Result<Option<Batch>, PortError> {
        let path = format!("v1/messages/batches/{}", checked(reference)?);
        let answer = self.call.send(&BATCH, self.request(Method::GET, &path)).await?;
        if answer.status.as_u16() == 404 {
            return Ok(None);
        }
        answer.json().map(Some)
    }

    /// The results of a batch that has ended, from where the vendor says they are.
    async fn lines(&self, batch: &Batch) -> Result<Option<Answer>, PortError> {
        let Some(address) = &batch.results_url else {
            return Ok(None);
        };
        let path = self.call.path_of(address).ok_or_else(|| {
            let elsewhere = format!("{PROVIDER} batch results: they lie elsewhere than the provider itself");
            PortError::new(PortErrorKind::Permanent, elsewhere)
        })?;
        let request = self.request(Method::GET, path);
        self.call.send(&RESULTS, request).await.map(Some)
    }

    /// Whether a batch that has ended is ours: any of its requests tells.
    async fn is_of(&self, key: BatchKey, batch: &Batch) -> Result<bool, PortError> {
        let Some(answer) = self.lines(batch).await? else {
            return Ok(false);
        };
        let first = answer.json_lines::<Line>().next().transpose()?;
        Ok(first.is_some_and(|line| key.place(&line.custom_id).is_some()))
    }

    fn result(&self, place: usize, outcome: Outcome) -> BatchResult {
        let script = match outcome {
            Outcome::Succeeded { message } => {
                let usage = message.usage.as_ref().unwrap_or(&Usage::NONE);
                let (tokens, cost) = (
                    usage.tokens(),
                    self.cost(self.config.batch_price_percent, message.model.as_deref(), usage),
                );
                match message.script() {
                    Ok(text) => BatchedScript::Written(WrittenScript {
                        text,
                        model: message.model.unwrap_or_else(|| self.config.model.clone()),
                        tokens,
                        cost,
                    }),
                    Err(_) => BatchedScript::Unwritable { cost },
                }
            }
            Outcome::Errored { error } if batch_wire::is_final(&error) => BatchedScript::Unwritable {
                cost: MicroDollars::ZERO,
            },
            Outcome::Errored { .. } | Outcome::NotBegun => BatchedScript::Missed,
        };
        BatchResult { place, script }
    }
}

#[async_trait]
impl ScriptBatches for Anthropic {
    async fn submit(&self, key: BatchKey, prompts: &[(usize, ScriptPrompt)]) -> Result<String, PortError> {
        let request = self
            .request(Method::POST, "v1/messages/batches")
            .json(&batch_wire::batch(&self.config.model, key, prompts));
        let made: Batch = self.call.send(&NEW_BATCH, request).await?.json()?;
        Ok(made.id)
    }

    async fn find(
        &self,
        key: BatchKey,
        since: DateTime<Utc>,
        known: &[String],
    ) -> Result<BatchSearch, PortError> {
        let (mut after, mut undecided) = (None::<String>, false);
        for _ in 0..BATCH_PAGES_MAX {
            let mut request = self
                .request(Method::GET, "v1/messages/batches")
                .query(&[("limit", BATCHES_PER_PAGE)]);
            if let Some(after) = &after {
                request = request.query(&[("after_id", after)]);
            }
            let page: Batches = self.call.send(&BATCHES, request).await?.json()?;
            for batch in &page.data {
                if batch.created_at < since - CLOCK_MARGIN {
                    return Ok(unless(undecided));
                }
                if known.contains(&batch.id) {
                    continue;
                }
                if !batch.is_over() {
                    undecided = true;
                } else if self.is_of(key, batch).await? {
                    return Ok(BatchSearch::Found(batch.id.clone()));
                }
            }
            after = page.next();
            if after.is_none() {
                return Ok(unless(undecided));
            }
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
        let Some(answer) = self.lines(&batch).await? else {
            return Ok(vec![]);
        };
        let mut results = Vec::new();
        for line in answer.json_lines::<Line>() {
            let line = line?;
            if let Some(place) = key.place(&line.custom_id) {
                results.push(self.result(place, line.result));
            }
        }
        Ok(results)
    }

    async fn cancel(&self, reference: &str) -> Result<(), PortError> {
        let path = format!("v1/messages/batches/{}/cancel", checked(reference)?);
        let request = self.request(Method::POST, &path);
        self.call.send(&CANCEL, request).await.map(drop)
    }

    async fn forget(&self, reference: &str) -> Result<(), PortError> {
        let path = format!("v1/messages/batches/{}", checked(reference)?);
        let request = self.request(Method::DELETE, &path);
        self.call.send(&DELETE, request).await.map(drop)
    }

    fn price_percent(&self) -> u8 {
        self.config.batch_price_percent
    }
}

/// Absent, unless something is there of which nothing is decided yet.
const fn unless(undecided: bool) -> BatchSearch {
    if undecided {
        BatchSearch::Undecided
    } else {
        BatchSearch::Absent
    }
}

/// An id of the vendor's that goes into a path.
fn checked(id: &str) -> Result<&str, PortError> {
    path_segment(id).ok_or_else(|| {
        PortError::new(
            PortErrorKind::Permanent,
            format!("{PROVIDER}: the id of a batch is none"),
        )
    })
}
