import { DarkIcon, LightIcon, SystemIcon } from './icons';
import { themes, useTheme, type Theme } from './theme';

const icons: Record<Theme, typeof LightIcon> = { light: LightIcon, dark: DarkIcon, system: SystemIcon };
const names: Record<Theme, string> = { light: 'Light', dark: 'Dark', system: 'As the system' };

export function ThemeToggle() {
  const [theme, setTheme] = useTheme();
  return (
    <div role="group" aria-label="Theme" className="inline-flex rounded-full border border-line bg-surface p-0.5">
      {themes.map((each) => {
        const Icon = icons[each];
        return (
          <button
            key={each} type="button" aria-pressed={theme === each} aria-label={names[each]} title={names[each]}
            data-testid={`theme-${each}`} onClick={() => setTheme(each)}
            className="cursor-pointer rounded-full p-1.5 text-quiet hover:text-ink aria-pressed:bg-raised aria-pressed:text-ink"
          >
            <Icon />
          </button>
        );
      })}
    </div>
  );
}
