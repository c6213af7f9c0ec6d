import { defineConfig } from 'vitest/config';

const source = (entry: string) => decodeURIComponent(new URL(`./src/${entry}`, import.meta.url).pathname);

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@rollcall\/client$/, replacement: source('index.ts') },
      { find: /^@rollcall\/client\/react$/, replacement: source('react/index.ts') },
      { find: /^@rollcall\/client\/shared$/, replacement: source('shared/index.ts') },
    ],
  },
  // The tests in tests/hub start a real hub each, some of them several times, which takes many seconds on a busy machine.
  test: { environment: 'jsdom', include: ['tests/**/*.test.{ts,tsx}'], testTimeout: 180_000, hookTimeout: 180_000, maxWorkers: 2 },
});
