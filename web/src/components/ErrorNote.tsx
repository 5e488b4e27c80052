import { Alert, Button, Text } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { mayPass, wordsOf } from '../api/problem';

/** What went wrong, and a way to try again where that can help. */
export function ErrorNote({ error, retry }: { error: unknown; retry?: () => void }) {
  const { title, detail } = wordsOf(error);
  const again = mayPass(error) && retry;
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} title={title} maw={640}>
      {detail !== title && (
        <Text size="sm" className="figures" mb={again ? 'sm' : 0}>
          {detail}
        </Text>
      )}
      {again && (
        <Button size="xs" variant="default" onClick={again}>
          Try again
        </Button>
      )}
    </Alert>
  );
}
