//! One HTTP/1 server for all stand-ins. Unlike axum's, a handler may close the connection instead of answering.

use std::{convert::Infallible, future::Future, net::Ipv4Addr, sync::Arc};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, Limited};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpListener, net::TcpStream, task::JoinSet};

/// DynamoDB's own limit; the other services' are lower.
const BODY_MAX: usize = 16 * 1024 * 1024;

pub(crate) type Answer = Response<Full<Bytes>>;

/// The connection is closed without an answer.
#[derive(Debug)]
pub(crate) struct Closed;

impl std::fmt::Display for Closed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("closed without an answer")
    }
}

impl std::error::Error for Closed {}

pub(crate) trait Service: Send + Sync + 'static {
    fn answer(&self, request: Request<Bytes>) -> impl Future<Output = Result<Answer, Closed>> + Send;
}

/// Serves on a free port; aborting the task closes every connection. Returns `http://127.0.0.1:<port>`.
pub(crate) async fn listen(tasks: &mut JoinSet<()>, service: Arc<impl Service>) -> std::io::Result<String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let address = listener.local_addr()?;
    tasks.spawn(async move {
        let mut connections = JoinSet::new();
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    connections.spawn(connection(stream, Arc::clone(&service)));
                }
                // Out of file descriptors: others may close theirs.
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::task::yield_now().await;
                }
            }
            while connections.try_join_next().is_some() {}
        }
    });
    Ok(format!("http://{address}"))
}

async fn connection(stream: TcpStream, service: Arc<impl Service>) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "cannot set TCP_NODELAY");
    }
    let handle = service_fn(move |request: Request<Incoming>| {
        let service = Arc::clone(&service);
        async move {
            let (head, body) = request.into_parts();
            match Limited::new(body, BODY_MAX).collect().await {
                Ok(body) => service.answer(Request::from_parts(head, body.to_bytes())).await,
                Err(_) => Ok(plain(StatusCode::PAYLOAD_TOO_LARGE)),
            }
        }
    });
    if let Err(error) = http1::Builder::new().serve_connection(TokioIo::new(stream), handle).await {
        tracing::debug!(%error, "connection ended");
    }
}

fn plain(status: StatusCode) -> Answer {
    let mut answer = Answer::default();
    *answer.status_mut() = status;
    answer
}

/// A JSON answer of the given content type.
pub(crate) fn json(status: StatusCode, content_type: &'static str, body: &serde_json::Value) -> Answer {
    let mut answer = Response::new(Full::new(Bytes::from(body.to_string())));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static(content_type));
    answer
}

/// Whether the request is signed the way an SDK signs. A web page cannot send this header across origins, so none can
/// write here.
pub(crate) fn is_signed(request: &Request<Bytes>) -> bool {
    let authorization = request.headers().get(header::AUTHORIZATION);
    authorization.is_some_and(|value| value.as_bytes().starts_with(b"AWS4-HMAC-SHA256 "))
}

/// The body of a [`Full`], which cannot fail.
pub(crate) async fn whole(body: Full<Bytes>) -> Bytes {
    match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(never) => match never as Infallible {},
    }
}
