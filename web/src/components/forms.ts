import type { FormErrors } from '@mantine/form';
import { ApiError } from '../api/problem';
import { failed } from './toast';

/** What to do where a form cannot be sent: the first field that is wrong gets the focus, wherever one has scrolled to. */
export function focusWrong(form: { getInputNode: (path: string) => HTMLElement | null }) {
  return (errors: FormErrors) => {
    const fields = Object.keys(errors).map((path) => form.getInputNode(path));
    const first = fields.filter((field) => field !== null).sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))[0];
    first?.focus();
  };
}

/** What the server refused, at its fields; told where the form has none of them. */
export function refuse(form: { values: object; setFieldError: (path: string, rule: string) => void }) {
  return (error: unknown) => {
    const fields = error instanceof ApiError ? error.fields.filter(({ field }) => field in form.values) : [];
    if (fields.length === 0) failed(error);
    for (const { field, rule } of fields) form.setFieldError(field, rule);
  };
}
