//! Calls that a platform only tells of: from the notice to the stored call, and what becomes of it when the platform does not answer.

use aftercall_delivery::{Client, SystemResolver};
use aftercall_server::deliveries::DeliverySettings;
use aftercall_server::intake::{ATTEMPTS, Fetcher};
use aftercall_server::worker::{Analysts, Wake};
use aftercall_server::{App, Settings};
use aftercall_store::on_both;
use aftercall_store::testing::TestDb;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};
use tokio_util::sync::CancellationToken;

use crate::platform::{Platform, Reply};
use crate::support::{Answer, Server, sealed, send};
use crate::workers::until;

on_both!(
    a_call_of_ultravox_is_fetched_page_by_page,
    a_call_of_twilio_is_fetched_in_its_parts,
    a_call_of_assemblyai_is_fetched,
    a_call_that_is_not_there_yet_is_asked_for_again,
    a_platform_that_asks_for_a_pause_has_it,
    what_is_refused_is_given_up_and_can_be_put_back,
    a_node_that_is_killed_is_replaced,
    a_notice_that_comes_again_adds_nothing,
    without_a_key_nothing_is_kept,
    keys_and_bases_that_break_rules,
    a_private_address_is_not_asked,
    a_page_of_another_host_is_not_followed,
    what_is_under_way_is_given_back_at_the_end,
);

const ULTRAVOX: &str = "6f3a0c2e-0000-4000-8000-00000000000a";
const KEY: &str = "key-of-the-platform";
const MESSAGES: &str = "/api/calls/6f3a0c2e-0000-4000-8000-00000000000a/messages?pageSize=200";

fn settings() -> Settings {
    let mut all = Settings {
        delivery: DeliverySettings {
            allow_networks: vec!["127.0.0.0/8".parse().unwrap()],
            timeout_seconds: 300,
            poll_milliseconds: 10,
            ..DeliverySettings::default()
        },
        ..Settings::default()
    };
    all.rate.requests_per_second = 0;
    all
}

fn fetcher(db: &TestDb) -> Fetcher {
    fetcher_with(db, settings())
}

fn fetcher_with(db: &TestDb, settings: Settings) -> Fetcher {
    let client = Client::new(settings.delivery.policy(), SystemResolver).unwrap();
    let (store, analysts) = (db.store.clone(), Analysts::none());
    let app = App::new(store, settings, analysts, Wake::default(), sealed());
    Fetcher::new(app, client)
}

/// An agent that takes calls of a source from that platform, and a notice of one for it.
struct Scene {
    server: Server,
    platform: Platform,
    agent: String,
    /// The address with the secret.
    path: String,
}

impl Scene {
    async fn start(db: TestDb, source: &str, key: &str) -> Self {
        let server = Server::with(db, settings()).await;
        let platform = Platform::start().await;
        let agent = server.agent("a").await;
        let setup = json!({"fetchKey": key, "fetchBase": platform.base()});
        let path = format!("/v1/agents/{agent}/intake/{source}");
        let made = server.send_json("PUT", &path, &setup).await.with(200);
        assert_eq!(made["fetches"], true, "{made}");
        assert_eq!(made["fetchBase"], platform.base(), "{made}");
        assert!(!made.to_string().contains(key), "{made}");
        let path = made["pathWithSecret"].as_str().unwrap().to_owned();
        Self {
            server,
            platform,
            agent,
            path,
        }
    }

    async fn ultravox(db: TestDb) -> Self {
        Self::start(db, "ultravox", KEY).await
    }

    async fn notify(&self, query: &str, body: &Json) -> Answer {
        let path = format!("{}{query}", self.path);
        send(self.server.request("POST", &path).body(body.to_string())).await
    }

    /// A notice of a call of Ultravox.
    async fn ended(&self) -> Json {
        let call = json!({
            "callId": ULTRAVOX, "joined": "2026-03-01T09:00:00Z", "ended": "2026-03-01T09:01:30Z", "endReason": "hangup",
            "languageHint": "en", "metadata": {"plan": "gold"}, "summary": "A late parcel.", "billedDuration": "90s",
        });
        let body = json!({"event": "call.ended", "call": call});
        self.notify("?timezone=Europe/Berlin", &body)
            .await
            .with(200)
    }

