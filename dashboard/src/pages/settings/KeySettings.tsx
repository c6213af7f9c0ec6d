import { LogOut } from 'lucide-react';
import { Button } from '../../design/Button';
import { CopyButton } from '../../design/CopyButton';
import { access } from '../../signIn/access';
import { keptKey } from '../../signIn/keptKey';
import { Row, Section } from './Section';
import { TokenMaker } from './TokenMaker';

const commands = [
  { does: 'Make one; it is shown once', text: 'rollcall key create --scope report,watch --project shop --expires 90d --name ci --data DIR' },
  { does: 'List them', text: 'rollcall key list --data DIR' },
  { does: 'Revoke one; what it has open is closed within a second', text: 'rollcall key revoke ID --data DIR' },
];

/** Keys are made where the hub runs, and nowhere else: what can be reached over the network cannot let anybody in. */
export const KeySettings = () => (
  <Section
    title="Keys and tokens"
    about="Keys are made and revoked on the machine of the hub, by whoever may read its data directory (DIR). No page can do that, this one neither. It takes effect at once."
  >
    {access.key !== null && (
      <Row name="Signed in" about={keptKey.isRemembered() ? 'This browser remembers the key.' : 'This tab keeps the key until it is closed.'}>
        <Button onClick={() => access.signOut()} data-testid="sign-out"><LogOut className="size-3.5" aria-hidden="true" /> Sign out</Button>
      </Row>
    )}
    <ul>
      {commands.map(({ does, text }) => (
        <li key={text} className="border-b border-line px-4 py-3">
          <p className="text-quiet">{does}</p>
          <div className="mt-1 flex items-center gap-2">
            <code tabIndex={0} className="focus-inside min-w-0 grow overflow-x-auto rounded-md bg-raised px-2 py-1 font-mono text-xs whitespace-nowrap">{text}</code>
            <CopyButton text={text} />
          </div>
        </li>
      ))}
    </ul>
    <TokenMaker />
  </Section>
);
