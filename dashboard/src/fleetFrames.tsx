import { createContext, use, useLayoutEffect, useState, useSyncExternalStore, type ReactNode } from 'react';
import { useFleet, type FleetState } from './data';

/** A page that nobody looks at gets no frames; its title and its counts still follow. */
const HIDDEN_MS = 250;

/** The fleet, told at most once a frame: two hundred changes in a second are sixty renderings, not two hundred. */
export class Frames {
  #shown: FleetState | null = null;
  #latest: FleetState | null = null;
  #due = false;
  readonly #listeners = new Set<() => void>();

  read = (): FleetState | null => this.#shown;

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  push(fleet: FleetState | null): void {
    this.#latest = fleet;
    // The first state is shown at once.
    if (this.#shown === null) return this.#show();
    if (this.#due || fleet === this.#shown) return;
    this.#due = true;
    if (document.hidden) setTimeout(this.#show, HIDDEN_MS);
    else requestAnimationFrame(this.#show);
  }

  #show = (): void => {
    this.#due = false;
    if (this.#latest === this.#shown) return;
    this.#shown = this.#latest;
    this.#listeners.forEach((listener) => listener());
  };
}

const Context = createContext(new Frames());

export function FleetFrames({ children }: { children: ReactNode }) {
  const [frames] = useState(() => new Frames());
  return (
    <Context value={frames}>
      <Follower frames={frames} />
      {children}
    </Context>
  );
}

/** The only part of the page that is rendered with every single change, and it renders nothing. */
function Follower({ frames }: { frames: Frames }) {
  const fleet = useFleet();
  useLayoutEffect(() => frames.push(fleet), [frames, fleet]);
  return null;
}

/** The fleet as of this frame; null until the first snapshot is here. */
export function useFleetFrame(): FleetState | null {
  const frames = use(Context);
  return useSyncExternalStore(frames.subscribe, frames.read);
}

/** What `read` makes of the fleet. Renders again only when that is another value: make it a number, a text or one object. */
export function useFleetValue<T>(read: (fleet: FleetState | null) => T): T {
  const frames = use(Context);
  return useSyncExternalStore(frames.subscribe, () => read(frames.read()));
}
