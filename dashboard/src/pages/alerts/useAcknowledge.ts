import { useMutation } from '@tanstack/react-query';
import { HubError, useHub } from '../../data';

/** Says that somebody has seen alerts. What becomes of it comes back by the topic, to every page at once. */
export function useAcknowledge() {
  const hub = useHub();
  return useMutation({
    mutationFn: async (ids: string[]) => {
      const outcomes = await Promise.allSettled(ids.map((id) => hub.api.acknowledgeAlert(id)));
      const refusals = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason as unknown] : []));
      // One that is over meanwhile needs nobody any more.
      const refusal = refusals.find((each) => !(each instanceof HubError && each.code === 'not_found'));
      if (refusal !== undefined) throw refusal;
    },
  });
}
