import { Link } from '@tanstack/react-router';
import { memo, useState } from 'react';
import type { Wait } from '../../attention/waits';
import { StatusBadge } from '../../design/StatusBadge';
import { RelativeTime } from '../../design/Time';
import { plain, revealed } from '../../plainText';
import { askOf, placeOf, titleOf } from '../../session';
import { Actions } from './Actions';
import { useDeafness, type Answer, type Outcome } from './answering';
import { askedBy } from './asked';
import { AskedText } from './AskedText';
import { Reply } from './Reply';
import { cardId } from './useSelected';

/** One session that stands still: who it is, what it asks and since when, and what can be said to it. */
export const WaitCard = memo(function WaitCard({ wait, selected, outcome, onSelect, isMeant, onAnswer }: {
  wait: Wait; selected: boolean; outcome: Outcome | null;
  onSelect: (session: string) => void; isMeant: () => boolean; onAnswer: (wait: Wait, answer: Answer) => void;
}) {
  const { session, since } = wait;
  const [replying, setReplying] = useState(false);
  const deaf = useDeafness(wait, selected);
  const asked = askedBy(session);
  const facts = [placeOf(session), session.agent, session.host].filter((fact) => fact !== null);
  const settled = outcome?.state === 'said' || outcome?.state === 'sending';
  const closed = deaf !== null || settled;
  const reply = (text: string): void => {
    setReplying(false);
    onAnswer(wait, { kind: 'reply', text });
  };

  return (
    <li>
      <article
        id={cardId(session.id)} tabIndex={-1} aria-labelledby={`${cardId(session.id)}-title`} aria-current={selected || undefined}
        data-testid="wait" data-wait={session.id} data-answered={outcome?.state}
        onFocus={() => { if (!selected) onSelect(session.id); }} onClick={() => { if (!selected) onSelect(session.id); }}
        className={`relative overflow-hidden rounded-xl border bg-surface p-4 outline-none before:absolute before:inset-y-0 before:left-0 before:w-1 ${selected ? 'border-accent before:bg-accent' : 'border-line hover:border-edge/60'}`}
      >
        <div className="flex items-start gap-3">
          <div className="min-w-0 grow">
            <h2 id={`${cardId(session.id)}-title`} className="truncate text-sm font-semibold">
              <Link to="/sessions/$id" params={{ id: session.id }} className="hover:underline">{titleOf(session)}</Link>
            </h2>
            <p className="truncate text-xs text-quiet">{plain(facts.join(' · '))}</p>
          </div>
          <span className="flex shrink-0 items-center gap-2">
            <span className="text-xs text-quiet"><RelativeTime time={since} span /></span>
            <StatusBadge session={session} />
          </span>
        </div>
        <p className={`mt-3 font-medium ${session.status === 'waiting' ? 'text-waiting' : 'text-error'}`}>
          {session.status === 'waiting' ? askOf(session).long : 'Failed'}
          {asked.tool !== null && <span className="font-normal"> to use <span className="font-medium">{asked.tool}</span></span>}
        </p>
        <AskedText session={session} asked={asked} />
        {asked.options.length > 0 && (
          <ul aria-label="Answers" className="mt-2 flex flex-wrap gap-1.5">
            {asked.options.map((option, place) => (
              <li key={place} className="max-w-full">
                <button
                  type="button" disabled={closed} onClick={() => reply(option)} data-testid="option"
                  className="min-h-7 max-w-full rounded-md border border-line px-2.5 py-1 text-left font-medium break-words enabled:hover:bg-raised disabled:cursor-default disabled:text-quiet"
                >
                  {revealed(option)}
                </button>
              </li>
            ))}
          </ul>
        )}
        <Actions
          wait={wait} selected={selected} deaf={deaf !== null} closed={closed} isMeant={isMeant} onAnswer={onAnswer} onReply={() => setReplying(true)}
        />
        {replying && <Reply closed={closed} onSend={reply} onClose={() => setReplying(false)} to={titleOf(session)} />}
        <p role="status" className={`text-xs ${outcome?.state === 'refused' ? 'text-error' : 'text-quiet'}`}>
          {outcome === null ? deaf !== null && <span data-testid="deaf" className="mt-2 block">{deaf}</span>
            : <span data-testid="outcome" className="mt-2 block">{outcome.words}</span>}
        </p>
      </article>
    </li>
  );
});
