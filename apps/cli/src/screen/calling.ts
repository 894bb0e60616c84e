/**
 * Calls whoever looks away from a terminal (docs/spec/telling.md): by the bell, and where it was turned on and the terminal
 * is known to understand it, by a notification of the desktop.
 */
import { callsMe, newsCount, type Chat, type RoomState } from '@kith/peer'
import { roomTitle } from '../people.ts'
import { printableLine } from '../printable.ts'

/** OSC 9 (iTerm2 and many since) and OSC 777 (rxvt and VTE). Some terminals know both and would say it twice. */
export type NotifyBy = 'osc9' | 'osc777'

export interface Call {
  readonly title: string
  readonly body: string
}

const byProgram: Readonly<Record<string, NotifyBy>> = {
  'iTerm.app': 'osc9',
  WezTerm: 'osc9',
  ghostty: 'osc9',
}

const maxBody = 120

/** Undefined where nothing is known of the terminal: then the bell has to do. Inside tmux and screen it is theirs to tell. */
export function notifyBy(env: Readonly<Record<string, string | undefined>>): NotifyBy | undefined {
  const { TERM: term = '', TERM_PROGRAM: program = '', TMUX: tmux, STY: screen, VTE_VERSION: vte } = env
  if (tmux !== undefined || screen !== undefined) return undefined
  const known = Object.hasOwn(byProgram, program) ? byProgram[program] : undefined
  if (known !== undefined) return known
  if (/kitty|ghostty/u.test(term)) return 'osc9'
  return /^(?:rxvt|foot)/u.test(term) || vte !== undefined ? 'osc777' : undefined
}

export class Calling {
  /** By room: the newest of its news somebody was called for, or could see. */
  readonly #heard = new Map<string, string>()
  #isLooking = true
  #rang = false

  /** The window has the focus, or lost it. */
  look(isLooking: boolean): void {
    this.#isLooking = isLooking
    this.#rang = false
  }

  /** Undefined: there is nobody to call. Otherwise what happened, which rings the bell. */
  follow(chat: Chat): Call | undefined {
    let newest: RoomState | undefined
    let isMeant = false
    for (const room of chat.state.rooms) {
      const { id, news, sync } = room
      const heard = this.#heard.get(id)
      if (news === undefined || sync.phase === 'loading' || heard === undefined)
        this.#heard.set(id, news?.newest ?? heard ?? '')
      else if (news.newest > heard) {
        this.#heard.set(id, news.newest)
        if (newest === undefined || news.newest > (newest.news?.newest ?? '')) newest = room
        isMeant ||= hasCall(chat, room, heard)
      }
    }
    if (newest === undefined || this.#isLooking || chat.state.settings.notifying.on === false) return undefined
    if (this.#rang && !isMeant) return undefined
    this.#rang = true
    return callFor(chat, newest)
  }
}

/** Among what came after `heard`. */
function hasCall(chat: Chat, { id, people, news }: RoomState, heard: string): boolean {
  const timeline = chat.room(id)?.timeline
  if (timeline === undefined || news === undefined) return false
  const name = people.find(({ me }) => me)?.name ?? ''
  for (let i = timeline.indexOf(news.newest); i >= 0; i--) {
    const message = timeline.at(i)
    if (message.id <= heard) return false
    if (!message.mine && callsMe(message, name, timeline)) return true
  }
  return false
}

function callFor(chat: Chat, room: RoomState): Call {
  const { settings, atRest } = chat.state
  const count = newsCount(chat.state.rooms)
  const timeline = chat.room(room.id)?.timeline
  const index = timeline?.indexOf(room.news?.newest ?? '') ?? -1
  if (timeline === undefined || index < 0 || settings.notifying.show === 'nothing' || atRest !== 'key')
    return { title: 'Kith', body: count === 1 ? '1 new message' : `${count} new messages` }
  const { name, text, attachments } = timeline.at(index)
  const said = text === '' ? (attachments[0]?.name ?? '') : text
  return { title: printableLine(roomTitle(room)), body: printableLine(`${name}: ${said}`).slice(0, maxBody) }
}
