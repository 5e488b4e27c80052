"""One server for all tests of this folder, and the clients that point at it."""
import atexit
import datetime
import functools
import unittest

from smallestai import AsyncSmallestAI, SmallestAI
from smallestai.atoms.helpers import AgentTools, CallAnalytics, Versioning
from smallestai.environment import SmallestAIEnvironment

from support import calls, places
from support.process import until
from support.server import Server

# On a machine that has much else to do.
ANALYSIS_SECONDS = 240
NOBODY = "0123456789abcdef01234567"


@functools.cache
def server():
    """Started by the first test that needs it, with the small model."""
    made = Server(model=places.model()).start()
    atexit.register(made.close)
    return made


def environment():
    url = server().url
    return SmallestAIEnvironment(atoms=url + "/atoms/v1", waves=url, waves_ws=url.replace("http", "ws", 1), payment=url)


def client(key=None, **options):
    """No retries: what the server says first is what a test is about."""
    options = {"timeout": ANALYSIS_SECONDS, **options}
    return SmallestAI(api_key=key or server().key, environment=environment(), max_retries=0, **options)


def async_client():
    return AsyncSmallestAI(api_key=server().key, environment=environment(), max_retries=0, timeout=ANALYSIS_SECONDS)


class SdkTest(unittest.TestCase):
    """`self.sdk` is the client, `self.atoms` its part for agents and calls, `self.http` the server without the SDK."""

    @classmethod
    def setUpClass(cls):
        cls.sdk = client()
        cls.atoms = cls.sdk.atoms
        cls.http = server().client()
        cls.versioning = Versioning(cls.sdk)
        base = {"base_url": server().url + "/atoms/v1", "api_key": server().key}
        cls.analytics = CallAnalytics(**base)
        cls.tools = AgentTools(**base, poll_interval=0.1)

    def agent(self, **config):
        return self.atoms.agents.create_agent(**{"name": "test", "global_prompt": "Be kind.", **config}).data

    def main(self, agent):
        """The branch that every agent begins with."""
        branches = self.atoms.agent_versioning_branches.list(id=agent).data.branches
        return next(one for one in branches if one.branch.is_default).branch.id

    def publish(self, agent, config=None, label=None):
        """A new revision of Main whose metrics are these."""
        body = {"postCallAnalyticsConfig": config or calls.CONFIG}
        return self.versioning.edit_and_publish(agent, self.main(agent), label=label, poll_interval=0.1,
                                                request_options={"additional_body_parameters": body})

    def take(self, call):
        """Hands a call in through the server's own API, the Atoms API having no way to; gives its id."""
        reply = self.http.post("/v1/calls", call)
        self.assertIn(reply.status, (200, 201, 202), reply)
        return call["callId"]

    def analysed(self, call_id):
        """The call as the SDK gives it once its analysis is there."""
        def found():
            detail = self.atoms.calls.get(id=call_id).data
            return detail if detail.post_call_analytics is not None else None
        return until(f"call {call_id} is analysed", found, ANALYSIS_SECONDS, 0.2)


def utc(*parts):
    return datetime.datetime(*parts, tzinfo=datetime.timezone.utc)
