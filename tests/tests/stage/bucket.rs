//! A bucket on a server in this process, which ends with the story.

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto,
};
use s3s::{auth::SimpleAuth, service::S3ServiceBuilder};
use s3s_fs::FileSystem;
use store::s3_blobs::S3Config;
use tempfile::TempDir;
use tokio::net::TcpListener;

const BUCKET: &str = "voicedrop-tests";
const ACCESS_KEY: &str = "the-key";
const SECRET_KEY: &str = "the-secret";

/// The bucket.
#[derive(Debug)]
pub struct Bucket {
    /// Where it is.
    pub config: S3Config,
    _directory: TempDir,
}

impl Bucket {
    /// Makes one and serves it as long as the runtime lives.
    #[expect(
        clippy::disallowed_methods,
        reason = "the server ends with the story's runtime"
    )]
    pub async fn serve() -> Self {
        let directory = tempfile::tempdir().expect("a directory for the bucket");
        std::fs::create_dir(directory.path().join(BUCKET)).expect("the bucket");
        let files = FileSystem::new(directory.path()).expect("files");
        let mut builder = S3ServiceBuilder::new(files);
        builder.set_auth(SimpleAuth::from_single(ACCESS_KEY, SECRET_KEY));
        let service = builder.build();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let service = service.clone();
                tokio::spawn(async move {
                    let server = auto::Builder::new(TokioExecutor::new());
                    // A player that hangs up is no failure of the server.
                    let _ = server.serve_connection(TokioIo::new(connection), service).await;
                });
            }
        });
        let config = S3Config {
            endpoint: format!("http://{address}"),
            bucket: BUCKET.into(),
            access_key: ACCESS_KEY.into(),
            secret_key: SECRET_KEY.into(),
            path_style: true,
            server_side_encryption: false,
            // This server has no rules for the age of objects.
            expire_days: 0,
            ..S3Config::default()
        };
        Self {
            config,
            _directory: directory,
        }
    }
}
