import { Link } from '@tanstack/react-router';
import { PanelLeft } from 'lucide-react';
import { IconButton } from '../design/Button';
import { Dialog } from '../design/Dialog';
import { navigation } from './navigation';
import { ProjectTree } from './ProjectTree';
import { closeDrawer, sidebarFolded, useDrawer } from './sidebarState';

/** The pages, and the projects with their sessions. A drawer where there is no room. */
export function Sidebar({ outdated }: { outdated: boolean }) {
  const folded = sidebarFolded.use();
  const drawer = useDrawer();
  return (
    <>
      <aside aria-label="Sidebar" className={`hidden shrink-0 flex-col border-r border-line bg-canvas md:flex ${folded ? 'w-12' : 'w-64'}`}>
        <div className={`flex h-12 shrink-0 items-center gap-2 ${folded ? 'justify-center' : 'pr-2 pl-4'}`}>
          {!folded && <Brand />}
          <IconButton
            label={folded ? 'Show the sidebar' : 'Fold the sidebar'} aria-expanded={!folded} data-testid="fold-sidebar"
            className={folded ? '' : 'ml-auto'} onClick={() => sidebarFolded.write(!folded)}
          >
            <PanelLeft className="size-4" aria-hidden="true" />
          </IconButton>
        </div>
        <Pages folded={folded} />
        {!folded && <ProjectTree outdated={outdated} />}
      </aside>
      <Dialog open={drawer} onClose={closeDrawer} label="Projects and pages" place="left">
        <div className="flex h-full flex-col" onClick={(event) => { if ((event.target as Element).closest('a')) closeDrawer(); }}>
          <div className="flex h-12 shrink-0 items-center gap-2 px-4"><Brand /></div>
          <Pages folded={false} />
          <ProjectTree outdated={outdated} />
        </div>
      </Dialog>
    </>
  );
}

const Brand = () => (
  <Link to="/" className="flex items-center gap-2">
    <img src="/favicon.svg" alt="" className="size-5" />
    <span className="text-sm font-semibold tracking-tight">Rollcall</span>
  </Link>
);

const Pages = ({ folded }: { folded: boolean }) => (
  <nav aria-label="Pages" className="shrink-0 px-2 py-1">
    {navigation.map(({ to, name, Icon, Count }) => (
      <Link
        key={to} to={to} activeOptions={{ exact: to === '/', includeSearch: false }} title={folded ? name : undefined}
        className="flex h-7 items-center gap-2 rounded-md px-2 font-medium text-quiet hover:bg-raised hover:text-ink aria-[current=page]:bg-raised aria-[current=page]:text-ink"
      >
        <Icon className="size-4 shrink-0" aria-hidden="true" />
        <span className={folded ? 'sr-only' : ''}>{name}</span>
        {Count && !folded && <span className="ml-auto text-xs"><Count /></span>}
      </Link>
    ))}
  </nav>
);
