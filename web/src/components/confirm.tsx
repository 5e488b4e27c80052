import { Button, Group, Modal, Text } from '@mantine/core';
import { createContext, use, useCallback, useState, type ReactNode } from 'react';

interface Question {
  title: string;
  body: ReactNode;
  /** The word on the button that does it. */
  action: string;
  cancel?: string;
  danger?: boolean;
}

type Ask = (question: Question) => Promise<boolean>;

const Context = createContext<Ask>(() => Promise.resolve(false));

/** Asks before something that cannot be undone. */
export const useConfirm = () => use(Context);

export function ConfirmProvider({ children }: { children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<(Question & { answer: (yes: boolean) => void }) | null>(null);
  const ask = useCallback<Ask>(
    (question) =>
      new Promise((answer) => {
        setAsked({ ...question, answer });
        setOpen(true);
      }),
    [],
  );
  const close = (yes: boolean) => {
    asked?.answer(yes);
    setOpen(false);
  };
  return (
    <Context value={ask}>
      {children}
      <Modal opened={open} onClose={() => close(false)} title={asked?.title} centered zIndex={400}>
        <Text size="sm" component="div">
          {asked?.body}
        </Text>
        <Group justify="flex-end" mt="lg" gap="xs">
          <Button variant="default" onClick={() => close(false)} data-autofocus>
            {asked?.cancel ?? 'Cancel'}
          </Button>
          <Button color={asked?.danger ? 'red.8' : 'pine'} onClick={() => close(true)}>
            {asked?.action}
          </Button>
        </Group>
      </Modal>
    </Context>
  );
}
