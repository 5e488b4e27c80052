"""The asynchronous client, once through the whole way."""
import asyncio

from smallestai.errors import NotFoundError

from sdk import world
from sdk.world import SdkTest
from support import calls


class Asynchronous(SdkTest):
    def test_from_agent_to_answer(self):
        asyncio.run(self.whole_way())

    async def whole_way(self):
        client = world.async_client()
        atoms = client.atoms
        agent = (await atoms.agents.create_agent(name="async")).data
        branch = (await atoms.agent_versioning_branches.list(id=agent)).data.branches[0].branch.id
        await atoms.agent_versioning_branches.update_draft(id=agent, branch_id=branch, request_options={
            "additional_body_parameters": {"postCallAnalyticsConfig": {"dispositionMetrics": calls.METRICS[:1]}}})
        done = (await atoms.agent_versioning_branches.publish_draft(id=agent, branch_id=branch, label=None)).data
        self.assertEqual(done.state, "committed")
        found, listed = await asyncio.gather(atoms.agents.get_agent(id=agent), atoms.agents.list_agents(search="async"))
        self.assertEqual(found.data.active_version_id, done.revision.id)
        self.assertIn(agent, [one.id for one in listed.data.agents])
        call_id = self.take(calls.call(agent, turns=0))
        for _ in range(200):
            call = (await atoms.calls.get(id=call_id)).data
            if call.post_call_analytics is not None:
                break
            await asyncio.sleep(0.1)
        self.assertEqual(call.post_call_analytics.disposition_metrics[0].identifier, "issue_resolved")
        with self.assertRaises(NotFoundError):
            await atoms.calls.get(id="CALL-1737000000000-ffffff")
