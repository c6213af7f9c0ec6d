import { useEffect, useSyncExternalStore } from 'react';

/** Something a person can do here, by a key or by its name. */
export interface Command {
  id: string;
  /** In the imperative: "Focus the search". */
  name: string;
  /** Under which heading it is listed; without one it is of this page. */
  group?: string;
  /** As `KeyboardEvent.key` says them, each alone; `Mod+k` is with Ctrl or Cmd. */
  keys?: readonly string[];
  /** Runs on while its key is held down, as what moves does. Everything else is done once. */
  repeats?: true;
  run: () => void;
}

let present: readonly (readonly Command[])[] = [];
let flat: readonly Command[] = [];
const listeners = new Set<() => void>();

function change(next: typeof present): void {
  present = next;
  flat = present.flat();
  listeners.forEach((listener) => listener());
}

/** Offers commands while the component is shown. Give it the same array as long as they are the same. */
export function useCommands(commands: readonly Command[]): void {
  useEffect(() => {
    change([...present, commands]);
    return () => change(present.filter((each) => each !== commands));
  }, [commands]);
}

/** Every command that is offered now, for a palette and a help sheet. */
export const useAllCommands = (): readonly Command[] => useSyncExternalStore(
  (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  () => flat,
);

const typesText = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('input:not([type=checkbox]), textarea, select'));
const hasOwnKeys = (target: EventTarget | null, key: string): boolean =>
  target instanceof HTMLElement
  && (target.closest('[role=menu], [role=dialog], dialog') !== null
    || (key === 'Enter' && target.closest('a, button') !== null)
    || (/^(Arrow|Home|End)/.test(key) && target.closest('[role=tablist]') !== null));

/** Runs the command of a key, the latest offered first. Keys that write, or that a control wants itself, are left alone. */
export function onKey(event: KeyboardEvent): void {
  const mod = event.ctrlKey || event.metaKey;
  if (event.defaultPrevented || event.altKey || (!mod && (typesText(event.target) || hasOwnKeys(event.target, event.key)))) return;
  const key = mod ? `Mod+${event.key}` : event.key;
  const command = flat.findLast((each) => each.keys?.includes(key));
  if (!command) return;
  event.preventDefault();
  if (!event.repeat || command.repeats) command.run();
}
