"""The SDK's helpers that are written by hand: metrics of an agent, tools, several prompts in one agent."""
import requests
from smallestai.atoms.helpers import IntentRouter, MultiAgent, Playbook, PlaybooksConfig

from sdk import world
from sdk.world import SdkTest
from support import calls


class PostCallConfig(SdkTest):
    def test_what_is_set_comes_back_and_is_active_at_once(self):
        agent = self.agent()
        before = self.atoms.agents.get_agent(id=agent).data.active_version_id
        self.analytics.set_post_call_config(agent, summary_prompt="In one sentence.", disposition_metrics=calls.METRICS)
        found = self.analytics.get_post_call_config(agent)["data"]
        self.assertEqual((found["summaryPrompt"], found["dispositionMetrics"]), ("In one sentence.", calls.METRICS))
        after = self.atoms.agents.get_agent(id=agent).data
        self.assertNotEqual(after.active_version_id, before)
        self.assertEqual(after.resolved_config.post_call_analytics_config.summary_prompt, "In one sentence.")
        # One field alone leaves the others as they are.
        self.analytics.set_post_call_config(agent, disposition_metrics=calls.METRICS[:1])
        found = self.analytics.get_post_call_config(agent)["data"]
        self.assertEqual((found["summaryPrompt"], found["dispositionMetrics"]), ("In one sentence.", calls.METRICS[:1]))

    def test_a_new_agent_has_none(self):
        found = self.analytics.get_post_call_config(self.agent())["data"]
        self.assertEqual(found["dispositionMetrics"], [])

    def test_what_is_wrong_is_refused(self):
        agent = self.agent()
        with self.assertRaises(requests.HTTPError) as raised:
            self.analytics.set_post_call_config(agent, disposition_metrics=[calls.METRICS[0], calls.METRICS[0]])
        self.assertEqual(raised.exception.response.status_code, 400)
        self.assertEqual(self.analytics.get_post_call_config(agent)["data"]["dispositionMetrics"], [])
        with self.assertRaises(requests.HTTPError):
            self.analytics.get_post_call_config(world.NOBODY)


class Tools(SdkTest):
    def test_tools_are_added_and_removed_and_the_prompt_stays(self):
        agent = self.agent(global_prompt="Be kind.")
        self.tools.add_transfer_call(agent, number="+15551234567")
        self.tools.set_tools(agent, [{"type": "end_call", "name": "bye", "description": "Ends the call."}])
        self.assertEqual({one.name for one in self.tools.get_tools(agent)}, {"transfer_call", "bye"})
        self.tools.remove_tool(agent, "transfer_call")
        self.assertEqual([one.name for one in self.tools.get_tools(agent)], ["bye"])
        found = self.atoms.agents.get_agent(id=agent).data.resolved_config
        self.assertEqual((found.global_prompt, [one.name for one in found.tools]), ("Be kind.", ["bye"]))

    def test_tools_keep_a_prompt_that_a_draft_set(self):
        agent = self.agent()
        self.versioning.edit_and_publish(agent, self.main(agent), poll_interval=0.1, request_options={
            "additional_body_parameters": {"singlePromptConfig": {"prompt": "You are Ada.", "tools": []}}})
        self.tools.add_transfer_call(agent, number="+15551234567")
        self.assertEqual(self.atoms.agents.get_agent(id=agent).data.resolved_config.prompt, "You are Ada.")


class SeveralPrompts(SdkTest):
    def test_a_config_that_is_not_ours_comes_back_untouched(self):
        config = PlaybooksConfig(
            router=IntentRouter(fallback_playbook_id="general"),
            playbooks=[Playbook(id="general", name="General", intent_name="general",
                                intent_description="Everything.", prompt="Help.")])
        helper = MultiAgent(self.sdk)
        agent = helper.create_agent(name="several", config=config)
        self.assertEqual(helper.read_config(agent), config)
