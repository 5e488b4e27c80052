//! A call on its way from a payload to the rules of call files, which are `aftercall-core`'s.
//!
//! Rules of doubt that hold for every source:
//!
//! - A turn with a point in time counts from the start of the call; up to a minute before it (clocks differ) it is at the start.
//! - Turns that all have a time are in its order. Where only some have one and those do not ascend, the platform's order holds, and
//!   the times are left out and counted in `leftOut`.
//! - A start or an end that is not told follows from the other one and the duration.
//! - A time zone that is not known is left among the variables.

use aftercall_core::{
    Call, CallFile, Problem, Role, SentCall, SentTranscript, SentTurn, TurnFields, time_zone,
};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use crate::analysis::Analysis;
use crate::hints::Hints;
use crate::object::Reading;
use crate::outcome::{Outcome, Taken};
use crate::{rest, times};

/// Seconds before the start of the call that a turn may be stamped with.
const EARLY_SECONDS: f64 = 60.0;

/// How the sender names the fields of a turn.
#[derive(Debug)]
pub(crate) struct Names {
    /// Path of the list.
    pub(crate) list: &'static str,
    pub(crate) role: &'static str,
    pub(crate) content: &'static str,
    pub(crate) start: &'static str,
    pub(crate) end: &'static str,
}

/// A turn on its way.
pub(crate) struct DraftTurn {
    pub(crate) role: Role,
    pub(crate) content: String,
    pub(crate) start: Option<f64>,
    pub(crate) end: Option<f64>,
    /// When it was said, where that is not told in seconds.
    pub(crate) at: Option<Timestamp>,
    pub(crate) interrupted: bool,
    /// Its place in the sender's list, from 0.
    pub(crate) index: usize,
    pub(crate) names: &'static Names,
}

impl DraftTurn {
    pub(crate) fn new(names: &'static Names, index: usize, role: Role, content: String) -> Self {
        Self {
            role,
            content,
            start: None,
            end: None,
            at: None,
            interrupted: false,
            index,
            names,
        }
    }
}

/// A call on its way.
#[derive(Default)]
pub(crate) struct Draft {
    fields: Map<String, Json>,
    /// Name in a call file, and path in the payload.
    origins: Vec<(&'static str, String)>,
    pub(crate) turns: Vec<DraftTurn>,
    /// Variables that the platform set.
    pub(crate) variables: Map<String, Json>,
    pub(crate) extra: Map<String, Json>,
    pub(crate) analysis: Option<Analysis>,
    pub(crate) duration: Option<f64>,
    /// Only part of the call has come.
    pub(crate) partial: bool,
    /// When the event was made, where a later one of the same name stands above it.
    pub(crate) at: Option<Timestamp>,
}

impl Draft {
    /// Sets a field of the call that the payload tells at that path.
    pub(crate) fn set(&mut self, name: &'static str, value: Option<impl Into<Json>>, path: &str) {
        if let Some(value) = value {
            self.fields.insert(name.to_owned(), value.into());
            self.origins.push((name, path.to_owned()));
        }
    }

    /// Sets a point in time.
    pub(crate) fn set_instant(&mut self, name: &'static str, at: Option<Timestamp>, path: &str) {
        self.set(name, at.map(|at| at.to_string()), path);
    }

    /// Sets the time zone, if it is one; else gives it back.
    pub(crate) fn set_zone(&mut self, zone: Option<String>, path: &str) -> Option<String> {
        let zone = zone?;
        if time_zone(&zone).is_none() {
            return Some(zone);
        }
        self.set("timezone", Some(zone), path);
        None
    }

    /// Whether the payload tells this field.
    pub(crate) fn says(&self, name: &str) -> bool {
        self.fields.contains_key(name)
    }

    /// Sets a field that the address tells.
    pub(crate) fn say_by_address(&mut self, name: &'static str, value: String) {
        self.set(name, Some(value), &format!("query.{name}"));
    }

