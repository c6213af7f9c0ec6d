import type { ReactNode } from 'react';

function Icon({ children, className = 'size-3.5' }: { children: ReactNode; className?: string | undefined }) {
  return (
    <svg
      viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.6" strokeLinecap="round" strokeLinejoin="round"
      className={`${className} shrink-0`} aria-hidden="true"
    >
      {children}
    </svg>
  );
}

type Props = { className?: string };

/** A raised hand: somebody is asked. */
export const WaitingIcon = ({ className }: Props) => (
  <Icon className={className}>
    <path d="M6.2 6.2a1.9 1.9 0 1 1 2.7 1.7c-.6.3-.9.7-.9 1.3" /><path d="M8 11.4v.01" /><circle cx="8" cy="8" r="6.2" />
  </Icon>
);
export const ErrorIcon = ({ className }: Props) => (
  <Icon className={className}><path d="M8 2.2 14.4 13.4H1.6Z" /><path d="M8 6.6v3" /><path d="M8 11.5v.01" /></Icon>
);
export const WorkingIcon = ({ className }: Props) => (
  <Icon className={className}><path d="M8.8 1.8 3.4 9h4l-.6 5.2L12.4 7h-4Z" /></Icon>
);
export const PausedIcon = ({ className }: Props) => (
  <Icon className={className}><path d="M5.5 3.5v9M10.5 3.5v9" /></Icon>
);
export const StaleIcon = ({ className }: Props) => (
  <Icon className={className}><circle cx="8" cy="8" r="6.2" /><path d="M8 4.6V8l2.2 1.6" /></Icon>
);
export const CopyIcon = ({ className }: Props) => (
  <Icon className={className}><rect x="5.5" y="5.5" width="8" height="8" rx="1.5" /><path d="M10.5 3.2A1 1 0 0 0 9.6 2.5H3.5a1 1 0 0 0-1 1v6.1a1 1 0 0 0 .7.9" /></Icon>
);
export const CheckIcon = ({ className }: Props) => (
  <Icon className={className}><path d="m3 8.5 3.2 3.2L13 5" /></Icon>
);
export const LightIcon = ({ className }: Props) => (
  <Icon className={className}><circle cx="8" cy="8" r="2.7" /><path d="M8 1.6v1.2M8 13.2v1.2M1.6 8h1.2M13.2 8h1.2M3.5 3.5l.8.8M11.7 11.7l.8.8M3.5 12.5l.8-.8M11.7 4.3l.8-.8" /></Icon>
);
export const DarkIcon = ({ className }: Props) => (
  <Icon className={className}><path d="M13.4 9.6A5.8 5.8 0 0 1 6.4 2.6a5.8 5.8 0 1 0 7 7Z" /></Icon>
);
export const SystemIcon = ({ className }: Props) => (
  <Icon className={className}><rect x="1.8" y="2.8" width="12.4" height="8.4" rx="1.4" /><path d="M5.5 13.6h5" /></Icon>
);
