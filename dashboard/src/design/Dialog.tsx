import { useLayoutEffect, useRef, type ReactNode } from 'react';

const places = {
  middle: 'm-auto max-h-[85dvh] w-[calc(100%-1.5rem)] max-w-lg rounded-xl p-5',
  top: 'mx-auto mt-[10dvh] mb-auto w-[calc(100%-1.5rem)] max-w-xl rounded-xl',
  left: 'm-0 h-dvh max-h-none w-72 max-w-[85vw]',
} as const;

interface Props {
  open: boolean;
  onClose: () => void;
  label: string;
  place?: keyof typeof places;
  children: ReactNode;
}

/**
 * The browser's own modal dialog: it holds the focus, makes the rest inert and gives the focus back. `left` is a drawer.
 * A click beside it and Escape close it.
 */
export const Dialog = ({ open, ...rest }: Props) => (open ? <Opened {...rest} /> : null);

function Opened({ onClose, label, place = 'middle', children }: Omit<Props, 'open'>) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    return () => element.close();
  }, []);
  return (
    <dialog
      ref={dialog} aria-label={label} onClose={(event) => { if (event.target === dialog.current) onClose(); }}
      onClick={(event) => { if (event.target === dialog.current) onClose(); }}
      className={`bg-overlay text-ink shadow-overlay ${places[place]}`}
    >
      {children}
    </dialog>
  );
}
