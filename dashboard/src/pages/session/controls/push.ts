import { HubError, type Hub, type PushOf, type SessionPushes } from '../../../data';

type Word = PushOf<`session:${string}`>;

/** Says something to the owner of a session, over the socket that the page has anyway. */
export async function push<E extends Word>(hub: Hub, id: string, event: E, payload: SessionPushes[E]): Promise<{ readonly seq: number }> {
  const watch = hub.watch(`session:${id}`);
  try {
    return await watch.push(event, payload);
  } finally {
    watch.leave();
  }
}

/** A refusal in the hub's own words. */
export const inWords = (failure: unknown): string =>
  failure instanceof HubError || failure instanceof Error ? `${failure.message.charAt(0).toUpperCase()}${failure.message.slice(1)}` : String(failure);
