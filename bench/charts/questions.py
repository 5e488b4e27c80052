"""What is asked, of the server as a path and of DuckDB as statements."""
import itertools
import time
import urllib.parse
from dataclasses import dataclass

from seed import rows

DAY = rows.DAY * rows.MICROS
QUARTER = 900 * rows.MICROS


@dataclass(frozen=True)
class Question:
    """`kind` is what is aimed at: rollup, scan or page."""
    kind: str
    name: str
    path: str
    statements: tuple


@dataclass(frozen=True)
class Filter:
    """A filter of lists and its condition on `c`, a row of calls."""
    name: str
    query: dict
    sql: str


def _answer(test):
    return f"EXISTS (SELECT 1 FROM answers a WHERE a.analysis_id = c.current_analysis_id AND {test})"


def filters(agent, version, first, last):
    """One of every kind. `first` and `last` are when the calls began, in microseconds."""
    from_, to = last - 20 * DAY, last - 13 * DAY
    return [
        Filter("agent", {"agentId": agent}, f"c.agent_id = '{agent}'"),
        Filter("version", {"versionId": version}, f"c.revision_id = '{version}'"),
        Filter("type", {"type": "telephony_inbound"}, "c.type = 'telephony_inbound'"),
        Filter("status", {"status": "completed"}, "c.status = 'completed'"),
        Filter("reason", {"disconnectionReason": "transferred"}, "c.disconnection_reason = 'transferred'"),
        Filter("duration", {"minSeconds": 600}, "c.duration_us >= 600000000"),
        Filter("boolean", {"metric.issue_resolved": "true"},
               _answer("a.identifier = 'issue_resolved' AND a.boolean")),
        Filter("enum", {"metric.outcome": "call_back"}, _answer("a.identifier = 'outcome' AND a.text = 'call_back'")),
        Filter("integer", {"metric.rating.lt": 2}, _answer("a.identifier = 'rating' AND a.number < 2")),
        Filter("confidence", {"metric.outcome.confidence.lt": "0.01"},
               _answer("a.identifier = 'outcome' AND a.confidence < 0.01")),
        Filter("time", {"from": instant(from_), "to": instant(to)}, f"{BEGAN} >= {from_} AND {BEGAN} < {to}"),
        Filter("search", {"search": "123456"},
               "(lower(c.call_id) LIKE '%123456%' OR lower(c.from_number) LIKE '%123456%'"
               " OR lower(c.to_number) LIKE '%123456%')"),
    ]


BEGAN = "COALESCE(c.started_at, c.created_at)"


def instant(us):
    """RFC 3339."""
    seconds, rest = divmod(us, rows.MICROS)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:06}Z"


def all_of(agent, version, first, last):
    """Every question."""
    known = {one.name: one for one in filters(agent, version, first, last)}
    # Neither begins nor ends with a quarter of an hour, as the default period does not.
    periods = {"30 days": (last - 30 * DAY, last + 1), "all": (first, last + 1)}
    for period, (from_, to) in periods.items():
        for name, used in (("", []), ("agent, ", ["agent"])):
            yield from _statistics("rollup", f"{name}{period}", from_, to, [known[one] for one in used])
        for used in (["type"], ["duration"], ["enum"], ["integer", "reason"]):
            yield from _statistics("scan", f"{', '.join(used)}, {period}", from_, to, [known[one] for one in used])
    for pair in itertools.combinations(known.values(), 2):
        query = {**pair[0].query, **pair[1].query}
        where = " AND ".join(one.sql for one in pair)
        yield Question("page", f"{pair[0].name} + {pair[1].name}", _path("/v1/calls", query),
                       (f"SELECT * FROM calls c WHERE {where} ORDER BY c.created_at DESC, c.id DESC LIMIT 51",))


def _path(path, query):
    return f"{path}?{urllib.parse.urlencode(query)}"


def _statistics(kind, name, from_, to, used):
    """Calls by day, and answers by day with all that is told of them."""
    query = {"from": instant(from_), "to": instant(to), "timezone": "Europe/Berlin"}
    for one in used:
        query.update(one.query)
    where = " AND ".join([f"{BEGAN} >= {from_} AND {BEGAN} < {to}", *(one.sql for one in used)])
    # Days of UTC, which are less work than those of a time zone.
    day = f"{BEGAN} // {DAY}"
    yield Question(kind, f"calls: {name}", _path("/v1/statistics/calls", query), (
        f"SELECT {day}, COUNT(*), COUNT(*) FILTER (c.finished), COUNT(*) FILTER (n.status = 'completed'),"
        f" COUNT(*) FILTER (n.status = 'failed'), COUNT(c.duration_us), SUM(c.duration_us)"
        f" FROM calls c LEFT JOIN analyses n ON n.id = c.current_analysis_id WHERE {where} GROUP BY 1 ORDER BY 1",))
    source = f"FROM calls c JOIN answers m ON m.analysis_id = c.current_analysis_id WHERE {where}"
    metric = "m.identifier, m.metric_type"
    answered = "m.status = 'answered'"
    yield Question(kind, f"answers: {name}", _path("/v1/statistics/metrics", query), (
        f"SELECT {day}, {metric}, COUNT(*) FILTER ({answered}), COUNT(*) FILTER (m.status = 'not_mentioned'),"
        f" COUNT(*) FILTER (m.status = 'failed'), AVG(m.confidence) FILTER ({answered}), AVG(m.number),"
        f" COUNT(*) FILTER (m.boolean), COUNT(*) FILTER (NOT m.boolean) {source} GROUP BY ALL ORDER BY ALL",
        f"SELECT {day}, {metric}, m.text, COUNT(*) {source} AND m.metric_type = 'ENUM' AND {answered}"
        " GROUP BY ALL ORDER BY ALL",
        f"SELECT {metric}, least(CAST(floor(m.confidence * 10) AS INTEGER), 9), COUNT(*) {source} AND {answered}"
        " GROUP BY ALL ORDER BY ALL",
        f"SELECT {metric}, m.number, COUNT(*) {source} AND m.metric_type = 'INTEGER' AND {answered}"
        " GROUP BY ALL ORDER BY ALL",
        f"SELECT {metric}, m.time_us // {DAY}, COUNT(*) {source} AND m.metric_type = 'DATETIME' AND {answered}"
        " GROUP BY ALL ORDER BY ALL",
        f"SELECT m.text, COUNT(*), COUNT(*) OVER () {source} AND m.metric_type = 'STRING' AND {answered}"
        " GROUP BY m.text ORDER BY 2 DESC LIMIT 20",
        f"SELECT c.revision_id, MIN({BEGAN}) {source} GROUP BY 1",
    ))
