/**
 * What tabs of one profile say to each other, over BroadcastChannels of the browser. All of it is our own code on the
 * same origin, so nothing here is parsed with suspicion.
 *
 * Everybody listens on the common channel; every tab has a mailbox of its own (a channel named after it), so that what
 * one tab is sent is not copied into all the others.
 */
import type {
  Chat,
  ChatState,
  ContactCommand,
  GovernCommand,
  IdentityCommand,
  Message,
  NewRoom,
  Notifying,
  Opener,
  PasskeyAnswer,
  Quiet,
  ReachReport,
  Room,
  RoomMap,
  RoomState,
  Telling,
  VerifyCommand,
} from '../chat.ts'
import {
  ChatClosed,
  GovernRefused,
  IdentityRefused,
  LinkMalformed,
  MessageRefused,
  RelayMalformed,
  RoomClosed,
  TooManyRooms,
} from '../errors.ts'
import { FileFailed, type FileInfo, type FileToSend } from '../files.ts'
import { StorageBroken, StorageFull, StorageHeld, StorageLocked } from '../storage-errors.ts'

/** On the common channel. */
export type CommonFrame =
  /** Who leads? Also a knock: whoever holds the lead answers at once. */
  { readonly type: 'hello'; readonly tab: string } | { readonly type: 'leads'; readonly tab: string }

export type FrameToLeader =
  | { readonly type: 'join'; readonly tab: string; readonly visible: boolean }
  | { readonly type: 'leave'; readonly tab: string }
  | { readonly type: 'visible'; readonly tab: string; readonly visible: boolean }
  | { readonly type: 'call'; readonly tab: string; readonly call: number; readonly command: Command }
  | { readonly type: 'cast'; readonly tab: string; readonly cast: Cast }
  /** One chunk of a timeline was worked in: send the next. */
  | { readonly type: 'chunkTaken'; readonly tab: string }

/** The list of rooms and the settings, without the rooms themselves. */
export type ChatHead = Omit<ChatState, 'rooms'> & { readonly roomIds: readonly string[] }

export type FrameToFollower =
  /** The lead is held but its chat is not made yet: wait. */
  | { readonly type: 'waits' }
  | { readonly type: 'leads'; readonly tab: string }
  | { readonly type: 'chat'; readonly tab: string; readonly head: ChatHead }
  | { readonly type: 'room'; readonly tab: string; readonly state: RoomState }
  | TimelineFrame
  /** All rooms and the newest messages of each are there: enough to be shown. `opener`: see `ShareOptions`. */
  | { readonly type: 'welcome'; readonly tab: string; readonly opener: unknown }
  /** The command has reached the leader and is about to be carried out. */
  | { readonly type: 'taken'; readonly tab: string; readonly call: number }
  | { readonly type: 'answer'; readonly tab: string; readonly call: number; readonly answer: Answer }

export interface TimelineFrame {
  readonly type: 'timeline'
  /** The leader that sends this. */
  readonly tab: string
  readonly room: string
  /** In display order; each replaces what was there under its id. */
  readonly put: readonly Message[]
  readonly drop: readonly string[]
  /** This is a chunk of a transfer, to be answered by `chunkTaken`. */
  readonly chunk: boolean
  /** With this, the whole timeline has been sent. */
  readonly whole: boolean
}

