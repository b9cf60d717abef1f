//! Mail over TLS, tried against a mail server of the test's own with a certificate that is made for it: what goes over the wire before the
//! line is sealed is the asking for that, and a server that is not trusted is told nothing.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::Path,
    sync::{Arc, Mutex},
    thread,
};

use commands::ports::{Mail, Mailer as _, NotTaken};
use domain::NotificationId;
use providers::{MailConfig, MailSecurity, SmtpMailer};
use rustls::{
    ServerConfig, ServerConnection, StreamOwned,
    crypto::ring,
    pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
};
use tempfile::TempDir;
use uuid::Uuid;

/// What a mail is signed in with; it must never be on an open line.
const PASSWORD: &str = "hunter2-of-the-brokerage";

/// What a server offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Offer {
    /// TLS from the first byte.
    Tls,
    /// TLS once it is asked for.
    Starttls,
    /// No TLS, but everything else.
    Nothing,
}

/// What a server has heard, a line each.
#[derive(Debug, Default)]
struct Heard {
    in_the_clear: Vec<String>,
    sealed: Vec<String>,
}

/// A mail server on loopback.
struct MailServer {
    port: u16,
    heard: Arc<Mutex<Heard>>,
    directory: TempDir,
}

impl MailServer {
    /// Serves until the test ends, with a certificate for this name.
    fn start(offer: Offer, name: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
        let directory = tempfile::tempdir().unwrap();
        fs::write(directory.path().join("authority.pem"), made.cert.pem()).unwrap();
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![made.cert.der().clone()], key)
            .unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (config, ears) = (Arc::new(config), Arc::clone(&heard));
        thread::spawn(move || {
            for client in listener.incoming() {
                // A client that hangs up is no failure of the server.
                let _ = client.and_then(|client| serve(client, offer, &config, &ears));
            }
        });
        Self {
            port,
            heard,
            directory,
        }
    }

    fn config(&self, security: MailSecurity) -> MailConfig {
        MailConfig {
            host: "localhost".to_owned(),
            port: self.port,
            security,
            ca_file: String::new(),
            user: "digest".to_owned(),
            password: PASSWORD.into(),
            from: "Desert Realty <digest@example.com>".to_owned(),
        }
    }

    /// A client that trusts the server's certificate.
    fn trusting(&self, security: MailSecurity) -> MailConfig {
        MailConfig {
            ca_file: self.directory.path().join("authority.pem").display().to_string(),
            ..self.config(security)
        }
    }

    /// What was heard on an open line, and what under TLS.
    fn heard(&self) -> (Vec<String>, Vec<String>) {
        let heard = self.heard.lock().unwrap();
        (heard.in_the_clear.clone(), heard.sealed.clone())
    }
}

fn serve(client: TcpStream, offer: Offer, config: &Arc<ServerConfig>, ears: &Mutex<Heard>) -> io::Result<()> {
    let sealing = |client| {
        let connection = ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
        Ok::<_, io::Error>(BufReader::new(StreamOwned::new(connection, client)))
    };
    let hear_sealed = |line: &str| ears.lock().unwrap().sealed.push(line.to_owned());
    if offer == Offer::Tls {
        let mut sealed = sealing(client)?;
        say(&mut sealed, "220 mail.test")?;
        return talk(&mut sealed, "250 AUTH PLAIN", &hear_sealed);
    }
    let hear = |line: &str| ears.lock().unwrap().in_the_clear.push(line.to_owned());
    let mut client = BufReader::new(client);
    say(&mut client, "220 mail.test")?;
    if offer == Offer::Nothing {
        return talk(&mut client, "250 AUTH PLAIN", &hear);
    }
    talk(&mut client, "250 STARTTLS", &hear)?;
    talk(&mut sealing(client.into_inner())?, "250 AUTH PLAIN", &hear_sealed)
}

/// Answers until the client ends or asks for TLS.
fn talk(line: &mut BufReader<impl Read + Write>, offered: &str, hear: &dyn Fn(&str)) -> io::Result<()> {
    loop {
        let heard = next(line)?;
        hear(&heard);
        match heard.split(' ').next().unwrap_or_default() {
            "EHLO" => say(line, &format!("250-mail.test\r\n{offered}"))?,
            "STARTTLS" => return say(line, "220 go on"),
            "AUTH" => say(line, "235 come in")?,
            "MAIL" | "RCPT" | "NOOP" => say(line, "250 ok")?,
            "DATA" => {
                say(line, "354 go on")?;
                while hear_next(line, hear)? != "." {}
                say(line, "250 taken")?;
            }
            "QUIT" => return say(line, "221 bye"),
            _ => say(line, "502 not known here")?,
        }
    }
}

fn hear_next(line: &mut impl BufRead, hear: &dyn Fn(&str)) -> io::Result<String> {
    let heard = next(line)?;
    hear(&heard);
    Ok(heard)
}

