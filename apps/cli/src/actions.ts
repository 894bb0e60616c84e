/** Carries out what was typed. The same for the full screen and for a terminal whose output goes into a pipe. */
import { unreachable } from '@kith/protocol'
import { redactReport, type Attachment, type Chat, type Message, type Person, type Room } from '@kith/peer'
import { fileTroubleText, findRoomFile, listText, shortId, sizeText, spaceText } from './files/file-words.ts'
import { pictureRows, pixelsOf } from './files/picture-rows.ts'
import { saveFile } from './files/save-file.ts'
import { openFile, type OpenedFile } from './files/send-file.ts'
import type { ChatCommand } from './commands.ts'
import { exportToFile } from './export-room.ts'
import { toFailure } from './failure.ts'
import { helpRows } from './help-rows.ts'
import { performIdentity } from './identity-commands.ts'
import { keeperText, keeperTicketFor } from './keeper-words.ts'
import { elsewhereText } from './members/words.ts'
import { mapRows } from './map-rows.ts'
import { inviteByDefault, performMembers, sayAtDoor } from './members/actions.ts'
import { nameOfSession, pathWord, relayOf, roomTitle, syncText } from './people.ts'
import { findPerson } from './find-person.ts'
import { findIn, foundRows, pinnedIn } from './found-rows.ts'
import { notifyText } from './notify-words.ts'
import type { Outcome } from './outcome.ts'
import { printableLine } from './printable.ts'
import { presenceWord, reachRows } from './reach-rows.ts'
import { createTimes } from './screen/times.ts'
import { reportingProgram } from './version.ts'

export interface Scene {
  readonly chat: Chat
  readonly room: Room
  /** In the order they are listed. */
  readonly rooms: readonly Room[]
  /** The message that is number 1; undefined: the newest. */
  readonly numbersFrom: string | undefined
  /** Colours can be seen: pictures can be drawn. */
  readonly draws?: boolean | undefined
}

const nothing: Outcome = { type: 'nothing' }

function hint(text: string): Outcome {
  return { type: 'hint', text }
}

/** Never rejects: what went wrong is said. */
export async function perform(command: ChatCommand, scene: Scene): Promise<Outcome> {
  try {
    return await carryOut(command, scene)
  } catch (error) {
    return hint(refusalText(error))
  }
}

/** Why a message or a change was not taken. */
export function refusalText(error: unknown): string {
  if (error instanceof Error && error.name === 'MessageRefused') return `Not taken: ${printableLine(error.message)}`
  return toFailure(error).message
}

