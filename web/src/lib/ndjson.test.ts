import { expect, test } from 'vitest';
import { lines } from './ndjson';

function body(...chunks: Uint8Array[]) {
  return new ReadableStream<Uint8Array>({
    start(stream) {
      for (const chunk of chunks) stream.enqueue(chunk);
      stream.close();
    },
  });
}

test('lines that are cut anywhere come whole, letters of several bytes too', async () => {
  const whole = new TextEncoder().encode('{"a":"ü"}\n\n{"b":1}');
  for (let cut = 0; cut <= whole.length; cut += 1) {
    const found: string[] = [];
    for await (const line of lines(body(whole.slice(0, cut), whole.slice(cut)))) found.push(line);
    expect(found).toEqual(['{"a":"ü"}', '{"b":1}']);
  }
});