fn next(line: &mut impl BufRead) -> io::Result<String> {
    let mut bytes = Vec::new();
    if line.read_until(b'\n', &mut bytes)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

fn say(line: &mut BufReader<impl Read + Write>, text: &str) -> io::Result<()> {
    let line = line.get_mut();
    line.write_all(format!("{text}\r\n").as_bytes())?;
    line.flush()
}

async fn sent(config: &MailConfig) -> Result<u16, NotTaken> {
    let mail = Mail {
        id: NotificationId::from_uuid(Uuid::from_u128(7)),
        sent_at: chrono::DateTime::UNIX_EPOCH,
        to: "broker@example.com".into(),
        subject: "How the campaign went".to_owned(),
        text: "Twelve were left.".to_owned(),
        html: "<p>Twelve were left.</p>".to_owned(),
        attachment: None,
    };
    SmtpMailer::new(config).unwrap().send(mail).await
}

/// Whether anything was said that only a trusted server is told.
fn is_told(heard: &[String]) -> bool {
    let told = |line: &String| {
        ["AUTH", "MAIL", "RCPT", "DATA", "Subject"]
            .iter()
            .any(|w| line.starts_with(w))
    };
    heard.iter().any(|line| told(line) || line.contains(PASSWORD))
}

#[tokio::test]
async fn a_mail_goes_out_under_tls_from_the_first_byte_or_once_it_is_asked_for() {
    let server = MailServer::start(Offer::Tls, "localhost");
    let config = server.trusting(MailSecurity::Tls);
    SmtpMailer::new(&config).unwrap().check().await.unwrap();
    assert_eq!(sent(&config).await, Ok(250));
    let (clear, sealed) = server.heard();
    assert!(clear.is_empty(), "{clear:?}");
    assert!(
        sealed.contains(&"Subject: How the campaign went".to_owned()),
        "{sealed:?}"
    );

    let server = MailServer::start(Offer::Starttls, "localhost");
    assert_eq!(sent(&server.trusting(MailSecurity::Starttls)).await, Ok(250));
    let (clear, sealed) = server.heard();
    assert_eq!(clear, ["EHLO example.com", "STARTTLS"]);
    assert!(
        sealed.iter().any(|line| line.starts_with("AUTH PLAIN")),
        "{sealed:?}"
    );
    assert!(
        sealed.contains(&"Subject: How the campaign went".to_owned()),
        "{sealed:?}"
    );
}

#[tokio::test]
async fn a_server_whose_certificate_is_not_trusted_is_told_nothing() {
    for (offer, security) in [
        (Offer::Tls, MailSecurity::Tls),
        (Offer::Starttls, MailSecurity::Starttls),
    ] {
        let unknown = MailServer::start(offer, "localhost");
        // Trusted, but for another name.
        let elsewhere = MailServer::start(offer, "elsewhere.test");
        for (server, config) in [
            (&unknown, unknown.config(security)),
            (&elsewhere, elsewhere.trusting(security)),
        ] {
            let refused = sent(&config).await.unwrap_err();
            assert!(refused.reason.contains("certificate"), "{offer:?}: {refused:?}");
            // It may be mended: the mail is kept and tried again.
            assert!(!refused.is_final && refused.status.is_none(), "{refused:?}");
            let checked = SmtpMailer::new(&config).unwrap().check().await;
            assert!(checked.is_err(), "{offer:?}");
            let (clear, sealed) = server.heard();
            assert!(
                sealed.is_empty() && !is_told(&clear),
                "{offer:?}: {clear:?} {sealed:?}"
            );
        }
    }
}

#[tokio::test]
async fn nothing_goes_in_the_clear_where_tls_is_demanded_and_not_offered() {
    for security in [MailSecurity::Tls, MailSecurity::Starttls] {
        let server = MailServer::start(Offer::Nothing, "localhost");
        let refused = sent(&server.trusting(security)).await.unwrap_err();
        assert!(refused.reason.contains("mail."), "{refused:?}");
        let (clear, sealed) = server.heard();
        assert!(sealed.is_empty() && !is_told(&clear), "{security:?}: {clear:?}");
    }
}

#[test]
fn a_file_of_authorities_that_holds_none_is_refused_before_anything_is_sent() {
    let server = MailServer::start(Offer::Tls, "localhost");
    let given = |file: &Path| MailConfig {
        ca_file: file.display().to_string(),
        ..server.config(MailSecurity::Tls)
    };
    let key = server.directory.path().join("key.pem");
    fs::write(
        &key,
        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
    )
    .unwrap();
    let damaged = server.directory.path().join("damaged.pem");
    fs::write(
        &damaged,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    for file in [&server.directory.path().join("missing.pem"), &key, &damaged] {
        let refused = SmtpMailer::new(&given(file)).unwrap_err().to_string();
        assert!(refused.contains("mail.ca_file"), "{refused}");
    }
}
