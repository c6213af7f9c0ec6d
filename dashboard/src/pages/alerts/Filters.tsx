import { ChevronDown, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../design/Button';
import { Menu, MenuCheck } from '../../design/Menu';
import { kindNames, kinds } from './kinds';
import { looks } from './LevelBadge';
import { everything, isFiltered, toggled, type AlertsSearch } from './search';
import { levels } from './words';

const on = 'border-accent/50! bg-accent-soft!';

/** How bad, and of what kind. Both stand in the address. */
export function Filters({ search, change, children }: {
  search: AlertsSearch; change: (by: AlertsSearch) => void; children?: ReactNode;
}) {
  const { level, type } = search;
  return (
    <div role="group" aria-label="Filters" className="flex shrink-0 flex-wrap items-center gap-1.5 border-b border-line px-4 py-2 sm:px-5">
      {levels.map((each) => {
        const { word, Icon, text } = looks[each];
        const chosen = level?.includes(each) ?? false;
        return (
          <Button
            key={each} aria-pressed={chosen} className={chosen ? on : 'font-normal text-quiet'}
            onClick={() => change({ level: toggled(level, each, !chosen) })}
          >
            <Icon className={`size-3.5 ${text}`} aria-hidden="true" /> {word}
          </Button>
        );
      })}
      <Menu
        trigger={(
          <Button className={`max-w-56 font-normal ${type ? on : 'text-quiet'}`}>
            <span className="truncate">{type ? <><span className="text-quiet">Type</span> {type.map((each) => kinds[each].name).join(', ')}</> : 'Type'}</span>
            <ChevronDown className="size-3.5 shrink-0" aria-hidden="true" />
          </Button>
        )}
      >
        {kindNames.map((kind) => (
          <MenuCheck key={kind} checked={type?.includes(kind) ?? false} onChange={(checked) => change({ type: toggled(type, kind, checked) })}>
            {kinds[kind].name}
          </MenuCheck>
        ))}
      </Menu>
      {isFiltered(search) && (
        <Button look="bare" onClick={() => change(everything)}><X className="size-3.5" aria-hidden="true" /> Clear</Button>
      )}
      {children}
    </div>
  );
}
