import { Monitor, Moon, Sun, type LucideIcon } from 'lucide-react';
import { IconButton } from '../design/Button';
import { Menu, MenuChoice } from '../design/Menu';
import { theme, type Theme } from '../design/theme';

const looks: Record<Theme, { name: string; Icon: LucideIcon }> = {
  system: { name: 'As the system', Icon: Monitor },
  light: { name: 'Light', Icon: Sun },
  dark: { name: 'Dark', Icon: Moon },
};

export function ThemeToggle() {
  const chosen = theme.use();
  const { Icon } = looks[chosen];
  return (
    <Menu align="end" trigger={<IconButton label="Theme" data-testid="theme"><Icon className="size-4" aria-hidden="true" /></IconButton>}>
      <MenuChoice
        value={chosen} onChange={theme.write}
        options={(Object.keys(looks) as Theme[]).map((value) => ({ value, label: looks[value].name }))}
      />
    </Menu>
  );
}
