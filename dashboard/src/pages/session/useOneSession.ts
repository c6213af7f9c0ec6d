import { isLoaded, sessionIn, useConnection, useRefusal, useSession, type FleetState, type HubError, type SessionDetail, type SessionView } from '../../data';
import { useFleetValue } from '../../fleetFrames';

export interface OneSession {
  /** Null while it is not known, and when there is none. */
  readonly session: SessionView | null;
  readonly detail: SessionDetail | null;
  /** Why the hub does not tell of it; null while it does. */
  readonly refusal: HubError | null;
  /** Whether its topic was refused, which it stays even when the session has begun since. */
  readonly refused: boolean;
}

const inFleet = (fleet: FleetState | null, id: string): SessionView | null =>
  fleet === null || !isLoaded(fleet) ? null : (sessionIn(fleet, id) ?? null);

/**
 * One session, live or ended. The list of live ones is told when another life of it begins, its own topic is not: who stands
 * in the list is as the list says.
 */
export function useOneSession(id: string): OneSession {
  const live = useFleetValue((fleet) => inFleet(fleet, id));
  const detail = useSession(id);
  const refusal = useRefusal(`session:${id}`);
  const { phase } = useConnection();
  // While nothing is heard of it, its topic may know more: it is asked for over HTTP, one session at a time.
  const own = detail?.session ?? null;
  const session = live !== null && (phase === 'live' || own === null || own.seq <= live.seq) ? live : (own ?? live);
  return { session: refusal === null ? session : live, detail, refusal: live === null ? refusal : null, refused: refusal !== null };
}