    /// Why the call ended, as sent.
    pub(crate) fn set_reason(&mut self, reason: Option<String>) {
        if let Some(reason) = reason {
            // The server keeps it in a column of its own, which takes no control characters.
            let plain: String = reason.chars().filter(|c| !c.is_control()).collect();
            self.extra
                .insert("disconnectionReason".to_owned(), plain.into());
        }
    }

    /// What the call cost.
    pub(crate) fn set_cost(&mut self, cost: Option<f64>) {
        if let Some(cost) = cost {
            self.extra.insert("callCost".to_owned(), cost.into());
        }
    }

    /// A field of the sender's own that the server knows.
    pub(crate) fn set_extra(&mut self, name: &str, value: Option<impl Into<Json>>) {
        if let Some(value) = value {
            self.extra.insert(name.to_owned(), value.into());
        }
    }

    fn instant(&self, name: &str) -> Option<Timestamp> {
        self.fields.get(name)?.as_str()?.trim().parse().ok()
    }

    /// The call, if it breaks no rule. `left` is what the payload has left.
    pub(crate) fn finish(
        mut self,
        source: &'static str,
        event: String,
        hints: &Hints,
        reading: Reading,
        left: Map<String, Json>,
    ) -> Result<Outcome, Vec<Problem>> {
        hints.fill(&mut self);
        self.complete_times();
        self.settle_turns(&reading);
        let (mut problems, left_out) = reading.end();

        let rest = rest::kept(left, left_out);
        if !rest.is_empty() {
            let taken = self.variables.contains_key(source);
            let name = if taken {
                format!("{source}_payload")
            } else {
                source.to_owned()
            };
            self.variables.insert(name, Json::Object(rest));
        }
        if self.partial {
            self.fields
                .insert("status".to_owned(), Taken::PARTIAL.into());
        }
        let extra = self.take_extra(source, &event);
        let mut fields = std::mem::take(&mut self.fields);
        let variables = std::mem::take(&mut self.variables);
        if !variables.is_empty() {
            fields.insert("variables".to_owned(), Json::Object(variables));
        }
        let mut origins = TurnOrigins::default();
        let mut turns = Vec::with_capacity(self.turns.len());
        for turn in std::mem::take(&mut self.turns) {
            origins.0.push((turn.index, turn.names));
            turns.push(sent(turn));
        }
        let sent = SentCall::Object {
            fields,
            transcript: Some(SentTranscript::List(turns)),
        };
        match CallFile::of_sent(sent).call {
            Ok(mut call) => {
                let id_of_content = call.call_id.is_empty();
                if id_of_content {
                    call.call_id = content_id(source, &call);
                }
                let call = problems.or(call)?;
                if id_of_content && call.transcript.is_empty() {
                    let rule = "must hold what was said, or the address the callId of a call in which nothing was";
                    return Err(vec![Problem::told("transcript", "nothing", rule)]);
                }
                Ok(Outcome::Call(Box::new(Taken {
                    event,
                    call,
                    extra,
                    id_of_content,
                })))
            }
            Err(broken) => {
                for mut problem in broken {
                    problem.field = self.origin(&problem.field, &origins);
                    problems.add(problem);
                }
                Err(problems.or(()).err().unwrap_or_default())
            }
        }
    }

    /// What is not told, but follows.
    fn complete_times(&mut self) {
        let Some(duration) = self.duration else {
            return;
        };
        self.extra.insert("duration".to_owned(), duration.into());
        let (start, end) = (self.instant("startedAt"), self.instant("endedAt"));
        match (self.says("startedAt"), self.says("endedAt")) {
            (true, false) => {
                let end = start.and_then(|start| times::after(start, duration));
                self.set_instant("endedAt", end, "duration");
            }
            (false, true) => {
                let start = end.and_then(|end| times::after(end, -duration));
                self.set_instant("startedAt", start, "duration");
            }
            _ => {}
        }
    }

