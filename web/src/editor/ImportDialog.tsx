import { Button, FileButton, Group, Modal, Radio, Stack, Text, Textarea } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useState } from 'react';
import { checkFile, type Checked } from '../api/metrics';
import { useAct } from '../components/act';
import { ErrorNote } from '../components/ErrorNote';
import { plural } from '../lib/format';
import type { Metric } from '../lib/metrics';
import { merged } from '../lib/metricsFile';

interface Props {
  present: Metric[];
  onImport: (metrics: Metric[]) => Promise<void>;
  onClose: () => void;
}

/** Takes a metrics file, says what is wrong with it, and puts it in place of the list or into it. */
export function ImportDialog({ present, onImport, onClose }: Props) {
  const [source, setSource] = useState('');
  const [mode, setMode] = useState(present.length > 0 ? 'merge' : 'replace');
  const [unread, setUnread] = useState<unknown>(null);
  const [checked, setChecked] = useState<Checked | null>(null);
  const take = useAct(onImport, { then: onClose });
  const check = useAct(checkFile, {
    onError: setUnread,
    then: (result) => {
      setChecked(result);
      if (result.problems.length === 0) {
        take.mutate(mode === 'merge' ? merged(present, result.metrics) : result.metrics);
      }
    },
  });
  const change = (next: string) => {
    setSource(next);
    setChecked(null);
    setUnread(null);
  };
  const problems = checked?.problems ?? [];
  return (
    <Modal opened onClose={onClose} title="Import metrics" size="lg">
      <Stack gap="sm">
        <Group justify="space-between" align="flex-end">
          <Text size="sm" c="dimmed">
            A list of metrics in YAML or JSON, from a file or pasted.
          </Text>
          <FileButton accept=".yaml,.yml,.json,application/json,text/yaml" onChange={(file) => void file?.text().then(change)}>
            {(props) => (
              <Button {...props} variant="default" size="xs" leftSection={<IconUpload size={14} />}>
                Choose a file
              </Button>
            )}
          </FileButton>
        </Group>
        <Textarea
          aria-label="Metrics in YAML or JSON"
          placeholder={'- identifier: issue_resolved\n  dispositionMetricPrompt: Was the request settled?\n  dispositionMetricType: BOOLEAN'}
          classNames={{ input: 'mono' }}
          autosize
          minRows={8}
          maxRows={18}
          value={source}
          onChange={(event) => change(event.currentTarget.value)}
        />
        {present.length > 0 && (
          <Radio.Group value={mode} onChange={setMode} label={`What becomes of the ${plural(present.length, 'metric')} that are there`}>
            <Group mt={4}>
              <Radio value="merge" label="Keep them; those with the same identifier are replaced" />
              <Radio value="replace" label="Replace them all" />
            </Group>
          </Radio.Group>
        )}
        <div role="status">
          {problems.length > 0 && (
            <>
              <Text size="sm" c="red" fw={600}>
                {plural(problems.length, 'thing')} to mend; nothing was imported
              </Text>
              <ul>
                {problems.map(({ field, rule }) => (
                  <li key={`${field} ${rule}`}>
                    <Text size="sm">
                      <span className="mono">{field}</span>: {rule}
                    </Text>
                  </li>
                ))}
              </ul>
            </>
          )}
          {unread !== null && <ErrorNote error={unread} />}
        </div>
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={source.trim() === ''} loading={check.isPending || take.isPending} onClick={() => check.mutate(source)}>
            Import
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
