/** What the notices of a room say in a terminal. */
import type { Notice } from '@kith/peer'
import { printableLine } from './printable.ts'

/** A sentence that says what happened and what to do. */
export function noticeText(notice: Notice): string {
  const about = notice.about === undefined ? '' : printableLine(notice.about)
  const by = about === '' ? '' : ` (${about})`
  switch (notice.code) {
    case 'clockWrong':
      return `The clock of this machine is off${by}. Set it right, or your messages sort to the wrong place.`
    case 'relayKeyChanged':
      return `The relay${by} has another key than last time. If nobody announced that, ask who runs it; messages stay sealed.`
    case 'relayRefused':
      return `The relay refused this session${by}. Messages still go by direct links.`
    case 'storeFull':
      return 'There is no space left to keep messages. Free some; what arrives until then is fetched again later.'
    case 'storeBroken':
      return 'Something that was stored here is damaged and was left out. What other members have of it comes again by itself.'
    case 'forkFound':
      return `Somebody's program wrote two different histories${by}. What came after is hidden.`
    case 'linkRefused':
      return `A peer could not prove that it belongs to this room${by} and was refused.`
    case 'floodLimited':
      return `Somebody writes more than the room takes${by}. The rest of it is not passed on.`
    case 'deviceAdded':
      return `${about || 'Somebody'} has another device now, which reads and writes as ${about || 'them'}. If you did not expect it, ask by another road.`
    case 'deviceRemoved':
      return `${about || 'Somebody'} removed one of their devices. What it says from now on is not shown.`
    case 'unanswered':
      return 'Members of this room are here and do not answer you. Perhaps you are no longer a member: ask one of them by another road.'
    default:
      return `${printableLine(notice.code)}${by}`
  }
}
