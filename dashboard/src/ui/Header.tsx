import { ConnectionIndicator } from './ConnectionIndicator';
import { ThemeToggle } from './ThemeToggle';

export function Header() {
  return (
    <header className="flex items-center gap-3">
      <img src="/favicon.svg" alt="" className="size-7" />
      <h1 className="text-lg font-semibold tracking-tight">Rollcall</h1>
      <div className="ml-auto flex items-center gap-3">
        <ConnectionIndicator />
        <ThemeToggle />
      </div>
    </header>
  );
}