/** What is answered: commands that may change something, and questions. */
export type Command =
  | { readonly name: 'create'; readonly options: NewRoom }
  | { readonly name: 'join'; readonly link: string }
  | { readonly name: 'forget'; readonly room: string }
  | { readonly name: 'setOwnName'; readonly value: string }
  | { readonly name: 'setRelayOnly'; readonly value: boolean }
  | { readonly name: 'setPassphrase'; readonly next: string; readonly current: Opener | undefined }
  | { readonly name: 'setPasskey'; readonly next: PasskeyAnswer; readonly current: Opener | undefined }
  | { readonly name: 'removePassphrase'; readonly current: Opener }
  | { readonly name: 'setLockAfter'; readonly value: number }
  | { readonly name: 'setFileLimit'; readonly value: number }
  | { readonly name: 'setNotifying'; readonly value: Partial<Notifying> }
  | { readonly name: 'freeSpace' }
  | SendCommand
  /** The bytes are a Blob, which crosses between tabs as a handle. */
  | { readonly name: 'addToDraft'; readonly room: string; readonly file: FileToSend }
  | { readonly name: 'removeFromDraft'; readonly room: string; readonly root: string }
  | AttachCommand
  | { readonly name: 'fetchFile' | 'pauseFile' | 'freeFile'; readonly room: string; readonly root: string }
  | ReadFileCommand
  | { readonly name: 'edit'; readonly room: string; readonly id: string; readonly text: string }
  | { readonly name: 'delete'; readonly room: string; readonly id: string }
  | { readonly name: 'react'; readonly room: string; readonly id: string; readonly emoji: string; readonly on: boolean }
  | { readonly name: 'pin'; readonly room: string; readonly id: string; readonly on: boolean }
  | { readonly name: 'setTitle'; readonly room: string; readonly value: string }
  | { readonly name: 'setTelling'; readonly room: string; readonly value: Telling }
  | { readonly name: 'setName'; readonly room: string; readonly value: string }
  | { readonly name: 'map'; readonly room: string }
  | { readonly name: 'reachReport'; readonly room: string; readonly who: string }
  | { readonly name: 'govern'; readonly room: string; readonly command: GovernCommand }
  | { readonly name: 'verify'; readonly room: string; readonly command: VerifyCommand }
  | { readonly name: 'identify'; readonly command: IdentityCommand }
  | { readonly name: 'contact'; readonly command: ContactCommand }
  | { readonly name: 'setQuiet'; readonly room: string; readonly who: string; readonly quiet: Quiet | undefined }

interface SendCommand {
  readonly name: 'send'
  readonly room: string
  readonly text: string
  readonly replyTo: string | undefined
  readonly files: readonly string[]
}

interface AttachCommand {
  readonly name: 'attach'
  readonly room: string
  readonly files: readonly FileToSend[]
  readonly text: string
  readonly replyTo: string | undefined
}

interface ReadFileCommand {
  readonly name: 'readFile'
  readonly room: string
  readonly root: string
  readonly from: number
  readonly length: number
}

/** What is said and not answered. */
export type Cast =
  | { readonly name: 'setTyping'; readonly room: string; readonly typing: boolean }
  | { readonly name: 'setDraft'; readonly room: string; readonly text: string }
  | { readonly name: 'markRead'; readonly room: string }
  | { readonly name: 'dismissNotice'; readonly room: string; readonly id: number }

/** The id of the room for `create` and `join`, of the message for `send`; what was asked for by a question. */
export type CommandValue = string | number | RoomMap | ReachReport | FileInfo | Uint8Array | undefined

export type Answer =
  | { readonly ok: true; readonly value: CommandValue }
  | { readonly ok: false; readonly error: PackedError }

export interface PackedError {
  readonly name: string
  readonly message: string
  /** The error's own fields, such as `reason` or `code`. */
  readonly fields: Readonly<Record<string, string | number | boolean>>
}

/** Error classes by name, so that `instanceof` holds across tabs. */
export type ErrorClasses = Readonly<Record<string, { readonly prototype: Error }>>

export const carriedErrors: ErrorClasses = {
  ChatClosed,
  FileFailed,
  GovernRefused,
  IdentityRefused,
  LinkMalformed,
  MessageRefused,
  RelayMalformed,
  RoomClosed,
  StorageBroken,
  StorageFull,
  StorageHeld,
  StorageLocked,
  TooManyRooms,
}

export function packError(error: unknown): PackedError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), fields: {} }
  const fields: Record<string, string | number | boolean> = {}
  for (const [key, value] of Object.entries(error)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') fields[key] = value
  }
  return { name: error.name, message: error.message, fields }
}

