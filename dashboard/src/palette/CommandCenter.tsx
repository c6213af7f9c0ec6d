import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useCommands, type Command } from '../commands';
import { theme, themes } from '../design/theme';
import { navigation } from '../shell/navigation';
import { HelpSheet } from './HelpSheet';
import { PALETTE } from './listed';
import { close, open, toggle, useOpened } from './opened';
import { Palette } from './Palette';

const inWords = { system: 'as the system', light: 'light', dark: 'dark' } as const;

/** What can be done on every page, the palette that finds it, and the sheet of keys. */
export function CommandCenter() {
  const opened = useOpened();
  const navigate = useNavigate();
  useCommands(useMemo<readonly Command[]>(() => [
    { id: PALETTE, group: 'Everywhere', name: 'Open the command palette', keys: ['Mod+k'], run: () => toggle('palette') },
    { id: 'help', group: 'Everywhere', name: 'Show the keyboard shortcuts', keys: ['?'], run: () => open('help') },
    ...navigation.map(({ to, name }) => ({ id: `go-${to}`, group: 'Pages', name: `Go to ${name}`, run: () => void navigate({ to }) })),
    ...themes.map((each) => ({ id: `theme-${each}`, group: 'Theme', name: `Theme: ${inWords[each]}`, run: () => theme.write(each) })),
  ], [navigate]));
  if (opened === 'palette') return <Palette onClose={close} />;
  return opened === 'help' ? <HelpSheet onClose={close} /> : null;
}
