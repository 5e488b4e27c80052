//! What comes out, read back by other means than it was written with where there are any.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use aftercall_core::{
    AnalysisRecord, AnswerRecord, CallRecord, Metric, MetricColumn, MetricType, Status, Value,
};
use aftercall_export::{Choice, Export, Form, Format, Layout};
use parquet::basic::{LogicalType, TimeUnit, Type as Physical};
use parquet::file::reader::{FileReader as _, SerializedFileReader};
use parquet::record::{Field, Row};
use serde_json::{Value as Json, json};

fn answer(identifier: &str, kind: MetricType, value: Option<Value>) -> AnswerRecord {
    let time = match (&value, kind) {
        (Some(Value::Text(text)), MetricType::Datetime) => text.parse().ok(),
        _ => None,
    };
    AnswerRecord {
        identifier: identifier.to_owned(),
        kind,
        status: match value {
            Some(_) => Status::Answered,
            None => Status::NotMentioned,
        },
        value,
        time,
        confidence: 0.75,
    }
}

fn call(call_id: &str, answers: Vec<AnswerRecord>) -> CallRecord {
    CallRecord {
        id: "69a400100000000000000001".to_owned(),
        call_id: call_id.to_owned(),
        agent_id: "69a400100000000000000002".to_owned(),
        version_id: None,
        version_number: Some(3),
        kind: None,
        status: Some("completed".to_owned()),
        finished: true,
        started_at: Some("2026-03-01T10:00:00.25+01:00".parse().unwrap()),
        ended_at: None,
        timezone: None,
        from: Some("+4930123".to_owned()),
        to: None,
        language: None,
        recording_url: None,
        duration_seconds: Some(12.5),
        latency_seconds: None,
        disconnection_reason: None,
        campaign_id: None,
        retry_of: None,
        is_test: false,
        created_at: "2026-03-01T09:00:01Z".parse().unwrap(),
        updated_at: "2026-03-01T09:00:02Z".parse().unwrap(),
        analysis: Some(AnalysisRecord {
            id: "69a400100000000000000003".to_owned(),
            number: 1,
            status: "completed".to_owned(),
            reason: None,
            summary: "=HYPERLINK(\"x\"), she\nsaid".to_owned(),
            model: Some("m".to_owned()),
            created_at: "2026-03-01T09:00:02Z".parse().unwrap(),
            answers,
        }),
        transcript: Some(r#"[{"role":"user","content":"a,\"b\""}]"#.to_owned()),
    }
}

fn text(text: &str) -> Option<Value> {
    Some(Value::Text(text.to_owned()))
}

/// Two calls; between them `mood` became a number.
fn calls() -> Vec<CallRecord> {
    use MetricType::{Boolean, Datetime, Integer, String};
    vec![
        call(
            "-1",
            vec![
                answer("at", Datetime, text("2026-03-13T15:00:00-04:00")),
                answer("mood", String, text("@good")),
                answer("solved", Boolean, Some(Value::Boolean(true))),
                answer("summary", String, None),
            ],
        ),
        call(
            "plain",
            vec![
                answer("mood", Integer, Some(Value::Integer(-2))),
                answer("solved", Boolean, Some(Value::Boolean(false))),
            ],
        ),
    ]
}

fn metrics() -> Vec<MetricColumn> {
    use MetricType::{Boolean, Datetime, Integer, String};
    let column = |identifier: &str, kind| MetricColumn {
        identifier: identifier.to_owned(),
        kind,
        definition: (kind == Boolean).then(|| Metric {
            identifier: identifier.to_owned(),
            prompt: "Solved?".to_owned(),
            kind,
            choices: Vec::new(),
        }),
    };
    vec![
        column("at", Datetime),
        column("mood", Integer),
        column("mood", String),
        column("solved", Boolean),
        column("summary", String),
    ]
}

fn written(format: Format, form: Form, columns: Option<&[&str]>, calls: &[CallRecord]) -> Vec<u8> {
    let choice = columns.map(|names| Choice::parse(names.iter().copied(), form, true).unwrap());
    let transcripts = form == Form::Wide;
    let layout = Layout::new(form, choice.as_ref(), transcripts, metrics());
    let mut export = Export::new(format, layout).unwrap();
    let mut out = Vec::new();
    for call in calls {
        export.push(call).unwrap();
        out.extend(export.take().unwrap());
    }
    out.extend(export.finish().unwrap());
    out
}

const CHOSEN: &[&str] = &[
    "callId",
    "startedAt",
    "from",
    "durationSeconds",
    "summary",
    "metric.*",
];

#[test]
fn csv_is_safe_to_open_and_numbers_stay_numbers() {
    let out = written(Format::Csv, Form::Wide, Some(CHOSEN), &calls());
    let mut reader = csv::Reader::from_reader(out.as_slice());
    let names = reader.headers().unwrap().clone();
    assert_eq!(
        names.iter().collect::<Vec<_>>(),
        [
            "callId",
            "startedAt",
            "from",
            "durationSeconds",
            "summary",
            "metric.at",
            "metric.at.confidence",
            "metric.mood.integer",
            "metric.mood.integer.confidence",
            "metric.mood.string",
            "metric.mood.string.confidence",
            "metric.solved",
            "metric.solved.confidence",
            "metric.summary",
            "metric.summary.confidence",
            "transcript",
        ]
    );
    let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
    assert_eq!(
        rows[0].iter().collect::<Vec<_>>(),
        [
            "'-1",
            "2026-03-01T09:00:00.250000Z",
            "'+4930123",
            "12.5",
            "'=HYPERLINK(\"x\"), she\nsaid",
            "2026-03-13T15:00:00-04:00",
            "0.75",
            "",
            "",
            "'@good",
            "0.75",
            "true",
            "0.75",
            "",
            "0.75",
            "[{\"role\":\"user\",\"content\":\"a,\\\"b\\\"\"}]",
        ]
    );
    assert_eq!((&rows[1][0], &rows[1][7]), ("plain", "-2"));
}

#[test]
fn json_lines_have_typed_values_and_the_same_names_in_each() {
    let out = written(Format::Jsonl, Form::Wide, None, &calls());
    let lines: Vec<Json> = std::str::from_utf8(&out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let first = &lines[0];
    assert_eq!(first["callId"], "-1");
    assert_eq!(first["metric.solved"], true);
    assert_eq!(first["metric.at"], "2026-03-13T15:00:00-04:00");
    assert_eq!(first["metric.summary"], Json::Null);
    assert_eq!(first["metric.summary.confidence"], 0.75);
    assert_eq!(
        first["transcript"],
        json!([{"role": "user", "content": "a,\"b\""}])
    );
    assert_eq!(lines[1]["metric.mood.integer"], -2);
    assert_eq!(lines[1]["metric.mood.string"], Json::Null);
    let names = |line: &Json| {
        line.as_object()
            .unwrap()
            .keys()
            .cloned()
            .collect::<Vec<_>>()
    };
    assert_eq!(names(first), names(&lines[1]));
}

fn opened(out: Vec<u8>) -> SerializedFileReader<bytes::Bytes> {
    SerializedFileReader::new(bytes::Bytes::from(out)).unwrap()
}

fn rows(reader: &SerializedFileReader<bytes::Bytes>) -> Vec<Vec<(String, Field)>> {
    let of = |row: Row| row.into_columns();
    reader
        .get_row_iter(None)
        .unwrap()
        .map(|row| of(row.unwrap()))
        .collect()
}

fn field<'a>(row: &'a [(String, Field)], name: &str) -> &'a Field {
    &row.iter().find(|(of, _)| of == name).unwrap().1
}