export function unpackError(packed: PackedError, classes: ErrorClasses): Error {
  const error = new Error(packed.message)
  const known = Object.hasOwn(classes, packed.name) ? classes[packed.name] : undefined
  if (known !== undefined) Object.setPrototypeOf(error, known.prototype)
  return Object.assign(error, packed.fields, { name: packed.name })
}

/** Carries a cast out on the real room; a room that is gone has nothing to be told. */
export function runCast(room: Room | undefined, cast: Cast): void {
  switch (cast.name) {
    case 'setTyping':
      return room?.setTyping(cast.typing)
    case 'setDraft':
      return room?.setDraft(cast.text)
    case 'markRead':
      return room?.markRead()
    case 'dismissNotice':
      return room?.dismissNotice(cast.id)
  }
}

/** Carries a command out on the real chat. */
export async function runCommand(chat: Chat, command: Command): Promise<CommandValue> {
  switch (command.name) {
    case 'create':
      return (await chat.create(command.options)).id
    case 'join':
      return (await chat.join(command.link)).id
    case 'forget':
      await chat.forget(command.room)
      return undefined
    case 'identify':
      return chat.identify(command.command)
    case 'contact':
      return chat.contact(command.command)
    case 'setOwnName':
      await chat.setName(command.value)
      return undefined
    case 'setRelayOnly':
      await chat.setRelayOnly(command.value)
      return undefined
    case 'setPassphrase':
      await chat.setPassphrase(command.next, command.current)
      return undefined
    case 'setPasskey':
      await chat.setPasskey(command.next, command.current)
      return undefined
    case 'setLockAfter':
      await chat.setLockAfter(command.value)
      return undefined
    case 'removePassphrase':
      await chat.removePassphrase(command.current)
      return undefined
    case 'setFileLimit':
      await chat.setFileLimit(command.value)
      return undefined
    case 'setNotifying':
      await chat.setNotifying(command.value)
      return undefined
    case 'freeSpace':
      return chat.freeSpace()
    default:
      return runInRoom(chat.room(command.room), command)
  }
}

type RoomCommand = Exclude<Extract<Command, { room: string }>, { name: 'forget' }>

async function runInRoom(room: Room | undefined, command: RoomCommand): Promise<CommandValue> {
  if (room === undefined) throw new RoomClosed()
  switch (command.name) {
    case 'send':
      return room.send(command.text, { replyTo: command.replyTo, files: command.files })
    case 'addToDraft':
      return room.addToDraft(command.file)
    case 'removeFromDraft':
      await room.removeFromDraft(command.root)
      return undefined
    case 'attach':
      return room.attach(command.files, { text: command.text, replyTo: command.replyTo })
    case 'fetchFile':
      await room.fetchFile(command.root)
      return undefined
    case 'pauseFile':
      await room.pauseFile(command.root)
      return undefined
    case 'freeFile':
      await room.freeFile(command.root)
      return undefined
    case 'readFile':
      return room.readFile(command.root, command.from, command.length)
    case 'edit':
      await room.edit(command.id, command.text)
      return undefined
    case 'delete':
      await room.delete(command.id)
      return undefined
    case 'react':
      await room.react(command.id, command.emoji, command.on)
      return undefined
    case 'pin':
      await room.pin(command.id, command.on)
      return undefined
    case 'setTitle':
      await room.setTitle(command.value)
      return undefined
    case 'setTelling':
      await room.setTelling(command.value)
      return undefined
    case 'setName':
      await room.setName(command.value)
      return undefined
    case 'map':
      return room.map()
    case 'reachReport':
      return room.reachReport(command.who)
    case 'govern':
      return room.govern(command.command)
    case 'verify':
      return room.verify(command.command)
    case 'setQuiet':
      await room.setQuiet(command.who, command.quiet)
      return undefined
  }
}
