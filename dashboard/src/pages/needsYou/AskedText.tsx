import type { SessionView } from '../../data';
import { plain, revealed } from '../../plainText';
import { diffOf, type Asked } from './asked';

const looks = {
  added: 'bg-live-soft text-live', removed: 'bg-error-soft text-error', same: '',
} as const;

/**
 * The words themselves: a question as prose, a command, a change or a failure as it is. Always as text, never as markup, and
 * nothing in what somebody is to decide about stays unseen.
 */
export function AskedText({ session, asked }: { session: SessionView; asked: Asked }) {
  if (asked.text === null || asked.text === '') return null;
  const text = session.status === 'waiting' ? revealed(asked.text) : plain(asked.text);
  if (session.status === 'waiting' && session.waiting_for !== 'permission') {
    return <p data-testid="asked" className="mt-1 max-h-72 overflow-auto text-sm break-words whitespace-pre-wrap" tabIndex={0}>{text}</p>;
  }
  const diff = session.status === 'waiting' ? diffOf(text) : null;
  return (
    <pre
      data-testid="asked" tabIndex={0} aria-label={session.status === 'waiting' ? 'What it wants to do' : 'The failure'}
      className="focus-inside mt-2 max-h-72 overflow-auto rounded-lg bg-raised px-3 py-2 font-mono text-xs leading-5 break-words whitespace-pre-wrap"
    >
      {asked.tool === 'Bash' && <span aria-hidden="true" className="text-quiet select-none">$ </span>}
      {diff === null ? text : diff.map(({ kind, line }, at) => <span key={at} className={`-mx-3 block px-3 ${looks[kind]}`}>{line === '' ? ' ' : line}</span>)}
    </pre>
  );
}
