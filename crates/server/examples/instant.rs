//! A server whose model answers at once: what remains is the way of a call through intake, store and worker. For
//! measuring that way; nobody's calls are analysed by it.
//!
//! usage: instant DATABASE_URL HOST:PORT
//!
//! Prints an admin key, and serves until standard input ends.

use std::io::{Read as _, Write as _};
use std::sync::Arc;

use aftercall_core::{Analysis, Answer, Call, Metric, Provenance, Slot, Status, Usage};
use aftercall_delivery::seal::Keyring;
use aftercall_server::deliveries::Sealed;
use aftercall_server::settings::{RateSettings, Settings};
use aftercall_server::worker::{Analyse, Analysts, Endpoint, Maker, Routes, Trouble, Wake, Worker};
use aftercall_server::{App, serve};
use aftercall_store::{PoolOptions, Role, Store, SystemClock, SystemRandom};
use tokio_util::sync::CancellationToken;

struct Instant;

impl Analyse for Instant {
    fn model(&self) -> String {
        "instant".to_owned()
    }

    fn restarts(&self) -> u64 {
        0
    }

    fn analyze(&mut self, call: &Call, metrics: &[Metric], _: bool) -> Result<Analysis, Trouble> {
        let answers = metrics
            .iter()
            .map(|metric| Answer::empty(metric, Status::NotMentioned, "Nobody was asked."))
            .collect();
        Ok(Analysis {
            call_id: call.call_id.clone(),
            summary: "Nothing was read.".to_owned(),
            disposition_metrics: answers,
            success_metrics: Vec::new(),
            provenance: Provenance {
                model: Some(self.model()),
                model_sha256: None,
                endpoint: None,
                confidence_source: aftercall_core::ConfidenceSource::Calibrated,
                prompt_revision: "none".to_owned(),
                calibration: "none".to_owned(),
                transcript_sha256: "none".to_owned(),
                windows: 1,
                truncated: false,
                withheld: Vec::new(),
                others: Vec::new(),
                usage: Usage::default(),
            },
        })
    }

    fn generate(&mut self, _message: &str) -> Result<String, Trouble> {
        Ok(String::new())
    }
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [url, address] = arguments.as_slice() else {
        return Err("usage: instant DATABASE_URL HOST:PORT".into());
    };
    let store = Store::connect(
        url,
        Arc::new(SystemClock),
        Arc::new(SystemRandom),
        PoolOptions::default(),
    )
    .await?;
    store.migrate().await?;
    let key = store.create_key("instant", Role::Admin).await?;

    let settings = Settings {
        rate: RateSettings {
            requests_per_second: 0,
            ..RateSettings::default()
        },
        ..Settings::default()
    };
    let maker: Maker = Box::new(|| Ok(Box::new(Instant)));
    let analysts = Analysts::start(
        vec![Endpoint {
            name: "instant".into(),
            makers: vec![maker],
            share: None,
        }],
        Routes::one(&Slot::Internal, "instant"),
        &settings.worker,
    )?;
    let wake = Wake::default();
    let stop = CancellationToken::new();
    let worker = Worker::new(
        store.clone(),
        analysts.clone(),
        settings.worker.clone(),
        wake.clone(),
    );
    let worker = tokio::spawn(worker.run(stop.clone()));
    let listener = tokio::net::TcpListener::bind(address.as_str()).await?;
    println!("{}", key.secret);
    std::io::stdout().flush()?;

    let ended = stop.clone();
    std::thread::spawn(move || {
        // Whoever started this is gone when there is nothing more to read.
        let _ = std::io::stdin().read_to_end(&mut Vec::new());
        ended.cancel();
    });
    serve(
        App::new(
            store,
            settings,
            analysts,
            wake,
            Sealed::new(Keyring::of([0; 32])),
        ),
        listener,
        stop,
    )
    .await?;
    worker.await??;
    Ok(())
}
