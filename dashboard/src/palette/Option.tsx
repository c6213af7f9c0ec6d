import { sessionIn, useFleetValue, type SessionView } from '../data';
import { StatusBadge } from '../design/StatusBadge';
import { placeOf, titleOf } from '../session';
import { Keys } from './Keys';
import type { Choice } from './listed';

/** One line of the palette. */
export const Option = ({ id, choice, active, onPoint, onChoose }: {
  id: string; choice: Choice; active: boolean; onPoint: () => void; onChoose: () => void;
}) => (
  <div
    id={id} role="option" aria-selected={active} data-choice={choice.key} onMouseMove={active ? undefined : onPoint} onClick={onChoose}
    className="flex h-9 cursor-default items-center gap-2 rounded-md px-2.5 aria-selected:bg-accent-soft"
  >
    {choice.command
      ? <><span className="min-w-0 grow truncate">{choice.command.name}</span>{choice.command.keys && <Keys of={choice.command.keys} />}</>
      : <SessionWords session={choice.session} />}
  </div>
);

/** Found once, and from then on as it is now. */
function SessionWords({ session: found }: { session: SessionView }) {
  const session = useFleetValue((fleet) => sessionIn(fleet, found.id)) ?? found;
  return (
    <>
      <span className="truncate font-medium">{titleOf(session)}</span>
      <span className="min-w-0 grow truncate text-quiet">{placeOf(session)}</span>
      <StatusBadge session={session} />
    </>
  );
}
