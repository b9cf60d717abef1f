//! One campaign on its way through the API, step by step, as the page takes it.

use domain::CampaignId;
use serde_json::Value;

use crate::stage::{Person, text, until};

/// Twelve people in California, made up; every number is a fictional 555-01xx.
pub fn twelve_people() -> String {
    let rows = (0..12).map(|n| {
        format!(
            "Owner{n} Example,{} Desert Falls Dr,Palm Desert,CA,92211,(760) 555-01{},\n",
            100 + n,
            20 + n
        )
    });
    std::iter::once("Owner Name,Property Address,City,State,ZIP,Phone,Email\n".to_owned())
        .chain(rows)
        .collect()
}

/// What a campaign's change answers.
pub const CHANGED: &str = "CampaignChanged { campaignId position campaign { status } }";

/// A campaign and whose it is.
#[derive(Debug)]
pub struct Campaign {
    /// Whose.
    pub agent: Person,
    /// Its id, as clients see it.
    pub id: String,
}

impl Campaign {
    /// A new draft.
    pub async fn draft(agent: &Person) -> Self {
        Self::draft_of(agent, "").await
    }

    /// A new draft with more said about it, as GraphQL fields.
    pub async fn draft_of(agent: &Person, more: &str) -> Self {
        let call = format!(
            "createCampaign(input: {{name: \"Desert expireds\", type: NEIGHBORHOOD_EXPIREDS {more}}})"
        );
        let made = agent.does(&call, CHANGED).await;
        Self {
            agent: agent.clone(),
            id: text(&made["campaignId"]).to_owned(),
        }
    }

    /// Its id, as events have it.
    pub fn number(&self) -> CampaignId {
        let (_, number) = self.id.split_once(':').expect("a kind and a number");
        number.parse().expect("a campaign's id")
    }

    /// A field of it.
    pub async fn field(&self, field: &str) -> Value {
        let call = format!("campaign(id: {:?}) {{ field: {field} }}", self.id);
        self.agent.asks(&call).await["field"].clone()
    }

    /// Waits for a status.
    pub async fn is(&self, status: &str) {
        until(&format!("the campaign is {status}"), async || {
            (self.field("status").await == status).then_some(())
        })
        .await;
    }

    /// A step that takes the campaign's id alone.
    pub fn step(&self, mutation: &str) -> String {
        format!("{mutation}(id: {:?})", self.id)
    }

    /// Uploads a file and begins its import: the import's id.
    pub async fn begin_import(&self, name: &str, file: &[u8]) -> String {
        let upload = self.agent.uploads(name, file).await;
        let call = format!(
            "startImport(campaignId: {:?}, uploadId: {upload:?}, source: TITLE_REP)",
            self.id
        );
        let begun = self.agent.does(&call, "ImportBegun { importId repeated }").await;
        text(&begun["importId"]).to_owned()
    }

    /// Waits for the end of an import: how it ended and why.
    pub async fn import_ended(&self, import: &str) -> Value {
        let query = format!("import(id: {import:?}) {{ status rows created duplicates rejected error }}");
        until("the import ends", async || {
            let import = self.agent.asks(&query).await;
            (import["status"] == "COMPLETED" || import["status"] == "FAILED").then_some(import)
        })
        .await
    }

    /// With the twelve people in it, who all have consented.
    pub async fn with_people(self) -> Self {
        let import = self
            .begin_import("twelve_people.csv", twelve_people().as_bytes())
            .await;
        let ended = self.import_ended(&import).await;
        assert_eq!(
            (&ended["status"], &ended["created"]),
            (&"COMPLETED".into(), &12.into()),
            "{ended}"
        );
        self.is("DRAFT").await;
        let contacts = self.ids("contacts(first: 50) { nodes { id: contactId } }").await;
        let consent = format!(
            "recordConsent(contactIds: {contacts:?}, consent: {{form: WRITTEN, seller: \"Demonstration Realty\", \
             disclosureSha256: \"{}\", capturedAt: \"2025-12-01T00:00:00Z\", how: \"web form\"}})",
            "ab".repeat(32)
        );
        self.agent
            .does(&consent, "ConsentsRecorded { contacts position }")
            .await;
        self
    }

    /// The ids of a list of it.
    pub async fn ids(&self, list: &str) -> Vec<String> {
        let found = self.field(list).await;
        let nodes = found["nodes"].as_array().expect("a list").clone();
        nodes.iter().map(|n| text(&n["id"]).to_owned()).collect()
    }

    /// With a script for everybody, in review.
    pub async fn with_scripts(self) -> Self {
        self.agent.does(&self.step("generateScripts"), CHANGED).await;
        self.is("REVIEW").await;
        self
    }

    /// Every script approved and spoken, caller id set.
    pub async fn reviewed_and_spoken(self) -> Self {
        let number = format!("setCallerId(id: {:?}, number: \"+17605550100\")", self.id);
        self.agent.does(&number, CHANGED).await;
        let review = format!(
            "reviewScripts(campaignId: {:?}, allPending: true, review: APPROVED)",
            self.id
        );
        let reviewed = self
            .agent
            .does(&review, "ScriptsReviewed { reviewed refusedCount }")
            .await;
        assert_eq!(reviewed["refusedCount"], 0);
        self.agent.does(&self.step("renderAudio"), CHANGED).await;
        until("every script is spoken", async || {
            let counters = self.field("counters { audioRendered contacts }").await;
            (counters["audioRendered"] == counters["contacts"]).then_some(())
        })
        .await;
        self.is("REVIEW").await;
        self
    }

    /// Approved, submitted and completed, in the hands of a program.
    pub async fn sent(self) -> Self {
        let approve = self.step("approveCampaign");
        self.agent
            .does(&approve, "CampaignApproved { precheck { ready } }")
            .await;
        let sent = self.followed_by_a_program().await;
        sent.agent.does(&sent.step("submitCampaign"), CHANGED).await;
        sent.is("COMPLETED").await;
        sent
    }

    /// In the hands of a program of the agent's. A hold can last until tomorrow, longer than a browser's session.
    pub async fn followed_by_a_program(self) -> Self {
        let made = self
            .agent
            .does(
                "createApiToken(name: \"Follow-up\", scope: WRITE)",
                "TokenCreated { secret }",
            )
            .await;
        Self {
            agent: self.agent.with_token(text(&made["secret"])),
            id: self.id,
        }
    }
}
