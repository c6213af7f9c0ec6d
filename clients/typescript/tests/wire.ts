/** A transport in the hub's place: the official client on one side, this test on the other. */
export class Wire {
  static open: Wire[] = [];
  /** Heartbeats that were heard. */
  static beats = 0;
  /** Whether heartbeats stay unanswered. */
  static deaf = false;
  /** Whether a close waits for an other side that never answers it. */
  static lingers = false;
  readyState = 0;
  onopen = () => {};
  onclose = (_: unknown) => {};
  onerror = () => {};
  onmessage = (_: { data: string }) => {};
  sent: [string, string, string, string, Record<string, unknown>][] = [];
  constructor() { Wire.open.push(this); }
  send(frame: string) {
    const [joinRef, ref, topic, event] = JSON.parse(frame);
    if (event !== 'heartbeat') this.sent.push(JSON.parse(frame));
    else if (++Wire.beats && !Wire.deaf) setTimeout(() => this.say(topic, 'phx_reply', { status: 'ok', response: {} }, joinRef, ref));
  }
  close() {
    if (Wire.lingers && this.readyState > 0) this.readyState = 2;
    else this.drop(1000);
  }
  accept() { this.readyState = 1; this.onopen(); }
  drop(code = 1006) { this.readyState = 3; this.onclose({ code }); }
  say(topic: string, event: string, payload: unknown, joinRef: string | null = null, ref: string | null = null) {
    this.onmessage({ data: JSON.stringify([joinRef, ref, topic, event, payload]) });
  }
  join(topic: string) { return this.sent.findLast((frame) => frame[2] === topic && frame[3] === 'phx_join')!; }
  answer(topic: string, response: unknown, result = 'ok') {
    const [joinRef, ref] = this.join(topic);
    this.say(topic, 'phx_reply', { status: result, response }, joinRef, ref);
  }
}
