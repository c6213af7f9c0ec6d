import { sessionsOf, useFleetValue, type SessionView } from '../../data';
import { MenuChoice, MenuLabel } from '../../design/Menu';
import { FilterMenu } from './FilterMenu';

export type Place = 'project' | 'agent' | 'host';
const ANY = '';

/** Only the sessions of one project, agent or host. */
export const PlaceFilter = ({ by, name, chosen, choose }: {
  by: Place; name: string; chosen: string | undefined; choose: (value: string | undefined) => void;
}) => (
  <FilterMenu name={name} chosen={chosen ?? null}>
    <Values by={by} chosen={chosen} choose={choose} />
  </FilterMenu>
);

/** The values there are, counted while the menu is open. */
function Values({ by, chosen, choose }: { by: Place; chosen: string | undefined; choose: (value: string | undefined) => void }) {
  const text = useFleetValue((fleet) => JSON.stringify(counted(sessionsOf(fleet), by, chosen)));
  const found = JSON.parse(text ?? '[]') as [string, number][];
  return (
    <>
      <MenuLabel>{found.length === 0 ? 'None is known yet' : 'Of the live sessions'}</MenuLabel>
      <MenuChoice
        value={chosen ?? ANY} onChange={(value) => choose(value === ANY ? undefined : value)}
        options={[
          { value: ANY, label: 'Any' },
          ...found.map(([value, count]) => ({
            value,
            label: <><span className="truncate">{value}</span><span className="ml-auto pl-3 text-quiet tabular-nums">{count}</span></>,
          })),
        ]}
      />
    </>
  );
}

function counted(sessions: readonly SessionView[], by: Place, chosen: string | undefined): [string, number][] {
  const counts = new Map<string, number>(chosen === undefined ? [] : [[chosen, 0]]);
  for (const session of sessions) {
    const value = session[by];
    if (value !== null) counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].sort(([a], [b]) => a.localeCompare(b, 'en', { numeric: true }));
}
