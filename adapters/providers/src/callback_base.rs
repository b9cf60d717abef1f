//! How others reach this installation: the carrier with its callbacks, a user who comes back from another service. It is known only when
//! the server has bound its address, after the clients are made. A carrier elsewhere can't be given an address of this machine or one
//! that is not encrypted: the way of a callback is what proves it.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use commands::ports::{ReadinessFinding, ReadinessSubject};
use reqwest::{Method, header::HeaderMap};
use url::{Host, Url};

use crate::http::{Answer, CallLimits, HttpClient, ProviderCall, Refusal, Repeat, Route};

/// How long we wait for ourselves.
const TIME_OUT: Duration = Duration::from_secs(5);
/// Longest answer that is read of ourselves.
const ANSWER_BYTES_MAX: usize = 64 << 10;
/// Names that are known inside of a network alone.
const INNER_NAMES: [&str; 5] = [".localhost", ".local", ".internal", ".lan", ".home.arpa"];
/// What answers as long as the server lives.
const OURSELVES: Route = Route {
    name: "health",
    repeat: Repeat::Harmless,
    answer_bytes_max: ANSWER_BYTES_MAX,
    refusal: by_status,
    understood: &[],
};

fn by_status(answer: &Answer) -> Refusal {
    Refusal::by_status(answer, "no code")
}

/// The public base address; clones share it.
#[derive(Debug, Clone, Default)]
pub struct CallbackBase(Arc<RwLock<String>>);

impl CallbackBase {
    /// Sets the public base address; a slash at its end does not count.
    pub fn set(&self, base: &str) {
        base.trim_end_matches('/')
            .clone_into(&mut self.0.write().unwrap_or_else(PoisonError::into_inner));
    }

    /// The address of a path here, which begins with a slash; nothing as long as our own address is not known.
    pub(crate) fn url(&self, path: &str) -> Option<String> {
        let base = self.0.read().unwrap_or_else(PoisonError::into_inner);
        (!base.is_empty()).then(|| format!("{base}{path}"))
    }

    /// What keeps a carrier from reaching us. One on this machine reaches everything.
    pub(crate) async fn findings(&self, client: &HttpClient, is_local: bool) -> Vec<ReadinessFinding> {
        if is_local {
            return vec![];
        }
        let base = self.url("").unwrap_or_default();
        let finding = if is_public(&base) {
            unreachable_from_here(client, &base).await
        } else {
            Some(not_public(&base))
        };
        finding.into_iter().collect()
    }
}

fn not_public(base: &str) -> ReadinessFinding {
    let known = if base.is_empty() {
        "the public address of this server is not set".to_owned()
    } else {
        format!("the carrier can't report back to {base}, which is not a public https address")
    };
    let message = format!("{known}; set http.public_base_url to the one that leads here");
    ReadinessFinding::blocker(ReadinessSubject::CallbackAddress, message)
}

/// Only a warning: a network may well keep its own machines from going out and in again.
async fn unreachable_from_here(client: &HttpClient, base: &str) -> Option<ReadinessFinding> {
    let limits = CallLimits {
        concurrency: 1,
        requests_per_minute: None,
        time_out: TIME_OUT,
        retry_wait: Duration::from_millis(200),
    };
    let ourselves = ProviderCall::new(client, "public address", base, HeaderMap::new(), limits).ok()?;
    let request = ourselves.request(Method::GET, "healthz");
    let error = ourselves.send(&OURSELVES, request).await.err()?;
    tracing::warn!("this server does not reach itself at its public address: {error}");
    let message = format!(
        "this server does not reach itself at {base}; see whether its name, certificate and proxy lead here, else no report of the carrier \
         comes in"
    );
    Some(ReadinessFinding::warning(
        ReadinessSubject::CallbackAddress,
        message,
    ))
}

/// Encrypted, and not known to be an address inside of a network.
fn is_public(base: &str) -> bool {
    let Ok(url) = Url::parse(base) else {
        return false;
    };
    let is_outside = match url.host() {
        Some(Host::Domain(name)) => is_public_name(name),
        Some(Host::Ipv4(address)) => is_public_v4(address),
        Some(Host::Ipv6(address)) => is_public_v6(address),
        None => false,
    };
    url.scheme() == "https" && is_outside
}

fn is_public_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name.contains('.') && !INNER_NAMES.iter().any(|inner| name.ends_with(inner))
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    !(address.is_loopback() || address.is_private() || address.is_link_local() || address.is_unspecified())
}

const fn is_public_v6(address: Ipv6Addr) -> bool {
    !(address.is_loopback()
        || address.is_unspecified()
        || address.is_unique_local()
        || address.is_unicast_link_local())
}

#[cfg(test)]
mod tests {
    use wiremock::{Mock, MockServer, ResponseTemplate, matchers::path};

    use super::*;

    #[test]
    fn only_an_encrypted_address_of_the_open_internet_will_do() {
        for good in ["https://voicedrop.example.com", "https://203.0.113.7:8443"] {
            assert!(is_public(good), "{good}");
        }
        for bad in [
            "",
            "voicedrop.example.com",
            "http://voicedrop.example.com",
            "https://localhost:8080",
            "https://voicedrop",
            "https://voicedrop.local",
            "https://127.0.0.1",
            "https://192.168.1.20",
            "https://[::1]",
            "https://[fd00::1]",
        ] {
            assert!(!is_public(bad), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_carrier_elsewhere_can_not_report_to_this_machine() {
        let (base, client) = (CallbackBase::default(), HttpClient::new().unwrap());
        base.set("http://127.0.0.1:8080");
        assert_eq!(base.findings(&client, true).await, []);
        let found = base.findings(&client, false).await;
        assert!(
            found[0].blocks && found[0].message.contains("http.public_base_url"),
            "{found:?}"
        );
    }

    #[tokio::test]
    async fn an_address_that_does_not_lead_here_is_a_warning() {
        let (server, client) = (MockServer::start().await, HttpClient::new().unwrap());
        let answers = |status| Mock::given(path("/healthz")).respond_with(ResponseTemplate::new(status));
        let healthy = answers(200).mount_as_scoped(&server).await;
        assert_eq!(unreachable_from_here(&client, &server.uri()).await, None);
        drop(healthy);
        answers(404).mount(&server).await;
        let found = unreachable_from_here(&client, &server.uri()).await.unwrap();
        assert!(!found.blocks, "{found:?}");
    }
}
