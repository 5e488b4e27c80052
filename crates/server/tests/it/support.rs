//! A server on a free port, keys of every role, and short words for requests.

use std::net::SocketAddr;

use aftercall_delivery::seal::Keyring;
use aftercall_server::deliveries::Sealed;
use aftercall_server::worker::{Analysts, Wake};
use aftercall_server::{App, Settings, serve};
use aftercall_store::Role;
use aftercall_store::testing::TestDb;
use reqwest::header::HeaderMap;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// A running server over a database of its own.
pub(crate) struct Server {
    pub(crate) db: TestDb,
    pub(crate) address: SocketAddr,
    pub(crate) admin: String,
    pub(crate) editor: String,
    pub(crate) viewer: String,
    pub(crate) intake: String,
    client: reqwest::Client,
    stop: CancellationToken,
    task: JoinHandle<std::io::Result<()>>,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    /// The body as JSON.
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.text).unwrap_or_else(|e| panic!("{e}: {}", self.text))
    }

    /// The body, which must have come with this status.
    pub(crate) fn with(&self, status: u16) -> Json {
        assert_eq!(self.status, status, "{}", self.text);
        if self.text.is_empty() {
            Json::Null
        } else {
            self.json()
        }
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

impl Server {
    /// A server without a rate limit.
    pub(crate) async fn start(db: TestDb) -> Self {
        let mut settings = Settings::default();
        settings.rate.requests_per_second = 0;
        Self::with(db, settings).await
    }

    pub(crate) async fn with(db: TestDb, settings: Settings) -> Self {
        Self::with_analysts(db, settings, Analysts::none()).await
    }

    pub(crate) async fn with_analysts(db: TestDb, settings: Settings, analysts: Analysts) -> Self {
        let key = async |role: Role| db.store.create_key(role.name(), role).await.unwrap().secret;
        let (admin, editor) = (key(Role::Admin).await, key(Role::Editor).await);
        let (viewer, intake) = (key(Role::Viewer).await, key(Role::Intake).await);
        let app = App::new(
            db.store.clone(),
            settings,
            analysts,
            Wake::default(),
            sealed(),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let stop = CancellationToken::new();
        let task = tokio::spawn(serve(app, listener, stop.clone()));
        Self {
            db,
            address,
            admin,
            editor,
            viewer,
            intake,
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            stop,
            task,
        }
    }

    /// Tells the server to stop, and waits until it has.
    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.task.await.unwrap().unwrap();
    }

    pub(crate) fn tell_to_stop(&self) {
        self.stop.cancel();
    }

    pub(crate) fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let url = format!("http://{}{path}", self.address);
        self.client.request(method.parse().unwrap(), url)
    }

    /// A request with the key of an admin.
    pub(crate) fn as_admin(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        self.request(method, path).bearer_auth(&self.admin)
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.as_admin("GET", path)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        send(self.as_admin("DELETE", path)).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Json) -> Answer {
        self.send_json("POST", path, body).await
    }

    pub(crate) async fn send_json(&self, method: &str, path: &str, body: &Json) -> Answer {
        let request = self.as_admin(method, path);
        send(
            request
                .header("content-type", "application/json")
                .body(body.to_string()),
        )
        .await
    }

    /// A new agent's id.
    pub(crate) async fn agent(&self, name: &str) -> String {
        let made = self
            .post("/atoms/v1/agent", &json!({ "name": name }))
            .await
            .with(201);
        made["data"].as_str().unwrap().to_owned()
    }

    /// Sends a call and gives what came back.
    pub(crate) async fn call(&self, call: &Json) -> Answer {
        self.post("/v1/calls", call).await
    }
}

pub(crate) async fn send(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    Answer {
        status: response.status().as_u16(),
        headers: response.headers().clone(),
        text: response.text().await.unwrap(),
    }
}

/// A finished call of two turns.
pub(crate) fn finished(call_id: &str, agent_id: &str) -> Json {
    json!({
        "callId": call_id,
        "agentId": agent_id,
        "type": "webcall",
        "status": "completed",
        "startedAt": "2026-03-01T09:00:00Z",
        "from": "+4930111",
        "transcript": [
            { "role": "agent", "content": "Hello, how can I help?" },
            { "role": "user", "content": "My parcel is late." },
        ],
    })
}

/// Secrets that a key of zeros seals.
pub(crate) fn sealed() -> Sealed {
    Sealed::new(Keyring::of([0; 32]))
}
