import { Button, Menu } from '@mantine/core';
import { IconDotsVertical, IconFileDownload, IconFileUpload } from '@tabler/icons-react';
import { save } from '../lib/download';
import { metricsFile, type FileForm } from '../lib/metricsFile';
import type { Metric } from '../lib/metrics';

interface Props {
  /** The file's name without its ending. */
  name: string;
  metrics: Metric[];
  onImport: (() => void) | null;
}

export function FileMenu({ name, metrics, onImport }: Props) {
  const download = async (form: FileForm) => {
    save(`${name}.${form}`, await metricsFile(metrics, form), form === 'json' ? 'application/json' : 'application/yaml');
  };
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDotsVertical size={16} />}>
          File
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {onImport && (
          <Menu.Item leftSection={<IconFileUpload size={16} />} onClick={onImport}>
            Import…
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconFileDownload size={16} />} disabled={metrics.length === 0} onClick={() => void download('yaml')}>
          Export as YAML
        </Menu.Item>
        <Menu.Item leftSection={<IconFileDownload size={16} />} disabled={metrics.length === 0} onClick={() => void download('json')}>
          Export as JSON
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
