import { ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from '../../design/Button';
import { Menu } from '../../design/Menu';

/** A filter's button: it shows what is chosen, and opens to choose. */
export function FilterMenu({ name, chosen, children }: { name: string; chosen: string | null; children: ReactNode }) {
  return (
    <Menu
      trigger={(
        <Button className={`max-w-56 font-normal ${chosen === null ? 'text-quiet' : 'border-accent/50! bg-accent-soft!'}`} aria-label={chosen === null ? name : `${name}: ${chosen}`}>
          <span className="truncate">{chosen === null ? name : <><span className="text-quiet">{name}</span> {chosen}</>}</span>
          <ChevronDown className="size-3.5 shrink-0" aria-hidden="true" />
        </Button>
      )}
    >
      {children}
    </Menu>
  );
}
