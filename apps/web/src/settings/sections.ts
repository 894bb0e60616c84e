/** The pages of the settings, by which words elsewhere lead to one of them. */
export type SettingsSection = 'you' | 'look' | 'notifications' | 'files' | 'devices' | 'privacy' | 'about'
