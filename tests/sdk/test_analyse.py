"""The stateless analysis: a transcript and metrics in, answers out."""
from smallestai.errors import ApiError

from sdk import world
from sdk.world import SdkTest
from support import calls

TALK = "User: I would like my money back. Agent: It is on its way to you, it will be there tomorrow. User: Great, thanks."


class Analyse(SdkTest):
    def ask(self, metrics, transcript=TALK):
        return self.sdk.waves.post_call_analysis.analyze(transcript=transcript, disposition_metrics=metrics)

    def test_every_metric_is_answered_in_text(self):
        asked = [metric for metric in calls.METRICS if metric["dispositionMetricType"] != "DATETIME"]
        asked.append({"identifier": "in_short", "dispositionMetricPrompt": "Sum it up.",
                      "dispositionMetricType": "SUMMARY"})
        found = self.ask(asked)
        self.assertIsInstance(found.summary, str)
        self.assertEqual([one.identifier for one in found.disposition_metrics], [one["identifier"] for one in asked])
        for one in found.disposition_metrics:
            self.assertIsInstance(one.value, str, one.identifier)
            self.assertTrue(0 <= one.confidence <= 1)
            self.assertIsInstance(one.reasoning, str)
        values = {one.identifier: one.value for one in found.disposition_metrics}
        # An empty text stands for what the call does not say.
        self.assertIn(values["issue_resolved"], ("true", "false", ""))
        self.assertIn(values["outcome"], ("solved", "call_back", "none", ""))

    def test_no_metrics_give_a_summary(self):
        found = self.ask([])
        self.assertTrue(found.summary)
        self.assertEqual(found.disposition_metrics, [])

    def test_text_from_a_prompt(self):
        self.assertIsInstance(self.sdk.waves.post_call_analysis.generate(prompt="Say hello.").output, str)

    def test_what_is_refused(self):
        for metrics, transcript in (([{"identifier": "x"}], TALK), (calls.METRICS[:1], None)):
            with self.subTest(metrics=metrics, transcript=transcript), self.assertRaises(ApiError) as raised:
                self.ask(metrics, transcript)
            self.assertEqual(raised.exception.status_code, 400)
        with self.assertRaises(ApiError) as raised:
            world.client("sk_nobody").waves.post_call_analysis.analyze(transcript=TALK, disposition_metrics=[])
        self.assertEqual(raised.exception.status_code, 401)
