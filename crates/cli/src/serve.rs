//! `aftercall serve` and `aftercall worker`.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;

use aftercall_delivery::seal::Keyring;
use aftercall_delivery::{Client, SystemResolver};
use aftercall_server::deliveries::{Courier, Sealed};
use aftercall_server::exports::{Schedule, keep_up};
use aftercall_server::intake::Fetcher;
use aftercall_server::worker::{Analysts, Wake, Worker};
use aftercall_server::{App, serve_health, telemetry};
use aftercall_store::Store;
use anyhow::Context as _;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use crate::args::LogLevel;
use crate::config::Config;
use crate::exit::{Exit, Failure, OrExit as _};
use crate::server_args::{ServeArgs, WorkerArgs};
use crate::signals;
use crate::{database, endpoints, samples};

/// Runs `aftercall serve`.
pub(crate) fn serve(args: &ServeArgs, log: Option<LogLevel>) -> Result<Exit, Failure> {
    let config = with_log(args.load()?, log);
    run(&config, serving(&config, args.samples.as_deref()))
}

/// Runs `aftercall worker`.
pub(crate) fn worker(args: &WorkerArgs, log: Option<LogLevel>) -> Result<Exit, Failure> {
    let mut config = with_log(args.load()?, log);
    config.worker.enabled = true;
    run(&config, working(&config))
}

fn with_log(mut config: Config, log: Option<LogLevel>) -> Config {
    if let Some(level) = log {
        config.log.level = level.name().to_owned();
    }
    config
}

fn run(config: &Config, work: impl Future<Output = Result<(), Failure>>) -> Result<Exit, Failure> {
    let telemetry = telemetry::start(&config.log)
        .context("cannot start the log")
        .or_exit(Exit::Input)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("cannot start")
        .or_exit(Exit::Input)?;
    let outcome = runtime.block_on(work);
    // What still runs is not waited for: it was given its time.
    runtime.shutdown_background();
    drop(telemetry);
    outcome.map(|()| Exit::Well)
}

async fn serving(config: &Config, samples: Option<&Path>) -> Result<(), Failure> {
    let stop = signals::listen()?;
    // First what may be wrong in the configuration: a start that fails makes no key that is shown once.
    let (listener, address) = listen("listen", &config.listen).await?;
    let exports = schedules(config)?;
    let analysts = if config.worker.enabled {
        endpoints::start(config)?
    } else {
        Analysts::none()
    };
    let store = database::open(config).await?;
    database::warn_of_surroundings(config, &store).await;
    let sealed = sealed(config, &store).await?;
    let first = store
        .create_first_key("first key")
        .await
        .context("cannot make the first key")
        .or_exit(Exit::Input)?;
    if let Some(first) = first {
        say(&format!(
            "The first key, an admin's, shown this once: {}",
            first.secret
        ));
    }
    let wake = Wake::default();
    let app = App::new(
        store.clone(),
        config.server(),
        analysts.clone(),
        wake.clone(),
        sealed.clone(),
    );
    let out = way_out(config)?;
    let sending = out.clone().map(|client| {
        let settings = config.delivery.clone();
        let courier = Courier::new(store.clone(), client, sealed, settings, wake.clone());
        tokio::spawn(courier.run(stop.clone()))
    });
    let fetching = out.map(|client| {
        let fetcher = Fetcher::new(app.clone(), client);
        tokio::spawn(fetcher.run(stop.clone()))
    });
    say(&format!("Listening on http://{address}"));
    if let Some(folder) = samples {
        samples::take_in(&store, folder, &format!("http://{address}")).await?;
        wake.now();
        tokio::spawn(samples::tell_when_done(store.clone()));
    }
    let exporting = tokio::spawn(export(store.clone(), exports, stop.clone()));
    let working = tokio::spawn(work(config, store, analysts, wake, stop.clone()));
    let served = aftercall_server::serve(app, listener, stop.clone()).await;
    stop.cancel();
    working
        .await
        .context("the worker ended by a panic")
        .or_exit(Exit::Engine)??;
    if let Some(sending) = sending {
        sending
            .await
            .context("the sender of webhooks ended by a panic")
            .or_exit(Exit::Engine)?;
    }
    if let Some(fetching) = fetching {
        fetching
            .await
            .context("the fetcher of calls ended by a panic")
            .or_exit(Exit::Engine)?;
    }
    exporting
        .await
        .context("the exports ended by a panic")
        .or_exit(Exit::Engine)?;
    served.context("the server ended").or_exit(Exit::Input)
}

