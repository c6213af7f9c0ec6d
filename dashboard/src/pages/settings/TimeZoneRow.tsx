import { useId } from 'react';
import { useClock } from '../../design/clock';
import { Select } from '../../design/Input';
import { LOCAL, localZone, timeZone, useAbsolute } from '../../design/timeZone';
import { Row } from './Section';

const UTC = 'UTC';
const inWords = (zone: string): string => zone.replaceAll('_', ' ');

/** The zones by their part of the world: `Europe` has `Europe/Berlin`. */
function byRegion(): [string, string[]][] {
  const regions = new Map<string, string[]>();
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const [region] = zone.split('/');
    if (region === undefined || region === zone) continue;
    regions.set(region, [...(regions.get(region) ?? []), zone]);
  }
  return [...regions];
}

/** In which zone absolute times are written. */
export function TimeZoneRow() {
  const zone = timeZone.use();
  const id = useId();
  const absolute = useAbsolute();
  const now = useClock((at) => absolute(at));
  return (
    <Row name={<label htmlFor={id}>Time zone</label>} about={<>Now it is <span className="tabular-nums" data-testid="now">{now}</span></>}>
      <Select id={id} value={zone} onChange={(event) => timeZone.write(event.target.value)} className="max-w-full">
        <option value={LOCAL}>{`Here (${inWords(localZone())})`}</option>
        <option value={UTC}>UTC</option>
        {byRegion().map(([region, zones]) => (
          <optgroup key={region} label={region}>
            {zones.map((each) => <option key={each} value={each}>{inWords(each)}</option>)}
          </optgroup>
        ))}
      </Select>
    </Row>
  );
}
