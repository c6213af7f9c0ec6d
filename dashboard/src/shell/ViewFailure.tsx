import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { Button } from '../design/Button';

/** One page has failed: the shell stands, says what happened, and offers to try again. */
export function ViewFailure({ error, reset }: ErrorComponentProps) {
  const router = useRouter();
  const again = (): void => {
    reset();
    void router.invalidate();
  };
  return (
    <div role="alert" data-testid="view-failure" className="mx-auto mt-16 w-full max-w-lg px-4">
      <h1 className="text-sm font-semibold">This view has failed</h1>
      <p className="mt-1 text-quiet">Your agents and the hub are not affected.</p>
      <pre className="mt-3 overflow-x-auto rounded-lg bg-raised p-3 font-mono text-xs">{error instanceof Error ? error.message : String(error)}</pre>
      <Button className="mt-3" onClick={again}>Try again</Button>
    </div>
  );
}
