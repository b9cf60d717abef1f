//! Where webhooks may go. An address that somebody typed must not make this server ask its own network: what a name stands for is looked up
//! once, and the connection is made to what was looked at.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// How far webhooks reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WebhookReach {
    /// The internet: `https://` and public addresses alone.
    Public,
    /// Everywhere, also the own network and without TLS: for an installation whose operator says so.
    Anywhere,
    /// This machine alone: nothing leaves a sandbox.
    ThisMachine,
}

/// An address is not one that webhooks may go to.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the address is not one that webhooks may go to")]
pub(crate) struct OutOfReach;

impl WebhookReach {
    /// Whether a connection may be made to it.
    pub fn allows(self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            Self::Anywhere => true,
            Self::ThisMachine => unmapped(address).is_loopback(),
        }
    }

    /// Whether the scheme may be used.
    pub(super) fn allows_scheme(self, scheme: &str) -> bool {
        scheme == "https" || (scheme == "http" && self != Self::Public)
    }

    /// Whether the host may be asked, as far as it says without a look-up.
    pub(super) fn allows_host(self, url: &Url) -> bool {
        match url.host() {
            Some(Host::Ipv4(address)) => self.allows(address.into()),
            Some(Host::Ipv6(address)) => self.allows(address.into()),
            Some(Host::Domain(name)) if self == Self::ThisMachine => name == "localhost",
            Some(Host::Domain(name)) => !name.is_empty(),
            None => false,
        }
    }
}

/// An IPv4 address that is written as an IPv6 one is the IPv4 one.
fn unmapped(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// Whether it is reachable from everywhere, by IANA's registries of special-purpose addresses.
fn is_public(address: IpAddr) -> bool {
    match unmapped(address) {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || address.is_loopback()
        || address.is_private()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        // Shared by carriers (RFC 6598), protocol assignments and benchmarks (RFC 6890), 6to4 relays, and what is reserved.
        || (a == 100 && b & 0xc0 == 64)
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && b & 0xfe == 18)
        || a >= 240;
    !special
}

/// Of the addresses in use (2000::/3) those that lead no further: tunnels and translations carry an IPv4 address of anybody's choice.
const fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    let in_use = a & 0xe000 == 0x2000;
    let special = (a == 0x2001 && (b < 0x0200 || b == 0x0db8)) || a == 0x2002 || a == 0x3fff;
    in_use && !special
}

/// Looks names up and answers what may be reached.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Guard(pub(crate) WebhookReach);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|a| reach.allows(a.ip())).collect();
            if allowed.is_empty() {
                return Err(OutOfReach.into());
            }
            let addresses: Addrs = Box::new(allowed.into_iter());
            Ok(addresses)
        })
    }
}

impl Guard {
    /// As the client takes it.
    pub(crate) fn shared(self) -> Arc<Self> {
        Arc::new(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn public(address: &str) -> bool {
        WebhookReach::Public.allows(address.parse().unwrap())
    }

    #[test]
    fn what_is_not_of_the_internet_is_out_of_reach() {
        for inside in [
            "127.0.0.1",
            "127.8.8.8",
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.7",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "100.127.0.1",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "198.18.0.1",
            "198.51.100.7",
            "203.0.113.9",
            "224.0.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::127.0.0.1",
            "64:ff9b::7f00:1",
            "fc00::1",
            "fd12::1",
            "fe80::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "3fff::1",
        ] {
            assert!(!public(inside), "{inside}");
        }
        for outside in [
            "8.8.8.8",
            "100.63.0.1",
            "172.32.0.1",
            "1.1.1.1",
            "2606:4700::1111",
            "::ffff:8.8.8.8",
        ] {
            assert!(public(outside), "{outside}");
        }
    }

    #[test]
    fn a_sandbox_reaches_this_machine_alone() {
        let allows = |a: &str| WebhookReach::ThisMachine.allows(a.parse().unwrap());
        assert!(allows("127.0.0.1") && allows("::1") && allows("::ffff:127.0.0.1"));
        assert!(!allows("8.8.8.8") && !allows("10.0.0.1"));
    }
}
