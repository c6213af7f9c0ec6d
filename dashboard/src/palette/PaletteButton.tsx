import { Search } from 'lucide-react';
import { IconButton } from '../design/Button';
import { open } from './opened';

/** For those without a keyboard, or who do not know its key yet. */
export const PaletteButton = () => (
  <IconButton label="Search commands and sessions" data-testid="open-palette" onClick={() => open('palette')}>
    <Search className="size-4" aria-hidden="true" />
  </IconButton>
);
