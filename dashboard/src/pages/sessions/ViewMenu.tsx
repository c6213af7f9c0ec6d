import { SlidersHorizontal } from 'lucide-react';
import { Button } from '../../design/Button';
import { density, type Density } from '../../design/density';
import { Menu, MenuCheck, MenuChoice, MenuItem, MenuLabel, MenuLine } from '../../design/Menu';
import { columnChoice, shownColumns } from './columnChoice';
import { columns } from './columns';

const airs: { value: Density; label: string }[] = [
  { value: 'comfortable', label: 'Comfortable' }, { value: 'compact', label: 'Compact' },
];

/** Which columns, and how much air. This browser remembers it. */
export function ViewMenu() {
  const choice = columnChoice.use();
  const byThemselves = shownColumns(choice, document.querySelector<HTMLElement>('[data-testid=session-scroller]')?.offsetWidth ?? 0);
  return (
    <span className="ml-auto">
      <Menu
        align="end"
        trigger={<Button className="text-quiet" data-testid="view-menu"><SlidersHorizontal className="size-3.5" aria-hidden="true" /> View</Button>}
      >
        <MenuLabel>Rows</MenuLabel>
        <MenuChoice value={density.use()} onChange={density.write} options={airs} />
        <MenuLine />
        <MenuLabel>Columns</MenuLabel>
        {columns.filter(({ id }) => id !== 'name').map((column) => (
          <MenuCheck
            key={column.id} checked={byThemselves.includes(column)}
            onChange={(shown) => columnChoice.write({ ...choice, [column.id]: shown })}
          >
            {column.name}
          </MenuCheck>
        ))}
        <MenuLine />
        <MenuItem onSelect={() => columnChoice.write({})}>As many as there is room for</MenuItem>
      </Menu>
    </span>
  );
}
