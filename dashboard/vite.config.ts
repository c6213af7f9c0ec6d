import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import type { Plugin } from 'vite';
import { defineConfig } from 'vitest/config';

const client = (entry: string) => decodeURIComponent(new URL(`../clients/typescript/src/${entry}`, import.meta.url).pathname);

const hub = 'http://127.0.0.1:7655';
/** The hub answers its own origin only, so the development server speaks in its name. */
const proxied = { target: hub, ws: true, changeOrigin: true, headers: { origin: hub } };

/** Sonner puts its styles into the page by script, which the hub's policy forbids. design/index.css imports them. */
const sonnerWithoutInlineStyles: Plugin = {
  name: 'sonner-without-inline-styles',
  transform: (code, id) => {
    if (!/sonner[\\/]dist[\\/]index\.mjs$/.test(id)) return null;
    const without = code.replace(/^__insertCSS\(".*"\);$/m, '');
    if (without === code) throw new Error('Sonner inserts its styles in another way now');
    return { code: without, map: null };
  },
};

export default defineConfig({
  plugins: [react(), tailwindcss(), sonnerWithoutInlineStyles],
  // The client's sources, so that a change there needs no build of its own; what both need comes from here, once.
  resolve: {
    alias: [
      { find: /^@rollcall\/client$/, replacement: client('index.ts') },
      { find: /^@rollcall\/client\/react$/, replacement: client('react/index.ts') },
      { find: /^@rollcall\/client\/shared$/, replacement: client('shared/index.ts') },
    ],
    dedupe: ['@tanstack/react-query', 'phoenix', 'react', 'react-dom'],
  },
  // The hub's content security policy allows its own files only: no data: URLs.
  build: { assetsInlineLimit: 0 },
  server: {
    // The client's sources, and the settings in samples/ that a test reads.
    fs: { allow: ['..'] },
    proxy: { '/api': proxied, '/ingest': proxied, '/socket': proxied },
  },
  test: {
    environment: 'jsdom',
    include: ['tests/**/*.test.{ts,tsx,mjs}'],
    setupFiles: ['tests/setup.ts'],
    // The first page that a file shows loads the rest of the dashboard, which takes some seconds on a busy machine.
    testTimeout: 60_000,
  },
});
