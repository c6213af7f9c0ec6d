/** The columns in their order. The names stand in addresses and in what browsers remember: do not rename one lightly. */
export const columnIds = [
  'status', 'name', 'project', 'activity', 'agent', 'model', 'host', 'tasks', 'tokens', 'cost', 'duration', 'seen',
] as const;

export type ColumnId = (typeof columnIds)[number];
