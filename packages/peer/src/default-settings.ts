/** What holds until somebody changes it. */
import type { ChatSettings } from './chat.ts'
import { defaultNotifying } from './news.ts'

export const defaultSettings: Omit<ChatSettings, 'name'> = {
  relayOnly: false,
  /** Long enough to read, short enough for a desk one leaves. */
  lockAfter: 15,
  fileLimit: 0,
  notifying: defaultNotifying,
}