#[test]
fn parquet_has_typed_columns_and_says_what_was_asked() {
    let reader = opened(written(Format::Parquet, Form::Wide, None, &calls()));
    let file = reader.metadata().file_metadata();
    let column = |name: &str| {
        let columns = file.schema_descr().columns();
        let found = columns.iter().find(|column| column.name() == name);
        let found = found.unwrap_or_else(|| panic!("no column {name}"));
        (found.physical_type(), found.logical_type_ref().cloned())
    };
    let instant = Some(LogicalType::timestamp(true, TimeUnit::MICROS));
    assert_eq!(column("createdAt"), (Physical::INT64, instant.clone()));
    assert_eq!(column("metric.at"), (Physical::INT64, instant));
    assert_eq!(column("metric.solved"), (Physical::BOOLEAN, None));
    assert_eq!(column("metric.mood.integer"), (Physical::INT64, None));
    assert_eq!(column("metric.solved.confidence"), (Physical::DOUBLE, None));
    let words = (Physical::BYTE_ARRAY, Some(LogicalType::String));
    assert_eq!(column("metric.mood.string"), words);

    let told = |key: &str| {
        let pairs = file.key_value_metadata().unwrap();
        let pair = pairs.iter().find(|pair| pair.key == key).unwrap();
        pair.value.clone().unwrap()
    };
    assert_eq!(told("aftercall.schema"), "1");
    assert_eq!(told("aftercall.form"), "wide");
    let metrics: Json = serde_json::from_str(&told("aftercall.metrics")).unwrap();
    assert_eq!(metrics[3]["column"], "metric.solved");
    assert_eq!(metrics[3]["dispositionMetricPrompt"], "Solved?");

    let rows = rows(&reader);
    let micros = |text: &str| {
        Field::TimestampMicros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    };
    assert_eq!(
        field(&rows[0], "metric.at"),
        &micros("2026-03-13T19:00:00Z")
    );
    assert_eq!(
        field(&rows[0], "startedAt"),
        &micros("2026-03-01T09:00:00.25Z")
    );
    assert_eq!(field(&rows[0], "endedAt"), &Field::Null);
    assert_eq!(field(&rows[0], "from"), &Field::Str("+4930123".to_owned()));
    assert_eq!(field(&rows[1], "metric.mood.integer"), &Field::Long(-2));
    assert_eq!(field(&rows[1], "metric.solved"), &Field::Bool(false));
}

