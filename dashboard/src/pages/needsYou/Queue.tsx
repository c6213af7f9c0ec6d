import { useCallback, useRef, useState } from 'react';
import type { Wait } from '../../attention/waits';
import { Button } from '../../design/Button';
import { useAnswers, type Answer } from './answering';
import { useSelected } from './useSelected';
import { WaitCard } from './WaitCard';

/** As many as a person looks through; the rest when asked for. */
const AT_ONCE = 50;

export function Queue({ waits }: { waits: readonly Wait[] }) {
  const { selected, gone, select, goOn, isMeant, move } = useSelected(waits);
  const { outcomes, give } = useAnswers();
  const [most, setMost] = useState(AT_ONCE);
  const selectedAt = waits.findIndex((wait) => wait.session.id === selected);
  const shown = waits.slice(0, Math.max(most, selectedAt + 1));

  const now = useRef({ waits, selected, outcomes });
  now.current = { waits, selected, outcomes };
  const answer = useCallback(async (wait: Wait, said: Answer): Promise<void> => {
    const { waits: all } = now.current;
    const rest = [...all.slice(all.indexOf(wait) + 1), ...all.slice(0, all.indexOf(wait))];
    const next = rest.find(({ key }) => now.current.outcomes.get(key)?.state !== 'said');
    const heard = await give(wait, said);
    if (heard && next && now.current.selected === wait.session.id) goOn(next.session.id, true);
  }, [give, goOn]);

  return (
    <>
      {gone && (
        <p role="status" data-testid="gone" className="mt-4 flex items-center gap-3 rounded-xl border border-line bg-raised py-2 pr-2 pl-4">
          <span className="grow">The one that you were at waits no longer.</span>
          <Button onClick={() => move(1)}>To the next</Button>
        </p>
      )}
      <ol aria-label="Sessions that need you, the oldest first" className="mt-4 flex flex-col gap-3">
        {shown.map((wait) => (
          <WaitCard
            key={wait.session.id} wait={wait} selected={wait.session.id === selected} outcome={outcomes.get(wait.key) ?? null}
            onSelect={select} isMeant={isMeant} onAnswer={answer}
          />
        ))}
      </ol>
      {shown.length < waits.length && (
        <Button className="mx-auto mt-4" onClick={() => setMost(shown.length + AT_ONCE)}>Show more: {waits.length - shown.length} are left</Button>
      )}
    </>
  );
}
