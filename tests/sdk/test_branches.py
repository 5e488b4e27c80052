"""Branches and revisions: the second of the two ways to change a config."""
from smallestai.atoms.helpers import BaseRevisionUnavailableError, DraftConflictError
from smallestai.errors import ApiError, BadRequestError, ConflictError, NotFoundError

from sdk import world
from sdk.world import SdkTest
from support import calls

METRICS = {"additional_body_parameters": {"postCallAnalyticsConfig": calls.CONFIG}}


class Branches(SdkTest):
    def setUp(self):
        self.branches = self.atoms.agent_versioning_branches
        self.revisions = self.atoms.agent_versioning_revisions
        self.id = self.agent()
        self.branch = self.main(self.id)
        self.first = self.atoms.agents.get_agent(id=self.id).data.active_version_id

    def update(self, **fields):
        return self.branches.update_draft(id=self.id, branch_id=self.branch, **fields).data

    def test_metrics_go_from_draft_to_the_active_version(self):
        snapshot = self.update(request_options=METRICS)
        self.assertEqual(snapshot.status, "draft")
        draft = self.branches.get_draft(id=self.id, branch_id=self.branch).data
        self.assertIsNotNone(draft.latest.draft_revision)
        self.assertEqual(draft.edit_count, 1)
        self.assertEqual(draft.edit_history[0].changed_sections, ["analytics"])
        self.assertTrue(self.branches.get(id=self.id, branch_id=self.branch).data.has_open_draft)

        diff = self.revisions.diff(id=self.id, a=self.first, b=f"{self.branch}:draft").data
        self.assertEqual([one.section for one in diff.diffs], ["analytics"])
        self.assertTrue(all(one.path.startswith("postCallAnalyticsConfig") for one in diff.diffs[0].changes))
        self.assertNotIn("analytics", diff.unchanged_sections)

        published = self.versioning.publish_and_wait(self.id, self.branch, label="metrics v1", poll_interval=0.1)
        self.assertEqual((published.status, published.label), ("published", "metrics v1"))
        found = self.atoms.agents.get_agent(id=self.id).data
        self.assertEqual(found.active_version_id, published.id)
        self.assertEqual(found.resolved_config.post_call_analytics_config.disposition_metrics[2].choices,
                         ["solved", "call_back", "none"])
        raw = self.http.get(f"/atoms/v1/agent/{self.id}").json["data"]
        for config in (raw["_resolvedConfig"]["postCallAnalyticsConfig"], raw["postCallAnalyticsConfig"]):
            self.assertEqual({key: config[key] for key in calls.CONFIG}, calls.CONFIG)
        with self.assertRaises(NotFoundError):
            self.branches.get_draft(id=self.id, branch_id=self.branch)

    def test_revisions_are_listed_newest_first_and_read_by_section(self):
        for label in ("one", "two"):
            self.publish(self.id, label=label)
        listed = self.revisions.list(id=self.id, branch_id=self.branch, limit=2, skip=0).data
        self.assertEqual((listed.total, [one.label for one in listed.revisions]), (3, ["two", "one"]))
        rest = self.revisions.list(id=self.id, branch_id=self.branch, limit=2, skip=2).data
        self.assertEqual([one.id for one in rest.revisions], [self.first])
        newest = listed.revisions[0]
        self.assertEqual((newest.revision_number, newest.is_active), (3, True))
        one = self.revisions.get(id=self.id, branch_id=self.branch, revision_id=newest.id).data
        self.assertEqual(one.revision.id, newest.id)
        metrics = one.resolved_config["analytics"]["postCallAnalyticsConfig"]["dispositionMetrics"]
        self.assertEqual(metrics, calls.METRICS)
        history = self.revisions.get_history(id=self.id, branch_id=self.branch, revision_id=listed.revisions[1].id).data
        self.assertEqual(history.revision.id, listed.revisions[1].id)
        self.assertTrue(any("analytics" in step.changed_sections for step in history.trail))

    def test_a_branch_is_forked_named_made_live_and_archived(self):
        fork = self.branches.create_branch(id=self.id, source_branch_id=self.branch, name="staging").data
        self.assertEqual((fork.name, fork.is_default, fork.source_branch_id), ("staging", False, self.branch))
        with self.assertRaises(ConflictError) as raised:
            self.branches.create_branch(id=self.id, source_branch_id=self.branch, name="staging")
        self.assertEqual(raised.exception.body["error_type"], "branch_name_exists")
        renamed = self.branches.rename(id=self.id, branch_id=fork.id, name="trial").data
        self.assertEqual(renamed.name, "trial")
        self.versioning.edit_and_publish(self.id, fork.id, global_prompt="On trial.", poll_interval=0.1)
        self.assertEqual(self.prompt(), "Be kind.")
        self.assertTrue(self.branches.make_live(id=self.id, branch_id=fork.id).data.is_live)
        self.assertEqual(self.prompt(), "On trial.")
        with self.assertRaises(ApiError) as raised:
            self.branches.archive(id=self.id, branch_id=fork.id)
        self.assertEqual(raised.exception.status_code, 403)
        self.branches.make_live(id=self.id, branch_id=self.branch)
        self.assertEqual(self.prompt(), "Be kind.")
        self.assertTrue(self.branches.archive(id=self.id, branch_id=fork.id).data.archived)
        names = [one.branch.name for one in self.branches.list(id=self.id).data.branches]
        self.assertEqual(names, ["Main"])

    def prompt(self):
        return self.atoms.agents.get_agent(id=self.id).data.resolved_config.global_prompt

    def test_an_old_revision_is_restored_as_a_new_one(self):
        self.publish(self.id)
        restored = self.revisions.restore(id=self.id, branch_id=self.branch, revision_id=self.first).data
        self.assertEqual(restored.state, "committed")
        self.assertNotIn(restored.revision.id, (self.first, None))
        self.assertEqual(restored.revision.restored_from_revision_id, self.first)
        config = self.http.get(f"/atoms/v1/agent/{self.id}").json["data"]["_resolvedConfig"]
        self.assertFalse((config.get("postCallAnalyticsConfig") or {}).get("dispositionMetrics"))
        self.assertEqual(self.revisions.list(id=self.id, branch_id=self.branch).data.total, 3)

    def test_a_draft_is_discarded(self):
        self.update(first_message="never")
        self.assertTrue(self.branches.discard_draft(id=self.id, branch_id=self.branch).data.discarded)
        with self.assertRaises(NotFoundError):
            self.branches.discard_draft(id=self.id, branch_id=self.branch)
        with self.assertRaises(NotFoundError):
            self.branches.publish_draft(id=self.id, branch_id=self.branch)
        self.assertTrue(self.branches.cancel_publish(id=self.id, branch_id=self.branch).data.cancelled)

    def test_two_people_lose_no_edit_silently(self):
        base = self.update(first_message="one").draft_revision
        self.update(global_prompt="two", expected_revision=base)
        with self.assertRaises(DraftConflictError) as raised:
            self.versioning.update_draft(self.id, self.branch, first_message="three", expected_revision=base)
        self.assertEqual((raised.exception.expected_revision, raised.exception.latest_revision), (base, base + 1))
        with self.assertRaises(BaseRevisionUnavailableError):
            self.versioning.update_draft(self.id, self.branch, first_message="four", expected_revision=999)
        # Without an expected revision the newest is built upon, field by field.
        self.update(background_sound="cafe")
        self.versioning.publish_and_wait(self.id, self.branch, poll_interval=0.1)
        found = self.atoms.agents.get_agent(id=self.id).data.resolved_config
        self.assertEqual((found.first_message, found.global_prompt, found.background_sound), ("one", "two", "cafe"))

    def test_a_body_without_a_config_field_is_refused(self):
        for body in ({"analytics": calls.CONFIG}, {"nonsense": 1}, {}):
            with self.subTest(body=body), self.assertRaises(BadRequestError):
                self.update(request_options={"additional_body_parameters": body})
        with self.assertRaises(BadRequestError) as raised:
            wrong = {"dispositionMetrics": [{"identifier": "Not Lower", "dispositionMetricPrompt": "?",
                                             "dispositionMetricType": "BOOLEAN"}]}
            self.update(request_options={"additional_body_parameters": {"postCallAnalyticsConfig": wrong}})
        self.assertIn("identifier", raised.exception.body["errors"][0])

    def test_unknown_branches_and_revisions_are_not_found(self):
        for ask in (lambda: self.branches.get(id=self.id, branch_id=world.NOBODY),
                    lambda: self.branches.list(id=world.NOBODY),
                    lambda: self.branches.make_live(id=self.id, branch_id=world.NOBODY)):
            with self.assertRaises(NotFoundError):
                ask()
        with self.assertRaises(ApiError) as raised:
            self.revisions.get(id=self.id, branch_id=self.branch, revision_id=world.NOBODY)
        self.assertIn(raised.exception.status_code, (400, 404))
