"""Calls as the Atoms API shows them: list, search, detail and what belongs to one call."""
import datetime

from smallestai.atoms.helpers import as_page
from smallestai.errors import ApiError, BadRequestError, NotFoundError

from sdk.world import SdkTest, utc
from support import calls

UNKNOWN = "CALL-1737000000000-ffffff"


class Analysed(SdkTest):
    """One call that was answered, looked at from every side."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls()
        cls.id = test.agent(name="measured")
        cls.version = test.publish(cls.id).id
        cls.call = calls.call(cls.id, recordingUrl="https://recordings.example/1.wav")
        cls.call_id = test.take(cls.call)
        test.analysed(cls.call_id)

    def test_the_detail_has_the_transcript_and_every_metric(self):
        found = self.atoms.calls.get(id=self.call_id).data
        self.assertEqual((found.call_id, found.status, found.type), (self.call_id, "completed", "telephony_inbound"))
        self.assertEqual((found.from_, found.to, found.duration), ("+4930123456", "+4930654321", 42))
        self.assertEqual([(turn.role, turn.content) for turn in found.transcript],
                         [(turn["role"], turn["content"]) for turn in self.call["transcript"]])
        for turn in found.transcript:
            self.assertIsNotNone(datetime.datetime.fromisoformat(turn.timestamp.replace("Z", "+00:00")).tzinfo)
        self.assertEqual(found.variables["order"], self.call["variables"]["order"])
        self.assertEqual(found.recording_url, "https://recordings.example/1.wav")
        raw = self.http.get(f"/atoms/v1/conversation/{self.call_id}").json["data"]
        self.assertEqual(raw["agent"]["_id"], self.id)
        self.assertIsInstance(found.post_call_analytics.summary, str)
        metrics = found.post_call_analytics.disposition_metrics
        self.assertEqual([one.identifier for one in metrics], [one["identifier"] for one in calls.METRICS])
        for metric, asked in zip(metrics, calls.METRICS):
            self.assertIsInstance(metric.value, (str, type(None)))
            self.assertTrue(0 <= metric.confidence <= 1)
            self.assertIsInstance(metric.reasoning, str)
            self.assertEqual(metric.dispositionMetricPrompt, asked["dispositionMetricPrompt"])
            self.assertEqual(metric.dispositionMetricType, asked["dispositionMetricType"])
        by_name = {one.identifier: one.value for one in metrics}
        self.assertIn(by_name["issue_resolved"], ("true", "false", None))
        self.assertIn(by_name["outcome"], ("solved", "call_back", "none", None))

    def test_the_list_has_it_with_its_metrics(self):
        page = self.atoms.calls.list(agent_ids=self.id)
        self.assertEqual(as_page(page).total_count, 1)
        one = page.data.logs[0]
        self.assertEqual((one.call_id, one.agent_id, one.version_id), (self.call_id, self.id, self.version))
        self.assertEqual(one.created_at.tzinfo.utcoffset(None), datetime.timedelta(0))
        self.assertEqual(set(one.disposition_metrics), {metric["identifier"] for metric in calls.METRICS})
        wanted = [{"identifier": each["identifier"], "type": each["dispositionMetricType"]} for each in calls.METRICS]
        self.assertEqual([each.dict() for each in one.agent_disposition_config], wanted)
        self.assertEqual([each.dict() for each in page.data.disposition_metrics_config], wanted)
        pagination = page.data.pagination
        self.assertEqual((pagination.total, pagination.page, pagination.limit, pagination.has_more,
                          pagination.total_pages), (1, 1, 5, False, 1))

    def test_search_leaves_unknown_ids_out(self):
        found = self.atoms.calls.search(call_ids=[self.call_id, UNKNOWN]).data
        self.assertEqual((found.requested_count, found.total, [one.call_id for one in found.logs]),
                         (2, 1, [self.call_id]))

    def test_retries_and_recording(self):
        retries = self.atoms.conversations.list_retry_attempts(self.call_id).data.retries
        self.assertEqual([one["callId"] for one in retries][:1], [self.call_id])
        url = self.atoms.conversations.get_a_time_limited_recording_download_url(self.call_id).data.presigned_url
        self.assertTrue(url.startswith("http"))

    def test_a_finished_call_has_no_live_events_and_cannot_be_cancelled(self):
        with self.assertRaises(BadRequestError):
            list(self.atoms.live_transcripts.subscribe_to_live_events(call_id=self.call_id))
        with self.assertRaises(BadRequestError):
            self.atoms.conversations.cancel(call_id=self.call_id)
        with self.assertRaises(NotFoundError):
            list(self.atoms.live_transcripts.subscribe_to_live_events(call_id=UNKNOWN))

    def test_the_agent_counts_and_lists_its_calls(self):
        logs = self.atoms.agents.get_agent_call_logs(self.id, page=1, offset=10).data
        self.assertEqual((logs.total_count, [one.call_id for one in logs.call_logs]), (1, [self.call_id]))
        one = logs.call_logs[0]
        self.assertEqual((one.call_status, one.call_type, one.call_duration), ("completed", "telephony_inbound", 42000))
        self.assertEqual(self.atoms.agents.get_agent(id=self.id).data.total_calls, 1)

    def test_the_analytics_helper_reads_the_same(self):
        self.assertEqual(self.analytics.get_call(self.call_id)["data"]["callId"], self.call_id)
        listed = self.analytics.get_calls(agent_id=self.id, status="completed", call_type="telephony_inbound",
                                          search=self.call_id)
        self.assertEqual([one["callId"] for one in listed["data"]["logs"]], [self.call_id])
        self.assertEqual(self.analytics.search_calls([self.call_id])["data"]["total"], 1)

    def test_an_old_result_stands_when_the_questions_change(self):
        before = self.http.get(f"/atoms/v1/conversation/{self.call_id}").json["data"]["postCallAnalytics"]
        self.analytics.set_post_call_config(self.id, disposition_metrics=[calls.METRICS[0]])
        after = self.http.get(f"/atoms/v1/conversation/{self.call_id}").json["data"]["postCallAnalytics"]
        self.assertEqual(after, before)
        self.analytics.set_post_call_config(self.id, disposition_metrics=calls.METRICS)


class Filters(SdkTest):
    """Calls without a word, so that no model is asked; each filter finds what it should."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls()
        cls.id = test.agent(name="filtered")
        other = {"type": "webcall", "status": "no_answer", "endedAt": "2026-03-01T09:02:00Z", "from": None, "to": None}
        cls.long = {"endedAt": "2026-03-01T09:10:00Z", "disconnectionReason": "user_hangup"}
        cls.ids = [test.take(calls.call(cls.id, turns=0, **more)) for more in ({}, other, cls.long)]

    def found(self, **query):
        logs = self.atoms.calls.list(agent_ids=self.id, limit=50, sort_by="createdAt", sort_order="asc", **query).data.logs
        return [self.ids.index(one.call_id) for one in logs]

    def test_each_filter(self):
        for query, wanted in (
            ({}, [0, 1, 2]),
            ({"call_types": "webcall"}, [1]),
            ({"call_types": "telephony_inbound,webcall"}, [0, 1, 2]),
            ({"status_filter": "completed"}, [0, 2]),
            ({"status_filter": "completed,no_answer"}, [0, 1, 2]),
            ({"duration_filter": "30-60"}, [0]),
            ({"duration_filter": "1-5,5+"}, [1, 2]),
            ({"duration_filter": "0-30"}, []),
            ({"disconnect_reason_filter": "user_hangup"}, [2]),
            ({"call_attempt_filter": "all"}, [0, 1, 2]),
            ({"call_attempt_filter": "initial"}, [0, 1, 2]),
            ({"call_attempt_filter": "retry"}, []),
            ({"campaign_ids": "0123456789abcdef01234567"}, []),
            ({"search": self.ids[1]}, [1]),
            ({"search": "4930123456"}, [0, 2]),
            ({"date_from": utc(2020, 1, 1)}, [0, 1, 2]),
            ({"date_to": utc(2020, 1, 1)}, []),
        ):
            with self.subTest(query=query):
                self.assertEqual(self.found(**query), wanted)

    def test_the_version_filter_takes_the_version_of_the_calls(self):
        version = self.atoms.agents.get_agent(id=self.id).data.active_version_id
        self.assertEqual(self.found(version_filter=version), [0, 1, 2])
        self.assertEqual(self.found(version_filter="0123456789abcdef01234567"), [])

    def test_pages_and_sorting(self):
        def page(number, **query):
            data = self.atoms.calls.list(agent_ids=self.id, page=number, limit=2, **query).data
            return [self.ids.index(one.call_id) for one in data.logs], data.pagination
        first, pagination = page(1, sort_by="callDuration", sort_order="desc")
        self.assertEqual((first, pagination.total, pagination.total_pages, pagination.has_more), ([2, 1], 3, 2, True))
        last, pagination = page(2, sort_by="callDuration", sort_order="desc")
        self.assertEqual((last, pagination.has_more), ([0], False))
        self.assertEqual(self.atoms.calls.list(agent_ids=self.id, limit=100000).data.pagination.limit, 500)

    def test_a_call_without_a_transcript_has_the_deterministic_result(self):
        silent = self.agent(name="silent")
        self.publish(silent, {"dispositionMetrics": [calls.METRICS[0]]})
        found = self.analysed(self.take(calls.call(silent, turns=0, status="no_answer")))
        metric = found.post_call_analytics.disposition_metrics[0]
        self.assertEqual((metric.value, metric.confidence), (None, 0))
        self.assertIn("transcript", metric.reasoning)

    def test_an_unfinished_call_waits_and_is_cancelled(self):
        waiting = calls.call(self.agent(), turns=0, status="in_queue", endedAt=None)
        call_id = self.take(waiting)
        self.assertIsNone(self.atoms.calls.get(id=call_id).data.post_call_analytics)
        done = self.atoms.conversations.cancel(call_id=call_id, reason="changed our mind").data
        self.assertEqual((done.call_id, done.status, done.previous_status), (call_id, "cancelled", "in_queue"))
        second = self.take(calls.call(waiting["agentId"], turns=0, status="in_queue", endedAt=None))
        self.assertEqual(self.atoms.conversations.cancel_queued(second).data.call_id, second)

    def test_unknown_calls_are_not_found(self):
        for ask in (lambda: self.atoms.calls.get(id=UNKNOWN),
                    lambda: self.atoms.conversations.list_retry_attempts(UNKNOWN),
                    lambda: self.atoms.conversations.get_a_time_limited_recording_download_url(UNKNOWN),
                    lambda: self.atoms.conversations.cancel(call_id=UNKNOWN)):
            with self.assertRaises(NotFoundError) as raised:
                ask()
            self.assertEqual(raised.exception.body["status"], False)

    def test_wrong_queries_are_refused(self):
        for query in ({"sort_by": "nonsense"}, {"sort_order": "sideways"}):
            with self.subTest(query=query), self.assertRaises(BadRequestError) as raised:
                self.atoms.calls.list(**query)
            self.assertTrue(raised.exception.body["errors"][0])
        with self.assertRaises(ApiError):
            self.atoms.calls.search(call_ids=[])