    async fn notices(&self, query: &str) -> Vec<Json> {
        let path = format!("/v1/agents/{}/intake/notices{query}", self.agent);
        let found = self.server.get(&path).await.with(200);
        let notices = found["notices"].as_array().unwrap();
        assert_eq!(found["total"], notices.len(), "{found}");
        notices.clone()
    }

    async fn only(&self) -> Json {
        let mut all = self.notices("").await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    async fn calls(&self) -> usize {
        let listed = self.server.get("/v1/calls").await.with(200);
        listed["calls"].as_array().unwrap().len()
    }

    async fn call(&self, id: &str) -> Json {
        let path = format!("/v1/calls/{id}");
        self.server.get(&path).await.with(200)
    }

    /// Moves the clock to the next attempt; gives the seconds until then.
    fn wait_for(&self, notice: &Json) -> i64 {
        let next: Timestamp = notice["nextAt"].as_str().unwrap().parse().unwrap();
        let clock = &self.server.db.clock;
        let now = self.server.db.store.now();
        // What is shown has no microseconds.
        clock.set(next + SignedDuration::from_millis(1));
        next.duration_since(now).as_secs()
    }
}

fn messages() -> Json {
    json!({"next": null, "results": [
        {"role": "MESSAGE_ROLE_AGENT", "text": "Hello.", "timespan": {"start": "0.5s", "end": "1.25s"}},
        {"role": "MESSAGE_ROLE_USER", "text": "My parcel is late.", "timespan": {"start": "2s", "end": "3.5s"}},
    ]})
}

async fn a_call_of_ultravox_is_fetched_page_by_page(db: TestDb) {
    let scene = Scene::ultravox(db).await;
    let second = format!("/api/calls/{ULTRAVOX}/messages?cursor=abc");
    let mut first = messages();
    // The platform under another address names its own.
    first["next"] = json!(format!("https://api.ultravox.ai{second}"));
    let results = json!([
        {"role": "MESSAGE_ROLE_TOOL_CALL", "toolName": "find", "text": "{\"id\":7}"},
        {"role": "MESSAGE_ROLE_TOOL_RESULT", "toolName": "find", "text": "sent"},
    ]);
    let last = json!({"next": null, "results": results});
    scene.platform.replies(MESSAGES, [Reply::Json(first)]);
    scene.platform.replies(&second, [Reply::Json(last)]);
    let told = scene.ended().await;
    assert_eq!(told, json!({"outcome": "fetching", "callId": ULTRAVOX}));
    let waits = scene.only().await;
    for (name, value) in [
        ("source", json!("ultravox")),
        ("callId", json!(ULTRAVOX)),
        ("event", json!("call.ended")),
        ("state", json!("waiting")),
        ("attempts", json!(0)),
        ("lastError", Json::Null),
    ] {
        assert_eq!(waits[name], value, "{name}");
    }
    assert_eq!(scene.calls().await, 0);
    fetcher(&scene.server.db).pass().await.unwrap();
    assert_eq!(scene.platform.paths(), [MESSAGES, second.as_str()]);
    for asked in scene.platform.asked() {
        assert_eq!(asked.header("x-api-key"), KEY);
        assert_eq!(asked.header("accept"), "application/json");
    }
    let done = scene.only().await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(
        (&done["attempts"], &done["nextAt"]),
        (&json!(1), &Json::Null)
    );
    let call = scene.call(ULTRAVOX).await;
    for (name, value) in [
        ("agentId", json!(scene.agent)),
        ("status", json!("completed")),
        ("startedAt", json!("2026-03-01T09:00:00.000Z")),
        ("endedAt", json!("2026-03-01T09:01:30.000Z")),
        ("timezone", json!("Europe/Berlin")),
        ("language", json!("en")),
    ] {
        assert_eq!(call[name], value, "{name}: {call}");
    }
    assert_eq!(call["variables"]["plan"], "gold", "{call}");
    assert_eq!(
        call["variables"]["ultravox"]["call"]["billedDuration"],
        "90s"
    );
    assert_eq!(
        call["extra"]["platformAnalysis"]["summary"],
        "A late parcel."
    );
    let said: Vec<(&Json, &Json, &Json)> = call["transcript"]
        .as_array()
        .unwrap()
        .iter()
        .map(|turn| (&turn["role"], &turn["content"], &turn["start"]))
        .collect();
    let expected = [
        (json!("agent"), json!("Hello."), json!(0.5)),
        (json!("user"), json!("My parcel is late."), json!(2.0)),
        (json!("tool_call"), json!("find({\"id\":7})"), Json::Null),
        (json!("tool_result"), json!("find: sent"), Json::Null),
    ];
    let expected: Vec<_> = expected.iter().map(|(a, b, c)| (a, b, c)).collect();
    assert_eq!(said, expected);
    // It is analysed, once.
    let jobs = scene.server.get("/v1/jobs").await.with(200);
    assert_eq!(jobs["total"], 1, "{jobs}");
    let figures = send(scene.server.request("GET", "/metrics")).await.text;
    let counted = figures.lines().any(|line| {
        line.starts_with("aftercall_intake_fetch_total{")
            && line.contains("source=\"ultravox\"")
            && line.contains("outcome=\"created\"")
    });
    assert!(counted, "{figures}");
    assert!(!figures.contains(KEY));
}

async fn a_call_of_twilio_is_fetched_in_its_parts(db: TestDb) {
    let scene = Scene::start(db, "twilio", "SK1:hush").await;
    let sid = "GT00000000000000000000000000000001";
    let path = format!("/v2/Transcripts/{sid}");
    let transcript = json!({
        "sid": sid, "status": "completed", "media_start_time": "2026-03-01T12:00:00Z", "duration": 42, "language_code": "en-US",
        "channel": {"media_properties": {"media_url": "https://files.example/t.wav"}, "participants": [
            {"channel_participant": 1, "role": "Agent"}, {"channel_participant": 2, "role": "Customer"},
        ]},
    });
    let next = format!("{}{path}/Sentences?Page=1", scene.platform.base());
    let first = json!({"sentences": [
        {"media_channel": 2, "start_time": "3.4", "end_time": "5.0", "transcript": "Where is my order?"},
        {"media_channel": 1, "start_time": "0.5", "end_time": "3.2", "transcript": "Good morning."},
    ], "meta": {"next_page_url": next}});
    let second = json!({"sentences": [
        {"media_channel": 1, "start_time": "6.0", "end_time": "7.5", "transcript": "On its way."},
    ], "meta": {}});
    let results = json!({"operator_results": [
        {"name": "Disposition", "predicted_label": "order", "predicted_probability": "0.87"},
    ], "meta": {}});
    for (path, reply) in [
        (path.clone(), transcript),
        (format!("{path}/Sentences?PageSize=1000"), first),
        (format!("{path}/Sentences?Page=1"), second),
        (format!("{path}/OperatorResults?PageSize=1000"), results),
    ] {
        scene.platform.replies(&path, [Reply::Json(reply)]);
    }
    let form = format!("event_type=voice_intelligence_transcript_available&transcript_sid={sid}");
    let request = scene.server.request("POST", &scene.path).body(form);
    let told = send(request).await.with(200);
    assert_eq!(told, json!({"outcome": "fetching", "callId": sid}));
    fetcher(&scene.server.db).pass().await.unwrap();
    assert_eq!(scene.platform.paths().len(), 4);
    for asked in scene.platform.asked() {
        // `SK1:hush` in Base64.
        assert_eq!(asked.header("authorization"), "Basic U0sxOmh1c2g=");
    }
    let call = scene.call(sid).await;
    for (name, value) in [
        ("status", json!("completed")),
        ("startedAt", json!("2026-03-01T12:00:00.000Z")),
        ("endedAt", json!("2026-03-01T12:00:42.000Z")),
        ("language", json!("en-US")),
        ("recordingUrl", json!("https://files.example/t.wav")),
    ] {
        assert_eq!(call[name], value, "{name}: {call}");
    }
    let said: Vec<(&Json, &Json)> = call["transcript"]
        .as_array()
        .unwrap()
        .iter()
        .map(|turn| (&turn["role"], &turn["content"]))
        .collect();
    let expected = [
        (json!("agent"), json!("Good morning.")),
        (json!("user"), json!("Where is my order?")),
        (json!("agent"), json!("On its way.")),
    ];
    let expected: Vec<_> = expected.iter().map(|(a, b)| (a, b)).collect();
    assert_eq!(said, expected);
    let found = &call["extra"]["platformAnalysis"]["values"][0];
    assert_eq!(
        (&found["name"], &found["value"]),
        (&json!("Disposition"), &json!("order"))
    );
}

async fn a_call_of_assemblyai_is_fetched(db: TestDb) {
    let scene = Scene::start(db, "assemblyai", KEY).await;
    let transcript = json!({
        "id": "aa-1", "status": "completed", "language_code": "en_us", "audio_url": "https://files.example/aa.wav",
        "audio_duration": 281, "summary": "A greeting.", "utterances": [
            {"speaker": "A", "text": "Hi.", "start": 250, "end": 6350},
            {"speaker": "B", "text": "Hello.", "start": 7000, "end": 8000},
        ],
    });
    // The notice can be there before what it tells of.
    let mut early = transcript.clone();
    early["status"] = json!("processing");
    let replies = [Reply::Json(early), Reply::Json(transcript)];
    scene.platform.replies("/v2/transcript/aa-1", replies);
    let notice = json!({"transcript_id": "aa-1", "status": "completed"});
    let query = "?agent=A&startedAt=2026-03-01T09:00:00Z&from=%2B4930111";
    let told = scene.notify(query, &notice).await.with(200);
    assert_eq!(told["outcome"], "fetching");
    let fetcher = fetcher(&scene.server.db);
    fetcher.pass().await.unwrap();
    let waits = scene.only().await;
    assert_eq!(waits["state"], "waiting", "{waits}");
    assert_eq!(
        waits["lastError"],
        "the call is not ready yet: status processing"
    );
    scene.wait_for(&waits);
    fetcher.pass().await.unwrap();
    assert_eq!(scene.platform.asked()[1].header("authorization"), KEY);
    let call = scene.call("aa-1").await;
    for (name, value) in [
        ("startedAt", json!("2026-03-01T09:00:00.000Z")),
        ("endedAt", json!("2026-03-01T09:04:41.000Z")),
        ("from", json!("+4930111")),
        ("language", json!("en-us")),
        ("recordingUrl", json!("https://files.example/aa.wav")),
    ] {
        assert_eq!(call[name], value, "{name}: {call}");
    }
    let turns = &call["transcript"];
    assert_eq!(
        (&turns[0]["role"], &turns[0]["content"]),
        (&json!("agent"), &json!("Hi."))
    );
    assert_eq!(
        (&turns[1]["role"], &turns[1]["end"]),
        (&json!("user"), &json!(8.0))
    );
    assert_eq!(call["extra"]["platformAnalysis"]["summary"], "A greeting.");
}

async fn a_call_that_is_not_there_yet_is_asked_for_again(db: TestDb) {
    let scene = Scene::ultravox(db).await;
    let replies = [
        Reply::Status(404, ""),
        Reply::Status(500, ""),
        Reply::Json(json!({"results": "none"})),
        Reply::Json(messages()),
    ];
    scene.platform.replies(MESSAGES, replies);
    scene.ended().await;
    let fetcher = fetcher(&scene.server.db);
    for (reason, least) in [
        (
            "the platform answered with status 404 where messages was asked for",
            5,
        ),
        (
            "the platform answered with status 500 where messages was asked for",
            10,
        ),
        (
            "what was fetched breaks rules: messages.results must be a list",
            600,
        ),
    ] {
        fetcher.pass().await.unwrap();
        // Not before its time.
        fetcher.pass().await.unwrap();
        let waits = scene.only().await;
        assert_eq!(waits["state"], "waiting", "{waits}");
        assert_eq!(waits["lastError"], reason);
        let seconds = scene.wait_for(&waits);
        assert!(
            (least - 1..=least + least / 5).contains(&seconds),
            "{seconds}"
        );
    }
    assert_eq!(scene.calls().await, 0);
    fetcher.pass().await.unwrap();
    let done = scene.only().await;
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(
        (&done["attempts"], &done["lastError"]),
        (&json!(4), &Json::Null)
    );
    assert_eq!(scene.platform.paths().len(), 4);
    assert_eq!(scene.calls().await, 1);
}

async fn a_platform_that_asks_for_a_pause_has_it(db: TestDb) {
    let scene = Scene::ultravox(db).await;
    let busy = Reply::Status(429, "retry-after: 3600\r\n");
    scene
        .platform
        .replies(MESSAGES, [busy, Reply::Json(messages())]);
    scene.ended().await;
    let fetcher = fetcher(&scene.server.db);
    fetcher.pass().await.unwrap();
    let waits = scene.only().await;
    let next: Timestamp = waits["nextAt"].as_str().unwrap().parse().unwrap();
    let wait = next.duration_since(scene.server.db.store.now()).as_secs();
    assert!((3599..=4320).contains(&wait), "{wait}");
    for minutes in [29, 30] {
        let wait = SignedDuration::from_mins(minutes);
        scene.server.db.clock.advance(wait);
        fetcher.pass().await.unwrap();
        assert_eq!(scene.platform.paths().len(), 1);
    }
    scene.wait_for(&waits);
    fetcher.pass().await.unwrap();
    assert_eq!(scene.only().await["state"], "done");
}

async fn what_is_refused_is_given_up_and_can_be_put_back(db: TestDb) {
    let scene = Scene::ultravox(db).await;
    scene.platform.replies(MESSAGES, [Reply::Status(401, "")]);
    scene.ended().await;
    let fetcher = fetcher(&scene.server.db);
    for attempt in 1..=ATTEMPTS {
        let waits = scene.only().await;
        assert_eq!(waits["state"], "waiting", "{attempt}: {waits}");
        scene.wait_for(&waits);
        fetcher.pass().await.unwrap();
    }
    let dead = scene.only().await;
    assert_eq!(
        (&dead["state"], &dead["attempts"]),
        (&json!("dead"), &json!(ATTEMPTS))
    );
    assert_eq!(
        dead["lastError"],
        "the platform answered with status 401 where messages was asked for"
    );
    assert!(!dead.to_string().contains(KEY));
    scene
        .server
        .db
        .clock
        .advance(SignedDuration::from_hours(99));
    fetcher.pass().await.unwrap();
    assert_eq!(scene.platform.paths().len(), ATTEMPTS as usize);
    // A new key, and another try.
    let path = format!("/v1/agents/{}/intake/ultravox", scene.agent);
    let setup = json!({"fetchKey": "another"});
    scene.server.send_json("PUT", &path, &setup).await.with(200);
    scene.platform.replies(MESSAGES, [Reply::Json(messages())]);
    let id = dead["id"].as_str().unwrap();
    let path = format!("{path}/{id}/retry").replace("/ultravox/", "/notices/");
    for (key, status) in [(&scene.server.viewer, 403), (&scene.server.intake, 403)] {
        send(scene.server.request("POST", &path).bearer_auth(key))
            .await
            .with(status);
    }
    let editor = scene.server.request("POST", &path);
    let editor = editor.bearer_auth(&scene.server.editor);
    let back = send(editor).await.with(202);
    assert_eq!(
        (&back["state"], &back["attempts"]),
        (&json!("waiting"), &json!(0))
    );
    let again = scene.server.post(&path, &json!({})).await.with(409);
    assert!(
        again["detail"].as_str().unwrap().contains("waiting"),
        "{again}"
    );
    fetcher.pass().await.unwrap();
    assert_eq!(scene.only().await["state"], "done");
    assert_eq!(
        scene.platform.asked().pop().unwrap().header("x-api-key"),
        "another"
    );
    let nothing = path.replace(id, "000000000000000000000000");
    scene.server.post(&nothing, &json!({})).await.with(404);
}

async fn a_node_that_is_killed_is_replaced(db: TestDb) {
    let scene = Scene::ultravox(db).await;
    let second = format!("/api/calls/{ULTRAVOX}/messages?cursor=abc");
    let mut first = messages();
    first["next"] = json!(format!("{}{second}", scene.platform.base()));
    let last = Reply::Json(json!({"next": null, "results": []}));
    scene.platform.replies(MESSAGES, [Reply::Json(first)]);
    scene.platform.replies(&second, [Reply::Hangs, last]);
    scene.ended().await;
    let killed = fetcher(&scene.server.db);
    let killed = tokio::spawn(async move { killed.pass().await });
    until(async || (scene.platform.paths().len() == 2).then_some(())).await;
    killed.abort();
    // While the lease holds nobody else is at it.
    let (one, other) = (fetcher(&scene.server.db), fetcher(&scene.server.db));
    one.pass().await.unwrap();
    assert_eq!(scene.only().await["state"], "fetching");
    scene.server.db.clock.advance(SignedDuration::from_mins(3));
    let (a, b) = tokio::join!(one.pass(), other.pass());
    a.unwrap();
    b.unwrap();
    let done = scene.only().await;
    assert_eq!(
        (&done["state"], &done["attempts"]),
        (&json!("done"), &json!(2)),
        "{done}"
    );
    assert_eq!(scene.platform.paths().len(), 4);
    assert_eq!(scene.calls().await, 1);
    let jobs = scene.server.get("/v1/jobs").await.with(200);
    assert_eq!(jobs["total"], 1, "{jobs}");
}

async fn a_notice_that_comes_again_adds_nothing(db: TestDb) {
    let scene = Scene::ultravox(db).await;
    scene.platform.replies(MESSAGES, [Reply::Json(messages())]);
    for _ in 0..3 {
        assert_eq!(scene.ended().await["outcome"], "fetching");
    }
    scene.only().await;
    let fetcher = fetcher(&scene.server.db);
    fetcher.pass().await.unwrap();
    let again = scene.ended().await;
    assert_eq!(again, json!({"outcome": "unchanged", "callId": ULTRAVOX}));
    fetcher.pass().await.unwrap();
    assert_eq!(scene.only().await["state"], "done");
    assert_eq!(scene.platform.paths().len(), 1);
    for (query, found) in [
        ("?state=done", 1),
        ("?state=waiting,dead", 0),
        ("?limit=1", 1),
    ] {
        assert_eq!(scene.notices(query).await.len(), found, "{query}");
    }
    for query in ["?state=gone", "?limit=0", "?limit=201", "?more=1"] {
        let path = format!("/v1/agents/{}/intake/notices{query}", scene.agent);
        let refused = scene.server.get(&path).await.status;
        assert!(matches!(refused, 400 | 422), "{query}: {refused}");
    }
    let nobody = "/v1/agents/000000000000000000000000/intake/notices";
    scene.server.get(nobody).await.with(404);
    // It goes with its call.
    let path = format!("/v1/calls/{ULTRAVOX}");
    scene.server.delete(&path).await.with(204);
    assert_eq!(scene.notices("").await, Vec::<Json>::new());
}

async fn without_a_key_nothing_is_kept(db: TestDb) {
    let scene = Scene::ultravox(db).await;
    let path = format!("/v1/agents/{}/intake/ultravox", scene.agent);
    let setup = json!({"fetchKey": null, "fetchBase": null});
    let changed = scene.server.send_json("PUT", &path, &setup).await.with(200);
    assert_eq!(
        (&changed["fetches"], &changed["fetchBase"]),
        (&json!(false), &Json::Null)
    );
    let body = json!({"event": "call.ended", "call": {"callId": ULTRAVOX}});
    let refused = scene.notify("", &body).await;
    assert_eq!(refused.header("content-type"), "application/problem+json");
    let refused = refused.with(409);
    let detail = refused["detail"].as_str().unwrap();
    assert!(
        detail.contains("fetchKey") && detail.contains(&path),
        "{detail}"
    );
    assert_eq!(scene.notices("").await, Vec::<Json>::new());
    // What the source was set up for before waits until there is a key again.
    scene
        .server
        .send_json("PUT", &path, &json!({"fetchKey": KEY}))
        .await
        .with(200);
    scene.ended().await;
    scene
        .server
        .send_json("PUT", &path, &json!({"fetchKey": null}))
        .await
        .with(200);
    fetcher(&scene.server.db).pass().await.unwrap();
    let waits = scene.only().await;
    assert_eq!(
        waits["lastError"],
        "no fetch key is set for the source any more"
    );
    assert_eq!(scene.platform.paths(), Vec::<String>::new());
}

async fn keys_and_bases_that_break_rules(db: TestDb) {
    let server = Server::with(db, settings()).await;
    let agent = server.agent("a").await;
    for (source, body, field) in [
        ("vapi", json!({"fetchKey": "hush"}), "fetchKey"),
        (
            "vapi",
            json!({"fetchBase": "https://example.com"}),
            "fetchBase",
        ),
        ("ultravox", json!({"fetchKey": ""}), "fetchKey"),
        ("ultravox", json!({"fetchKey": "hush\nhush"}), "fetchKey"),
        ("ultravox", json!({"fetchKey": "hüsh"}), "fetchKey"),
        ("ultravox", json!({"fetchKey": 7}), "fetchKey"),
        ("twilio", json!({"fetchKey": "hush"}), "fetchKey"),
        (
            "ultravox",
            json!({"fetchBase": "http://example.com"}),
            "fetchBase",
        ),
        (
            "ultravox",
            json!({"fetchBase": "https://example.com/v1"}),
            "fetchBase",
        ),
        (
            "ultravox",
            json!({"fetchBase": "https://10.0.0.1"}),
            "fetchBase",
        ),
        ("ultravox", json!({"fetchBase": "example.com"}), "fetchBase"),
    ] {
        let path = format!("/v1/agents/{agent}/intake/{source}");
        let refused = server.send_json("PUT", &path, &body).await.with(422);
        assert_eq!(refused["errors"][0]["field"], field, "{body}: {refused}");
        assert_eq!(refused["errors"].as_array().unwrap().len(), 1, "{refused}");
        assert!(!refused.to_string().contains("hush"), "{refused}");
    }
    let listed = server.get(&format!("/v1/agents/{agent}/intake")).await;
    assert_eq!(listed.with(200)["sources"], json!([]));
}

async fn a_private_address_is_not_asked(db: TestDb) {
    let scene = Scene::ultravox(db).await;
    scene.platform.replies(MESSAGES, [Reply::Json(messages())]);
    scene.ended().await;
    // It was taken while the operator allowed it.
    let strict = fetcher_with(&scene.server.db, Settings::default());
    strict.pass().await.unwrap();
    assert_eq!(scene.platform.paths(), Vec::<String>::new());
    let waits = scene.only().await;
    assert_eq!(waits["state"], "waiting");
    let reason = waits["lastError"].as_str().unwrap();
    assert!(reason.contains("public internet"), "{reason}");
}

async fn a_page_of_another_host_is_not_followed(db: TestDb) {
    let scene = Scene::ultravox(db).await;
    let other = Platform::start().await;
    let mut first = messages();
    first["next"] = json!(format!("{}{MESSAGES}&cursor=a", other.base()));
    scene.platform.replies(MESSAGES, [Reply::Json(first)]);
    scene.ended().await;
    fetcher(&scene.server.db).pass().await.unwrap();
    assert_eq!(other.paths(), Vec::<String>::new());
    // A call of which part is missing is not taken for whole.
    assert_eq!(scene.calls().await, 0);
    let waits = scene.only().await;
    let reason = waits["lastError"].as_str().unwrap();
    assert!(reason.contains("messages.next"), "{reason}");
    assert!(!reason.contains(&other.base()), "{reason}");
}

async fn what_is_under_way_is_given_back_at_the_end(db: TestDb) {
    let scene = Scene::ultravox(db).await;
    scene
        .platform
        .replies(MESSAGES, [Reply::Hangs, Reply::Json(messages())]);
    let stop = CancellationToken::new();
    let running = tokio::spawn(fetcher(&scene.server.db).run(stop.clone()));
    scene.ended().await;
    until(async || (scene.platform.paths().len() == 1).then_some(())).await;
    stop.cancel();
    running.await.unwrap();
    let waits = scene.only().await;
    assert_eq!(
        (&waits["state"], &waits["attempts"]),
        (&json!("waiting"), &json!(0))
    );
    let stop = CancellationToken::new();
    let running = tokio::spawn(fetcher(&scene.server.db).run(stop.clone()));
    until(async || (scene.only().await["state"] == "done").then_some(())).await;
    stop.cancel();
    running.await.unwrap();
    assert_eq!(scene.calls().await, 1);
}
