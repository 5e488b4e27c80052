export interface Part {
  text: string;
  marked: boolean;
}

/** A text with the quotes in it marked. A quote that does not stand there word by word, blanks and capitals aside, is not marked. */
export function highlighted(text: string, quotes: readonly string[]): Part[] {
  const spans = quotes.flatMap((quote) => find(text, quote)).sort((a, b) => a.start - b.start);
  const parts: Part[] = [];
  let at = 0;
  for (const { start, end } of spans) {
    if (end <= at) continue;
    const begin = Math.max(start, at);
    if (begin > at) parts.push({ text: text.slice(at, begin), marked: false });
    parts.push({ text: text.slice(begin, end), marked: true });
    at = end;
  }
  if (at < text.length) parts.push({ text: text.slice(at), marked: false });
  return parts;
}

function find(text: string, quote: string): { start: number; end: number }[] {
  const words = quote.trim().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [];
  const pattern = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('\\s+');
  const match = new RegExp(pattern, 'iu').exec(text);
  return match ? [{ start: match.index, end: match.index + match[0].length }] : [];
}
