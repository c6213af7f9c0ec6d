import { needYou, type Hub } from '@rollcall/client';
import { createCache, HubProvider, useConnection, useFleet, useHub, useMetrics } from '@rollcall/client/react';
import { QueryClientProvider } from '@tanstack/react-query';

const cache = createCache();

/** Once per page: `const hub = new Hub(); hub.connect();` */
export function App({ hub }: { hub: Hub }) {
  return (
    <QueryClientProvider client={cache}>
      <HubProvider hub={hub}>
        <NeedsYou />
      </HubProvider>
    </QueryClientProvider>
  );
}

function NeedsYou() {
  const hub = useHub();
  const fleet = useFleet();
  const metrics = useMetrics();
  const { phase } = useConnection();
  if (!fleet) return <p>{phase}</p>;
  return (
    <>
      <h1>{needYou(fleet.sessions)} need you, ${metrics?.estimated_cost_usd.toFixed(2)} spent</h1>
      {fleet.sessions.map((session) => (
        <button key={session.id} onClick={() => void hub.api.pause(session.id)}>
          {session.name ?? session.id}: {session.status}
        </button>
      ))}
    </>
  );
}
