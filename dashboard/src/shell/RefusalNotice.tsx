/** The hub will not talk to this page, and the reason it gave. Trying again would not help. */
export function RefusalNotice({ reason }: { reason: string }) {
  return (
    <p role="alert" className="bg-error-soft px-4 py-2 text-error sm:px-5">
      <strong className="font-semibold">The hub refuses this page.</strong> {reason}
    </p>
  );
}
