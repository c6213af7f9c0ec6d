import { memo } from 'react';
import type { SessionView } from '../../data';
import type { Column, Lines } from './columns';

/** A test counts by this which rows are rendered. */
declare global {
  interface Window {
    rollcallRowRendered?: (id: string) => void;
  }
}

/** The cells of one session. Rendered again only when its own view is another object: where it stands is the table's. */
export const SessionRow = memo(function SessionRow({ session, columns, lines }: {
  session: SessionView; columns: readonly Column[]; lines: Lines;
}) {
  window.rollcallRowRendered?.(session.id);
  const shows = new Set(columns.map(({ id }) => id));
  return (
    <div role="presentation" className="grid h-full grid-cols-(--columns) items-center gap-x-3 px-4 sm:px-5">
      {columns.map(({ id, right, testId, cell }) => (
        <div key={id} role="gridcell" data-testid={testId} className={`min-w-0 ${right ? 'text-right whitespace-nowrap tabular-nums' : ''}`}>
          {cell(session, lines, shows)}
        </div>
      ))}
    </div>
  );
});
