import type { ComponentType } from 'react';
import { PaletteButton } from '../palette/PaletteButton';
import { AlertsBell } from '../pages/alerts/AlertsBell';
import { ConnectionIndicator } from './ConnectionIndicator';
import { RecentChanges } from './RecentChanges';
import { ThemeToggle } from './ThemeToggle';

/** What stands at the end of the header, from left to right. */
export const headerItems: readonly ComponentType[] = [ConnectionIndicator, PaletteButton, AlertsBell, RecentChanges, ThemeToggle];
