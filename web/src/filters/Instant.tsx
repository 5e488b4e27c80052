import { DateTimePicker } from '@mantine/dates';
import '@mantine/dates/styles.css';
import { useId, type MouseEvent } from 'react';
import { CALENDAR, HOURS } from '../lib/calendar';
import { dateTime } from '../lib/format';
import { fromClock, toClock } from '../lib/instants';

interface Props {
  label: string;
  /** RFC 3339, or nothing. */
  value: string;
  onChange: (value: string) => void;
}

/** A click on a number selects it, to be typed over. Where it was selected already, the browser would put a caret into it instead. */
const STAYS_SELECTED = { onMouseUp: (event: MouseEvent) => event.preventDefault() };

/** A day and a time on the viewer's clock. Loaded when it is needed. */
export default function Instant({ label, value, onChange }: Props) {
  // The dialog is named by the field.
  const id = useId();
  return (
    <DateTimePicker
      {...CALENDAR}
      id={id}
      label={label}
      placeholder="Day and time"
      value={toClock(value)}
      onChange={(next) => onChange(next ? fromClock(next) : '')}
      valueFormat={(local) => dateTime(fromClock(local))}
      // Without it the time comes some moments after the day is chosen, over what was typed meanwhile. It would go before a time that is set.
      {...(value ? {} : { defaultTimeValue: '00:00' })}
      timePickerProps={{
        format: HOURS,
        hoursInputLabel: 'Hours',
        minutesInputLabel: 'Minutes',
        amPmInputLabel: 'Half of the day',
        hoursInputProps: STAYS_SELECTED,
        minutesInputProps: STAYS_SELECTED,
      }}
      submitButtonProps={{ 'aria-label': 'Done' }}
      popoverProps={{ id, returnFocus: true }}
    />
  );
}
