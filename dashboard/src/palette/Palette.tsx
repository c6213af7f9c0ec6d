import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { useDeferredValue, useEffect, useId, useMemo, useState, type KeyboardEvent } from 'react';
import { flushSync } from 'react-dom';
import { waitsIn } from '../attention/waits';
import { useAllCommands } from '../commands';
import { readFleet, sessionsOf, useFleetValue } from '../data';
import { Dialog } from '../design/Dialog';
import { listed, type Choice } from './listed';
import { Option } from './Option';

/** Everything that can be done, and every session, by a few letters. A combobox: the focus stays in the field. */
export function Palette({ onClose }: { onClose: () => void }) {
  const id = useId();
  const [text, setText] = useState('');
  const query = useDeferredValue(text);
  const commands = useAllCommands();
  // Looked through again with every letter, and when sessions come or go; not with each change of one.
  const count = useFleetValue((fleet) => sessionsOf(fleet).length);
  const cache = useQueryClient();
  // biome-ignore lint/correctness/useExhaustiveDependencies: `count` says when to look again.
  const groups = useMemo(() => {
    const fleet = readFleet(cache);
    return listed(query, commands, sessionsOf(fleet), waitsIn(fleet));
  }, [query, commands, count, cache]);
  const choices = groups.flatMap((group) => group.choices);
  const [key, setKey] = useState<string | null>(null);
  const at = Math.max(0, choices.findIndex((choice) => choice.key === key));
  const active = choices[at];
  const optionId = (choice: Choice): string => `${id}-${choice.key}`;
  const navigate = useNavigate();

  const run = ({ command, session }: Choice): void => {
    // Closed first: the dialog gives the focus back, and the command may put it elsewhere.
    flushSync(onClose);
    if (command) command.run();
    else void navigate({ to: '/sessions/$id', params: { id: session.id } });
  };
  const move = (by: number): void => setKey(choices[(at + by + choices.length) % choices.length]?.key ?? null);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'ArrowDown') move(1);
    else if (event.key === 'ArrowUp') move(-1);
    else if (event.key === 'Enter' && active) run(active);
    else return;
    event.preventDefault();
  };
  const activeId = active && optionId(active);
  useEffect(() => { if (activeId) document.getElementById(activeId)?.scrollIntoView({ block: 'nearest' }); }, [activeId]);

  return (
    <Dialog open onClose={onClose} label="Command palette" place="top">
      <div className="flex max-h-[75dvh] flex-col" data-testid="palette">
        <div className="flex h-12 shrink-0 items-center gap-2.5 border-b border-line px-4">
          <Search className="size-4 shrink-0 text-quiet" aria-hidden="true" />
          <input
            role="combobox" aria-expanded="true" aria-controls={`${id}-list`} aria-activedescendant={activeId} aria-autocomplete="list"
            aria-label="Search commands and sessions" placeholder="Search commands and sessions" value={text} autoComplete="off" spellCheck={false}
            onChange={(event) => { setText(event.target.value); setKey(null); }} onKeyDown={onKeyDown}
            className="h-full min-w-0 grow bg-transparent text-sm outline-none!"
          />
        </div>
        <div id={`${id}-list`} role="listbox" aria-label="Commands and sessions" tabIndex={-1} className="min-h-0 overflow-y-auto p-1.5">
          {groups.map((group) => (
            <div key={group.name} role="group" aria-label={group.name}>
              <p aria-hidden="true" className="px-2.5 pt-2 pb-1 text-xs font-medium text-quiet">{group.name}</p>
              {group.choices.map((choice) => (
                <Option
                  key={choice.key} id={optionId(choice)} choice={choice} active={choice === active}
                  onPoint={() => setKey(choice.key)} onChoose={() => run(choice)}
                />
              ))}
            </div>
          ))}
          {choices.length === 0 && <p className="px-2.5 py-6 text-center text-quiet">Nothing is called “{query}”.</p>}
        </div>
        <p role="status" className="sr-only">{choices.length === 1 ? '1 result' : `${choices.length} results`}</p>
      </div>
    </Dialog>
  );
}
