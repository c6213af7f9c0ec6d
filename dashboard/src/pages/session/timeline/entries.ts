import type { OutputPiece } from '../../../data';
import type { SessionEvent } from '../log/logState';
import { changeSaid, endSaid, statusSaid, taskSaid, usageSaid, waitingSaid, type Said, type Usage } from './words';

/** A line of the timeline: what one event says, or several that say one thing. */
export interface Entry extends Said {
  /** Of its first event. */
  seq: number;
  time: string;
}

/** What the words of an event may hang on: the events before it. */
interface Fold {
  entries: Entry[];
  usage: Usage | null;
  /** Where the usage began that the latest entry tells; null when it tells another thing. */
  usedSince: { usage: Usage | null } | null;
  /** How many lines the latest entry tells of. */
  lines: number;
  /** Whether the latest entry is that it ended, of which the reason follows. */
  ended: boolean;
}

const minuteOf = (time: string): string => time.slice(0, 16);

const read = new WeakMap<OutputPiece, { count: number; last: string }>();

/** How many lines a piece of output has, and the last of them. Read once: the whole log is told anew with each event. */
function linesOf(piece: OutputPiece): { count: number; last: string } {
  let lines = read.get(piece);
  if (!lines) {
    const all = piece.text.trimEnd().split('\n');
    read.set(piece, (lines = { count: all.length, last: `${piece.stream === 'stderr' ? 'stderr: ' : ''}${all.at(-1)!}` }));
  }
  return lines;
}

/** A session's events in words, in their order. What says nothing new has none. */
export function entriesOf(events: readonly SessionEvent[]): Entry[] {
  const fold: Fold = { entries: [], usage: null, usedSince: null, lines: 0, ended: false };
  for (const event of events) add(fold, event);
  return fold.entries;
}

function add(fold: Fold, event: SessionEvent): void {
  const { seq, time } = event.payload;
  const latest = fold.entries.at(-1);
  const say = (said: Said): void => {
    fold.usedSince = null;
    fold.lines = 0;
    fold.ended = false;
    fold.entries.push({ ...said, seq, time });
  };
  const sayInstead = (said: Said): void => { fold.entries[fold.entries.length - 1] = { ...latest!, ...said }; };
  const sameMinute = latest !== undefined && minuteOf(latest.time) === minuteOf(time);

  switch (event.event) {
    case 'session_created':
      fold.usage = event.payload.session.usage;
      return say({ look: 'begin', words: event.payload.session.version <= 1 ? 'Began' : 'Began another life' });
    case 'session_status': {
      const said = statusSaid(event.payload);
      // That it works is what a beginning is; that it is ending is said by its end.
      if (event.payload.status === 'terminating' || (latest?.look === 'begin' && said.look === 'working' && sameMinute)) return;
      say(said);
      fold.ended = event.payload.status === 'terminated';
      return;
    }
    case 'session_updated': {
      const { usage, waiting_for, waiting_text, error_message } = event.payload;
      // What is other in another life is part of its beginning.
      if (event.payload.status === 'initializing') return;
      if (waiting_for) {
        const said = waitingSaid(waiting_for, waiting_text);
        return latest?.look === 'waiting' && latest.detail === undefined ? sayInstead(said) : say(said);
      }
      if (error_message && latest?.look === 'error') {
        if (latest.detail === undefined) sayInstead({ look: 'error', words: latest.words, detail: error_message });
        return;
      }
      if (usage !== undefined) {
        const since = fold.usedSince && sameMinute ? fold.usedSince : { usage: fold.usage };
        const said = usageSaid(usage, since.usage);
        if (fold.usedSince && sameMinute) sayInstead(said);
        else say(said);
        fold.usage = usage;
        fold.usedSince = since;
        return;
      }
      const said = changeSaid(event.payload);
      return said ? say(said) : undefined;
    }
    case 'session_terminated': {
      const said = endSaid(event.payload);
      return fold.ended ? sayInstead(said) : say(said);
    }
    case 'task_started':
    case 'task_completed':
      return say(taskSaid(event));
    case 'stream_output': {
      const written = linesOf(event.payload);
      const going = latest?.look === 'output' && sameMinute;
      const lines = (going ? fold.lines : 0) + written.count;
      const said: Said = { look: 'output', words: lines === 1 ? 'Wrote a line' : `Wrote ${lines} lines`, detail: written.last };
      if (going) sayInstead(said);
      else say(said);
      fold.lines = lines;
      return;
    }
    case 'message_complete':
      return say({ look: 'message', words: event.payload.cancelled ? 'Its answer was cancelled' : 'Completed an answer' });
    case 'error':
      return say({ look: 'error', words: 'Could not answer', detail: event.payload.error });
    default: {
      const unhandled: never = event;
      return unhandled;
    }
  }
}
