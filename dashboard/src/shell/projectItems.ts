import { badgeOf, type Badge, type SessionView } from '../data';
import type { Compare } from '../ordering';

interface ProjectHead {
  kind: 'project';
  key: string;
  /** Null: those without a project. */
  name: string | null;
  count: number;
  folded: boolean;
  badge: Badge;
}

interface ProjectSession {
  kind: 'session';
  key: string;
  session: SessionView;
}

export type ProjectItem = ProjectHead | ProjectSession;

/** Ten thousand lines with every frame: those that are as before are not made anew. */
const lines = new WeakMap<SessionView, ProjectSession>();

function lineOf(session: SessionView): ProjectSession {
  let line = lines.get(session);
  if (!line) lines.set(session, (line = { kind: 'session', key: `session ${session.id}`, session }));
  return line;
}

const sortable = new Map<string, string>();

/** Without a project comes last; `shop-9` before `shop-10`; sorting ten thousand asks for the same few names. */
function keyOf(name: string | null): string {
  if (name === null) return '\uffff';
  let key = sortable.get(name);
  if (key === undefined) sortable.set(name, (key = name.toLowerCase().replace(/\d+/g, (digits) => digits.padStart(12, '0'))));
  return key;
}

/** By project, and within one the oldest first, so that nothing moves when a status changes. */
export const byProject: Compare = (a, b) => {
  const [x, y] = [a.project, b.project];
  if (x !== y) {
    const [p, q] = [keyOf(x), keyOf(y)];
    return p < q || (p === q && y !== null && (x ?? '') < y) ? -1 : 1;
  }
  return a.created_at < b.created_at ? -1 : a.created_at > b.created_at ? 1 : a.id < b.id ? -1 : 1;
};

const weight = { waiting: 3, error: 2, working: 1, none: 0 } as const;
const heavier = (a: Badge, b: Badge): Badge => (weight[b ?? 'none'] > weight[a ?? 'none'] ? b : a);

/** By which a folded project is remembered; no project is called nothing. */
export const foldOf = (project: string | null): string => project ?? '';

/** The lines of the sidebar. A folded project shows the badge that matters most of those in it. */
export function projectItems(ordered: readonly SessionView[], folded: readonly string[]): ProjectItem[] {
  const items: ProjectItem[] = [];
  const isFolded = new Set(folded);
  let project: ProjectHead | undefined;
  for (const session of ordered) {
    const name = session.project;
    if (project === undefined || project.name !== name) {
      project = { kind: 'project', key: `project ${foldOf(name)}`, name, count: 0, folded: isFolded.has(foldOf(name)), badge: null };
      items.push(project);
    }
    project.count += 1;
    project.badge = heavier(project.badge, badgeOf(session));
    if (!project.folded) items.push(lineOf(session));
  }
  return items;
}
