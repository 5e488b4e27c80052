import { DatePicker } from '@mantine/dates';
import '@mantine/dates/styles.css';

interface Props {
  value: [string | null, string | null];
  onChange: (value: [string | null, string | null]) => void;
}

/** Loaded when it is opened: the first page does without. */
export default function Days(props: Props) {
  return <DatePicker type="range" allowSingleDateInRange aria-label="Days" {...props} />;
}
