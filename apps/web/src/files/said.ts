/** What a message says in one line: its words, or what it carries. */
import type { Message } from '@kith/peer'
import type { Messages } from '../messages/messages.tsx'
import { kindOf } from './kinds.ts'

export function saidOf(
  message: Pick<Message, 'text' | 'attachments'>,
  words: Messages,
  plain: (text: string) => string,
): string {
  const { text, attachments } = message
  const [first] = attachments
  if (first === undefined) return plain(text)
  const kind = kindOf(first)
  const carried =
    attachments.length > 1
      ? words.sent.many(attachments.length)
      : kind === 'other'
        ? words.sent.named(first.name)
        : words.sent.kinds[kind]
  return text === '' ? carried : `${plain(text)} (${carried})`
}