async function carryOut(command: ChatCommand, scene: Scene): Promise<Outcome> {
  const { chat, room } = scene
  switch (command.type) {
    case 'members':
      return performMembers(command.command, room, Date.now())
    case 'message':
      if (room.state.entering !== undefined) return sayAtDoor(command.text, room)
      await room.send(command.text)
      return nothing
    case 'exit':
      return { type: 'exit' }
    case 'chat': {
      if (command.name === undefined) return { type: 'text', title: 'rooms', text: roomList(scene) }
      const found = findRoom(scene.rooms, command.name)
      return found === undefined
        ? hint(`There is no room “${printableLine(command.name)}” here. /chat lists them.`)
        : { type: 'go', room: found }
    }
    case 'loadHistory':
      return hint(loadText(room))
    case 'showHistory':
      return { type: 'showHistory' }
    case 'showUnread':
      return { type: 'showUnread' }
    case 'export':
      try {
        return hint(`Exported to ${printableLine(await exportToFile(room, command.to))}. It is not encrypted.`)
      } catch (error) {
        return hint(fileTroubleText(error))
      }
    case 'copy': {
      const message = numbered(scene, command.number)
      if (message === undefined) return noSuchMessage(command.number)
      if (message.text === '') return hint(`Message ${command.number} has no text.`)
      return { type: 'copy', text: message.text }
    }
    case 'find': {
      const { words } = command
      const found = findIn(room, words)
      const title = `found: ${printableLine(words)}`
      return found.length === 0
        ? hint(`Nothing here says “${printableLine(words)}”.`)
        : { type: 'rows', title, rows: (columns) => foundRows(found, words, createTimes(), columns) }
    }
    case 'who':
      return { type: 'text', title: 'who is here', text: whoText(room) }
    case 'map': {
      const map = await room.map()
      return { type: 'rows', title: 'map', rows: (columns) => mapRows(map, columns, room.state.people) }
    }
    case 'why':
    case 'redacted': {
      const found = findPerson(room, command.name)
      if (typeof found === 'string') return hint(found)
      const told = { report: await room.reachReport(found.who), map: await room.map(), now: Date.now() }
      const { person } = found
      return command.type === 'why'
        ? { type: 'rows', title: whyTitle(person), rows: (columns) => reachRows({ ...told, person }, columns) }
        : { type: 'text', title: 'report', text: redactReport(told.report, told.map, reportingProgram(), told.now) }
    }
    case 'move': {
      const { kind, title } = room.state
      if (kind === 'members') return hint('This is a members room already.')
      const relay = relayOf(room)
      if (relay === undefined) return hint('Without a relay nobody finds the door of a members room.')
      const found = command.along.map((name) => findPerson(room, name))
      const unknown = found.find((one) => typeof one === 'string')
      if (unknown !== undefined) return hint(unknown)
      const along = found.flatMap((one) => (typeof one === 'string' ? [] : [one.person.id]))
      const chosen = along.length === 0 ? {} : { along }
      const made = await scene.chat.create({ kind: 'members', title, relay, from: room.id, ...chosen })
      return { type: 'go', room: made }
    }
    case 'follow': {
      const { moved } = room.state
      if (moved === undefined) return hint('Nobody moved this room.')
      if (moved.invite === undefined) return hint(elsewhereText(moved.name))
      return { type: 'go', room: await scene.chat.join(moved.invite) }
    }
    case 'invite':
      if (room.state.contact !== undefined)
        return hint('This is the room of you two. For more people, make another: kith new --members')
      if (room.state.kind === 'members') return performMembers(inviteByDefault, room, Date.now())
      return { type: 'invite', link: room.state.link }
    case 'keeper': {
      const ticket = await keeperTicketFor(room)
      if (ticket === undefined) return hint('No ticket was made. Try again in a moment.')
      return { type: 'text', title: 'a keeper for this room', text: keeperText(room.state, ticket) }
    }
    case 'help':
      return {
        type: 'rows',
        title: 'what can be typed',
        rows: (columns) => helpRows(room.state.kind, columns),
      }
    case 'name':
      await room.setName(command.name)
      return hint(`Here you are ${printableLine(command.name)} now.`)
    case 'title':
      await room.setTitle(command.title)
      return nothing
    case 'join':
      return { type: 'go', room: await chat.join(command.link) }
    case 'forget': {
      // Everything is erased, so a beginning or a number is not enough.
      const found = scene.rooms.find((other) => isNamed(other, command.name))
      if (found === undefined) return hint(`There is no room called exactly “${printableLine(command.name)}” here.`)
      const left = scene.rooms.find((other) => other.id !== found.id)
      await chat.forget(found.id)
      if (found.id !== room.id) return hint(`Erased “${printableLine(command.name)}” from this machine.`)
      return left === undefined ? { type: 'exit' } : { type: 'go', room: left }
    }
    case 'sendFile':
      return sendFile(room, command.path, command.original)
    case 'files':
      return { type: 'text', title: 'files', text: listText(room) }
    case 'freeSpace': {
      const freed = await chat.freeSpace()
      return hint(freed > 0 ? `Freed ${sizeText(freed)}. ${spaceText(chat)}` : `Nothing to free. ${spaceText(chat)}`)
    }
    case 'notify':
      if (typeof command.how === 'boolean') await chat.setNotifying({ on: command.how })
      else if (command.how !== undefined) await room.setTelling(command.how)
      return hint(notifyText(chat, room))
    case 'fileLimit':
      if (command.bytes !== undefined) await chat.setFileLimit(command.bytes)
      return hint(spaceText(chat))
    case 'saveFile':
    case 'showFile':
    case 'fetchFile':
    case 'pauseFile':
    case 'freeFile': {
      const found = findRoomFile(room, command.id)
      return typeof found === 'string' ? hint(found) : withFile(command, scene, found.file)
    }
    case 'reply': {
      const message = numbered(scene, command.number)
      if (message === undefined) return noSuchMessage(command.number)
      await room.send(command.text, { replyTo: message.id })
      return nothing
    }
    case 'react': {
      const message = numbered(scene, command.number)
      if (message === undefined) return noSuchMessage(command.number)
      const mine = message.reactions.some(({ emoji, by }) => emoji === command.emoji && by.includes(room.state.me))
      await room.react(message.id, command.emoji, !mine)
      return nothing
    }
    case 'pin': {
      const message = numbered(scene, command.number)
      if (message === undefined) return noSuchMessage(command.number)
      await room.pin(message.id, command.on)
      return hint(command.on ? 'Pinned for everybody here. /pins shows all.' : 'Not pinned any more.')
    }
    case 'pins': {
      const pinned = pinnedIn(room)
      return pinned.length === 0
        ? hint('Nothing is pinned here. /pin 1 pins the newest message.')
        : { type: 'rows', title: 'pinned', rows: (columns) => foundRows(pinned, '', createTimes(), columns) }
    }
    case 'edit':
    case 'delete': {
      const message = numbered(scene, command.number)
      if (message === undefined) return noSuchMessage(command.number)
      if (!message.mine) return hint(`Message ${command.number} is not yours.`)
      if (message.deleted) return hint(`Message ${command.number} is deleted already.`)
      if (command.type === 'edit') await room.edit(message.id, command.text)
      else await room.delete(message.id)
      return nothing
    }
    case 'identity':
      return performIdentity(command.input, { chat, room, find: (name) => findPerson(room, name) })
    default:
      return unreachable(command)
  }
}

type FileCommand = Extract<ChatCommand, { readonly id: string }>

