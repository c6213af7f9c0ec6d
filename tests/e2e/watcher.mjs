// A real Chromium that watches a hub's dashboard, in the words of the tests.
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import { eventually } from './eventually.mjs';
import { SharedWorkers } from './workers.mjs';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
const args = [
  '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync',
];

/**
 * With `trusting`, one that takes any certificate; with `motion`, that of a person who did not ask for less of it. Without a
 * graphics card the processor draws what moves, which was a third of its time in these tests.
 */
export async function openBrowser({ trusting = false, motion = false } = {}) {
  const executablePath = process.env.ROLLCALL_CHROMIUM ?? candidates.find(existsSync);
  if (!executablePath) throw new Error('There is no Chromium here. Install it, or name it in ROLLCALL_CHROMIUM.');
  const profile = await mkdtemp(join(tmpdir(), 'rollcall-chromium-'));
  const viewport = { width: 1440, height: 900 };
  const context = await chromium.launchPersistentContext(profile, { executablePath, headless: true, viewport,
    reducedMotion: motion ? 'no-preference' : 'reduce',
    args: trusting ? [...args, '--ignore-certificate-errors'] : args,
    permissions: ['clipboard-read', 'clipboard-write'] });
  const workers = await SharedWorkers.of(context);
  // What the shared worker does, it does for every tab that is open.
  const open = () => watchers.filter(({ page }) => !page.isClosed());
  const watchers = [];
  workers.onRequest = (url) => { for (const each of open()) each.asked(url); };
  workers.onError = (text) => { for (const each of open()) each.complaints.push(`In the shared worker: ${text}`); };
  return {
    workers,
    /** A new tab that is nowhere yet. */
    tab: () => context.newPage(),
    /** A new tab on the dashboard. `prepare` gets the page before it goes there. */
    watch: async (url, prepare = async () => {}) => {
      const page = await context.newPage();
      await prepare(page);
      const watcher = new Watcher(page);
      watchers.push(watcher);
      await page.goto(url);
      return watcher;
    },
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

export class Watcher {
  /** Requests for the list of sessions, one by one. */
  listRequests = [];
  /** Loads of the page itself. */
  loads = 0;
  /** What the page or the browser complained about, refused connections aside. */
  complaints = [];

  constructor(page) {
    this.page = page;
    page.on('request', (request) => {
      this.asked(request.url());
      if (request.isNavigationRequest()) this.loads += 1;
    });
    page.on('pageerror', (error) => this.complaints.push(String(error)));
    page.on('console', (message) => {
      const expected = /ERR_CONNECTION|WebSocket connection|Failed to load resource/.test(message.text());
      if (message.type() === 'error' && !expected) this.complaints.push(message.text());
    });
  }

  asked = (url) => { if (new URL(url).pathname === '/api/v1/sessions') this.listRequests.push(url); };
  row = (id) => this.page.locator(`[data-session-id="${id}"]`);
  badge = (id) => this.row(id).locator('[data-testid="badge"]');
  phase = () => this.page.getByTestId('connection').getAttribute('data-phase');

  /** Each row, from the top: id, status, and the badge's word. */
  rows = () => this.page.$$eval('[data-session-id]', (rows) => rows.map((row) => [
    row.dataset.sessionId, row.dataset.status, row.querySelector('[data-testid="badge"]')?.textContent ?? null,
  ]));

  sees = (id, word, within) => this.#until(`${id} is shown as ${word}`, async () =>
    (await this.row(id).count()) === 1 && ((await this.badge(id).allTextContents())[0] ?? null) === word, within);
  seesText = (id, text) => this.#until(`${id} says ${text}`, async () => (await this.row(id).textContent()).includes(text));
  seesTitle = (title) => eventually(`the title is ${title}`, async () => (await this.page.title()) === title,
    { seen: () => this.page.title() });
  isPhase = (phase, within) => eventually(`the connection is ${phase}`, async () => (await this.phase()) === phase,
    { within, seen: this.phase });

  #until = (sentence, check, within) => eventually(sentence, check, { within, seen: this.rows });
}
