import { Component, type ReactNode } from 'react';
import { Button } from '../design/Button';

/** When the shell itself fails, it says so and offers a way on, instead of going blank. A view has its own boundary. */
export class ErrorBoundary extends Component<{ children: ReactNode }, { failure: Error | null }> {
  override state = { failure: null as Error | null };

  static getDerivedStateFromError(failure: Error) {
    return { failure };
  }

  override render() {
    if (!this.state.failure) return this.props.children;
    return (
      <div role="alert" className="mx-auto mt-24 max-w-lg rounded-xl border border-line bg-surface p-6">
        <h1 className="text-base font-semibold">This page has failed</h1>
        <p className="mt-2 text-quiet">Your agents and the hub are not affected.</p>
        <pre className="mt-3 overflow-x-auto rounded-lg bg-raised p-3 font-mono text-xs">{this.state.failure.message}</pre>
        <Button className="mt-4" onClick={() => location.reload()}>Load it again</Button>
      </div>
    );
  }
}
