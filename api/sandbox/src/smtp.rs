//! A mail server that delivers nothing: as much of SMTP (RFC 5321) as a client needs, on loopback, without TLS. Takes every mail but to
//! `nobody@…`, and fails on demand ([`Faults::mail`](crate::Faults::mail)).

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use tokio::{
    io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::{TcpListener, TcpStream},
};

use crate::{
    Shared,
    faults::{RequestFault, Target},
    received::ReceivedMail,
};

/// Longest line of a command or a message (RFC 5321 says 1,000).
const LINE_BYTES_MAX: u64 = 4_096;
/// Largest message.
const MESSAGE_BYTES_MAX: usize = 32 << 20;
/// Longest silence of a client.
const PATIENCE: Duration = Duration::from_secs(30);

/// Binds 127.0.0.1; port 0 takes a free one.
pub(crate) async fn bind(port: u16) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
    let address = listener.local_addr()?;
    Ok((listener, address))
}

/// Serves until the sandbox stops.
pub(crate) async fn run(shared: Arc<Shared>, listener: TcpListener) {
    loop {
        let accepted = tokio::select! {
            () = shared.stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let client = Arc::clone(&shared);
        shared.tasks.spawn(async move {
            let talk = Session::new(&client).talk(stream);
            tokio::select! {
                () = client.stop.cancelled() => {}
                // A client that hangs up is no failure of the server.
                _ = tokio::time::timeout(PATIENCE, talk) => {}
            }
        });
    }
}

/// One connection.
struct Session<'a> {
    shared: &'a Shared,
    from: Option<String>,
    to: Vec<String>,
    fault: RequestFault,
}

/// What a command comes to.
enum Reply {
    Say(&'static str),
    /// The message follows.
    Data,
    /// The connection ends, after a word or without one.
    End(Option<&'static str>),
}

impl<'a> Session<'a> {
    const fn new(shared: &'a Shared) -> Self {
        Self {
            shared,
            from: None,
            to: Vec::new(),
            fault: RequestFault::None,
        }
    }

    async fn talk(mut self, stream: TcpStream) -> io::Result<()> {
        let mut stream = BufReader::new(stream);
        stream.write_all(b"220 sandbox ESMTP\r\n").await?;
        while let Some(line) = line(&mut stream).await? {
            match self.answer(&line) {
                Reply::Say(text) => say(&mut stream, text).await?,
                Reply::Data => {
                    say(&mut stream, "354 go on").await?;
                    let Some(message) = message(&mut stream).await? else {
                        return say(&mut stream, "552 5.3.4 too large").await;
                    };
                    self.shared.received.take_mail(ReceivedMail {
                        from: self.from.take().unwrap_or_default(),
                        to: std::mem::take(&mut self.to),
                        message,
                    });
                    if self.fault == RequestFault::LostAnswer {
                        return Ok(());
                    }
                    say(&mut stream, "250 2.0.0 taken").await?;
                }
                Reply::End(text) => {
                    if let Some(text) = text {
                        say(&mut stream, text).await?;
                    }
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    fn answer(&mut self, line: &str) -> Reply {
        let verb = line
            .split([' ', ':'])
            .next()
            .unwrap_or_default()
            .to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => Reply::Say("250-sandbox\r\n250-8BITMIME\r\n250 SMTPUTF8"),
            "HELO" => Reply::Say("250 sandbox"),
            "MAIL" => self.begin(line),
            "RCPT" => {
                let to = address(line);
                if to.starts_with("nobody@") {
                    return Reply::Say("550 5.1.1 no such mailbox");
                }
                self.to.push(to);
                Reply::Say("250 2.1.5 ok")
            }
            "DATA" if self.to.is_empty() => Reply::Say("503 5.5.1 to whom?"),
            "DATA" => Reply::Data,
            "RSET" | "NOOP" => Reply::Say("250 2.0.0 ok"),
            "QUIT" => Reply::End(Some("221 2.0.0 bye")),
            _ => Reply::Say("502 5.5.2 not known here"),
        }
    }

    /// Each mail may fail once, at its beginning or its end.
    fn begin(&mut self, line: &str) -> Reply {
        self.fault = self.shared.faults.next(Target::Mail).0;
        match self.fault {
            RequestFault::None
            | RequestFault::LostAnswer
            | RequestFault::LateAnswer
            | RequestFault::Useless => {
                self.from = Some(address(line));
                Reply::Say("250 2.1.0 ok")
            }
            RequestFault::TooManyRequests => Reply::Say("452 4.3.1 too much mail"),
            RequestFault::ServerError => Reply::Say("451 4.3.0 something went wrong"),
            RequestFault::Overloaded => Reply::End(Some("421 4.3.2 closing")),
            RequestFault::TimeOut => Reply::End(None),
        }
    }
}

/// What stands between the angle brackets.
fn address(line: &str) -> String {
    let inner = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inner.map_or_else(String::new, |(address, _)| address.to_owned())
}

async fn say(stream: &mut BufReader<TcpStream>, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes()).await?;
    stream.write_all(b"\r\n").await
}

async fn line(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    let read = stream.take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes).await?;
    let text = String::from_utf8_lossy(&bytes);
    Ok((read > 0).then(|| text.trim_end_matches(['\r', '\n']).to_owned()))
}

/// Up to the line with a dot alone; nothing where it is too large.
async fn message(stream: &mut (impl AsyncBufRead + Unpin)) -> io::Result<Option<String>> {
    let mut message = String::new();
    while let Some(line) = line(stream).await? {
        if line == "." {
            return Ok(Some(message));
        }
        message.push_str(line.strip_prefix('.').unwrap_or(&line));
        message.push_str("\r\n");
        if message.len() > MESSAGE_BYTES_MAX {
            return Ok(None);
        }
    }
    Err(io::ErrorKind::UnexpectedEof.into())
}
