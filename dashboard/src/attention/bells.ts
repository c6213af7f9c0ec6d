import { plain } from '../plainText';
import { askOf, pathOf, titleOf } from '../session';
import { isLookedAt } from './looking';
import type { Bells } from './notifier';
import type { Wait } from './waits';

/** Longer texts are cut by the desktop anyway, each in its own way. */
const MOST = 240;

export const wordsFor = ({ session }: Wait): { title: string; body: string } => ({
  title: `${titleOf(session)}: ${session.status === 'waiting' ? askOf(session).long.toLowerCase() : 'failed'}`,
  body: plain(session.waiting_text ?? session.error_message ?? session.project ?? '').slice(0, MOST),
});

/** Notifications that can be shown: off, to be asked for, allowed, or forbidden by the browser. */
export type Permission = NotificationPermission | 'unsupported';

export const permission = (): Permission => ('Notification' in window && isSecureContext ? Notification.permission : 'unsupported');

/** To be called for a click only: browsers hold a question that nobody asked for against the page. */
export const askPermission = async (): Promise<Permission> => {
  if (permission() === 'default') await Notification.requestPermission();
  return permission();
};

function show(wait: Wait, open: (path: string) => void): () => void {
  if (permission() !== 'granted') return () => {};
  try {
    const { title, body } = wordsFor(wait);
    // The page has a sound of its own, for those who want one.
    const shown = new Notification(title, { body, tag: `rollcall ${wait.session.id}`, silent: true });
    shown.onclick = () => {
      window.focus();
      open(pathOf(wait.session));
      shown.close();
    };
    return () => shown.close();
  } catch {
    // On phones they are for installed pages only.
    return () => {};
  }
}

let audio: AudioContext | undefined;

/** Browsers let a page sound only after a person has touched it: to be called then. */
export function allowSound(): void {
  audio ??= new AudioContext();
  if (audio.state === 'suspended') void audio.resume();
}

/** Two soft tones, made here: there is no file to load. */
export function chime(): void {
  if (audio?.state !== 'running') return;
  for (const [at, pitch] of [[0, 659.25], [0.14, 880]] as const) {
    const [tone, volume, start] = [audio.createOscillator(), audio.createGain(), audio.currentTime + at];
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0, start);
    volume.gain.linearRampToValueAtTime(0.12, start + 0.02);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.5);
    tone.connect(volume).connect(audio.destination);
    tone.start(start);
    tone.stop(start + 0.55);
  }
}

export const bells = (leads: () => boolean, open: (path: string) => void): Bells =>
  ({ show: (wait) => show(wait, open), chime, isLookedAt, leads });
