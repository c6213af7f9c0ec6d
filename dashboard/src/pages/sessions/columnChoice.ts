import { stored } from '../../design/stored';
import { columnIds, type ColumnId } from './columnIds';
import { columns, type Column } from './columns';

type Choice = Partial<Record<ColumnId, boolean>>;

/** What the reader chose; a column that is not named shows by itself where there is room. */
export const columnChoice = stored<Choice>('columns', {}, (raw) => {
  if (typeof raw !== 'object' || raw === null) return null;
  const known = Object.entries(raw).filter(([id, shown]) => columnIds.includes(id as ColumnId) && typeof shown === 'boolean');
  return Object.fromEntries(known);
});

/** The columns to show in a table that is so wide. The name is always there: it leads to the session. */
export const shownColumns = (choice: Choice, width: number): readonly Column[] =>
  columns.filter(({ id, from }) => id === 'name' || (choice[id] ?? (from !== null && width >= from)));
