import { QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { act, render, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { applyEvent, initialConnection, type HubEvent, type SessionView } from '@rollcall/client';
import { createCache, readFleet, writeConnection, writeFleet } from '@rollcall/client/react';
import { AT, event, fleet, session, status } from '../../clients/typescript/tests/samples';
import { TooltipProvider } from '../src/design/Tooltip';
import { AskedText } from '../src/pages/needsYou/AskedText';
import { askedBy } from '../src/pages/needsYou/asked';
import { makeRouter } from '../src/router';
import { access } from '../src/signIn/access';

// The badge is in every row and is not memoised, so it is rendered exactly when its row is.
const rendered: string[] = [];
vi.mock('../src/design/StatusBadge', async (original) => {
  const all = await original<typeof import('../src/design/StatusBadge')>();
  const { StatusBadge } = all;
  return {
    ...all,
    StatusBadge: (props: { session: SessionView }) => {
      rendered.push(props.session.id);
      return <StatusBadge {...props} />;
    },
  };
});

let cache: ReturnType<typeof createCache>;
const show = async (...sessions: SessionView[]) => {
  cache = createCache();
  writeFleet(cache, fleet(...sessions));
  const router = makeRouter(createMemoryHistory());
  await router.load();
  await act(async () => render(
    <QueryClientProvider client={cache}>
      <TooltipProvider><RouterProvider router={router} /></TooltipProvider>
    </QueryClientProvider>,
  ));
};
/** The cache tells its observers in the next turn of the event loop. */
const hear = (heard: HubEvent) => act(async () => {
  writeFleet(cache, applyEvent(readFleet(cache), heard));
  await new Promise((resolve) => setTimeout(resolve, 0));
});
const rowOf = (id: string) => document.querySelector<HTMLElement>(`[data-session-id="${id}"]`)!;

beforeEach(() => { rendered.length = 0; });

describe('the list', () => {
  it('renders a row again only when its own session changed', async () => {
    await show(session('a'), session('b'), session('c'));
    rendered.length = 0;
    await hear(status('b', 'idle'));
    expect(rendered).toEqual(['b']);
  });

  it('renders no row again for an event of an unknown session', async () => {
    await show(session('a'), session('b'));
    rendered.length = 0;
    await hear(status('x', 'idle'));
    expect(rendered).toEqual([]);
  });

  it('renders no row again when one is added', async () => {
    await show(session('a'), session('b'));
    rendered.length = 0;
    await hear(event('session_created', { session_id: 'c', metadata: {}, session: session('c'), seq: 12 }));
    expect(rendered).toEqual(['c']);
  });

  it('shows the new badge at once and never the old one again', async () => {
    await show(session('a'));
    const badge = () => within(rowOf('a')).queryByTestId('badge')?.textContent ?? null;
    expect(badge()).toBe('Working');
    await hear(status('a', 'waiting', { seq: 11 }));
    expect(badge()).toBe('Waiting');
    await hear(event('session_updated', {
      session_id: 'a', version: 2, updated_at: AT, waiting_for: 'permission', waiting_text: 'Bash: make deploy', seq: 12,
    }));
    expect(rowOf('a').textContent).toContain('Asks for permission');
    expect(rowOf('a').textContent).toContain('Bash: make deploy');
    await hear(status('a', 'idle', { seq: 13 }));
    expect(badge()).toBeNull();
  });

  it('tells the error in the badge, and an explicit null takes it away', async () => {
    await show(session('a', { status: 'error', state: 'error', error_message: 'rate_limit' }));
    expect(within(rowOf('a')).getByTestId('badge').title).toBe('rate_limit');
    await hear(event('session_updated', { session_id: 'a', version: 2, updated_at: AT, error_message: null }));
    expect(within(rowOf('a')).getByTestId('badge').title).toBe('');
  });

  it('shows a dash for an unknown cost', async () => {
    await show(session('a'));
    expect(within(rowOf('a')).getByTestId('row-cost').textContent).toBe('—');
  });
});

it('counts in the title those who need a person', async () => {
  await show(session('a', { status: 'waiting' }), session('b', { status: 'error', state: 'error' }), session('c'));
  expect(document.title).toBe('(2) Rollcall');
  await hear(status('a', 'active'));
  expect(document.title).toBe('(1) Rollcall');
});

it('says how to connect a first agent, with the address of this very hub', async () => {
  await show();
  expect(screen.getByTestId('empty').textContent).toContain(`${location.origin}/ingest/hooks/claude-code`);
  const snippet = document.querySelector('pre')!.textContent!;
  expect(Object.keys((JSON.parse(snippet) as { hooks: object }).hooks)).toContain('PermissionRequest');
});

it('says where the key goes, for one who has signed in', async () => {
  const signedIn = access as { key: string | null };
  signedIn.key = 'rlc_0123456789ab_secret';
  try {
    await show();
    expect(document.querySelector('pre')!.textContent).toContain('Bearer $ROLLCALL_KEY');
    expect(screen.getByTestId('empty').textContent).toContain('rollcall key create --scope report');
  } finally {
    signedIn.key = null;
  }
});

describe('words that turn the direction of text', () => {
  const turned = session('a', { name: 'te\u202exts', status: 'waiting', waiting_for: 'permission', waiting_text: 'Bash: rm -rf \u202edlrow olleh\u202c x' });

  it('do not do so in the list', async () => {
    await show(turned);
    expect(rowOf('a').textContent).toContain('texts');
    expect(rowOf('a').textContent).toContain('Bash: rm -rf dlrow olleh x');
    expect(document.documentElement.outerHTML).not.toMatch(/\u202e|\u202c/);
  });

  it('are seen by who is to approve them', () => {
    render(<AskedText session={turned} asked={askedBy(turned)} />);
    expect(screen.getByTestId('asked').textContent).toBe('$ rm -rf \\u202Edlrow olleh\\u202C x');
  });
});

it('tells a screen reader of each that needs a person, also where as many did before', async () => {
  await show(session('a', { status: 'waiting' }));
  const said = () => screen.getByTestId('announcer').textContent;
  expect(said()).toBe('');
  await hear(status('a', 'active', { seq: 11 }));
  await hear(status('a', 'waiting', { seq: 12 }));
  expect(said()).toBe('1 session needs you');
  await hear(status('a', 'active', { seq: 13 }));
  expect(said()).toBe('');
  await hear(status('a', 'waiting', { seq: 14 }));
  await waitFor(() => expect(said()).toBe('1 session needs you'), { timeout: 20_000 });
});

it('says how it stands with the connection, in words', async () => {
  await show(session('a'));
  expect(screen.getByTestId('connection').textContent).toBe('Connecting');
  await act(async () => {
    writeConnection(cache, { ...initialConnection, phase: 'reconnecting', attempts: 3 });
    await new Promise((resolve) => setTimeout(resolve, 0));
  });
  expect(screen.getByTestId('connection').textContent).toBe('Reconnecting (3)');
});
