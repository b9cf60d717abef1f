//! Where the bucket is and who we are there.

use secrecy::SecretString;
use serde::Deserialize;

/// A bucket on S3 or on anything that speaks its protocol.
#[derive(Debug, Clone, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct S3Config {
    /// Address of the service; empty for Amazon's own of the region.
    pub endpoint: String,
    /// Region, such as `us-west-2`; `auto` where the service has none.
    pub region: String,
    /// The bucket.
    pub bucket: String,
    /// Put before every key, such as `voicedrop/`; empty for none.
    pub prefix: String,
    /// Who we are. Links live no longer than the credentials, so these are a user's own, not a session's.
    pub access_key: String,
    /// The secret of it.
    pub secret_key: SecretString,
    /// The bucket stands in the path (`https://host/bucket/key`), as most services besides Amazon's want it.
    pub path_style: bool,
    /// Objects are asked to be encrypted at rest by the service (AES-256); services that do so anyway may refuse to be asked.
    pub server_side_encryption: bool,
    /// Days after which the bucket itself deletes audio that our own sweep has missed; 0: it does not. Counted from the day the audio
    /// was made, so it must be longer than any campaign and its retention.
    pub expire_days: u32,
}

impl Default for S3Config {
    fn default() -> Self {
        Self {
            endpoint: String::new(),
            region: "us-west-2".into(),
            bucket: String::new(),
            prefix: String::new(),
            access_key: String::new(),
            secret_key: SecretString::from(""),
            path_style: false,
            server_side_encryption: true,
            expire_days: 400,
        }
    }
}
