import { useEffect } from 'react';
import { needYou } from '@rollcall/client';
import { useConnection, useFleet } from '@rollcall/client/react';
import { AggregateBar } from './ui/AggregateBar';
import { EmptyState } from './ui/EmptyState';
import { EndedList } from './ui/EndedList';
import { Header } from './ui/Header';
import { RefusalNotice } from './ui/RefusalNotice';
import { SessionList } from './ui/SessionList';

export function App() {
  const fleet = useFleet();
  const { refusal } = useConnection();
  const needing = fleet ? needYou(fleet.sessions) : 0;

  useEffect(() => {
    document.title = needing > 0 ? `(${needing}) Rollcall` : 'Rollcall';
  }, [needing]);

  return (
    <div className="mx-auto flex min-h-screen max-w-7xl flex-col gap-5 px-4 py-5 sm:px-6">
      <Header />
      <main className="flex flex-col gap-5">
        {refusal !== null && <RefusalNotice reason={refusal} />}
        <AggregateBar />
        {fleet && (fleet.sessions.length > 0 ? <SessionList sessions={fleet.sessions} /> : <EmptyState />)}
        {fleet && fleet.ended.length > 0 && <EndedList sessions={fleet.ended} />}
      </main>
    </div>
  );
}