async function sendFile(room: Room, path: string, original: boolean): Promise<Outcome> {
  let opened: OpenedFile | undefined
  try {
    opened = await openFile(path, original)
    await room.attach([opened.file])
    const name = printableLine(opened.file.name)
    return opened.hasHidden && !original
      ? hint(`Sent ${name} as it is; hidden data in it, such as a place, could not be removed.`)
      : hint(`Sent ${name}.`)
  } catch (error) {
    return hint(fileTroubleText(error))
  } finally {
    await opened?.close()
  }
}

async function withFile(command: FileCommand, { room, draws }: Scene, file: Attachment): Promise<Outcome> {
  const name = printableLine(file.name)
  try {
    switch (command.type) {
      case 'saveFile':
        return hint(`Saved ${printableLine(await saveFile(room, file, command.to))}.`)
      case 'showFile': {
        const pixels = draws === true ? await pixelsOf(room, file) : undefined
        return pixels === undefined
          ? hint(`${name} cannot be drawn here. /save ${shortId(file)} puts it on the disk.`)
          : { type: 'rows', title: name, rows: (columns) => pictureRows(pixels, columns) }
      }
      case 'fetchFile':
        await room.fetchFile(file.root)
        return hint(`Fetching ${name}.`)
      case 'pauseFile':
        await room.pauseFile(file.root)
        return hint(`Paused ${name}. /fetch ${shortId(file)} goes on.`)
      case 'freeFile':
        await room.freeFile(file.root)
        return hint(`Erased ${name} here. /fetch ${shortId(file)} gets it again from those who have it.`)
    }
  } catch (error) {
    return hint(fileTroubleText(error))
  }
}

function noSuchMessage(number: number): Outcome {
  return hint(`There is no message ${number} here.`)
}

function numbered({ room, numbersFrom }: Scene, number: number): Message | undefined {
  const { timeline } = room
  const newest = numbersFrom === undefined ? timeline.length - 1 : timeline.indexOf(numbersFrom)
  const index = newest - number + 1
  return newest >= 0 && index >= 0 ? timeline.at(index) : undefined
}

function isNamed(room: Room, name: string): boolean {
  return printableLine(roomTitle(room.state)).toLowerCase() === printableLine(name).toLowerCase()
}

/** By title, by the beginning of a title, by its number in the list, or by the beginning of its id. */
export function findRoom(rooms: readonly Room[], name: string): Room | undefined {
  const wanted = name.trim().toLowerCase()
  const title = (room: Room): string => printableLine(roomTitle(room.state)).toLowerCase()
  return (
    rooms.find((room) => title(room) === wanted) ??
    rooms.find((room) => title(room).startsWith(wanted)) ??
    (/^\d{1,4}$/u.test(wanted) ? rooms[Number(wanted) - 1] : undefined) ??
    (wanted.length >= 4 ? rooms.find((room) => room.id.startsWith(wanted)) : undefined)
  )
}

function whyTitle(person: Person): string {
  const name = printableLine(person.name) || 'somebody'
  return person.online && !person.reaching ? `how do I reach ${name}?` : `why can’t I reach ${name}?`
}

function roomList({ rooms, room }: Scene): string {
  const lines = rooms.map((other, i) => {
    const unread = other.state.unread > 0 ? `   ${other.state.unread} unread` : ''
    return `${other === room ? '›' : ' '} ${i + 1}  ${printableLine(roomTitle(other.state))}${unread}`
  })
  return `${lines.join('\n')}\n\n/chat NAME or /chat NUMBER goes there; Ctrl+N and Ctrl+P go through them.`
}

export function loadText(room: Room): string {
  const { phase, gaps } = room.state.sync
  switch (phase) {
    case 'loading':
    case 'catchingUp':
      return `On its way: ${syncText(room.state)}.`
    case 'alone':
      return 'Nobody is here who could have more. It is fetched as soon as somebody comes.'
    case 'synced':
      return gaps === 0
        ? `Everything is here: ${syncText(room.state)}.`
        : `${syncText(room.state)}. Nobody who is online has the rest; it is fetched when somebody comes who does.`
  }
}

export function whoText(room: Room): string {
  const { people } = room.state
  const lines: string[] = []
  for (const person of people.filter((person) => person.online)) {
    const name = printableLine(person.name) || 'somebody'
    if (person.me) {
      lines.push(`${name} (you)`)
      continue
    }
    const ways = person.presences.map((presence) => {
      const rtt = presence.rttMs === undefined ? '' : ` ${Math.round(presence.rttMs)} ms`
      const way = presenceWord(presence.path, presence.state, nameOfSession(room.state, presence.through))
      return `${printableLine(way)}${rtt}, ${presence.platform === 'node' ? 'terminal' : 'browser'}`
    })
    const role =
      person.keeper === undefined
        ? ''
        : person.keeper === 'blind'
          ? ' (keeper, cannot read)'
          : ' (keeper that can read)'
    lines.push(`${name}${role}: ${ways.join('; ') || pathWord(person.path)}`)
  }
  const away = people.filter((person) => !person.online).map((person) => printableLine(person.name) || 'somebody')
  if (away.length > 0) lines.push(`away: ${away.join(', ')}`)
  return lines.join('\n')
}