#[test]
fn the_long_form_has_a_row_for_each_answer() {
    let reader = opened(written(Format::Parquet, Form::Long, None, &calls()));
    let rows = rows(&reader);
    assert_eq!(rows.len(), 6);
    let names: Vec<&str> = rows[0].iter().map(|(name, _)| name.as_str()).collect();
    assert!(
        names.contains(&"callId") && !names.contains(&"transcript"),
        "{names:?}"
    );
    let text = |text: &str| Field::Str(text.to_owned());
    assert_eq!(field(&rows[1], "metric"), &text("mood"));
    assert_eq!(field(&rows[1], "textValue"), &text("@good"));
    assert_eq!(field(&rows[3], "metricStatus"), &text("not_mentioned"));
    assert_eq!(field(&rows[4], "integerValue"), &Field::Long(-2));
    let columns = ["metric", "summary"];
    let out = written(Format::Csv, Form::Long, Some(&columns), &calls()[1..]);
    let text = String::from_utf8(out).unwrap();
    assert!(text.starts_with("metric,summary\nmood,\"'=HYPER"), "{text}");
}

#[test]
fn groups_are_bounded_and_nothing_is_lost_between_them() {
    let mut one = call("x", Vec::new());
    one.transcript = Some("x".repeat(3 * 1024 * 1024));
    let calls: Vec<CallRecord> = (0..20)
        .map(|n| CallRecord {
            call_id: format!("c-{n}"),
            ..one.clone()
        })
        .collect();
    let reader = opened(written(Format::Parquet, Form::Wide, None, &calls));
    assert!(reader.num_row_groups() > 2, "{}", reader.num_row_groups());
    let ids: Vec<String> = rows(&reader)
        .iter()
        .map(|row| match field(row, "callId") {
            Field::Str(id) => id.clone(),
            other => panic!("{other:?}"),
        })
        .collect();
    let expected: Vec<String> = calls.into_iter().map(|call| call.call_id).collect();
    assert_eq!(ids, expected);
}

#[test]
fn no_calls_make_a_whole_file() {
    let names = written(
        Format::Csv,
        Form::Wide,
        Some(&["callId", "metric.solved"]),
        &[],
    );
    assert_eq!(names, b"callId,metric.solved,transcript\n");
    assert!(written(Format::Jsonl, Form::Long, None, &[]).is_empty());
    let reader = opened(written(Format::Parquet, Form::Wide, None, &[]));
    assert_eq!(reader.metadata().file_metadata().num_rows(), 0);
}
