//! What there is when bad input comes, and a look at it before and after.

use aftercall_store::testing::TestDb;
use serde_json::{Value as Json, json};

use crate::support::{Server, finished, send};

/// One request that is refused.
pub(super) struct Case {
    method: &'static str,
    path: String,
    body: Vec<u8>,
    status: u16,
    /// A part of what the answer says.
    says: &'static str,
}

pub(super) fn case(
    method: &'static str,
    path: &str,
    body: impl Into<Vec<u8>>,
    status: u16,
    says: &'static str,
) -> Case {
    Case {
        method,
        path: path.to_owned(),
        body: body.into(),
        status,
        says,
    }
}

pub(super) fn json_case(
    method: &'static str,
    path: &str,
    body: Json,
    status: u16,
    says: &'static str,
) -> Case {
    case(method, path, body.to_string(), status, says)
}

/// Bodies that no route with a body takes.
pub(super) fn unreadable(method: &'static str, path: &str) -> Vec<Case> {
    let deep = format!(
        "{{\"name\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let long = format!("{{\"name\":\"{}\"}}", "x".repeat(10 * 1024 * 1024));
    vec![
        case(method, path, "{\"name\":\"tru", 400, "valid JSON"),
        case(method, path, b"{\"name\":\"\xff\"}", 400, "valid"),
        case(method, path, deep, 400, "valid JSON"),
        case(method, path, "[".repeat(100_000), 400, "valid JSON"),
        case(method, path, "{\"name\":\"\\ud800\"}", 400, "valid JSON"),
        case(method, path, long, 413, "bytes long"),
    ]
}

/// An agent with an open draft on its branch, an open draft of the first kind, and a call.
pub(super) struct Scene {
    pub(super) server: Server,
    pub(super) agent: String,
    pub(super) branch: String,
    pub(super) version: String,
    pub(super) draft: String,
}

pub(super) const UNKNOWN: &str = "000000000000000000000000";

impl Scene {
    pub(super) async fn new(db: TestDb) -> Self {
        let server = Server::start(db).await;
        let agent = server.agent("a").await;
        let base = format!("/atoms/v1/agent/{agent}");
        let branches = server.get(&format!("{base}/branches")).await.with(200);
        let branch = branches["data"]["branches"][0]["branch"]["_id"]
            .as_str()
            .unwrap()
            .to_owned();
        let version = server.get(&base).await.with(200)["data"]["activeVersionId"]
            .as_str()
            .unwrap()
            .to_owned();
        let path = format!("{base}/branches/{branch}/draft");
        for prompt in ["one", "two"] {
            server
                .send_json("PUT", &path, &json!({ "globalPrompt": prompt }))
                .await
                .with(200);
        }
        let made = server
            .post(
                &format!("{base}/drafts"),
                &json!({ "sourceVersionId": version, "draftName": "d" }),
            )
            .await;
        let draft = made.with(201)["data"]["draftId"]
            .as_str()
            .unwrap()
            .to_owned();
        server.call(&finished("c-1", &agent)).await.with(201);
        Self {
            server,
            agent,
            branch,
            version,
            draft,
        }
    }

    /// Everything that a request could have changed.
    async fn state(&self) -> Json {
        let base = format!("/atoms/v1/agent/{}", self.agent);
        let branch = format!("{base}/branches/{}", self.branch);
        let mut state = Vec::new();
        for path in [
            "/atoms/v1/agent".to_owned(),
            base.clone(),
            format!("{base}/branches"),
            format!("{branch}/draft"),
            format!("{branch}/revisions"),
            format!("{base}/drafts"),
            format!("{base}/drafts/{}", self.draft),
            format!("{base}/versions"),
            "/v1/calls".to_owned(),
            "/v1/calls/c-1".to_owned(),
            "/v1/jobs".to_owned(),
        ] {
            state.push(self.server.get(&path).await.with(200));
        }
        let keys = self.server.get("/v1/keys").await.with(200);
        state.push(keys["keys"].as_array().unwrap().len().into());
        state.push(self.server.get("/v1/webhooks").await.with(200));
        state.into()
    }

    pub(super) async fn refuses(&self, cases: Vec<Case>) {
        let before = self.state().await;
        for case in cases {
            let request = self.server.as_admin(case.method, &case.path);
            let answer = send(
                request
                    .header("content-type", "application/json")
                    .body(case.body),
            )
            .await;
            let what = format!("{} {}: {}", case.method, case.path, answer.text);
            assert_eq!(answer.status, case.status, "{what}");
            assert!(
                answer.text.contains(case.says),
                "{what}: must say {}",
                case.says
            );
            let body = answer.json();
            if case.path.starts_with("/v1") {
                assert_eq!(
                    answer.header("content-type"),
                    "application/problem+json",
                    "{what}"
                );
                assert_eq!(body["status"], case.status, "{what}");
            } else {
                assert_eq!(body["status"], false, "{what}");
                assert!(body["errors"][0].is_string(), "{what}");
            }
        }
        assert_eq!(self.state().await, before);
    }

    /// No key, a wrong key, and a key whose role is not enough.
    pub(super) async fn asks_for_a_key(&self, method: &str, path: &str) {
        let before = self.state().await;
        let intake = self.server.intake.clone();
        for (key, status) in [
            (None, 401),
            (Some("sk_wrong".to_owned()), 401),
            (Some(intake), 403),
        ] {
            let mut request = self.server.request(method, path).body("{}");
            if let Some(key) = key {
                request = request.bearer_auth(key);
            }
            assert_eq!(send(request).await.status, status, "{method} {path}");
        }
        assert_eq!(self.state().await, before);
    }
}
