import type { Topic } from '../protocol/topics.js';

/** What the hub takes in one message: a larger one ends the socket. */
const MOST_BYTES = 64 * 1024;
/** Stands for a number of the frame's, of up to ten digits. */
const REF = '0'.repeat(10);

/** Whether the hub would not take it, as it is sent. */
export function isTooLarge(topic: Topic, event: string, payload: object): boolean {
  const frame = JSON.stringify([REF, REF, topic, event, payload]);
  // No unit of a string is of more than three bytes.
  return frame.length * 3 > MOST_BYTES && new TextEncoder().encode(frame).length > MOST_BYTES;
}
