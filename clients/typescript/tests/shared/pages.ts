import { afterEach, beforeEach, expect, vi } from 'vitest';
import type { Topic } from '../../src/protocol/topics.js';
import { session, type event } from '../samples.js';
import { Wire } from '../wire.js';
import { Browser, OwnWire } from './browser.js';

/** A new one for each test. */
export let browser: Browser;
beforeEach(() => {
  [Wire.open, OwnWire.made] = [[], []];
  browser = new Browser();
});
afterEach(() => {
  browser.close();
  vi.unstubAllGlobals();
});

export const until = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 10_000, interval: 5 });
export const wire = (at = -1): Wire => Wire.open.at(at)!;
export const joins = (of: Wire, topic: Topic) => of.sent.filter((frame) => frame[2] === topic && frame[3] === 'phx_join');
export const reply = (sessions = [session('a')], seq = 10) => ({ epoch: 'e1', seq, resumed: false, snapshot: { sessions, session_events: [] } });
export const say = (happened: ReturnType<typeof event>, topic: Topic = 'sessions', of = wire()) => of.say(topic, happened.event, happened.payload);

/** A page that watches a topic, with what it heard. */
export function watcher(topic: Topic = 'sessions', options = {}, worker?: Parameters<Browser['open']>[1]) {
  const { hub, name } = browser.open(options, worker);
  const watch = hub.watch(topic);
  const heard: number[] = [];
  watch.onEvent(({ payload }) => heard.push(payload.seq));
  return { hub, name, watch, heard, row: (id = 'a') => (watch.state as { sessions?: readonly ReturnType<typeof session>[] } | null)?.sessions?.find((each) => each.id === id) };
}

/** The worker's socket is up, and the topic is joined. */
export async function answered(topic: Topic = 'sessions', with_: unknown = reply()): Promise<void> {
  await until(() => expect(Wire.open).toHaveLength(1));
  wire().accept();
  await until(() => expect(joins(wire(), topic)).toHaveLength(1));
  wire().answer(topic, with_);
}

export const livePage = async (...given: Parameters<typeof watcher>) => {
  const page = watcher(...given);
  await answered();
  await until(() => expect(page.hub.connection.phase).toBe('live'));
  return page;
};
