/** Follows a chat and notifies of its news: the steps are `notes.ts`, the words are the reader's, the rest is the system's. */
import type { Chat, RoomState } from '@kith/peer'
import { saidOf } from '../files/said.ts'
import { brief } from '../markdown/brief.ts'
import type { Messages } from '../messages/messages.tsx'
import { notifyMessages } from '../messages/notify.tsx'
import { roomName } from '../room/status.ts'
import { Notes, type Note } from './notes.ts'
import { isSeenAnywhere, tellSeen } from './seen.ts'
import { playSound } from './sound.ts'
import {
  closeNotifications,
  leaveToNotify,
  onNotificationClick,
  showNotification,
  watchLeave,
  type Shown,
} from './system.ts'

const lockName = 'kith-notifies'
const maxBody = 160

/** From now on, until it is called; of several tabs one does. */
export function startNotifying(chat: Chat, words: Messages, open: (room: string) => void): () => void {
  const stopped = new AbortController()
  let update = (): void => {}
  // The page that was here before may have left some, and what stands there now is in nobody's charge.
  const cleared = closeNotifications().catch(() => undefined)
  const stopSeen = tellSeen(() => update())
  const stopClicks = onNotificationClick(open)
  const stopChat = chat.subscribe(() => update())
  let mayNotify = leaveToNotify() === 'granted'
  const stopLeave = watchLeave((leave) => {
    mayNotify = leave === 'granted'
    update()
  })
  const follow = (): Promise<void> => {
    const notes = new Notes()
    let turn: Promise<unknown> = cleared
    let waiting = false
    update = () => {
      if (waiting) return
      waiting = true
      turn = turn
        .then(async () => {
          const isSeen = await isSeenAnywhere()
          waiting = false
          if (!stopped.signal.aborted) await notifyOnce(chat, words, notes, isSeen, mayNotify, open)
        })
        // A notification the system refuses is one that is not shown.
        .catch(() => undefined)
    }
    update()
    return new Promise((resolve) => stopped.signal.addEventListener('abort', () => resolve()))
  }
  if (navigator.locks === undefined) void follow()
  else void navigator.locks.request(lockName, { signal: stopped.signal }, follow).catch(() => undefined)
  return () => {
    stopped.abort()
    stopSeen()
    stopClicks()
    stopChat()
    stopLeave()
    void closeNotifications().catch(() => undefined)
  }
}

async function notifyOnce(
  chat: Chat,
  words: Messages,
  notes: Notes,
  isSeen: boolean,
  mayNotify: boolean,
  open: (room: string) => void,
): Promise<void> {
  const { rooms, settings, atRest } = chat.state
  const { on, show, sound } = settings.notifying
  const steps = notes.follow(rooms, {
    on: on === true && mayNotify,
    isDiscreet: show === 'nothing' || atRest !== 'key',
    isSeen,
  })
  for (const tag of steps.close) await closeNotifications(tag)
  for (const note of steps.show) await showNotification(wordNote(chat, words, note), open)
  if (sound && steps.show.some(({ calls }) => calls)) await playSound()
}

function wordNote(chat: Chat, words: Messages, note: Note): Shown {
  const say = notifyMessages(words)
  const { tag, room: id, count, message: messageId, calls } = note
  const room = chat.room(id)
  const index = room === undefined || messageId === undefined ? -1 : room.timeline.indexOf(messageId)
  if (room === undefined || index < 0)
    return { tag, room: id, title: words.app.name, body: say.something(count), calls }
  const message = room.timeline.at(index)
  const text = saidOf(message, words, (markdown) => brief(markdown, maxBody))
  return {
    tag,
    room: id,
    title: say.room(nameOf(room.state, words), count),
    body: room.state.contact === undefined ? say.line(message.name, text) : text,
    calls,
  }
}

function nameOf({ title, people }: RoomState, words: Messages): string {
  return roomName({ title, people }, words)
}
