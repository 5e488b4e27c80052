import { Alert, Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { wordsOf } from '../api/problem';

/** What went wrong, and a way to try again. */
export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, detail } = wordsOf(error);
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} title={title} maw={640}>
      {detail !== title && (
        <Text size="sm" className="figures" mb={retry ? 'sm' : 0}>
          {detail}
        </Text>
      )}
      {retry && (
        <Button size="xs" variant="default" onClick={retry}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
