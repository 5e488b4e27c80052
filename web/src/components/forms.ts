import type { FormErrors } from '@mantine/form';

/** What to do where a form cannot be sent: the first field that is wrong gets the focus, wherever one has scrolled to. */
export function focusWrong(form: { getInputNode: (path: string) => HTMLElement | null }) {
  return (errors: FormErrors) => {
    const fields = Object.keys(errors).map((path) => form.getInputNode(path));
    const first = fields.filter((field) => field !== null).sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1))[0];
    first?.focus();
  };
}
