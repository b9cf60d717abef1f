//! The digest of a campaign that has ended: on paper and as a page, for whoever has the link.

use reqwest::{Response, StatusCode};
use serde_json::Value;

use super::campaign::Campaign;
use crate::stage::{Person, TestApp, in_a_running_system, text, until};

in_a_running_system! {
    a_digest_is_fetched_as_a_document_and_as_a_page;
}

/// A campaign that has run to its end.
pub(crate) async fn completed(agent: &Person) -> Campaign {
    let spoken = Campaign::draft(agent)
        .await
        .with_people()
        .await
        .with_scripts()
        .await;
    spoken.reviewed_and_spoken().await.sent().await
}

async fn digest(campaign: &Campaign) -> Value {
    until("the digest is there", async || {
        let call = format!(
            "digest(campaignId: {:?}) {{ summary pdfUrl htmlUrl }}",
            campaign.id
        );
        Some(campaign.agent.asks(&call).await).filter(|d| !d.is_null())
    })
    .await
}

async fn opened(app: &TestApp, link: &str) -> Response {
    app.anybody().gets(link).await
}

/// Opens a link that was just made, as it is or changed. The clock of a story skips days when nothing is left to do, and links live for
/// minutes: an expired one is asked for anew.
async fn fetched(
    app: &TestApp,
    campaign: &Campaign,
    link: &str,
    change: impl Fn(&str) -> String,
    status: StatusCode,
) -> Response {
    until(&format!("{link} answers {status}"), async || {
        let digest = digest(campaign).await;
        let response = opened(app, &change(text(&digest[link]))).await;
        (response.status() == status).then_some(response)
    })
    .await
}

async fn a_digest_is_fetched_as_a_document_and_as_a_page(app: &TestApp) {
    let (agent, _) = app.member(&app.admin().await, "AGENT").await;
    let campaign = completed(&agent).await;

    let pdf = fetched(app, &campaign, "pdfUrl", str::to_owned, StatusCode::OK).await;
    assert_eq!(pdf.headers()["content-type"], "application/pdf");
    let name = pdf.headers()["content-disposition"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(name.contains("Desert-expireds-digest.pdf"), "{name}");
    assert!(pdf.bytes().await.expect("a file").starts_with(b"%PDF-"));

    let page = fetched(app, &campaign, "htmlUrl", str::to_owned, StatusCode::OK).await;
    let page = page.text().await.expect("a page");
    let sentence = text(&digest(&campaign).await["summary"][0]).to_owned();
    assert!(page.contains(&sentence), "{sentence} is not in {page}");

    let forged = |link: &str| {
        let (ticket, _) = link.rsplit_once('.').expect("a signature");
        format!("{ticket}.{}", "0".repeat(64))
    };
    fetched(app, &campaign, "pdfUrl", forged, StatusCode::FORBIDDEN).await;
    let (_, bare) = campaign.id.split_once(':').expect("a kind");
    let of_another = |link: &str| link.replacen(bare, "019b7666-d800-7001-8000-000000000001", 1);
    fetched(app, &campaign, "pdfUrl", of_another, StatusCode::NOT_FOUND).await;
}
