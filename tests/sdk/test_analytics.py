"""Analytics and campaigns of the Atoms API: every route's answer is one of the SDK's own models, and counts the calls that were sent."""
import datetime

from pydantic import BaseModel
from smallestai.errors import BadRequestError, NotFoundError

from sdk.world import NOBODY, SdkTest, utc
from support import calls

MONTH = {"date_from": utc(2026, 3, 1), "date_to": utc(2026, 3, 31)}
DAY = datetime.date(2026, 3, 1)


class Analytics(SdkTest):
    """Calls without a word, so that no model is asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls()
        cls.id = test.agent(name="counted")
        missed = {"status": "no_answer", "endedAt": None, "duration": 0, "from": "+4930000001"}
        long = {"startedAt": "2026-03-02T10:00:00Z", "endedAt": "2026-03-02T10:10:00Z", "callCost": 0.5}
        cls.ids = [test.take(calls.call(cls.id, turns=0, **more)) for more in ({}, missed, long)]
        cls.query = {"agent_id": cls.id, **MONTH}

    def data(self, name, **query):
        """What a route answers, whose known fields all have the types that the SDK states."""
        answer = getattr(self.atoms.analytics, "get_" + name)(**(query or self.query))
        self.assertTrue(answer.success)
        strict(self, answer.data)
        return answer.data

    def test_every_route_answers_with_a_model_of_the_sdk(self):
        for name in ("analytics_summary", "dashboard", "call_counts_by_day", "call_volume_timeseries", "call_outcomes_timeseries",
                     "duration_stats", "hourly_performance", "weekly_trends", "agent_performance", "pickup_rate_by_number",
                     "phone_number_trends", "attempt_cohort", "call_counts_log"):
            with self.subTest(name):
                self.data(name)
        self.data("usage_timeseries", **MONTH)
        for name in ("analytics_concurrency", "call_start_distribution", "daily_call_summary"):
            with self.subTest(name):
                self.assertEqual(self.data(name, date=DAY, agent_id=self.id).date, DAY)

    def test_sums(self):
        summary = self.data("analytics_summary")
        self.assertEqual((summary.total_calls.current, summary.total_calls.previous), (3, 0))
        self.assertIsNone(summary.total_calls.percent_change)
        self.assertEqual((summary.pickup_rate.current, summary.total_cost.current), (66.67, 0.5))
        self.assertEqual((summary.avg_duration_ms.current, summary.median_duration_ms), (321_000, 321_000))
        self.assertEqual((summary.period.from_, summary.period.to), (DAY, datetime.date(2026, 3, 31)))
        stats = self.data("duration_stats")
        self.assertEqual((stats.p90duration_ms, stats.short_calls_percent, stats.long_calls_percent), (544_200, 0, 50))

    def test_days_hours_and_weeks(self):
        days = self.data("call_counts_by_day").call_counts_by_day
        self.assertEqual([(day.day.day, day.count) for day in days if day.count], [(1, 2), (2, 1)])
        totals = self.data("call_outcomes_timeseries").totals
        self.assertEqual((totals.answered, totals.no_answer, totals.total), (2, 1, 3))
        hours = self.data("hourly_performance").hours
        self.assertEqual([hour.hour for hour in hours if hour.total_calls], [9, 10])
        weeks = self.data("weekly_trends").weeks
        self.assertEqual([week.week_start for week in weeks], [datetime.date(2026, 2, 23), datetime.date(2026, 3, 2)])
        self.assertEqual((weeks[1].avg_duration, weeks[1].p90duration), (600, 600))

    def test_agents_numbers_and_attempts(self):
        agents = self.data("agent_performance", **self.query, sort_by="pickupRate", sort_order="asc", limit=1).agents
        self.assertEqual([(agent.agent_id, agent.total_calls) for agent in agents], [(self.id, 3)])
        numbers = self.data("pickup_rate_by_number").numbers
        self.assertEqual([(number.phone_number, number.total_calls) for number in numbers], [("+4930654321", 3)])
        self.assertEqual(numbers[0].last_active_date, datetime.date(2026, 3, 2))
        cohorts = self.data("attempt_cohort")
        self.assertEqual((cohorts.total_unique_numbers, [cohort.total_calls for cohort in cohorts.cohorts]), (2, [2, 1]))

    def test_one_day(self):
        query = {"date": DAY, "agent_id": self.id}
        summary = self.data("daily_call_summary", **query)
        self.assertEqual((summary.total_calls, summary.answered_calls, summary.unanswered_calls), (2, 1, 1))
        starts = self.data("call_start_distribution", **query).data_points
        self.assertEqual([(point.minute, point.call_count) for point in starts], [("09:00", 2)])
        busy = self.data("analytics_concurrency", **query, include_agents="true")
        self.assertEqual((busy.peak_concurrent, busy.by_agent[0].agent_id), (1, self.id))

    def test_the_log_and_one_call(self):
        page = self.data("call_counts_log", **self.query, page=1, limit=2)
        self.assertEqual([call.call_id for call in page.calls][:1], self.ids[2:])
        self.assertEqual((page.total_calls, page.total_pages, page.calls[0].call_duration_ms), (3, 2, 600_000))
        self.assertEqual(page.calls[0].timestamp, utc(2026, 3, 2, 10))
        said = self.take(calls.call(self.id, turns=2, startedAt="2026-01-01T09:00:00Z", endedAt="2026-01-01T09:00:09Z"))
        found = self.atoms.analytics.get_conversation_details(said).data
        strict(self, found)
        self.assertEqual((found.agent_name, found.call_duration_ms, len(found.transcript)), ("counted", 9000, 2))
        self.assertTrue(found.transcript[0].text.startswith("Good morning"))

    def test_what_is_wrong_is_refused(self):
        with self.assertRaises(BadRequestError):
            self.atoms.analytics.get_analytics_summary(date_from=utc(2026, 3, 2), date_to=utc(2026, 3, 1))
        with self.assertRaises(NotFoundError):
            self.atoms.analytics.get_conversation_details("CALL-1737000000000-ffffff")
        self.assertEqual(self.data("analytics_summary", agent_id=NOBODY, **MONTH).total_calls.current, 0)


class Campaigns(SdkTest):
    def test_there_are_none(self):
        page = self.atoms.campaigns.list(page=1, offset=5).data
        self.assertEqual((page.campaigns, page.total_campaign_count, page.pagination.has_more), ([], 0, False))
        for id in (NOBODY, "x"):
            with self.assertRaises(BadRequestError):
                self.atoms.campaigns.get(id)
        with self.assertRaises(NotFoundError):
            self.atoms.campaigns.delete(NOBODY)
        with self.assertRaises(BadRequestError):
            b"".join(self.atoms.campaigns.export_campaign_logs(NOBODY))


def strict(test, model):
    """The SDK builds its models unchecked; this checks what stands in them, and that nothing stands there that they do not know."""
    if isinstance(model, list):
        for one in model:
            strict(test, one)
    if not isinstance(model, BaseModel):
        return
    test.assertFalse(model.__pydantic_extra__, type(model).__name__)
    fields = {name: getattr(model, name) for name in type(model).model_fields}
    type(model).model_validate(fields)
    for value in fields.values():
        strict(test, value)
