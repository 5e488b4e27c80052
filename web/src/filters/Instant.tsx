import { DateTimePicker } from '@mantine/dates';
import '@mantine/dates/styles.css';
import { useId } from 'react';
import { CALENDAR, HOURS } from '../lib/calendar';
import { dateTime } from '../lib/format';
import { fromClock, toClock } from '../lib/instants';

interface Props {
  label: string;
  /** RFC 3339, or nothing. */
  value: string;
  onChange: (value: string) => void;
}

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
      timePickerProps={{ format: HOURS, hoursInputLabel: 'Hours', minutesInputLabel: 'Minutes', amPmInputLabel: 'Half of the day' }}
      submitButtonProps={{ 'aria-label': 'Done' }}
      popoverProps={{ id, returnFocus: true }}
    />
  );
}
