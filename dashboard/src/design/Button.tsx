import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { Tooltip } from './Tooltip';

type Props = ButtonHTMLAttributes<HTMLButtonElement> & { ref?: Ref<HTMLButtonElement> };

const looks = {
  plain: 'border border-line bg-surface hover:bg-raised aria-pressed:bg-raised data-[state=open]:bg-raised',
  primary: 'bg-accent text-on-accent hover:opacity-90',
  bare: 'text-quiet hover:bg-raised hover:text-ink data-[state=open]:bg-raised data-[state=open]:text-ink',
} as const;
const shape = 'inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md font-medium whitespace-nowrap disabled:opacity-50 disabled:pointer-events-none';

export function Button({ look = 'plain', className = '', ...rest }: Props & { look?: keyof typeof looks }) {
  return <button type="button" className={`${shape} px-2.5 ${looks[look]} ${className}`} {...rest} />;
}

/** A button that is only an icon; its name is read out, and shown as a tooltip. */
export function IconButton({ label, children, look = 'bare', className = '', ...rest }: Props & {
  label: string; children: ReactNode; look?: keyof typeof looks;
}) {
  return (
    <Tooltip text={label}>
      <button type="button" aria-label={label} className={`${shape} w-7 ${looks[look]} ${className}`} {...rest}>
        {children}
      </button>
    </Tooltip>
  );
}
