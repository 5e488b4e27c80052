//! Connections: how many, how long their parts may take, and how they end.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

use crate::App;
use crate::intake;
use crate::router::health_router;

/// Bytes that the head of a request may have.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// How long to wait after a connection could not be taken, as when there are too many open files.
const AFTER_ERROR: Duration = Duration::from_millis(200);

/// Serves until `stop`: then no connection is taken any more, and the requests under way have
/// `settings.http.drain_seconds` to finish.
///
/// # Errors
/// The listener's address cannot be read.
pub async fn serve(app: App, listener: TcpListener, stop: CancellationToken) -> io::Result<()> {
    let routes = crate::router(app.clone());
    let purge = tokio::spawn(intake::purge(app.clone(), stop.clone()));
    let served = serve_routes(app, routes, listener, stop).await;
    purge.abort();
    served
}

/// As [`serve`], but only health and figures: for a process that analyses and takes no calls.
///
/// # Errors
/// As [`serve`].
pub async fn serve_health(
    app: App,
    listener: TcpListener,
    stop: CancellationToken,
) -> io::Result<()> {
    let routes = health_router(app.clone());
    serve_routes(app, routes, listener, stop).await
}

async fn serve_routes(
    app: App,
    routes: Router,
    listener: TcpListener,
    stop: CancellationToken,
) -> io::Result<()> {
    let address = listener.local_addr()?;
    tracing::info!(%address, "serving");
    let settings = app.settings.http.clone();
    let slots = Arc::new(Semaphore::new(
        settings.max_connections.clamp(1, Semaphore::MAX_PERMITS),
    ));
    let graceful = GracefulShutdown::new();
    let mut connections = JoinSet::new();
    let service = TowerToHyperService::new(routes);
    let header_time = Duration::from_secs(settings.header_seconds.max(1));

    loop {
        // Those that are done are let go of.
        while connections.try_join_next().is_some() {}
        let (stream, permit) = tokio::select! {
            () = stop.cancelled() => break,
            next = next_connection(&listener, &slots) => next,
        };
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(header_time)
            .max_buf_size(MAX_HEAD_BYTES)
            .serve_connection(TokioIo::new(stream), service.clone());
        let connection = graceful.watch(connection);
        connections.spawn(async move {
            if let Err(error) = connection.await {
                // The other side went away, or spoke no HTTP.
                tracing::debug!(%error, "a connection ended early");
            }
            drop(permit);
        });
    }

    app.drain();
    drop(listener);
    tracing::info!(open = graceful.count(), "stopping");
    let drain = Duration::from_secs(settings.drain_seconds);
    if timeout(drain, graceful.shutdown()).await.is_err() {
        tracing::warn!(open = connections.len(), "requests were cut off");
        connections.shutdown().await;
    }
    Ok(())
}

/// The next connection, once there is room for it.
async fn next_connection(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> (TcpStream, Option<OwnedSemaphorePermit>) {
    // The semaphore is never closed, so there is always a permit in the end.
    let permit = Arc::clone(slots).acquire_owned().await.ok();
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                if let Err(error) = stream.set_nodelay(true) {
                    tracing::debug!(%error, "a connection ended before it began");
                }
                return (stream, permit);
            }
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "a connection could not be taken");
                sleep(AFTER_ERROR).await;
            }
        }
    }
}

fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
    )
}
