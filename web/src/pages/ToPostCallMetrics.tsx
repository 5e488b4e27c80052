import { IconRobot } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Navigate } from '@tanstack/react-router';
import { agentNames } from '../api/agents';
import { Lines } from '../components/Lines';
import { Loaded } from '../components/Loaded';
import { ButtonLink } from '../components/links';
import { Nothing } from '../components/Nothing';
import { Page } from '../components/Page';
import { lastAgent } from '../lib/lastAgent';

/** *Post Call Metrics* belong to an agent: the one that was looked at last, else the first. */
export function ToPostCallMetrics() {
  const query = useQuery(agentNames);
  return (
    <Page title="Post Call Metrics">
      <Loaded query={query} skeleton={<Lines height={96} />}>
        {(agents) => {
          const agent = agents.find(({ _id }) => _id === lastAgent()) ?? agents[0];
          if (agent) return <Navigate to="/agents/$agentId/metrics" params={{ agentId: agent._id }} replace />;
          return (
            <Nothing
              icon={<IconRobot />}
              title="No agent yet"
              action={
                <ButtonLink to="/agents">
                  To the agents
                </ButtonLink>
              }
            >
              Metrics are questions asked of an agent’s calls. Create an agent first.
            </Nothing>
          );
        }}
      </Loaded>
    </Page>
  );
}
