import { Alert } from '@mantine/core';
import type { Analysis } from '../api/schema';
import { Facts } from '../components/Facts';
import { Time } from '../components/Time';
import { cost, count, milliseconds } from '../lib/format';

const SOURCES: Record<string, string> = {
  calibrated: 'calibrated',
  log_probabilities: 'from log-probabilities',
  self_reported: 'the model’s own estimate',
};

/** Where the answers came from. */
export function ProvenanceFacts({ analysis }: { analysis: Analysis }) {
  const from = analysis.provenance;
  return (
    <>
      {from.truncated && (
        <Alert color="yellow" mb="sm">
          The transcript was cut: it did not fit the model.
        </Alert>
      )}
      {from.withheld.length > 0 && (
        <Alert color="yellow" mb="sm" title="Kept from the model">
          Lines that give orders to the analysis: {from.withheld.map(({ turn, quote }) => `#${turn} “${quote}”`).join(', ')}
        </Alert>
      )}
      <Facts
        facts={[
          ['Made', <Time key="t" at={analysis.createdAt} />],
          ['Model', from.model ?? 'none was asked'],
          ['Endpoint', from.endpoint],
          ['Confidence', SOURCES[from.confidenceSource] ?? from.confidenceSource],
          ['Took', milliseconds(from.milliseconds)],
          ['Tokens read', count(from.tokensRead)],
          ['From the cache', count(from.tokensCached)],
          ['Written', count(from.tokensWritten)],
          ['Windows', from.windows > 1 ? count(from.windows) : null],
          ['Cost', from.cost == null ? null : cost(from.cost)],
          ['Prompt revision', from.promptRevision],
          ['Calibration', from.calibration],
          ['Model’s SHA-256', from.modelSha256 && <Hash text={from.modelSha256} />],
          ['Transcript’s SHA-256', <Hash key="h" text={from.transcriptSha256} />],
          ...from.others.map((other): [string, string] => [`By ${other.endpoint}`, other.metrics.join(', ')]),
        ]}
      />
    </>
  );
}

const Hash = ({ text }: { text: string }) => (
  <span className="mono" title={text}>
    {text.slice(0, 12)}…
  </span>
);
