"""Drafts and versions: the way that the metrics guide shows."""
from smallestai.atoms.types import DispositionMetric, PostCallAnalyticsConfig
from smallestai.errors import ApiError, BadRequestError

from sdk import world
from sdk.world import SdkTest

QUESTION = DispositionMetric(identifier="polite", disposition_metric_prompt="Was the agent polite?",
                             disposition_metric_type="BOOLEAN")


class Drafts(SdkTest):
    def setUp(self):
        self.drafts = self.atoms.agent_versioning_drafts
        self.versions = self.atoms.agent_versioning_versions
        self.id = self.agent()
        self.first = self.atoms.agents.get_agent(id=self.id).data.active_version_id

    def draft(self, name="metrics"):
        return self.drafts.create_draft(self.id, source_version_id=self.first, draft_name=name).data

    def edit(self, draft, **fields):
        if not fields:
            fields = {"post_call_analytics_config": PostCallAnalyticsConfig(disposition_metrics=[QUESTION])}
        return self.drafts.update_draft_config(self.id, draft.draft_id, **fields).data

    def test_a_metric_goes_from_draft_to_the_active_version(self):
        draft = self.draft()
        self.assertEqual((draft.status, draft.draft_name, draft.source_version_id), ("draft", "metrics", self.first))
        edited = self.edit(draft)
        self.assertEqual(edited.draft_revision, draft.draft_revision + 1)
        self.assertIn(draft.draft_id, [one.draft_id for one in self.drafts.list_active_drafts(self.id).data])

        detail = self.drafts.get_draft_detail(self.id, draft.draft_id, limit=10).data
        self.assertEqual(detail.edit_count, 1)
        self.assertIn("analytics", detail.edit_history[0].changed_sections)
        self.assertEqual(detail.latest.draft_revision, edited.draft_revision)
        diff = self.drafts.get_draft_diff(self.id, draft.draft_id).data
        self.assertTrue(diff.has_changes)
        self.assertTrue(diff.sections["analytics"].changed)
        seen = self.atoms.agents.get_agent(id=self.id, draft_id=draft.draft_id).data
        self.assertEqual(seen.config_source, "draft")
        self.assertEqual(seen.resolved_config.post_call_analytics_config.disposition_metrics[0].identifier, "polite")

        self.assertEqual(self.drafts.rename_draft(self.id, draft.draft_id, draft_name="other").data.draft_name, "other")
        done = self.drafts.publish_draft(self.id, draft.draft_id, label="with a metric", activate=True).data
        self.assertEqual((done.status, done.label, done.is_active), ("published", "with a metric", True))
        found = self.atoms.agents.get_agent(id=self.id).data
        self.assertEqual(found.active_version_id, done.id)
        self.assertEqual([one.identifier for one in found.resolved_config.post_call_analytics_config.disposition_metrics],
                         ["polite"])
        self.assertEqual(self.drafts.list_active_drafts(self.id).data, [])

    def test_publishing_without_activation_changes_nothing_that_runs(self):
        draft = self.draft()
        self.edit(draft)
        done = self.drafts.publish_draft(self.id, draft.draft_id).data
        self.assertFalse(done.is_active)
        self.assertEqual(self.atoms.agents.get_agent(id=self.id).data.active_version_id, self.first)
        active = self.versions.activate_version(self.id, done.id).data
        self.assertTrue(active.is_active)
        self.assertEqual(self.atoms.agents.get_agent(id=self.id).data.active_version_id, done.id)
        # Again is no error.
        self.versions.activate_version(self.id, done.id)

    def test_versions_are_listed_described_pinned_and_compared(self):
        draft = self.draft()
        self.edit(draft)
        done = self.drafts.publish_draft(self.id, draft.draft_id, label="l", description="d", activate=True).data
        listed = self.versions.list_published_versions(self.id, limit=20, skip=0).data
        self.assertEqual((listed.total, [one.id for one in listed.versions]), (2, [done.id, self.first]))
        detail = self.versions.get_version_detail(self.id, done.id).data
        self.assertEqual((detail.version.label, detail.version.description), ("l", "d"))
        self.assertIn("postCallAnalyticsConfig", detail.resolved_config["analytics"])
        pinned = self.versions.update_version_metadata(self.id, self.first, is_pinned=True, label="first").data
        self.assertEqual((pinned.is_pinned, pinned.label), (True, "first"))
        only = self.versions.list_published_versions(self.id, is_pinned=True).data
        self.assertEqual(([one.id for one in only.versions], only.total), ([self.first], 2))
        diff = self.versions.diff_two_versions(self.id, version_a=self.first, version_b=done.id).data
        self.assertEqual([one.section for one in diff.diffs], ["analytics"])
        old = self.atoms.agents.get_agent(id=self.id, version_id=self.first).data
        self.assertEqual(old.config_source, "version")
        self.assertFalse((old.resolved_config.post_call_analytics_config
                          and old.resolved_config.post_call_analytics_config.disposition_metrics))

    def test_a_version_is_a_revision(self):
        draft = self.draft()
        self.edit(draft)
        done = self.drafts.publish_draft(self.id, draft.draft_id, activate=True).data
        revision = self.atoms.agent_versioning_revisions.get(
            id=self.id, branch_id=self.main(self.id), revision_id=done.id).data
        self.assertEqual(revision.revision.id, done.id)
        published = self.publish(self.id)
        self.assertEqual(self.versions.get_version_detail(self.id, published.id).data.version.id, published.id)

    def test_a_draft_of_a_draft_and_a_discarded_one(self):
        draft = self.draft()
        self.edit(draft)
        second = self.drafts.create_draft(self.id, source_draft_id=draft.draft_id, draft_name="second").data
        self.assertNotEqual(second.draft_id, draft.draft_id)
        found = self.atoms.agents.get_agent(id=self.id, draft_id=second.draft_id).data
        self.assertEqual(found.resolved_config.post_call_analytics_config.disposition_metrics[0].identifier, "polite")
        self.assertIsNone(self.drafts.discard_draft(self.id, second.draft_id).data)
        self.assertEqual([one.draft_id for one in self.drafts.list_active_drafts(self.id).data], [draft.draft_id])
        with self.assertRaises(ApiError) as raised:
            self.edit(second)
        self.assertIn(raised.exception.status_code, (404, 409))

    def test_what_is_refused(self):
        draft = self.draft()
        with self.assertRaises(BadRequestError):
            self.drafts.create_draft(self.id, draft_name="of nothing")
        with self.assertRaises(BadRequestError):
            self.edit(draft, request_options={"additional_body_parameters": {"name": "not a config field"}})
        with self.assertRaises(BadRequestError):
            metric = DispositionMetric(identifier="which", disposition_metric_prompt="?", disposition_metric_type="ENUM",
                                       choices=None)
            self.edit(draft, post_call_analytics_config=PostCallAnalyticsConfig(disposition_metrics=[metric]))
        self.assertEqual(self.drafts.get_draft_detail(self.id, draft.draft_id).data.edit_count, 0)
        with self.assertRaises(ApiError) as raised:
            self.versions.get_version_detail(self.id, world.NOBODY)
        self.assertIn(raised.exception.status_code, (400, 404))
