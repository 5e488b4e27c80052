import { ActionIcon, Button, Input, TextInput } from '@mantine/core';
import { IconPlus, IconX } from '@tabler/icons-react';
import { useRef, type ClipboardEvent, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import classes from './Choices.module.css';

interface Props {
  choices: string[];
  error: string | undefined;
  onChange: (choices: string[]) => void;
  onLeave: () => void;
}

/** The choices of an enum. Enter goes on to the next one; several lines that are pasted become several choices. */
export function Choices({ choices, error, onChange, onLeave }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const rows = choices.length === 0 ? [''] : choices;
  // The field is there before the next key is pressed, so that nothing is typed into the one before.
  const change = (next: string[], at: number) => {
    flushSync(() => onChange(next));
    list.current?.querySelectorAll<HTMLInputElement>('input')[Math.max(at, 0)]?.focus();
  };
  const insert = (at: number, texts: string[]) => change([...rows.slice(0, at), ...texts, ...rows.slice(at)], at + texts.length - 1);
  const remove = (at: number) => change(rows.filter((_, row) => row !== at), at - 1);
  const key = (event: KeyboardEvent<HTMLInputElement>, at: number) => {
    if (event.key === 'Enter') {
      event.preventDefault();
      insert(at + 1, ['']);
    } else if (event.key === 'Backspace' && event.currentTarget.value === '' && rows.length > 1) {
      event.preventDefault();
      remove(at);
    }
  };
  const paste = (event: ClipboardEvent<HTMLInputElement>, at: number) => {
    const lines = event.clipboardData.getData('text').split(/\r?\n/).map((line) => line.trim()).filter(Boolean);
    if (lines.length < 2) return;
    event.preventDefault();
    const next = [...rows.slice(0, at), ...lines, ...rows.slice(at + 1)].filter((row) => row !== '');
    change(next, next.indexOf(lines.at(-1) ?? ''));
  };

  return (
    <Input.Wrapper
      label="Choices"
      required
      labelElement="div"
      description="Every answer that can come up. Think of calls where nothing fits: add a choice such as none."
      error={error}
      role="group"
      aria-label="Choices"
      data-field="choices"
    >
      <div ref={list} className={classes.list}>
        {rows.map((choice, at) => (
          <TextInput
            key={at}
            size="sm"
            aria-label={`Choice ${at + 1}`}
            value={choice}
            error={Boolean(error) && (rows.length === 1 || (choice !== '' && rows.indexOf(choice) !== at))}
            onChange={(event) => onChange(rows.with(at, event.currentTarget.value))}
            onKeyDown={(event) => key(event, at)}
            onPaste={(event) => paste(event, at)}
            onBlur={onLeave}
            rightSection={
              <ActionIcon size="sm" aria-label={`Remove choice ${at + 1}`} disabled={rows.length === 1} onClick={() => remove(at)}>
                <IconX size={14} />
              </ActionIcon>
            }
          />
        ))}
        <Button
          variant="subtle"
          size="compact-sm"
          className={classes.add}
          leftSection={<IconPlus size={14} />}
          onClick={() => insert(rows.length, [''])}
        >
          Add a choice
        </Button>
      </div>
    </Input.Wrapper>
  );
}
