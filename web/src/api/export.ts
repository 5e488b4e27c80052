import type { Search } from '../lib/search';
import { send } from './client';

export interface ExportOptions {
  format: 'csv' | 'jsonl' | 'parquet';
  form: 'wide' | 'long';
  transcripts: boolean;
}

/** The calls that pass the filters, as a file. `onBytes` hears how much of it is here. */
export async function exportCalls(filters: Search, options: ExportOptions, onBytes: (bytes: number) => void, signal: AbortSignal) {
  const { format, form, transcripts } = options;
  const query = { ...filters, format, form, ...(form === 'wide' && transcripts ? { transcripts: true } : {}) };
  const response = await send('/v1/export', { query, signal });
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for (let reader = response.body?.getReader(); reader; ) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    bytes += value.length;
    onBytes(bytes);
  }
  const name = /filename="?([^";]+)"?/.exec(response.headers.get('content-disposition') ?? '')?.[1];
  return { file: new Blob(parts), name: name ?? `calls.${format}`, bytes };
}
