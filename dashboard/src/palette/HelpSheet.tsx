import { useAllCommands } from '../commands';
import { Button } from '../design/Button';
import { Dialog } from '../design/Dialog';
import { Keys } from './Keys';
import { byGroup, offered } from './listed';

/** Every key that does something here and now. */
export function HelpSheet({ onClose }: { onClose: () => void }) {
  const withKeys = offered(useAllCommands()).filter(({ keys }) => keys && keys.length > 0);
  return (
    <Dialog open onClose={onClose} label="Keyboard shortcuts">
      <div className="flex items-center justify-between" data-testid="help-sheet">
        <h2 className="text-sm font-semibold">Keyboard shortcuts</h2>
        <Button look="bare" onClick={onClose}>Close</Button>
      </div>
      {byGroup(withKeys).map(([group, commands]) => (
        <section key={group} className="mt-4">
          <h3 className="text-xs font-medium text-quiet">{group}</h3>
          <dl className="mt-1">
            {commands.map(({ id, name, keys }) => (
              <div key={id} className="flex min-h-8 items-center justify-between gap-4 border-b border-line py-1 last:border-0">
                <dt>{name}</dt>
                <dd><Keys of={keys!} /></dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
