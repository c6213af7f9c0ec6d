import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useId } from 'react';
import { useHub, type FlagName } from '../../data';
import { Refused } from '../../design/Refused';
import { Switch } from '../../design/Switch';
import { useMay } from '../../scopes';
import { flagNames, flags } from './flagNames';
import { Row, Section } from './Section';

const key = ['flags'];

/** What the hub tells at all. For operators; everybody else sees how it is. */
export function FlagSettings() {
  const hub = useHub();
  const cache = useQueryClient();
  const mayChange = useMay('operate');
  const id = useId();
  const { data, error } = useQuery({
    queryKey: key, queryFn: ({ signal }) => hub.api.flags({ signal }), staleTime: 0, retry: false,
  });
  const change = useMutation({
    mutationFn: ([flag, on]: [FlagName, boolean]) => hub.api.setFlags({ [flag]: on }),
    onSuccess: (saved) => cache.setQueryData(key, saved),
  });
  return (
    <Section
      title="Feature flags"
      about={mayChange ? 'Of the whole hub, for everybody. A change holds at once and is written to the audit log.'
        : 'Of the whole hub. The key of this page may not change them: that needs the scope operate.'}
    >
      {error && <div className="p-3"><Refused what="The flags could not be loaded." why={error} /></div>}
      {change.error && <div className="p-3"><Refused what="The flag was not changed." why={change.error} /></div>}
      {flagNames.map((flag) => (
        <Row key={flag} wraps={false} name={flags[flag].name} about={<span id={`${id}-${flag}`}>{flags[flag].off}</span>}>
          <Switch
            label={flags[flag].name} describedBy={`${id}-${flag}`} checked={data?.[flag] ?? false}
            disabled={data === undefined || !mayChange || change.isPending} onChange={(on) => change.mutate([flag, on])}
          />
        </Row>
      ))}
    </Section>
  );
}
