/** The hub has refused something, and why. */
export const Refused = ({ what, why }: { what: string; why: Error }) => (
  <p role="alert" data-testid="refused" className="rounded-md bg-error-soft px-3 py-2 text-error">
    <strong className="font-semibold">{what}</strong> {why.message}.
  </p>
);
