import type { Wait } from '../attention/waits';
import type { SessionView } from '../data';
import type { Command } from '../commands';
import { titleOf } from '../session';
import { best, FIELD, wordsIn } from './fuzzy';

/** What can be chosen: a command, or a session to go to. */
export type Choice = { key: string; command: Command; session?: never } | { key: string; session: SessionView; command?: never };

export interface Listed {
  name: string;
  choices: readonly Choice[];
}

const MOST_SESSIONS = 12;
const MOST_NEEDING = 5;
const THIS_PAGE = 'This page';

/** Its own key opens the palette, and closes it: in the palette it would be noise. */
export const PALETTE = 'palette';

/** Each command once, the latest offered of those with the same id. */
export const offered = (commands: readonly Command[]): Command[] =>
  [...new Map(commands.map((command) => [command.id, command])).values()];

const ofCommand = (command: Command): Choice => ({ key: `command-${command.id}`, command });
const ofSession = (session: SessionView): Choice => ({ key: `session-${session.id}`, session });
const commandText = ({ name, group }: Command): string => `${name}${FIELD}${group ?? THIS_PAGE}`.toLowerCase();

const texts = new WeakMap<SessionView, string>();

/** What a session is found by. Its object never changes, so that this is made once for each. */
function sessionText(session: SessionView): string {
  let text = texts.get(session);
  if (text === undefined) {
    text = [titleOf(session), session.project, session.id].filter((each) => each !== null).join(FIELD).toLowerCase();
    texts.set(session, text);
  }
  return text;
}

/** Under their headings, both in the order in which they come. */
export function byGroup(commands: readonly Command[]): [string, Command[]][] {
  const groups = new Map<string, Command[]>();
  for (const command of commands) {
    const name = command.group ?? THIS_PAGE;
    const group = groups.get(name);
    if (group) group.push(command);
    else groups.set(name, [command]);
  }
  return [...groups];
}

/** What leads furthest, before what is only of this page. */
const inOrder = ['Pages', THIS_PAGE];
const place = (name: string): number => (inOrder.includes(name) ? inOrder.indexOf(name) : inOrder.length);

const groupsOf = (commands: readonly Command[]): Listed[] =>
  byGroup(commands).map(([name, of]) => ({ name, choices: of.map(ofCommand) }));

/** Who has waited longest first, as on their own page, and only a few: the rest is there. */
const needing = (waits: readonly Wait[]): Choice[] => waits.slice(0, MOST_NEEDING).map(({ session }) => ofSession(session));

/** What the palette shows for a query; the group with the best answer is on top. */
export function listed(query: string, commands: readonly Command[], sessions: readonly SessionView[], waits: readonly Wait[]): Listed[] {
  const all = offered(commands).filter(({ id }) => id !== PALETTE);
  const words = wordsIn(query);
  if (words.length === 0) {
    return [{ name: 'Needs you', choices: needing(waits) }, ...groupsOf(all).sort((a, b) => place(a.name) - place(b.name))].filter(({ choices }) => choices.length > 0);
  }
  const foundCommands = best(all, commandText, words, all.length);
  const foundSessions = best(sessions, sessionText, words, MOST_SESSIONS);
  const groups = groupsOf(foundCommands.map(({ item }) => item));
  const ofSessions = { name: 'Sessions', choices: foundSessions.map(({ item }) => ofSession(item)) };
  const sessionsFirst = (foundSessions[0]?.score ?? 0) > (foundCommands[0]?.score ?? 0);
  return (sessionsFirst ? [ofSessions, ...groups] : [...groups, ofSessions]).filter(({ choices }) => choices.length > 0);
}
