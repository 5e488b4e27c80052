import { notifications } from '@mantine/notifications';
import { ApiError, wordsOf } from '../api/problem';

const closeButtonProps = { 'aria-label': 'Dismiss' };

export function told(message: string) {
  notifications.show({ message, color: 'pine', autoClose: 4_000, closeButtonProps });
}

export function failed(error: unknown) {
  // The question for the key says it.
  if (error instanceof ApiError && error.status === 401) return;
  const { title, detail } = wordsOf(error);
  notifications.show({ title, message: detail === title ? undefined : detail, color: 'red', autoClose: 10_000, closeButtonProps });
}
