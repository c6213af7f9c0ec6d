import { useMemo, useRef, useState } from 'react';
import { useCommands, type Command } from '../../commands';
import type { SessionView } from '../../data';
import { recalled } from './place';

/** The row that the keyboard is on: it stays on its session when rows move. Gone with its session. */
export function useRowKeys(
  view: string, sessions: readonly SessionView[], show: (at: number) => void, open: (id: string) => void,
): string | null {
  const [selected, setSelected] = useState<string | null>(() => recalled(view)?.selected ?? null);
  const now = useRef({ sessions, show, open, selected });
  now.current = { sessions, show, open, selected };

  const commands = useMemo<readonly Command[]>(() => {
    const go = (to: (at: number, last: number) => number): void => {
      const { sessions: rows, selected: id } = now.current;
      if (rows.length === 0) return;
      const last = rows.length - 1;
      const at = Math.min(last, Math.max(0, to(rows.findIndex((row) => row.id === id), last)));
      setSelected(rows[at]!.id);
      now.current.show(at);
    };
    return [
      { id: 'sessions.next', name: 'Go to the next session', keys: ['j', 'ArrowDown'], repeats: true, run: () => go((at) => at + 1) },
      { id: 'sessions.previous', name: 'Go to the previous session', keys: ['k', 'ArrowUp'], repeats: true, run: () => go((at) => at - 1) },
      { id: 'sessions.first', name: 'Go to the first session', keys: ['Home'], run: () => go(() => 0) },
      { id: 'sessions.last', name: 'Go to the last session', keys: ['End'], run: () => go((_, last) => last) },
      {
        id: 'sessions.open', name: 'Open the session', keys: ['Enter'],
        run: () => {
          const { selected: id, sessions: rows } = now.current;
          if (id !== null && rows.some((row) => row.id === id)) now.current.open(id);
        },
      },
      { id: 'sessions.leave', name: 'Leave the row', keys: ['Escape'], run: () => setSelected(null) },
    ];
  }, []);
  useCommands(commands);
  return selected;
}
