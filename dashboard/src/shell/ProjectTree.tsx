import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { ChevronRight } from 'lucide-react';
import { memo, useMemo, useRef, useState, type MouseEvent } from 'react';
import { badgeOf, sessionsOf, useFleet, type Badge, type SessionView } from '../data';
import { badges, hintOf } from '../design/StatusBadge';
import { Ordering } from '../ordering';
import { plain } from '../plainText';
import { pathOf, titleOf } from '../session';
import { byProject, foldOf, projectItems } from './projectItems';
import { foldedProjects, toggleProject } from './sidebarState';

const ROW_PX = 28;
const all = (): boolean => true;

/** The projects with their sessions and badges. Only what can be seen is in the document. */
export function ProjectTree({ outdated }: { outdated: boolean }) {
  const fleet = useFleet();
  const folded = foldedProjects.use();
  const [ordering] = useState(() => new Ordering());
  const ordered = fleet ? ordering.update(sessionsOf(fleet), byProject, all) : [];
  const items = useMemo(() => projectItems(ordered, folded), [ordered, folded]);
  const here = useRouterState({ select: (state) => state.location.pathname });
  const navigate = useNavigate();
  const scroller = useRef<HTMLElement>(null);
  const rows = useVirtualizer({
    count: items.length, getScrollElement: () => scroller.current, estimateSize: () => ROW_PX, overscan: 8, useFlushSync: false,
  });

  /** Hundreds of router links would each follow the router; one handler does. */
  const follow = (event: MouseEvent): void => {
    const link = (event.target as Element).closest('a');
    if (!link || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    void navigate({ to: '/sessions/$id', params: { id: link.dataset.sidebarSession! } });
  };

  return (
    <>
      <h2 className="shrink-0 px-4 pt-3 pb-1 text-xs font-medium text-quiet">Projects</h2>
      <nav
        ref={scroller} aria-label="Projects" data-testid="projects" data-outdated={outdated} onClick={follow}
        className="min-h-0 grow overflow-y-auto px-2 pb-2"
      >
        {items.length === 0 && <p className="px-2 py-1 text-xs text-quiet">They appear with their first session.</p>}
        <ul className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, start }) => {
            const item = items[index];
            if (!item) return null;
            return (
              <li key={item.key} className="absolute inset-x-0 top-0 h-7 contain-strict" style={{ transform: `translateY(${start}px)` }}>
                {item.kind === 'project'
                  ? <ProjectLine name={item.name} count={item.count} folded={item.folded} badge={item.badge} />
                  : <SessionLine session={item.session} current={here === pathOf(item.session)} />}
              </li>
            );
          })}
        </ul>
      </nav>
    </>
  );
}

const line = 'focus-inside flex h-7 w-full items-center gap-1.5 rounded-md px-2 text-left hover:bg-raised';

const ProjectLine = memo(function ProjectLine({ name, count, folded, badge }: {
  name: string | null; count: number; folded: boolean; badge: Badge;
}) {
  return (
    <button type="button" aria-expanded={!folded} data-testid="sidebar-project" className={line} onClick={() => toggleProject(foldOf(name))}>
      <ChevronRight className={`size-3.5 shrink-0 text-quiet ${folded ? '' : 'rotate-90'}`} aria-hidden="true" />
      <span className="truncate font-medium">{name === null ? 'No project' : plain(name)}</span>
      <span className="text-xs text-quiet tabular-nums">{count}</span>
      {folded && badge && <span className="ml-auto"><SmallBadge badge={badge} /></span>}
    </button>
  );
});

const SessionLine = memo(function SessionLine({ session, current }: { session: SessionView; current: boolean }) {
  const badge = badgeOf(session);
  return (
    <a
      href={pathOf(session)} data-sidebar-session={session.id} aria-current={current ? 'page' : undefined} {...hintOf(session)}
      className={`${line} pl-7 text-quiet aria-[current=page]:bg-raised aria-[current=page]:text-ink`}
    >
      <span className={`truncate ${badge === null ? '' : 'text-ink'}`}>{titleOf(session)}</span>
      {badge && <span className="ml-auto"><SmallBadge badge={badge} /></span>}
    </a>
  );
});

function SmallBadge({ badge }: { badge: Exclude<Badge, null> }) {
  const { word, Icon, text } = badges[badge];
  return (
    <span data-testid="sidebar-badge" data-badge={badge} className={`flex items-center gap-1 text-2xs font-medium ${text}`}>
      <Icon className="size-3" strokeWidth={2.4} aria-hidden="true" />
      {word}
    </span>
  );
}
