/** How many characters of news may be on their way to a page that has not read them. */
export const MOST_UNREAD = 1 << 20;
/** From here on a text is a whole state rather than news. It is not counted, but of one subject only one may be unread. */
export const WHOLE_STATE = 1 << 16;
/** What is said within a frame goes together. */
const EVERY_MS = 16;

interface Batch<Subject> {
  readonly texts: string[];
  readonly states: Subject[];
  size: number;
}

/**
 * What goes to one page, at once or with what follows within a frame. What may wait for a page that does not read (frozen,
 * or busy) is bounded: past that, a subject that has something to say falls behind, and nothing more is said of it until
 * everything was read. Then it is said how things are now.
 */
export class Outbox<Subject> {
  #next: Batch<Subject> = empty();
  #unread: Batch<Subject>[] = [];
  #size = 0;
  #last = -Infinity;
  #timer: ReturnType<typeof setTimeout> | null = null;
  readonly #states = new Set<Subject>();
  readonly #behind = new Set<Subject>();

  constructor(
    private readonly post: (texts: string[]) => void,
    private readonly catchUp: (subject: Subject) => readonly string[],
  ) {}

  /** What answers the page itself; never left out. */
  reply(text: string): void {
    this.#next.texts.push(text);
    this.#soon();
  }

  /** News of a subject, in order, unless it has fallen behind. */
  tell(subject: Subject, text: string): void {
    if (this.#behind.has(subject)) return;
    const isState = text.length >= WHOLE_STATE;
    if (isState ? this.#states.has(subject) : this.#size + text.length > MOST_UNREAD) return void this.#behind.add(subject);
    this.#next.texts.push(text);
    if (isState) {
      this.#states.add(subject);
      this.#next.states.push(subject);
    } else {
      this.#size += text.length;
      this.#next.size += text.length;
    }
    this.#soon();
  }

  /** Nothing more will be said of it. */
  forget(subject: Subject): void {
    this.#behind.delete(subject);
  }

  /** The page has read the oldest batch that it had not. */
  wasRead(): void {
    const read = this.#unread.shift();
    if (!read) return;
    this.#size -= read.size;
    for (const subject of read.states) this.#states.delete(subject);
    if (this.#unread.length > 0 || this.#next.texts.length > 0) return;
    const behind = [...this.#behind];
    this.#behind.clear();
    for (const subject of behind) for (const text of this.catchUp(subject)) this.tell(subject, text);
  }

  close(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#next = empty();
  }

  #soon(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      const batch = this.#next;
      [this.#next, this.#last] = [empty(), performance.now()];
      this.#unread.push(batch);
      this.post(batch.texts);
    }, Math.max(0, this.#last + EVERY_MS - performance.now()));
  }
}

const empty = <Subject>(): Batch<Subject> => ({ texts: [], states: [], size: 0 });
