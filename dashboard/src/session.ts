import { lastFolder } from './design/format';
import type { SessionView, WaitingFor } from './data';

/** What a session is called, wherever it is shown. */
export const titleOf = (session: SessionView): string => session.name ?? session.project ?? session.id;

/** The project, and the folder where that is another. */
export function placeOf({ project, cwd, id }: SessionView): string {
  const folder = cwd === null ? null : lastFolder(cwd);
  if (project === null) return folder ?? id;
  return folder === null || folder === project ? project : `${project} · ${folder}`;
}

const asks: Record<WaitingFor, string> = {
  permission: 'Asks for permission',
  question: 'Asks a question',
  plan: 'Asks to approve a plan',
  elicitation: 'Asks for details',
  auth: 'Asks to sign in',
  input: 'Waiting for input',
};

/** What a person is asked. */
export const askOf = ({ waiting_for }: SessionView): string =>
  waiting_for === null ? 'Waiting for you' : (asks[waiting_for] ?? 'Waiting for you');

/** When it was last heard of. An event is a sign of life, too, and carries no `last_seen_at`. */
export const lastHeard = ({ last_seen_at, updated_at }: SessionView): string =>
  Date.parse(last_seen_at) > Date.parse(updated_at) ? last_seen_at : updated_at;

export const pathOf = (session: SessionView): string => `/sessions/${encodeURIComponent(session.id)}`;
