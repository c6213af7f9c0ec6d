import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '../../design/Button';
import { tooLong } from '../../messageSize';

/** Words for the program that owns the session. Enter sends them, Shift+Enter begins a new line, Escape leaves. */
export function Reply({ closed, onSend, onClose, to }: { closed: boolean; onSend: (text: string) => void; onClose: () => void; to: string }) {
  const [text, setText] = useState('');
  const field = useRef<HTMLTextAreaElement>(null);
  const card = useRef<HTMLElement | null>(null);
  useEffect(() => {
    card.current = field.current?.closest('article') ?? null;
    field.current?.focus();
  }, []);
  const fault = tooLong(text);
  const unsendable = closed || fault !== null || text.trim() === '';
  const leave = (): void => {
    onClose();
    card.current?.focus();
  };
  const send = (): void => {
    if (unsendable) return;
    onSend(text);
    card.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') leave();
    else if (event.key === 'Enter' && !event.shiftKey && !event.nativeEvent.isComposing) send();
    else return;
    event.preventDefault();
  };
  return (
    <form className="mt-3" onSubmit={(event) => { event.preventDefault(); send(); }}>
      <textarea
        ref={field} rows={3} value={text} onChange={({ target }) => setText(target.value)} onKeyDown={onKeyDown}
        aria-label={`Reply to ${to}`} placeholder="Enter sends, Shift+Enter begins a new line"
        className="block w-full resize-y rounded-md border border-edge/60 bg-surface px-2.5 py-1.5 text-ink"
      />
      <div className="mt-2 flex gap-1.5">
        <Button look="primary" type="submit" disabled={unsendable}>Send</Button>
        <Button look="bare" onClick={leave}>Cancel</Button>
      </div>
      {fault !== null && <p role="status" className="mt-2 text-xs text-error">{fault}</p>}
    </form>
  );
}
