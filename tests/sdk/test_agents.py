"""Agents, the user and the account, through the SDK."""
import re

from smallestai.atoms.helpers import as_page
from smallestai.errors import BadRequestError, ConflictError, UnauthorizedError

from sdk import world
from sdk.world import SdkTest

ID = re.compile(r"[0-9a-f]{24}")


class Account(SdkTest):
    def test_the_user_belongs_to_an_organisation(self):
        user = self.atoms.user.get_user_details().data
        self.assertRegex(user.organization_id, ID)
        for field in (user.first_name, user.last_name, user.user_email):
            self.assertIsInstance(field, str)
        self.assertEqual(self.atoms.user.get_subscription().data.organization, user.organization_id)
        account = self.atoms.account.get_account_details()
        self.assertIn(user.organization_id, [one.org_id for one in account.organizations])

    def test_an_unknown_key_is_unauthorized(self):
        for key in ("sk_nobody", "nonsense"):
            with self.assertRaises(UnauthorizedError) as raised:
                world.client(key).atoms.user.get_user_details()
            self.assertEqual(raised.exception.body["status"], False)
            self.assertTrue(raised.exception.body["errors"])


class Agents(SdkTest):
    def test_a_new_agent_has_a_published_version_on_main(self):
        agent = self.agent(name="fresh", description="d", first_message="Hello", global_prompt="Be kind.")
        self.assertRegex(agent, ID)
        found = self.atoms.agents.get_agent(id=agent).data
        self.assertEqual((found.id, found.name, found.description), (agent, "fresh", "d"))
        self.assertRegex(found.active_version_id, ID)
        self.assertEqual(found.version_id, found.active_version_id)
        self.assertEqual((found.first_message, found.resolved_config.first_message), ("Hello", "Hello"))
        self.assertEqual(found.resolved_config.global_prompt, "Be kind.")
        branches = self.atoms.agent_versioning_branches.list(id=agent).data.branches
        self.assertEqual([one.branch.name for one in branches], ["Main"])
        self.assertTrue(branches[0].is_live)
        self.assertEqual(branches[0].branch.head_revision_id, found.active_version_id)
        versions = self.atoms.agent_versioning_versions.list_published_versions(agent).data
        self.assertEqual([one.id for one in versions.versions], [found.active_version_id])
        self.assertTrue(versions.versions[0].is_active)

    def test_what_is_given_at_creation_comes_back(self):
        given = {
            "slm_model": "gpt-4o", "background_sound": "office", "allow_interruptions": False,
            "language": {"default": "en", "supported": ["en", "hi"]}, "timezone": {"label": "Berlin", "offset": 60},
            "default_variables": {"shop": "Ferncliff"}, "interruption_backoff_timer": 3,
            "smart_turn_config": {"isEnabled": True, "waitTimeInSecs": 2},
            "pronunciation_dicts": [{"word": "Ferncliff", "pronunciation": "fern cliff"}],
            "call_disposition_config": "Say how it went.", "session_timeout_config": {"timeoutTimeInSecs": 600},
        }
        found = self.atoms.agents.get_agent(id=self.agent(**given)).data
        self.assertEqual(found.slm_model, "gpt-4o")
        self.assertEqual(found.background_sound, "office")
        self.assertIs(found.allow_interruptions, False)
        self.assertEqual((found.language.default, found.language.supported), ("en", ["en", "hi"]))
        self.assertEqual((found.timezone.label, found.timezone.offset), ("Berlin", 60))
        self.assertEqual(found.default_variables, {"shop": "Ferncliff"})
        self.assertEqual(found.smart_turn_config.wait_time_in_secs, 2)
        self.assertEqual(found.pronunciation_dicts[0].word, "Ferncliff")
        self.assertEqual(found.resolved_config.call_disposition_config, "Say how it went.")
        self.assertEqual(found.session_timeout_config.timeout_time_in_secs, 600)

    def test_name_and_description_change_and_config_does_not(self):
        agent = self.agent(name="before")
        self.assertEqual(self.atoms.agents.update_agent(agent, name="after", description="new").data, agent)
        found = self.atoms.agents.get_agent(id=agent).data
        self.assertEqual((found.name, found.description), ("after", "new"))
        with self.assertRaises(BadRequestError):
            self.atoms.agents.update_agent(agent, name="x", request_options={
                "additional_body_parameters": {"globalPrompt": "Be rude."}})
        self.assertEqual(self.atoms.agents.get_agent(id=agent).data.name, "after")

    def test_the_list_is_searched_sorted_and_cut_into_pages(self):
        for number in range(3):
            self.agent(name=f"needle {number}")
        page = as_page(self.atoms.agents.list_agents(search="needle", offset=2, sort_field="name", sort_order="asc"))
        self.assertEqual([one.name for one in page.items], ["needle 0", "needle 1"])
        self.assertEqual(page.total_count, 3)
        page = as_page(self.atoms.agents.list_agents(search="needle", page=2, offset=2, sort_field="name",
                                                     sort_order="asc"))
        self.assertEqual([one.name for one in page.items], ["needle 2"])
        names = [one.name for one in as_page(self.atoms.agents.list_agents(
            search="needle", sort_field="name", sort_order="desc")).items]
        self.assertEqual(names, ["needle 2", "needle 1", "needle 0"])
        self.assertIsNone(page.items[0].resolved_config)

    def test_an_empty_id_reaches_the_list(self):
        self.agent()
        self.assertTrue(as_page(self.atoms.agents.get_agent(id="")).items)

    def test_archive_and_back(self):
        agent = self.agent(name="old one")

        def listed(archived):
            found = self.atoms.agents.list_agents(search="old one", archived=archived).data.agents
            return agent in [one.id for one in found]

        self.assertEqual(self.atoms.agents.archive_agent(agent).data.message, "Agent archived")
        self.assertEqual((listed(False), listed(True)), (False, True))
        with self.assertRaises(ConflictError):
            self.atoms.agents.archive_agent(agent)
        self.assertEqual(self.atoms.agents.archive_agent(agent, on=False).data.message, "Agent unarchived")
        self.assertEqual((listed(False), listed(True)), (True, False))

    def test_a_duplicate_has_the_same_config_and_its_own_versions(self):
        agent = self.agent(first_message="Twice")
        self.publish(agent)
        organisation = self.atoms.user.get_user_details().data.organization_id
        twin = self.atoms.agents.duplicate_agent(agent, target_organization_id=organisation).data.id
        self.assertNotEqual(twin, agent)
        one, other = (self.atoms.agents.get_agent(id=each).data for each in (agent, twin))
        self.assertEqual(other.resolved_config.dict(), one.resolved_config.dict())
        self.assertNotEqual(other.active_version_id, one.active_version_id)

    def test_an_unknown_agent_is_a_bad_request(self):
        with self.assertRaises(BadRequestError) as raised:
            self.atoms.agents.get_agent(id=world.NOBODY)
        self.assertEqual(raised.exception.body, {"status": False, "errors": ["No agent found"]})

    def test_the_name_is_required_and_named(self):
        with self.assertRaises(BadRequestError) as raised:
            self.atoms.agents.create_agent(name=None)
        self.assertIn("name", raised.exception.body["errors"][0])


class Templates(SdkTest):
    def test_the_library_holds_the_documented_names_with_types(self):
        found = self.atoms.disposition_metric_templates.list_disposition_metric_templates().data
        types = {one.identifier: one.disposition_metric_type for one in found}
        for identifier, kind in (("turn_taking_balance", "INTEGER"), ("instruction_adherence", "STRING"),
                                 ("clarity_of_responses", "STRING"), ("escalation_needed", "BOOLEAN"),
                                 ("ai_content_repetition_flag", "BOOLEAN")):
            self.assertEqual(types.get(identifier), kind, identifier)
        self.assertGreaterEqual(len(found), 25)
        self.assertTrue(all(one.disposition_metric_prompt for one in found))

    def test_every_template_can_be_published(self):
        found = self.http.get("/atoms/v1/disposition-metric-templates").json["data"]
        fields = ("identifier", "dispositionMetricPrompt", "dispositionMetricType", "choices")
        for start in range(0, len(found), 5):
            metrics = [{key: one[key] for key in fields if key in one} for one in found[start:start + 5]]
            self.publish(self.agent(), {"dispositionMetrics": metrics})
