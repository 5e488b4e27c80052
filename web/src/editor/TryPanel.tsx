import { Alert, Button, Checkbox, Drawer, Group, Loader, SegmentedControl, Text, Textarea, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { AnalyticsConfig } from '../api/agents';
import { fewCalls } from '../api/calls';
import { tryMetrics } from '../api/metrics';
import type { TrialResult } from '../api/schema';
import { AnswerBlock } from '../answers/AnswerBlock';
import { ErrorNote } from '../components/ErrorNote';
import { Lines } from '../components/Lines';
import { Loaded } from '../components/Loaded';
import { Time } from '../components/Time';
import { duration, plural } from '../lib/format';
import classes from './TryPanel.module.css';

const MOST = 20;

/** *Try it*: the metrics as they stand, asked of past calls or of a transcript. Nothing is stored. */
export function TryPanel({ agentId, config, onClose }: { agentId: string; config: AnalyticsConfig; onClose: () => void }) {
  const [source, setSource] = useState('calls');
  const [chosen, setChosen] = useState<string[]>([]);
  const [transcript, setTranscript] = useState('');
  const trial = useTrial();
  const wanted = source === 'calls' ? chosen.length : 1;
  const ready = source === 'calls' ? chosen.length > 0 : transcript.trim() !== '';
  const start = () =>
    trial.start(agentId, {
      dispositionMetrics: config.dispositionMetrics,
      useInternalAnalyticsModel: config.useInternalAnalyticsModel,
      useReasoningModel: config.useReasoningModel,
      ...(source === 'calls' ? { callIds: chosen } : { transcript }),
    });
  return (
    <Drawer opened onClose={onClose} position="right" size="min(40rem, 100vw)" title="Try it" zIndex={300}>
      <Text size="sm" c="dimmed" mb="sm">
        Asks {plural(config.dispositionMetrics.length, 'metric')} as they stand now. Nothing is stored, and no webhook hears of it.
      </Text>
      <SegmentedControl
        fullWidth
        value={source}
        onChange={setSource}
        data={[
          { value: 'calls', label: 'Past calls' },
          { value: 'transcript', label: 'A transcript' },
        ]}
        aria-label="Try it on"
        mb="sm"
      />
      {source === 'calls' ? (
        <PastCalls agentId={agentId} chosen={chosen} onChange={setChosen} />
      ) : (
        <Textarea
          label="Transcript"
          description="One turn a line, with who speaks: agent or user."
          placeholder={'agent: Brindlewick Energy, how can I help?\nuser: I want to change my payment date.'}
          autosize
          minRows={8}
          maxRows={16}
          value={transcript}
          onChange={(event) => setTranscript(event.currentTarget.value)}
        />
      )}
      <Group mt="sm" gap="xs">
        {trial.running ? (
          <Button variant="default" onClick={trial.stop}>
            Stop
          </Button>
        ) : (
          <Button disabled={!ready} onClick={() => void start()}>
            {source === 'calls' ? `Try on ${plural(chosen.length, 'call')}` : 'Try on this transcript'}
          </Button>
        )}
        <Text size="sm" c="dimmed" role="status">
          {trial.running && (
            <Group gap={8} component="span">
              <Loader size={14} /> {trial.results.length} of {wanted}
            </Group>
          )}
        </Text>
      </Group>
      {trial.error !== null && (
        <div className={classes.results}>
          <ErrorNote error={trial.error} />
        </div>
      )}
      <div className={classes.results}>
        {trial.results.map((one) => (
          <Result key={one.callId ?? ''} tried={one} />
        ))}
      </div>
    </Drawer>
  );
}

function Result({ tried }: { tried: TrialResult }) {
  const name = tried.callId ?? 'The transcript';
  return (
    <section className={classes.result} aria-label={name}>
      <Text fw={600} size="sm" className={tried.callId ? 'mono' : undefined}>
        {name}
      </Text>
      {tried.error && (
        <Alert color="red" mt="xs">
          {tried.error}
        </Alert>
      )}
      {tried.result && (
        <>
          <Text size="sm" c="dimmed" mb="xs">
            {tried.result.summary}
          </Text>
          {tried.result.dispositionMetrics.map((answer) => (
            <AnswerBlock key={answer.identifier} answer={answer} />
          ))}
        </>
      )}
    </section>
  );
}

interface PastCallsProps {
  agentId: string;
  chosen: string[];
  onChange: (callIds: string[]) => void;
}

function PastCalls({ agentId, chosen, onChange }: PastCallsProps) {
  const [search, setSearch] = useState('');
  const [settled] = useDebouncedValue(search.trim(), 300);
  const filter = { agentId: [agentId], finished: 'true', ...(settled ? { search: settled } : {}) };
  const query = useQuery({ ...fewCalls(filter, 50), placeholderData: keepPreviousData });
  return (
    <>
      <TextInput
        aria-label="Search calls"
        placeholder="Search by id or number"
        leftSection={<IconSearch size={16} />}
        value={search}
        onChange={(event) => setSearch(event.currentTarget.value)}
        mb="xs"
      />
      <Loaded query={query} skeleton={<Lines rows={6} height={34} />}>
        {({ calls }) =>
          calls.length === 0 ? (
            <Text size="sm" c="dimmed">
              {settled ? 'No call has this in its id or number.' : 'This agent has no finished call yet: paste a transcript instead.'}
            </Text>
          ) : (
            <Checkbox.Group value={chosen} onChange={onChange} aria-label="Past calls">
              {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable */}
              <div className={classes.calls} tabIndex={0} role="group" aria-label="Past calls">
                {calls.map((call) => (
                  <Checkbox
                    key={call.callId}
                    value={call.callId}
                    disabled={chosen.length >= MOST && !chosen.includes(call.callId)}
                    classNames={{ body: classes.callBody, labelWrapper: classes.callLabel }}
                    label={
                      <span className={classes.call}>
                        <span className="mono">{call.callId}</span>
                        <Text span size="xs" c="dimmed">
                          <Time at={call.startedAt ?? call.createdAt} zone={call.timezone} />
                          {call.durationSeconds != null && ` · ${duration(call.durationSeconds)}`}
                        </Text>
                      </span>
                    }
                  />
                ))}
              </div>
            </Checkbox.Group>
          )
        }
      </Loaded>
      <Text size="xs" c="dimmed" mt={4}>
        Up to {MOST} calls.
      </Text>
    </>
  );
}

function useTrial() {
  const [results, setResults] = useState<TrialResult[]>([]);
  const [running, setRunning] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  const stop = () => abort.current?.abort();
  useEffect(() => () => abort.current?.abort(), []);
  const start = async (...[agentId, attempt]: [string, Parameters<typeof tryMetrics>[1]]) => {
    const control = new AbortController();
    abort.current = control;
    setResults([]);
    setError(null);
    setRunning(true);
    try {
      for await (const one of tryMetrics(agentId, attempt, control.signal)) setResults((before) => [...before, one]);
    } catch (caught) {
      if (!control.signal.aborted) setError(caught);
    } finally {
      setRunning(false);
    }
  };
  return { results, running, error, start, stop };
}
