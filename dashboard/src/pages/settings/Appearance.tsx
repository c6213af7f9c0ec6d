import { Monitor, Moon, Sun } from 'lucide-react';
import { Choice } from '../../design/Choice';
import { density, type Density } from '../../design/density';
import { theme, type Theme } from '../../design/theme';
import { Row, Section } from './Section';
import { TimeZoneRow } from './TimeZoneRow';

const icon = 'size-3.5';
const themes: { value: Theme; label: React.ReactNode }[] = [
  { value: 'system', label: <><Monitor className={icon} aria-hidden="true" /> System</> },
  { value: 'light', label: <><Sun className={icon} aria-hidden="true" /> Light</> },
  { value: 'dark', label: <><Moon className={icon} aria-hidden="true" /> Dark</> },
];
const densities: { value: Density; label: string }[] = [
  { value: 'comfortable', label: 'Comfortable' }, { value: 'compact', label: 'Compact' },
];

export const Appearance = () => (
  <Section title="Appearance" about="This browser remembers it, and every tab follows.">
    <Row name="Theme"><Choice label="Theme" value={theme.use()} options={themes} onChange={theme.write} /></Row>
    <Row name="Density" about="How much air a row has"><Choice label="Density" value={density.use()} options={densities} onChange={density.write} /></Row>
    <TimeZoneRow />
  </Section>
);
