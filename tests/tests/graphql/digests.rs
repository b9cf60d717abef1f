//! The digest of a campaign that has ended: on paper and as a page, for whoever has the link.

use reqwest::{Response, StatusCode};
use serde_json::Value;

use super::campaign::{CHANGED, Campaign};
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
    let campaign = spoken.reviewed_and_spoken().await;
    agent
        .does(
            &campaign.step("approveCampaign"),
            "CampaignApproved { precheck { ready } }",
        )
        .await;
    let campaign = campaign.followed_by_a_program().await;
    agent.does(&campaign.step("submitCampaign"), CHANGED).await;
    campaign.is("COMPLETED").await;
    campaign
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

async fn a_digest_is_fetched_as_a_document_and_as_a_page(app: &TestApp) {
    let (agent, _) = app.member(&app.admin().await, "AGENT").await;
    let campaign = completed(&agent).await;
    let digest = digest(&campaign).await;

    let pdf = opened(app, text(&digest["pdfUrl"])).await;
    assert_eq!(
        (pdf.status(), &pdf.headers()["content-type"].clone()),
        (StatusCode::OK, &"application/pdf".parse().expect("a header"))
    );
    let name = pdf.headers()["content-disposition"]
        .to_str()
        .expect("text")
        .to_owned();
    assert!(name.contains("Desert-expireds-digest.pdf"), "{name}");
    assert!(pdf.bytes().await.expect("a file").starts_with(b"%PDF-"));

    let page = opened(app, text(&digest["htmlUrl"])).await;
    assert_eq!(page.status(), StatusCode::OK);
    let page = page.text().await.expect("a page");
    assert!(page.contains("Desert expireds"), "{page}");
    let sentence = text(&digest["summary"][0]);
    assert!(page.contains(sentence), "{sentence} is not in {page}");

    let link = text(&digest["pdfUrl"]);
    let (ticket, _) = link.rsplit_once('.').expect("a signature");
    let forged = format!("{ticket}.{}", "0".repeat(64));
    assert_eq!(opened(app, &forged).await.status(), StatusCode::FORBIDDEN);
    let (_, bare) = campaign.id.split_once(':').expect("a kind");
    let of_another = link.replacen(bare, "019b7666-d800-7001-8000-000000000001", 1);
    assert_eq!(opened(app, &of_another).await.status(), StatusCode::NOT_FOUND);
}
