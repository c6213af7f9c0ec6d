import { Select } from '../../design/Input';
import type { SessionsSearch } from './search';

type Sort = SessionsSearch['sort'];
const ATTENTION = '';

const sorts: readonly { sort: NonNullable<Sort>; name: string }[] = [
  { sort: 'name', name: 'Name' }, { sort: '-cost', name: 'Cost' }, { sort: '-tokens', name: 'Tokens' },
  { sort: '-duration', name: 'Duration' }, { sort: '-seen', name: 'Last seen' },
];

/** Where the list is of cards, which have no headings to click. */
export const SortSelect = ({ sort, onSort }: { sort: Sort; onSort: (sort: Sort) => void }) => (
  <Select
    aria-label="Sort by" className="shrink-0 sm:hidden" value={sort ?? ATTENTION}
    onChange={(event) => onSort(sorts.find((each) => each.sort === event.target.value)?.sort)}
  >
    <option value={ATTENTION}>Attention first</option>
    {sorts.map((each) => <option key={each.sort} value={each.sort}>{each.name}</option>)}
  </Select>
);
