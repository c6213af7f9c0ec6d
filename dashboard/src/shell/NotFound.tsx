import { Link } from '@tanstack/react-router';
import { EmptyState } from '../design/Surfaces';

export const NotFound = () => (
  <EmptyState heading="h1" title="There is no such page" action={<Link to="/" className="font-medium text-accent hover:underline">To the sessions</Link>}>
    The address may be mistyped, or of another hub.
  </EmptyState>
);
