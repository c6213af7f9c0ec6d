import { CircleStop, SendHorizontal } from 'lucide-react';
import { useMemo, useRef, useState, type KeyboardEvent } from 'react';
import { useCommands, type Command } from '../../../commands';
import { Button } from '../../../design/Button';
import { tooLong } from '../../../messageSize';

/** Writes to the session's owner. What was refused stays in the field. */
export function Composer({ say, cancel, hindrance }: {
  say: (text: string) => Promise<boolean>; cancel: () => Promise<boolean>; hindrance: string | null;
}) {
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useCommands(useMemo<readonly Command[]>(
    () => [{ id: 'session.message', name: 'Write a message to the session', keys: ['m'], run: () => field.current?.focus() }], [],
  ));
  const fault = hindrance ?? tooLong(text.trim());
  const disabled = busy || fault !== null;
  const send = async (): Promise<void> => {
    const written = text.trim();
    if (written === '' || disabled) return;
    setBusy(true);
    if (await say(written)) setText((now) => (now.trim() === written ? '' : now));
    setBusy(false);
  };
  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>): void => {
    if (event.key === 'Escape') field.current?.blur();
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };
  return (
    <form className="flex flex-wrap items-end gap-2" onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <textarea
        ref={field} value={text} onChange={(event) => setText(event.target.value)} onKeyDown={onKeyDown} rows={1}
        aria-label="Message to the session’s owner" placeholder="Message to its owner" enterKeyHint="send" data-testid="composer"
        className="field-sizing-content max-h-40 min-h-8 min-w-0 grow resize-none rounded-md border border-edge/60 bg-surface px-2.5 py-1.5 text-ink"
      />
      <Button type="submit" look="primary" className="h-8" disabled={disabled || text.trim() === ''} data-testid="send">
        <SendHorizontal className="size-3.5" aria-hidden="true" />Send
      </Button>
      <Button className="h-8" disabled={hindrance !== null} onClick={() => void cancel()} aria-label="Cancel what it does" title="Cancel what it does" data-testid="cancel">
        <CircleStop className="size-3.5" aria-hidden="true" />Cancel
      </Button>
      {fault !== null && <p role="status" className="w-full text-xs text-quiet">{fault}</p>}
    </form>
  );
}