/// The keys that seal secrets, which have to open what the database holds.
async fn sealed(config: &Config, store: &Store) -> Result<Sealed, Failure> {
    let keyring = Keyring::load(&config.key_file(), fresh_key(store))
        .context("secrets.key_file")
        .or_exit(Exit::Input)?;
    let sealed = Sealed::new(keyring);
    sealed.check(store).await.or_exit(Exit::Input)?;
    Ok(sealed)
}

fn fresh_key(store: &Store) -> [u8; 32] {
    let mut key = [0; 32];
    store.random_bytes(&mut key);
    key
}

/// The way out to webhooks and platforms, unless this server is not to have one.
fn way_out(config: &Config) -> Result<Option<Client>, Failure> {
    let settings = &config.delivery;
    if !settings.enabled {
        return Ok(None);
    }
    let client = Client::new(settings.policy(), SystemResolver)
        .context("webhooks cannot be sent")
        .or_exit(Exit::Input)?;
    Ok(Some(client))
}

async fn working(config: &Config) -> Result<(), Failure> {
    let stop = signals::listen()?;
    let store = database::open(config).await?;
    database::warn_of_surroundings(config, &store).await;
    let listener = match &config.worker.listen {
        Some(address) => Some(listen("worker.listen", address).await?),
        None => None,
    };
    let exports = schedules(config)?;
    let analysts = endpoints::start(config)?;
    let wake = Wake::default();
    let health = listener.map(|(listener, address)| {
        say(&format!("Health on http://{address}"));
        let (store, analysts) = (store.clone(), analysts.clone());
        // Health asks for no secret: any key will do.
        let sealed = Sealed::new(Keyring::of(fresh_key(&store)));
        let app = App::new(store, config.server(), analysts, wake.clone(), sealed);
        tokio::spawn(serve_health(app, listener, stop.clone()))
    });
    say("Waiting for jobs");
    let exporting = tokio::spawn(export(store.clone(), exports, stop.clone()));
    let worked = work(config, store, analysts, wake, stop).await;
    exporting
        .await
        .context("the exports ended by a panic")
        .or_exit(Exit::Engine)?;
    if let Some(health) = health {
        let ended = health.await.context("the server of health panicked");
        ended
            .and_then(|served| served.context("the server of health ended"))
            .or_exit(Exit::Input)?;
    }
    worked
}

/// Listens on the address that a key of the configuration gives.
async fn listen(key: &str, address: &str) -> Result<(TcpListener, SocketAddr), Failure> {
    let bind = async {
        let listener = TcpListener::bind(address).await?;
        let bound = listener.local_addr()?;
        std::io::Result::Ok((listener, bound))
    };
    bind.await
        .with_context(|| format!("{key}: cannot listen on {address}"))
        .or_exit(Exit::Input)
}

/// Works until `stop`, and then until what is in hand is done or back in the queue. Workers that fail end everything else.
fn work(
    config: &Config,
    store: Store,
    analysts: Analysts,
    wake: Wake,
    stop: CancellationToken,
) -> impl Future<Output = Result<(), Failure>> + Send + use<> {
    let settings = config.worker.clone();
    let budget = config.budget.clone();
    async move {
        if !settings.enabled {
            stop.cancelled().await;
            return Ok(());
        }
        let worker = Worker::new(store, analysts, settings, wake).with_budget(budget);
        let worked = worker.run(stop.clone()).await;
        stop.cancel();
        worked.or_exit(Exit::Engine)
    }
}

/// The exports that are written on a schedule.
fn schedules(config: &Config) -> Result<Vec<Schedule>, Failure> {
    let sections = config.exports.iter();
    let schedules = sections.map(|(name, export)| export.schedule(name));
    schedules.collect::<Result<_, _>>().or_exit(Exit::Input)
}

/// Writes exports until `stop`. A panic there ends everything else, as it would not be seen otherwise.
async fn export(store: Store, schedules: Vec<Schedule>, stop: CancellationToken) {
    let stopped = stop.clone().drop_guard();
    keep_up(store, schedules, stop).await;
    drop(stopped);
}

/// A line on standard output. That nobody reads it does not stop a server.
pub(crate) fn say(line: &str) {
    let mut out = anstream::stdout().lock();
    drop(writeln!(out, "{line}").and_then(|()| out.flush()));
}
