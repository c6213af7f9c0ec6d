import { lastFolder } from './design/format';
import type { SessionView, WaitingFor } from './data';
import { plain } from './plainText';

/** What a session is called, wherever it is shown. */
export const titleOf = (session: SessionView): string => plain(session.name ?? session.project ?? session.id);

/** The project, and the folder where that is another. */
export function placeOf({ project, cwd, id }: SessionView): string {
  const folder = cwd === null ? null : lastFolder(cwd);
  if (project === null) return plain(folder ?? id);
  return plain(folder === null || folder === project ? project : `${project} · ${folder}`);
}

const asks: Record<WaitingFor, { long: string; short: string }> = {
  permission: { long: 'Asks for permission', short: 'Permission' },
  question: { long: 'Asks a question', short: 'Question' },
  plan: { long: 'Asks to approve a plan', short: 'Plan' },
  elicitation: { long: 'Asks for details', short: 'Details' },
  auth: { long: 'Asks to sign in', short: 'Sign-in' },
  input: { long: 'Waiting for input', short: 'Input' },
};
/** A newer hub may know more of them. */
const something = { long: 'Waiting for you', short: 'You' };

/** What a person is asked, in a sentence or in a word. */
export const askOf = ({ waiting_for }: Pick<SessionView, 'waiting_for'>): { long: string; short: string } =>
  waiting_for === null ? something : (asks[waiting_for] ?? something);

/** When it was last heard of. An event is a sign of life, too, and carries no `last_seen_at`. */
export const lastHeard = ({ last_seen_at, updated_at }: SessionView): string =>
  Date.parse(last_seen_at) > Date.parse(updated_at) ? last_seen_at : updated_at;

export const pathOf = (session: SessionView): string => `/sessions/${encodeURIComponent(session.id)}`;
