/** The most that the API takes. */
const LAST = 1_000_000;

/** The page that an address names; what names none is the first. */
export function readPage(text: string | undefined): number {
  const page = /^\d{1,7}$/.test(text ?? '') ? Number(text) : 1;
  return page >= 1 && page <= LAST ? page : 1;
}

/** What is to be shown of a page. A page without rows of a list that has some is past its end: an old link, or rows that have gone since. */
export function shownOf(rows: number, total: number): 'rows' | 'nothing' | 'past the end' {
  if (rows > 0) return 'rows';
  return total > 0 ? 'past the end' : 'nothing';
}
