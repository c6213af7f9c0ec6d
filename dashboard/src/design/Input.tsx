import type { InputHTMLAttributes, Ref, SelectHTMLAttributes } from 'react';

const field = 'h-7 rounded-md border border-edge/60 bg-surface px-2 text-ink';

export const Input = ({ className = '', ...rest }: InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> }) => (
  <input className={`${field} ${className}`} {...rest} />
);

/** The browser's own: the right one on a phone, too. */
export const Select = ({ className = '', ...rest }: SelectHTMLAttributes<HTMLSelectElement>) => (
  <select className={`${field} pr-1 ${className}`} {...rest} />
);
