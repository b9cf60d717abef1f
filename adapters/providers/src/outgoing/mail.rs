//! Mail by a mail server of the operator's. TLS is required unless the server is said to have none, and a password never travels without it
//! beyond this machine. What a server answers in words may quote addresses, and goes nowhere.

use std::{error::Error as _, io, str::FromStr, time::Duration};

use async_trait::async_trait;
use commands::ports::{Mail, Mailer, NotTaken};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Certificate, Tls, TlsParameters},
        extension::ClientId,
    },
};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use crate::http::InvalidProvider;

/// Longest wait for one answer of the server.
const TIME_OUT: Duration = Duration::from_secs(30);
/// What a certificate begins with in a file of them.
const CERTIFICATE_BEGIN: &str = "-----BEGIN CERTIFICATE-----";
/// How the mail server is called in errors.
const NAME: &str = "the mail server";

/// How the connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailSecurity {
    /// TLS from the first byte, usually on port 465.
    Tls,
    /// TLS by STARTTLS, required, usually on port 587.
    Starttls,
    /// None: for a server on this machine or in the own network.
    None,
}

/// A mail server.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailConfig {
    /// Its name; empty: no mail is sent.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the connection is protected.
    pub security: MailSecurity,
    /// A file of certificates (PEM) of authorities that are trusted besides the public ones; empty: the public ones alone.
    pub ca_file: String,
    /// Whom to sign in as; empty: nobody.
    pub user: String,
    /// The password of that.
    pub password: SecretString,
    /// What stands in `From`, such as `Desert Realty <digest@example.com>`.
    pub from: String,
}

/// Hands mail to a mail server.
pub struct SmtpMailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl std::fmt::Debug for SmtpMailer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SmtpMailer").finish_non_exhaustive()
    }
}

fn invalid(reason: impl Into<String>) -> InvalidProvider {
    InvalidProvider {
        provider: NAME,
        reason: reason.into(),
    }
}

/// What a server's certificate is checked by.
fn tls(config: &MailConfig) -> Result<TlsParameters, InvalidProvider> {
    let mut parameters = TlsParameters::builder(config.host.clone());
    if !config.ca_file.is_empty() {
        let unusable = || invalid("mail.ca_file is no file of certificates in PEM that can be read");
        let pem = std::fs::read_to_string(&config.ca_file).map_err(|_| unusable())?;
        if !pem.contains(CERTIFICATE_BEGIN) {
            return Err(unusable());
        }
        let authorities = Certificate::from_pem(pem.as_bytes()).map_err(|_| unusable())?;
        parameters = parameters.add_root_certificate(authorities);
    }
    parameters
        .build()
        .map_err(|_| invalid("mail.host is no name that a certificate can be checked for, or mail.ca_file holds none that can be trusted"))
}

impl SmtpMailer {
    /// Prepares; calls nothing.
    pub fn new(config: &MailConfig) -> Result<Self, InvalidProvider> {
        let from: Mailbox = config.from.parse().map_err(|_| {
            invalid("mail.from must be an address, such as Desert Realty <digest@example.com>")
        })?;
        let host = config.host.as_str();
        let security = match config.security {
            MailSecurity::Tls => Tls::Wrapper(tls(config)?),
            MailSecurity::Starttls => Tls::Required(tls(config)?),
            MailSecurity::None => Tls::None,
        };
        let hello = ClientId::Domain(from.email.domain().to_owned());
        // Dangerous is what it is called because it has no TLS unless that is set, as it is here.
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host)
            .port(config.port)
            .tls(security)
            .hello_name(hello)
            .timeout(Some(TIME_OUT));
        if !config.user.is_empty() {
            if config.security == MailSecurity::None && !is_this_machine(host) {
                return Err(invalid(
                    "mail.security = \"none\" would send the password in the clear; use \"tls\" or \"starttls\"",
                ));
            }
            let password = config.password.expose_secret().to_owned();
            builder = builder.credentials(Credentials::new(config.user.clone(), password));
        }
        Ok(Self {
            transport: builder.build(),
            from,
        })
    }

    fn message(&self, mail: Mail) -> Result<Message, NotTaken> {
        let to: Address = mail.to.expose_secret().parse().map_err(|_| unusable())?;
        let name = HeaderName::new_from_ascii("Auto-Submitted".to_owned()).map_err(|_| unusable())?;
        let id = format!("<{}@{}>", mail.id, self.from.email.domain());
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject)
            .message_id(Some(id))
            .date(mail.sent_at.into())
            .raw_header(HeaderValue::new(name, "auto-generated".to_owned()));
        let words = MultiPart::alternative_plain_html(mail.text, mail.html);
        let Some((file, pdf)) = mail.attachment else {
            return builder.multipart(words).map_err(|_| unusable());
        };
        let kind = ContentType::parse("application/pdf").map_err(|_| unusable())?;
        let attached: SinglePart = Attachment::new(file).body(pdf, kind);
        let whole = MultiPart::mixed().multipart(words).singlepart(attached);
        builder.multipart(whole).map_err(|_| unusable())
    }
}

fn is_this_machine(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || std::net::IpAddr::from_str(host).is_ok_and(|address| address.is_loopback())
}

fn unusable() -> NotTaken {
    NotTaken {
        status: None,
        reason: "the address can't be used".to_owned(),
        is_final: true,
    }
}

/// A handshake that fails comes as a connection whose bytes make no sense.
fn is_handshake(error: &lettre::transport::smtp::Error) -> bool {
    let mut cause = error.source();
    while let Some(inner) = cause {
        let io = inner.downcast_ref::<io::Error>();
        if io.is_some_and(|e| e.kind() == io::ErrorKind::InvalidData) {
            return true;
        }
        cause = inner.source();
    }
    error.is_tls()
}

fn refused(error: &lettre::transport::smtp::Error) -> NotTaken {
    let status = error.status().map(u16::from);
    let reason = match status {
        Some(status) => format!("the mail server answered {status}"),
        None if error.is_timeout() => "the mail server did not answer in time".to_owned(),
        None if is_handshake(error) => {
            "the mail server's TLS can't be used; look whether its certificate is for mail.host and of an authority \
             that is trusted (mail.ca_file)"
                .to_owned()
        }
        None if error.is_client() => {
            "the mail server does not offer what is asked of it; look at mail.security and mail.user".to_owned()
        }
        None => "the mail server can't be reached".to_owned(),
    };
    NotTaken {
        status,
        reason,
        is_final: error.is_permanent(),
    }
}

#[async_trait]
impl Mailer for SmtpMailer {
    fn address(&self, text: &str) -> Option<String> {
        let address: Address = text.trim().parse().ok()?;
        Some(address.to_string().to_lowercase())
    }

    async fn check(&self) -> Result<(), NotTaken> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(NotTaken {
                status: None,
                reason: "the mail server does not answer as one does".to_owned(),
                is_final: false,
            }),
            Err(error) => Err(refused(&error)),
        }
    }

    async fn send(&self, mail: Mail) -> Result<u16, NotTaken> {
        let message = self.message(mail)?;
        match self.transport.send(message).await {
            Ok(response) => Ok(response.code().into()),
            Err(error) => Err(refused(&error)),
        }
    }
}