    /// Gives the turns their seconds and their order.
    fn settle_turns(&mut self, reading: &Reading) {
        let call_start = self.instant("startedAt");
        for turn in &mut self.turns {
            if turn.start.is_some() {
                turn.at = None;
            }
            if let (Some(at), Some(call_start)) = (turn.at, call_start) {
                let seconds = times::between(call_start, at);
                if seconds >= -EARLY_SECONDS {
                    turn.start = Some(seconds.max(0.0));
                    turn.at = None;
                }
            }
        }
        if self.turns.iter().all(|turn| turn.start.is_some()) {
            // NaN cannot come from a payload, and would be sorted last.
            let start = |turn: &DraftTurn| turn.start.unwrap_or_default();
            self.turns.sort_by(|a, b| start(a).total_cmp(&start(b)));
        } else if !self.turns.iter().all(|turn| turn.at.is_some()) {
            self.drop_times_that_do_not_ascend(reading);
        }
        let interrupted: Vec<usize> = (1..)
            .zip(&self.turns)
            .filter(|(_, turn)| turn.interrupted)
            .map(|(number, _)| number)
            .collect();
        if !interrupted.is_empty() {
            self.extra
                .insert("interruptedTurns".to_owned(), json!(interrupted));
        }
    }

    fn drop_times_that_do_not_ascend(&mut self, reading: &Reading) {
        let starts = self.turns.iter().filter_map(|turn| turn.start);
        if starts.is_sorted() {
            return;
        }
        for turn in &mut self.turns {
            if turn.start.take().is_some() {
                let path = format!("{}[].{}", turn.names.list, turn.names.start);
                reading.left_out(path, 1);
            }
            turn.end = None;
        }
    }

    fn take_extra(&mut self, source: &str, event: &str) -> Map<String, Json> {
        let mut extra = std::mem::take(&mut self.extra);
        if let Some(analysis) = self.analysis.take() {
            extra.insert("platformAnalysis".to_owned(), analysis.to_json(source));
        }
        let mut intake = json!({"source": source, "event": event});
        if let Some(at) = self.at {
            intake["at"] = at.to_string().into();
        }
        extra.insert("intake".to_owned(), intake);
        extra
    }

    /// The path in the payload of a field of a call file.
    fn origin(&self, field: &str, turns: &TurnOrigins) -> String {
        if let Some(path) = turns.of(field) {
            return path;
        }
        let head = field.split(['.', '[']).next().unwrap_or_default();
        let origin = self.origins.iter().rev().find(|(name, _)| *name == head);
        origin.map_or_else(|| field.to_owned(), |(_, path)| path.clone())
    }
}

/// Where the turns stood.
#[derive(Default)]
struct TurnOrigins(Vec<(usize, &'static Names)>);

impl TurnOrigins {
    fn of(&self, field: &str) -> Option<String> {
        let (number, name) = field.strip_prefix("transcript[")?.split_once(']')?;
        let (index, names) = self.0.get(number.parse::<usize>().ok()?)?;
        let name = match name.trim_start_matches('.') {
            "role" => names.role,
            "content" => names.content,
            "start" | "timestamp" => names.start,
            "end" => names.end,
            _ => "",
        };
        let list = names.list;
        Some(if name.is_empty() {
            format!("{list}[{index}]")
        } else {
            format!("{list}[{index}].{name}")
        })
    }
}

fn sent(turn: DraftTurn) -> SentTurn {
    SentTurn::Object(TurnFields {
        role: Some(turn.role.name().into()),
        content: Some(turn.content.into()),
        start: turn.start.map(Json::from),
        end: turn.end.map(Json::from),
        timestamp: turn.at.map(|at| at.to_string().into()),
    })
}

/// The id of a call that comes without one: the same content gives the same id.
fn content_id(source: &str, call: &Call) -> String {
    let id = call.content_id();
    format!("{source}-{}", id.trim_start_matches("CALL-"))
}
