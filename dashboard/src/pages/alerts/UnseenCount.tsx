import { useAlerts } from '../../data';
import { unseenOf } from './words';

/** How many open alerts nobody has acknowledged, beside the page's name. */
export function UnseenCount() {
  const state = useAlerts();
  const unseen = unseenOf(state?.open ?? []).length;
  return unseen === 0 ? null : <span className="tabular-nums">{unseen}<span className="sr-only"> not acknowledged</span></span>;
}
