import { useQuery } from '@tanstack/react-query';
import { useCallback, useRef, useState } from 'react';
import type { Wait } from '../../attention/waits';
import { HubError, useConnection, useHubOrNull } from '../../data';

export type Answer = { kind: 'approve' } | { kind: 'deny' } | { kind: 'reply'; text: string };

/** How often it is asked again who listens: the hub tells no event of it. Sooner for the session that a person is on. */
const AGAIN_MS = { selected: 3_000, other: 30_000 } as const;

/** Why an answer would reach nobody; null where a program listens. */
export function useDeafness({ key, session }: Wait, selected: boolean): string | null {
  const hub = useHubOrNull();
  const live = useConnection().phase === 'live';
  const owner = useQuery({
    queryKey: ['owner', key],
    queryFn: ({ signal }) => hub!.api.owner(session.id, { signal }),
    enabled: hub !== null && live,
    staleTime: 0, gcTime: 0, retry: false, refetchOnWindowFocus: true, select: ({ owned }) => owned,
    refetchInterval: AGAIN_MS[selected ? 'selected' : 'other'],
  });
  if (!live) return 'Answers wait until the connection is back.';
  if (owner.data === true) return null;
  if (owner.data === false) return `No program listens to this session: answer it where it runs${session.host === null ? '' : `, on ${session.host}`}.`;
  return owner.isError ? 'The hub does not say whether a program listens.' : 'Asking who listens…';
}

/** What became of the answers: by a wait's key, the word for what was said, or why it was not heard. */
export interface Outcome {
  readonly state: 'sending' | 'said' | 'refused';
  readonly words: string;
}

const said = { approve: 'Approved', deny: 'Denied', reply: 'Answered' } as const;

/** Gives answers to the owners of sessions. Each wait is answered once. */
export function useAnswers(): { outcomes: ReadonlyMap<string, Outcome>; give: (wait: Wait, answer: Answer) => Promise<boolean> } {
  const hub = useHubOrNull();
  const [outcomes, setOutcomes] = useState<ReadonlyMap<string, Outcome>>(new Map());
  const taken = useRef(new Set<string>());

  const give = useCallback(async ({ key, session, since }: Wait, answer: Answer): Promise<boolean> => {
    if (!hub || taken.current.has(key)) return false;
    taken.current.add(key);
    const note = (outcome: Outcome): void => setOutcomes((before) => new Map(before).set(key, outcome));
    note({ state: 'sending', words: 'Sending…' });
    const watch = hub.watch(`session:${session.id}`);
    try {
      await watch.ready();
      // The owner can tell by it that another request is meant than the one it asks for by now.
      if (answer.kind === 'reply') await watch.push('send_message', { text: answer.text });
      else await watch.push(answer.kind, { waiting_since: since });
      note({ state: 'said', words: `${said[answer.kind]}. It goes on as soon as its program has heard it.` });
      return true;
    } catch (refused) {
      taken.current.delete(key);
      const why = refused instanceof HubError && refused.code === 'no_owner' ? 'No program listens any more.' : (refused as Error).message;
      note({ state: 'refused', words: `That was not heard: ${why}` });
      return false;
    } finally {
      watch.leave();
    }
  }, [hub]);
  return { outcomes, give };
}
