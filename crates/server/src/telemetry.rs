//! The log, the traces and the figures of the process. None of them ever holds a transcript, an answer or a key.

use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use opentelemetry::trace::TracerProvider;
use opentelemetry_otlp::{Protocol, SpanExporter, WithExportConfig};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tracing::{Level, Metadata};
use tracing_subscriber::filter::{FilterFn, LevelFilter, filter_fn};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::settings::{LogFormat, LogSettings};

/// Upper bounds of the buckets of every histogram of seconds.
const SECONDS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];

/// Why the log could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The level is none.
    #[error("log.level: {value:?} is neither a level nor levels by target")]
    Level {
        /// The value found.
        value: String,
        /// What is wrong with it.
        #[source]
        source: tracing_subscriber::filter::ParseError,
    },
    /// Traces cannot be sent to that address.
    // It does not repeat the address, which may hold a password.
    #[error("log.otlp_endpoint: traces cannot be sent to this address")]
    Endpoint(#[source] opentelemetry_otlp::ExporterBuildError),
}

/// The log and the traces while they run. Dropping it sends the traces that are left.
#[derive(Debug)]
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
}

/// Starts the log on standard error, and the traces where an address is set. A second start in one process leaves the
/// first log as it is.
///
/// # Errors
/// The level or the address cannot be used.
pub fn start(settings: &LogSettings) -> Result<Telemetry, TelemetryError> {
    let lines = tracing_subscriber::fmt::layer().with_writer(io::stderr);
    let lines = match settings.format {
        LogFormat::Text => lines
            .with_ansi(io::IsTerminal::is_terminal(&io::stderr()))
            .boxed(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .boxed(),
    };
    let traces = settings
        .otlp_endpoint
        .as_deref()
        .map(|endpoint| provider(endpoint, &settings.service_name))
        .transpose()?;
    let spans = match &traces {
        Some(provider) => {
            let tracer = provider.tracer("aftercall");
            Some(
                tracing_opentelemetry::layer()
                    .with_tracer(tracer)
                    .with_filter(asked(&settings.level)?),
            )
        }
        None => None,
    };
    let asked = asked(&settings.level)?;
    let most = asked.max_level_hint().unwrap_or(LevelFilter::TRACE);
    let log = tracing_subscriber::registry()
        .with(spans)
        .with(lines.with_filter(asked))
        .with(without_secrets(most));
    if log.try_init().is_err() {
        tracing::debug!("the log had been started before");
    }
    Ok(Telemetry { traces })
}

fn asked(level: &str) -> Result<EnvFilter, TelemetryError> {
    EnvFilter::try_new(level).map_err(|source| TelemetryError::Level {
        value: level.to_owned(),
        source,
    })
}

/// Lets through what is at most at that level, but nothing of the database library below a warning, whatever is asked for:
/// there the address of the database stands with its password, and statements with their values.
pub fn without_secrets(most: LevelFilter) -> FilterFn<impl Fn(&Metadata<'_>) -> bool> {
    filter_fn(move |said: &Metadata<'_>| *said.level() <= most && has_no_secret(said))
        .with_max_level_hint(most)
}

fn has_no_secret(said: &Metadata<'_>) -> bool {
    let of_database = ["sea_orm", "sqlx"]
        .iter()
        .any(|library| said.target().starts_with(library));
    !of_database || *said.level() <= Level::WARN
}

fn provider(endpoint: &str, service_name: &str) -> Result<SdkTracerProvider, TelemetryError> {
    let exporter = SpanExporter::builder()
        .with_http()
        .with_protocol(Protocol::HttpBinary)
        .with_endpoint(endpoint)
        .build()
        .map_err(TelemetryError::Endpoint)?;
    let resource = Resource::builder()
        .with_service_name(service_name.to_owned())
        .build();
    Ok(SdkTracerProvider::builder()
        .with_resource(resource)
        .with_batch_exporter(exporter)
        .build())
}

impl Drop for Telemetry {
    fn drop(&mut self) {
        if let Some(traces) = &self.traces
            && let Err(error) = traces.shutdown()
        {
            tracing::warn!(%error, "the last traces could not be sent");
        }
    }
}

/// The figures of the process; there is one set of them, whatever number of servers a test starts in it.
#[derive(Clone)]
pub(crate) struct Metrics {
    /// None where another recorder was installed first: its figures are not ours to show.
    handle: Option<PrometheusHandle>,
    seen: Arc<Mutex<HashSet<Labelled>>>,
}

/// A gauge, and labels that it was set for.
type Labelled = (&'static str, Vec<String>);

/// The figures, which are kept from the first time they are asked for.
pub(crate) fn metrics() -> Metrics {
    static METRICS: OnceLock<Metrics> = OnceLock::new();
    METRICS
        .get_or_init(|| Metrics {
            handle: install(),
            seen: Arc::default(),
        })
        .clone()
}

fn install() -> Option<PrometheusHandle> {
    let installed = PrometheusBuilder::new()
        .set_buckets(&SECONDS)
        .and_then(PrometheusBuilder::install_recorder);
    match installed {
        Ok(handle) => Some(handle),
        Err(error) => {
            tracing::warn!(%error, "figures are not kept");
            None
        }
    }
}

impl Metrics {
    /// All figures in the text format of Prometheus.
    pub(crate) fn render(&self) -> String {
        let Some(handle) = &self.handle else {
            return String::new();
        };
        handle.run_upkeep();
        handle.render()
    }

    /// Sets a gauge for each of these labels, and to zero for those that it was set for before.
    pub(crate) fn set_all<const N: usize>(
        &self,
        gauge: &'static str,
        names: [&'static str; N],
        values: impl Iterator<Item = ([String; N], f64)>,
    ) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let mut now = HashSet::new();
        let set = |labels: &[String], value: f64| {
            let labels: Vec<metrics::Label> = names
                .iter()
                .zip(labels)
                .map(|(name, label)| metrics::Label::new(*name, label.clone()))
                .collect();
            metrics::gauge!(gauge, labels).set(value);
        };
        for (labels, value) in values {
            set(&labels, value);
            now.insert((gauge, labels.to_vec()));
        }
        for (_, labels) in seen.iter().filter(|(name, _)| *name == gauge) {
            if !now.contains(&(gauge, labels.clone())) {
                set(labels, 0.0);
            }
        }
        seen.extend(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is written, to be looked at.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_the_database_library_says_stays_out_at_every_level() {
        for level in ["trace", "sea_orm=trace,sqlx_core=trace,info"] {
            let written = Written::default();
            let writer = written.clone();
            let lines = tracing_subscriber::fmt::layer().with_writer(move || writer.clone());
            let log = tracing_subscriber::registry()
                .with(lines.with_filter(asked(level).unwrap()))
                .with(without_secrets(LevelFilter::TRACE));
            tracing::subscriber::with_default(log, || {
                let span =
                    tracing::info_span!(target: "sea_orm::database", "connect", url = "secret");
                span.in_scope(|| {
                    tracing::info!(target: "sqlx_core::pool", "secret");
                    tracing::warn!(target: "sqlx::query", "told");
                    tracing::info!(target: "aftercall_store", "ours");
                });
            });
            let text = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
            assert!(!text.contains("secret"), "{text}");
            assert!(text.contains("told") && text.contains("ours"), "{text}");
        }
    }

    #[test]
    fn a_level_that_is_none_is_named() {
        let settings = LogSettings {
            level: "aftercall=loud".to_owned(),
            ..LogSettings::default()
        };
        let error = start(&settings).unwrap_err();
        assert!(error.to_string().contains("aftercall=loud"), "{error}");
    }
}
