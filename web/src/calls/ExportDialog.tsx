import { Button, Checkbox, Group, Modal, Progress, Radio, Stack, Text } from '@mantine/core';
import { useEffect, useRef, useState } from 'react';
import { exportCalls, type ExportOptions } from '../api/export';
import { ErrorNote } from '../components/ErrorNote';
import { told } from '../components/toast';
import { save } from '../lib/download';
import { bytes as bytesText, plural } from '../lib/format';
import type { Search } from '../lib/search';

interface Props {
  filters: Search;
  /** How many calls pass the filters, where it is known. */
  calls: number | undefined;
  onClose: () => void;
}

export function ExportDialog({ filters, calls, onClose }: Props) {
  const [options, setOptions] = useState<ExportOptions>({ format: 'csv', form: 'wide', transcripts: false });
  const [bytes, setBytes] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const abort = useRef<AbortController | null>(null);
  useEffect(() => () => abort.current?.abort(), []);
  const set = (change: Partial<ExportOptions>) => setOptions((before) => ({ ...before, ...change }));
  const start = async () => {
    const control = new AbortController();
    abort.current = control;
    setError(null);
    setBytes(0);
    try {
      const done = await exportCalls(filters, options, setBytes, control.signal);
      save(done.name, done.file);
      told(`Exported ${done.name}, ${bytesText(done.bytes)}`);
      onClose();
    } catch (caught) {
      if (!control.signal.aborted) setError(caught);
      setBytes(null);
    }
  };
  const running = bytes !== null;
  return (
    <Modal opened onClose={onClose} title="Export calls">
      <Stack>
        <Text size="sm" c="dimmed">
          {calls === undefined ? 'The calls that pass the filters' : plural(calls, 'call')}, as they are when the export begins.
        </Text>
        <Radio.Group label="Format" value={options.format} onChange={(format) => set({ format: format })}>
          <Group mt={4}>
            <Radio value="csv" label="CSV" disabled={running} />
            <Radio value="jsonl" label="JSON Lines" disabled={running} />
            <Radio value="parquet" label="Parquet" disabled={running} />
          </Group>
        </Radio.Group>
        <Radio.Group label="A row is" value={options.form} onChange={(form) => set({ form: form })}>
          <Group mt={4}>
            <Radio value="wide" label="a call, each metric a column" disabled={running} />
            <Radio value="long" label="an answer" disabled={running} />
          </Group>
        </Radio.Group>
        <Checkbox
          label="With transcripts"
          checked={options.transcripts && options.form === 'wide'}
          disabled={running || options.form === 'long'}
          onChange={(event) => set({ transcripts: event.currentTarget.checked })}
        />
        {running && (
          <div role="status">
            <Progress value={100} animated aria-label="Export is running" />
            <Text size="sm" c="dimmed" mt={4}>
              {bytesText(bytes)} so far
            </Text>
          </div>
        )}
        {error !== null && <ErrorNote error={error} />}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button onClick={() => void start()} loading={running}>
            Export
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
}
