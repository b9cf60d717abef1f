//! Digests for the outside: figures for other programs, and mail with the document attached. Waits until the read models know what is to be
//! told; one that is behind is asked again later.

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use commands::{
    CommandError, Ports,
    authorization::Sight,
    ports::{CampaignDigests, DigestMail, PortError, PortErrorKind},
};
use documents::{Press, PressError, digest_mail_html, digest_text};
use domain::{CampaignId, OrganizationId, Position};
use projections::{
    Code,
    digest::{CampaignReport, DigestFigures},
    queries::{QueryError, ReadModels, Visible},
    rate::Rate,
};
use serde_json::{Value, json};

use crate::{
    digest::{DigestError, file_name, on_paper},
    graphql::seen,
};

/// Longest wait for the read models.
const FRESH_WAIT: Duration = Duration::from_secs(20);

/// Writes digests from the read models.
#[derive(Debug)]
pub struct DigestPress {
    queries: Arc<dyn ReadModels>,
    press: Press,
}

fn unavailable(what: impl std::fmt::Display) -> PortError {
    PortError::new(PortErrorKind::Retryable, what.to_string())
}

fn asked(error: QueryError) -> PortError {
    unavailable(error)
}

impl DigestPress {
    /// Over these read models.
    pub const fn new(queries: Arc<dyn ReadModels>, press: Press) -> Self {
        Self { queries, press }
    }

    async fn fresh(&self, position: Position) -> Result<(), PortError> {
        if self.queries.wait_for(position, FRESH_WAIT).await {
            Ok(())
        } else {
            Err(unavailable("the read models do not have the campaign's end yet"))
        }
    }
}

fn rate(rate: Rate) -> Value {
    match (rate.share(), rate.interval()) {
        (Some(share), Some(likely)) => json!({
            "share": share, "low": likely.low, "high": likely.high, "part": rate.part, "whole": rate.whole,
        }),
        _ => Value::Null,
    }
}

/// What other programs are told. Fields are added, never changed.
fn told(report: &CampaignReport) -> Value {
    let (campaign, results, costs) = (&report.campaign, &report.results, report.costs());
    let days = report.figures().days;
    let advised = report.recommendations().into_iter();
    let listened = results.listen_rate().map(|_| results.listened);
    json!({
        "campaign": {
            "id": format!("{}:{}", CampaignId::KIND, campaign.campaign_id),
            "name": campaign.name,
            "type": campaign.kind.code(),
            "neighborhood": campaign.neighborhood,
            "status": campaign.status.code(),
            "completed_at": campaign.completed_at,
            "first_day": days.map(|d| d.0),
            "last_day": days.map(|d| d.1),
        },
        "results": {
            "contacts": campaign.contacts,
            "handed_over": results.attempted,
            "left": results.delivered,
            "left_of_handed_over": rate(results.delivery_rate()),
            "listening_reported": results.listening_reported,
            "listened": listened,
            "listened_of_left": results.listen_rate().map(rate),
            "average_listen_ms": results.average_listen_ms(),
            "not_left": results.failed,
            "in_doubt": campaign.in_doubt,
            "blocked": campaign.blocked,
            "held": campaign.held + campaign.lapsed,
        },
        "cost_micro_dollars": {
            "total": costs.total().micros(),
            "writing": costs.writer.micros(),
            "voice": costs.voice.micros(),
            "delivery": costs.carrier.micros(),
        },
        "summary": report.summary(),
        "recommendations": advised.map(|r| json!({ "advice": r.advice, "basis": r.basis })).collect::<Vec<_>>(),
    })
}

#[async_trait]
impl CampaignDigests for DigestPress {
    async fn figures(
        &self,
        organization: OrganizationId,
        campaign: CampaignId,
        position: Position,
    ) -> Result<Option<Value>, PortError> {
        self.fresh(position).await?;
        let queries = self.queries.as_ref();
        let row = queries
            .campaign(organization, &Visible::All, campaign)
            .await
            .map_err(asked)?;
        let Some(row) = row.filter(DigestFigures::has_ended) else {
            return Ok(None);
        };
        let report = CampaignReport::gather(queries, organization, &Visible::All, row).await;
        Ok(Some(told(&report.map_err(asked)?)))
    }

    async fn mail(
        &self,
        ports: &Ports,
        organization: OrganizationId,
        sight: &Sight,
        campaign: CampaignId,
        position: Position,
    ) -> Result<Option<DigestMail>, PortError> {
        self.fresh(position).await?;
        let visible = seen(sight.clone());
        let document = on_paper(ports, self.queries.as_ref(), organization, &visible, campaign);
        let document = document.await.map_err(|error| match error {
            DigestError::Query(error) => asked(error),
            DigestError::Names(CommandError::Port(error)) => error,
            DigestError::Names(error) => unavailable(error),
        })?;
        let Some(document) = document else {
            return Ok(None);
        };
        let broken = |error: PressError| match error {
            PressError::Busy => unavailable(error),
            PressError::TooSlow | PressError::Document(_) => {
                PortError::new(PortErrorKind::Permanent, error.to_string())
            }
        };
        let html = digest_mail_html(&document)
            .map_err(PressError::from)
            .map_err(broken)?;
        let (text, subject) = (digest_text(&document), format!("Digest: {}", document.campaign));
        let name = file_name(&document.campaign, "pdf");
        let pdf = self.press.digest_pdf(document).await.map_err(broken)?;
        Ok(Some(DigestMail {
            subject,
            text,
            html,
            pdf: Some((name, pdf)),
        }))
    }
}
