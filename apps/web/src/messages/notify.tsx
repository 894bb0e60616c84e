/** The words about being told, in the reader's language. */
import { notifyEn, type NotifyMessages } from './notify-en.ts'
import { useMessages, type Messages } from './messages.tsx'

export type { NotifyMessages }

export function notifyMessages(words: Messages): NotifyMessages {
  return words.parts?.notify ?? notifyEn
}

export function useNotifyMessages(): NotifyMessages {
  return notifyMessages(useMessages())
}
