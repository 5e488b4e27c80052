import react from '@vitejs/plugin-react';
import { defineConfig } from 'vitest/config';
import { cssVariables } from './css-variables.ts';

// For `npm run dev`: where the server is.
const server = process.env.AFTERCALL_URL ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), cssVariables()],
  server: { host: '127.0.0.1', proxy: { '/v1': server, '/atoms': server } },
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  test: { include: ['src/**/*.test.ts'] },
});
