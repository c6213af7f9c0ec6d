import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubError, type TokenAnswer } from '../src/data';
import { Access } from '../src/signIn/access';
import { keptKey } from '../src/signIn/keptKey';
import { faultOf } from '../src/signIn/SignInPage';

const KEY = 'rlc_0123456789ab_secret';
const made = (token: string, seconds = 3_600): TokenAnswer =>
  ({ token, expires_at: new Date(Date.now() + seconds * 1000).toISOString(), scopes: ['watch'], projects: null });
const refused = new HubError('the key or token is unknown, expired or revoked', 'unauthenticated', 401);

beforeEach(() => { vi.useFakeTimers(); });
afterEach(() => {
  vi.useRealTimers();
  keptKey.forget();
});

describe('the access of a page', () => {
  it('without a key needs nothing and asks nobody', async () => {
    const make = vi.fn<() => Promise<TokenAnswer>>();
    const access = new Access(make);
    expect(await access.ready()).toBe(true);
    access.check();
    expect([access.key, access.readIsReady(), make.mock.calls.length]).toEqual([null, true, 0]);
  });

  it('has a token before it is ready, and a fresh one long before that ends', async () => {
    keptKey.write(KEY, false);
    let count = 0;
    const access = new Access(async () => made(`rlt_${++count}`));
    expect([access.readIsReady(), access.token()]).toEqual([false, '']);
    expect(await access.ready()).toBe(true);
    expect([access.readIsReady(), access.token(), access.scopes]).toEqual([true, 'rlt_1', ['watch']]);
    await vi.advanceTimersByTimeAsync(2_300_000);
    expect(access.token()).toBe('rlt_1');
    await vi.advanceTimersByTimeAsync(200_000);
    expect(access.token()).toBe('rlt_2');
  });

  it('asks again until the hub answers, and says why it has not yet', async () => {
    keptKey.write(KEY, true);
    const make = vi.fn<() => Promise<TokenAnswer>>().mockRejectedValueOnce(new HubError('The hub does not answer', 'unreachable')).mockResolvedValue(made('rlt_1'));
    const access = new Access(make);
    const told = vi.fn();
    access.subscribe(told);
    const ready = access.ready();
    await vi.advanceTimersByTimeAsync(1_000);
    expect([access.readIsReady(), access.readFailure()?.message, told.mock.calls.length]).toEqual([false, 'The hub does not answer', 1]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await ready).toBe(true);
    expect([access.token(), keptKey.read(), access.readFailure()]).toEqual(['rlt_1', KEY, null]);
  });

  it('is over when the hub refuses the key, which is kept no longer; its listeners are told', async () => {
    keptKey.write(KEY, true);
    const make = vi.fn<() => Promise<TokenAnswer>>().mockResolvedValueOnce(made('rlt_1')).mockRejectedValue(refused);
    const access = new Access(make);
    await access.ready();
    const told = vi.fn();
    access.subscribe(told);
    access.check();
    expect(make).toHaveBeenCalledTimes(1);
    await vi.advanceTimersByTimeAsync(6_000);
    access.check();
    access.check();
    await vi.advanceTimersByTimeAsync(0);
    expect(make).toHaveBeenCalledTimes(2);
    expect([access.readRefusal(), keptKey.read(), told.mock.calls.length]).toEqual([refused, null, 1]);
    expect(await access.ready()).toBe(false);
  });

  it('keeps no key that the hub does not take', async () => {
    const access = new Access(() => Promise.reject(refused));
    await expect(access.signIn(KEY, true)).rejects.toBe(refused);
    expect(keptKey.read()).toBeNull();
  });
});

it.each([
  ['', 'Enter a key'], ['hunter2', 'This is not a key'], ['rlc_', 'This is not a key'], ['rlc_1 2_3', 'This is not a key'],
  ['rlt_abc', 'This is a short-lived token'], [KEY, null],
])('what was entered as %j', (entered, fault) => {
  if (fault === null) expect(faultOf(entered)).toBeNull();
  else expect(faultOf(entered)).toContain(fault);
});
