import { Pause, Play, StepBack, StepForward } from 'lucide-react';
import type { KeyboardEvent } from 'react';
import { Button, IconButton } from '../../../design/Button';
import { Kbd } from '../../../design/Surfaces';
import { inChosenZone } from '../../../design/timeZone';
import { Choice } from '../Choice';
import { speeds, type Past, type Seen } from './past';

const dayAndTime = inChosenZone({ month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' });
const exact = inChosenZone({ dateStyle: 'full', timeStyle: 'medium' });
const speedNames = speeds.map((speed) => `${speed}×`);

/** Where in the past one is, and how to get about in it: by hand, by event, or by letting it run. */
export function Controls({ past, seen }: { past: Past; seen: Seen }) {
  const { from, to, moment, playing, speed } = seen;
  if (from === null) return null;
  /** In the scrubber, too, an arrow is an event and no millisecond. */
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowLeft' || event.key === 'ArrowRight') void past.step(event.key === 'ArrowLeft' ? -1 : 1);
    else if (event.key === ' ') { if (!event.repeat) toggle(past); }
    else return;
    event.preventDefault();
  };
  return (
    <div role="group" aria-label="Time travel" className="flex flex-col gap-2">
      <div>
        <input
          type="range" aria-label="Moment" min={from} max={to} step={1} value={moment} data-testid="scrubber"
          aria-valuetext={exact(moment)} onChange={(event) => void past.seek(event.target.valueAsNumber)} onKeyDown={onKeyDown}
          className="block h-6 w-full cursor-pointer accent-accent"
        />
        <div className="flex justify-between text-xs text-quiet tabular-nums">
          <span title="The oldest event that is kept">{dayAndTime(from)}</span>
          <span>Now</span>
        </div>
      </div>
      <div className="flex flex-wrap items-center gap-1.5">
        <IconButton look="plain" label="The event before" onClick={() => void past.step(-1)}><StepBack className="size-4" aria-hidden="true" /></IconButton>
        <Button look="primary" className="w-20" onClick={() => toggle(past)} data-testid="play">
          {playing ? <Pause className="size-3.5" aria-hidden="true" /> : <Play className="size-3.5" aria-hidden="true" />}
          {playing ? 'Pause' : 'Play'}
        </Button>
        <IconButton look="plain" label="The next event" onClick={() => void past.step(1)}><StepForward className="size-4" aria-hidden="true" /></IconButton>
        <Choice
          label="Speed" options={speedNames} value={`${speed}×`} name={(each) => `${each} speed`}
          onChange={(chosen) => past.setSpeed(speeds[speedNames.indexOf(chosen)] ?? 1)}
        />
        <span className="ml-auto flex items-center gap-1 text-xs text-quiet max-md:hidden">
          <Kbd>←</Kbd><Kbd>→</Kbd> by event <span className="ml-2"><Kbd>Space</Kbd></span> plays
        </span>
      </div>
    </div>
  );
}

export const toggle = (past: Past): void => (past.read().playing ? past.pause() : past.play());
