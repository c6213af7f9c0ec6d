import { Search } from 'lucide-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import { useCommands } from '../../commands';
import { Input } from '../../design/Input';
import { Kbd } from '../../design/Surfaces';

/** Writing is not held up by filtering, nor the history filled with every letter. */
const PAUSE_MS = 120;

export function SearchField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const input = useRef<HTMLInputElement>(null);
  const tell = useRef(onChange);
  tell.current = onChange;
  const sent = useRef(value);

  useEffect(() => {
    // The address changed by other means: back, or a link.
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = wanted;
      tell.current(wanted);
    }, PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  useCommands(useMemo(() => [{
    id: 'sessions.search', name: 'Search the sessions', keys: ['/'], run: () => {
      input.current?.focus();
      input.current?.select();
    },
  }], []));

  return (
    <div className="relative w-full sm:w-60">
      <Search className="pointer-events-none absolute top-1.75 left-2 size-3.5 text-quiet" aria-hidden="true" />
      <Input
        ref={input} type="search" value={text} aria-label="Search the sessions" placeholder="Search" aria-keyshortcuts="/"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          if (text === '') input.current?.blur();
          setText('');
        }}
        className="w-full pr-7 pl-7 [&::-webkit-search-cancel-button]:hidden"
      />
      {text === '' && <span className="pointer-events-none absolute top-1.25 right-1.5 max-sm:hidden" aria-hidden="true"><Kbd>/</Kbd></span>}
    </div>
  );
}
