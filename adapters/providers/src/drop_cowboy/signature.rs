//! Signed webhooks: `X-Signature: sha256=<hex>` over `<X-Timestamp>.<raw body>`, HMAC-SHA256 under the webhook's secret as text.
//! Refuses what is more than five minutes off, whatever its signature.

use chrono::{DateTime, Utc};
use commands::ports::{PortError, PortErrorKind};
use hmac::{Hmac, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;
use subtle::{Choice, ConstantTimeEq};

/// How far a webhook's time may be off, seconds (the vendor's docs/concepts/webhooks).
const TOLERANCE_SECONDS: u64 = 300;
/// The only version there is.
const VERSION: &str = "v1";

pub(super) fn verify(
    secrets: &[SecretString],
    headers: &[(String, String)],
    body: &[u8],
    now: DateTime<Utc>,
) -> Result<(), PortError> {
    let refused = |why: &str| PortError::new(PortErrorKind::Unauthorised, why.to_owned());
    let header = |name: &str| headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str());
    if header("x-signature-version").is_some_and(|v| v != VERSION) {
        return Err(refused("the webhook is signed in a version that is not known"));
    }
    let stamp = header("x-timestamp").ok_or_else(|| refused("the webhook has no timestamp"))?;
    let seconds: i64 = stamp
        .parse()
        .map_err(|_| refused("the webhook's timestamp is no number"))?;
    if seconds.abs_diff(now.timestamp()) > TOLERANCE_SECONDS {
        return Err(refused("the webhook's timestamp is more than five minutes off"));
    }
    let given = header("x-signature")
        .and_then(|s| s.strip_prefix("sha256="))
        .and_then(|s| hex::decode(s).ok())
        .ok_or_else(|| refused("the webhook has no signature"))?;
    // Every secret is tried, so that the time taken tells nothing about which one fits.
    let any = secrets.iter().fold(Choice::from(0), |any, secret| {
        any | fits(secret, stamp, body, &given)
    });
    if bool::from(any) {
        Ok(())
    } else {
        Err(refused(
            "the webhook's signature does not fit any configured secret",
        ))
    }
}

fn fits(secret: &SecretString, stamp: &str, body: &[u8], given: &[u8]) -> Choice {
    let Ok(mac) = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes()) else {
        return Choice::from(0);
    };
    let expected = mac
        .chain_update(stamp)
        .chain_update(b".")
        .chain_update(body)
        .finalize()
        .into_bytes();
    expected.as_slice().ct_eq(given)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"event_id":"11111111-1111-4111-8111-111111111111","event":"contact.rvm.status","event_at":1767225599000,"data":{"status":"failure","reason":"VoiceMail Full","reason_code":4002,"to":"+15550100001","from":"+15550100002"}}"#;
    const SIGNATURE: &str = "sha256=7ae95bcf1095bdf097caa4deaf1ef240d44ac867de5438cfc1f63139e7663e57";

    fn headers(signature: &str) -> Vec<(String, String)> {
        vec![
            ("x-signature".into(), signature.into()),
            ("x-timestamp".into(), "1767225600".into()),
        ]
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn secrets() -> Vec<SecretString> {
        vec!["another-secret".into(), "test-signing-secret-0001".into()]
    }

    #[test]
    fn a_webhook_signed_with_any_configured_secret_is_genuine() {
        assert_eq!(
            verify(
                &secrets(),
                &headers(SIGNATURE),
                BODY.as_bytes(),
                at(1_767_225_700)
            ),
            Ok(())
        );
    }

    #[test]
    fn a_changed_body_a_stale_time_or_no_secret_is_refused() {
        let changed = BODY.replace("4002", "0000");
        assert!(
            verify(
                &secrets(),
                &headers(SIGNATURE),
                changed.as_bytes(),
                at(1_767_225_700)
            )
            .is_err()
        );
        assert!(
            verify(
                &secrets(),
                &headers(SIGNATURE),
                BODY.as_bytes(),
                at(1_767_225_901)
            )
            .is_err()
        );
        assert!(verify(&[], &headers(SIGNATURE), BODY.as_bytes(), at(1_767_225_700)).is_err());
        assert!(
            verify(
                &secrets(),
                &headers("sha256=zz"),
                BODY.as_bytes(),
                at(1_767_225_700)
            )
            .is_err()
        );
    }
}
