//! The rule by which the bucket itself deletes old audio: a net below our own sweep, for an installation that was shut down. Other rules
//! of the bucket stay as they are.

use aws_sdk_s3::{
    error::ProvideErrorMetadata,
    types::{
        BucketLifecycleConfiguration, ExpirationStatus, LifecycleExpiration, LifecycleRule,
        LifecycleRuleFilter,
    },
};
use commands::ports::{PortError, PortErrorKind};

use super::{S3Blobs, error};

/// The name of our rule.
const RULE: &str = "voicedrop-audio-retention";
/// What the protocol allows, days.
const DAYS_MAX: u32 = 36_500;

/// What became of the rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expiry {
    /// It is in force.
    Set,
    /// It was so already.
    Kept,
    /// The service knows no such rules; our sweep alone deletes.
    NotOffered,
}

impl S3Blobs {
    /// Sees to it that objects under a prefix are deleted so many days after they were made.
    pub async fn ensure_expiry(&self, prefix: &str, days: u32) -> Result<Expiry, PortError> {
        let days = i32::try_from(days.clamp(1, DAYS_MAX)).unwrap_or(i32::MAX);
        let ours = rule(&format!("{}{prefix}", self.prefix), days)?;
        let Some(mut rules) = self.rules().await? else {
            return Ok(Expiry::NotOffered);
        };
        if rules.contains(&ours) {
            return Ok(Expiry::Kept);
        }
        rules.retain(|rule| rule.id() != Some(RULE));
        rules.push(ours);
        let all = BucketLifecycleConfiguration::builder()
            .set_rules(Some(rules))
            .build();
        let set = self
            .client
            .put_bucket_lifecycle_configuration()
            .bucket(&self.bucket)
            .lifecycle_configuration(all.map_err(|e| unmade(&e))?)
            .send()
            .await;
        match set {
            Ok(_) => Ok(Expiry::Set),
            Err(e) if is_not_offered(e.raw_response().map(|r| r.status().as_u16())) => Ok(Expiry::NotOffered),
            Err(e) => Err(error::failed("setting the expiry of audio", &e)),
        }
    }

    /// The rules that there are; nothing where there can be none.
    async fn rules(&self) -> Result<Option<Vec<LifecycleRule>>, PortError> {
        let found = self
            .client
            .get_bucket_lifecycle_configuration()
            .bucket(&self.bucket)
            .send()
            .await;
        match found {
            Ok(found) => Ok(Some(found.rules.unwrap_or_default())),
            Err(e) => {
                let code = e.as_service_error().and_then(ProvideErrorMetadata::code);
                if code == Some("NoSuchLifecycleConfiguration") {
                    Ok(Some(vec![]))
                } else if is_not_offered(e.raw_response().map(|r| r.status().as_u16())) {
                    Ok(None)
                } else {
                    Err(error::failed("reading the expiry of audio", &e))
                }
            }
        }
    }
}

fn is_not_offered(status: Option<u16>) -> bool {
    status == Some(501)
}

fn unmade(_: &impl std::error::Error) -> PortError {
    PortError::new(
        PortErrorKind::Permanent,
        "the bucket: the expiry of audio can't be written",
    )
}

fn rule(prefix: &str, days: i32) -> Result<LifecycleRule, PortError> {
    LifecycleRule::builder()
        .id(RULE)
        .status(ExpirationStatus::Enabled)
        .filter(LifecycleRuleFilter::builder().prefix(prefix).build())
        .expiration(LifecycleExpiration::builder().days(days).build())
        .build()
        .map_err(|e| unmade(&e))
}
