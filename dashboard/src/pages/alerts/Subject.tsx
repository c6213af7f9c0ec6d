import { Link } from '@tanstack/react-router';
import { sessionIn, useFleetValue, type Alert } from '../../data';
import { titleOf as sessionTitle } from '../../session';
import { isOfSession, titleOf } from './words';

/** What an alert is about: a session by its name, with the way to it. */
export const Subject = ({ alert }: { alert: Alert }) => (
  isOfSession(alert) ? <SessionLink id={alert.subject!} /> : <span className="truncate font-medium">{titleOf(alert)}</span>
);

function SessionLink({ id }: { id: string }) {
  const title = useFleetValue((fleet) => {
    const session = sessionIn(fleet, id);
    return session && sessionTitle(session);
  });
  return <Link to="/sessions/$id" params={{ id }} className="truncate font-medium hover:underline">{title ?? id}</Link>;
}
