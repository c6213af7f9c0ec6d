import { NotificationSettings } from '../../attention/NotificationSettings';
import { Appearance } from './Appearance';
import { FlagSettings } from './FlagSettings';
import { KeySettings } from './KeySettings';
import { Section } from './Section';

/** What this browser remembers first, then what is of the hub. */
export const SettingsPage = () => (
  <div className="min-h-0 grow overflow-y-auto px-4 pt-5 pb-12 sm:px-6" data-testid="settings-page">
    <div className="mx-auto max-w-3xl">
      <h1 className="text-lg font-semibold tracking-tight">Settings</h1>
      <Appearance />
      <Section title="Notifications" about="Of sessions that wait for a person or have failed.">
        <div className="px-4 py-3"><NotificationSettings /></div>
      </Section>
      <FlagSettings />
      <KeySettings />
    </div>
  </div>
);
