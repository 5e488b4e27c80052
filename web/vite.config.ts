import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { cssVariables } from './css-variables.ts';

// For `npm run dev`: where the server is, and a key that stands in for signing in.
const server = process.env.AFTERCALL_URL ?? 'http://127.0.0.1:8080';
const key = process.env.AFTERCALL_KEY;
const proxy = { target: server, headers: key ? { authorization: `Bearer ${key}` } : undefined };

export default defineConfig({
  plugins: [react(), cssVariables()],
  server: { host: '127.0.0.1', proxy: { '/v1': proxy, '/atoms': proxy } },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  test: { include: ['src/**/*.test.ts'] },
});
