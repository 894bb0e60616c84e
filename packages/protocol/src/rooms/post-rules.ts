/** Why a post would be of no use to anybody, told before it is written (ROM11). */
import { formatHex } from '../codec/text.ts'
import { type Content, fits } from './content.ts'
import type { Timeline } from './timeline.ts'

export type PostRefusal =
  | 'readOnly'
  | 'tooLong'
  | 'empty'
  | 'unknownTarget'
  | 'notYours'
  | 'unchanged'
  /** Somebody proved that two programs use this session: make a new one (`setMe`). */
  | 'sessionClosed'
  /** In a members room: one is not in it (any more), or only admins write here. */
  | 'notAllowed'
  /** In a members room: a new key is on its way; nothing is sent under one that somebody removed has. */
  | 'noEpoch'

/** `author` and `name` are the writer's, as things stand. */
export function refusalOf(content: Content, timeline: Timeline, author: string, name: string): PostRefusal | undefined {
  if (!fits(content)) return 'tooLong'
  if (content.type === 'profile') return content.name === name ? 'unchanged' : undefined
  if (content.type === 'proof' || content.type === 'moved') return undefined
  const hasFiles = content.type === 'text' && (content.attachments ?? []).length > 0
  if (!hasFiles && (content.type === 'text' || content.type === 'edit') && content.text.trim() === '') return 'empty'
  const id = content.type === 'text' ? content.replyTo : content.target
  if (id === undefined) return undefined
  const target = timeline.message(formatHex(id))
  if (target === undefined || (target.deleted && content.type !== 'delete')) return 'unknownTarget'
  switch (content.type) {
    case 'text':
      return undefined
    case 'reaction': {
      const reaction = target.reactions.find(({ emoji }) => emoji === content.emoji)
      return (reaction?.by.includes(author) ?? false) === content.on ? 'unchanged' : undefined
    }
    case 'pin':
      return (target.pinned !== undefined) === content.on ? 'unchanged' : undefined
    case 'edit':
      if (target.author !== author) return 'notYours'
      return target.text === content.text ? 'unchanged' : undefined
    case 'delete':
      if (target.author !== author) return 'notYours'
      return target.deleted ? 'unchanged' : undefined
  }
}
