//! The server loop: accept, limits, layers, and the drain at the end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tower::ServiceBuilder;
use tower::ServiceExt as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::csrf::CsrfLayer;
use warp::Filter as _;

use super::Door;

/// Connections served at once; more are closed at once rather than queued.
const CONNECTIONS: usize = 512;
/// Longest wait for a request's header.
const HEADER: Duration = Duration::from_secs(10);
/// Longest life of a connection that asks for nothing; hyper's header limit starts with the first byte only.
const CONNECTION: Duration = Duration::from_secs(300);
/// Longest wait for requests under way when the server stops.
const DRAIN: Duration = Duration::from_secs(9);

/// Serves until `stop` resolves, then finishes the requests under way.
pub async fn serve(door: Door, listener: TcpListener, stop: impl Future<Output = ()>) {
    let filter = super::filter(door);
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    let graceful = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEADER).max_headers(100).max_buf_size(64 * 1024);
    tokio::pin!(stop);
    loop {
        let (stream, peer): (TcpStream, SocketAddr) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors: wait for some to come back rather than spin.
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            },
            () = &mut stop => break,
        };
        let Ok(slot) = slots.clone().try_acquire_owned() else { continue };
        let _ = stream.set_nodelay(true);
        let service = ServiceBuilder::new()
            .layer(CatchPanicLayer::new())
            .layer(CompressionLayer::new().gzip(true))
            .layer(CsrfLayer::new())
            .service(warp::service(filter.clone()))
            .map_request(move |mut request: http::Request<_>| {
                request.extensions_mut().insert(super::Peer(peer.ip()));
                request
            });
        let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(service)));
        tokio::spawn(async move {
            let _slot = slot;
            // A peer that went away is no fault of ours.
            let _ = tokio::time::timeout(CONNECTION, connection).await;
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests were still under way when the server stopped");
    }
}

/// The door as one boxed warp filter.
pub(super) fn boxed(door: Door) -> warp::filters::BoxedFilter<(http::Response<bytes::Bytes>,)> {
    let head = warp::method()
        .and(warp::path::full())
        .and(warp::query::raw().or(warp::any().map(String::new)).unify())
        .and(warp::header::headers_cloned())
        .and(warp::ext::get::<super::Peer>());
    head.and(warp::body::stream())
        .then(move |method, path: warp::path::FullPath, query, headers, peer: super::Peer, body| {
            let door = door.clone();
            async move {
                door.answer(super::Head { method, path: path.as_str().to_owned(), query, headers, peer: peer.0 }, body)
                    .await
            }
        })
        .boxed()
}
