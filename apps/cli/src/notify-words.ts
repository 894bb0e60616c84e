/** What calls somebody in this room, in words. */
import type { Chat, Room, Telling } from '@kith/peer'

const heard: Readonly<Record<Telling, string>> = {
  everything: 'every message',
  called: 'whatever names or answers you',
  nothing: 'no message',
}

export function notifyText({ state: { settings } }: Chat, { state }: Room): string {
  const said = `From here ${heard[state.telling]} calls you`
  if (settings.notifying.on === false) return `${said}, but notifications are off; /notify on`
  return settings.notifying.on === true ? `${said}, by bell and notification.` : `${said}, by the bell.`
}
