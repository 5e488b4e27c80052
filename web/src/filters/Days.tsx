import { DatePicker } from '@mantine/dates';
import '@mantine/dates/styles.css';
import { CALENDAR } from '../lib/calendar';

interface Props {
  value: [string | null, string | null];
  onChange: (value: [string | null, string | null]) => void;
}

/** Opens where the chosen days end. Loaded when it is opened: the first page does without. */
export default function Days({ value, onChange }: Props) {
  const shown = value[1] ?? value[0];
  return (
    <DatePicker
      {...CALENDAR}
      type="range"
      allowSingleDateInRange
      aria-label="Days"
      value={value}
      onChange={onChange}
      {...(shown ? { defaultDate: shown } : {})}
    />
  );
}
