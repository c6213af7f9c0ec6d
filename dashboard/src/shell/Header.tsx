import { Menu } from 'lucide-react';
import { IconButton } from '../design/Button';
import { AggregateBar } from './AggregateBar';
import { headerItems } from './headerItems';
import { openDrawer } from './sidebarState';

export function Header() {
  return (
    <header className="flex shrink-0 flex-wrap items-center gap-x-3 border-b border-line bg-surface px-3 sm:px-5">
      <div className="flex h-12 items-center gap-2 md:hidden">
        <IconButton label="Projects and pages" onClick={openDrawer}><Menu className="size-4" aria-hidden="true" /></IconButton>
        <img src="/favicon.svg" alt="" className="size-5" />
        <span className="font-semibold">Rollcall</span>
      </div>
      <AggregateBar />
      <div className="ml-auto flex h-12 items-center gap-1.5">
        {headerItems.map((Item, at) => <Item key={at} />)}
      </div>
    </header>
  );
}
