/**
 * The facade every user interface stands on: rooms, people, timeline, send.
 *
 * Snapshots are immutable and keep their identity until something in them changes, so React can compare by reference.
 * User interfaces hold no protocol state. Everything here can be carried between tabs of one profile: values are
 * structured-cloneable, and commands answer with promises.
 */
import type { Millis, NoticeCode, Path, Pin, Reaction, ReachReport, RoomMap } from '@kith/protocol'
import type { Attachment, FileInfo, FileToSend, FileUse } from './files.ts'
import type { Opener, PasskeyAnswer, PasskeyRef } from './opener.ts'
import type {
  Comparing,
  ContactCommand,
  ContactsState,
  IdentityCommand,
  IdentityState,
  VerifyCommand,
} from './identity-state.ts'
import type {
  Entering,
  GovernCommand,
  MembersState,
  Membership,
  Policy,
  Quiet,
  RoomKind,
  Verification,
} from './members-state.ts'

export type { MapLink, MapNode, MapTree, ReachAttempt, ReachReport, RoomMap } from '@kith/protocol'
export type { Opener, PasskeyAnswer, PasskeyRef } from './opener.ts'
export type * from './members-state.ts'
export type * from './identity-state.ts'
export type * from './devices-state.ts'

/** How far an own message has come; others' messages are always `stored`. */
export type Delivery = 'waiting' | 'sent' | 'stored'

export interface Message {
  /** 26 characters of Crockford base32 that sort by time: the order of the timeline. */
  readonly id: string
  /** `Person.id` of the author. */
  readonly author: string
  readonly session: string
  readonly name: string
  readonly time: Millis
  /** Markdown. Empty when deleted. */
  readonly text: string
  readonly edited: boolean
  readonly deleted: boolean
  readonly mine: boolean
  /** Id of the message this one answers, when it is here. */
  readonly replyTo: string | undefined
  readonly reactions: readonly Reaction[]
  /** Who (`Person.id`) pinned it and when; of more than `maxPins` only the newest are. */
  readonly pinned?: Pin | undefined
  /** The files it carries, and how far each has come. A message with files may have no text. */
  readonly attachments: readonly Attachment[]
  readonly delivery: Delivery
  /** Own messages: how many other people's peers hold it. */
  readonly storedBy: number
  /** Own messages: how many keepers hold it. */
  readonly keptBy: number
  /** A valid receipt of the relay is held. */
  readonly receipt: boolean
}

/** One online run of somebody's program. */
export interface Presence {
  readonly session: string
  readonly platform: 'browser' | 'node'
  /** `here`: in a large room, a member one is not linked with; what it says comes through others. */
  readonly state: 'joining' | 'linked' | 'here'
  /** Undefined without a link: while it is still being reached, and for those who are only `here`. */
  readonly path: Path | undefined
  /** With path `through`: the session that carries its frames, sealed. */
  readonly through: string | undefined
  readonly rttMs: number | undefined
}

export interface Person {
  /** Author key, hex: colour and glyph come from it. */
  readonly id: string
  readonly name: string
  readonly me: boolean
  readonly online: boolean
  readonly typing: boolean
  /** The best path among their presences; undefined when offline, still being reached, or reached through others. */
  readonly path: Path | undefined
  /** The session that carries it when the best path is `through`. */
  readonly through: string | undefined
  /** Nothing is heard from them yet, neither by a link nor through others. */
  readonly reaching: boolean
  readonly presences: readonly Presence[]
  /** In a members room, of everybody who is in it now. */
  readonly membership: Membership | undefined
  readonly verification: Verification
  readonly quiet: Quiet | undefined
  /** Set for keepers, which hold history for others and are nobody: `reader` has the room's key, `blind` has not. */
  readonly keeper?: 'blind' | 'reader' | undefined
}

export interface SyncState {
  readonly phase: 'loading' | 'alone' | 'catchingUp' | 'synced'
  readonly have: number
  readonly total: number
  readonly gaps: number
}

export type RelayState = 'connecting' | 'up' | 'away' | 'none'

/** What the engine tells, and what the peer itself does: `storeBroken`, a stored record was damaged and left out. */
export type ChatNoticeCode = NoticeCode | 'storeBroken' | 'deviceAdded' | 'deviceRemoved' | 'unanswered'

export interface Notice {
  readonly id: number
  /** A key of the message catalogue, `notice.<code>`. */
  readonly code: string
  readonly about: string | undefined
}

/** Of which messages of a room its person hears while they look elsewhere: of all, of those that mean them, of none. */
export type Telling = 'everything' | 'called' | 'nothing'

/** The unread messages a person is told of. */
export interface News {
  readonly count: number
  /** Id of the newest of them. */
  readonly newest: string
}

/** How this person is told, of all rooms together. */
export interface Notifying {
  /** Undefined: nobody has said yet. */
  readonly on: boolean | undefined
  /** What a notification shows: who wrote what, or only that there is something. With a lock it is always the latter. */
  readonly show: 'message' | 'nothing'
  readonly sound: boolean
}

export interface RoomState {
  readonly id: string
  readonly kind: RoomKind
  /** What this person calls the room; never sent. */
  readonly title: string
  /** The whole link, secret included. Empty for a members room: its ways in are its invites. */
  readonly link: string
  readonly relay: RelayState
  /** Host name of the relay, or undefined without one. */
  readonly relayHost: string | undefined
  readonly me: string
  readonly people: readonly Person[]
  readonly sync: SyncState
  readonly unread: number
  /** First message that was not read when the room was last left, for the marker. */
  readonly firstUnread: string | undefined
  /** The oldest message among the unread that calls me by the name I have here; see `mentions.ts`. */
  readonly mentioned?: string | undefined
  readonly telling: Telling
  /** Undefined when there is nothing to tell. */
  readonly news: News | undefined
  readonly draft: string
  /** Files that were put to the draft; they are sealed and kept here already, and go with the next `send` that names them. */
  readonly draftFiles: readonly FileInfo[]
  readonly notices: readonly Notice[]
  /** Newest message, for the list of rooms. */
  readonly newest: Message | undefined
  /** Ids of the pinned messages, the newest pin first. */
  readonly pins: readonly string[]
  /** Undefined for an open room, and as long as one is not in. */
  readonly members: MembersState | undefined
  readonly entering: Entering | undefined
  /** Short numbers being compared with people here. */
  readonly comparing: readonly Comparing[]
  /** I show the people here who I am beyond this room. */
  readonly shown: boolean
  /** Of an open room: somebody said that its people go on in a members room, and how to get there. */
  readonly moved?:
    | {
        readonly by: string
        readonly name: string
        /** Undefined: it is for others. */
        readonly invite: string | undefined
        /** It was sealed for me: I come in without a PIN. */
        readonly chosen: boolean
      }
    | undefined
  /** `Contact.id` of the other, when this is the room of two contacts: shown by their name, with no way in for others. */
  readonly contact?: string | undefined
}

/** The messages in display order. A new view is made at every change; `at` is O(1). */
export interface TimelineView {
  readonly length: number
  at(index: number): Message
  /** Position of a message, or −1. */
  indexOf(id: string): number
}

export interface Room {
  readonly id: string
  readonly state: RoomState
  readonly timeline: TimelineView
  /** Called after `state` or `timeline` changed, at most once per turn of the event loop. */
  subscribe(listener: () => void): () => void
  /** Called with the messages that were added or changed; for interfaces that print. */
  onMessages(listener: (messages: readonly Message[]) => void): () => void
  /**
   * Resolves with the message's id once it is durable here. `files` are roots of `draftFiles`; with files the text may be
   * empty. Rejects with `MessageRefused`.
   */
  send(text: string, options?: SendOptions): Promise<string>
  /**
   * Seals a file into the store and puts it to the draft. Resolves when it is kept here. Rejects with `FileFailed`.
   */
  addToDraft(file: FileToSend): Promise<FileInfo>
  /** Takes it out of the draft and erases it here. */
  removeFromDraft(root: string): Promise<void>
  /** Seals files and sends them with one message; resolves with its id. Rejects with `FileFailed` or `MessageRefused`. */
  attach(
    files: readonly FileToSend[],
    options?: { readonly text?: string; readonly replyTo?: string | undefined },
  ): Promise<string>
  /** Somebody wants it: it is fetched before what nobody asked for. Also goes on after a pause or trouble. */
  fetchFile(root: string): Promise<void>
  pauseFile(root: string): Promise<void>
  /** Stops fetching, or frees what is here; what came of it is erased. It can be fetched again. */
  freeFile(root: string): Promise<void>
  /**
   * Up to `length` bytes from `from`, fewer only at the end. What is not here yet is asked for, in order, and waited for;
   * of a file that somebody paused or erased it is refused until `fetchFile`. Rejects with `FileFailed` when it cannot
   * come now.
   */
  readFile(root: string, from: number, length: number): Promise<Uint8Array>
  edit(id: string, text: string): Promise<void>
  delete(id: string): Promise<void>
  react(id: string, emoji: string, on: boolean): Promise<void>
  /** Pins a message for everybody, or takes it off. Rejects with `MessageRefused`. */
  pin(id: string, on: boolean): Promise<void>
  setTyping(typing: boolean): void
  setDraft(text: string): void
  setTitle(title: string): Promise<void>
  setTelling(telling: Telling): Promise<void>
  /** How this person is called here, from now on. */
  setName(name: string): Promise<void>
  /** Everything up to the newest message was seen. */
  markRead(): void
  dismissNotice(id: number): void
  /** Who is linked to whom, as far as it is known here and now. Rejects with `RoomClosed`. */
  map(): Promise<RoomMap>
  /**
   * How somebody is reached, or why not: `who` is a session or a `Person.id`, whose best-reached program is meant then.
   * For somebody who is not here it has no attempts. Rejects with `RoomClosed`.
   */
  reachReport(who: string): Promise<ReachReport>
  /** What one does as a member, or on the way in; `invite` answers its id. Rejects with `GovernRefused`. */
  govern(command: GovernCommand): Promise<string | undefined>
  /** Makes sure of somebody: the numbers, and what came of comparing them. Rejects with `IdentityRefused`. */
  verify(command: VerifyCommand): Promise<string | undefined>
  /** Here and for me only: what they say counts as read, or is not shown. Undefined takes it back. */
  setQuiet(who: string, quiet: Quiet | undefined): Promise<void>
}

export interface SendOptions {
  readonly replyTo?: string | undefined
  readonly files?: readonly string[] | undefined
}

export interface ChatSettings {
  readonly name: string
  /** Never link directly: other members then do not learn this machine's address. */
  readonly relayOnly: boolean
  /** Minutes; 0 never. */
  readonly lockAfter: number
  /** Bytes that files may take on this device; 0: as much as it has room for. */
  readonly fileLimit: number
  readonly notifying: Notifying
}

export interface ChatState {
  readonly settings: ChatSettings
  readonly rooms: readonly RoomState[]
  /** False until the list of rooms was read from the store. */
  readonly ready: boolean
  /** How what is stored is locked: by a key in this browser or file, by a passphrase, or by a passkey. */
  readonly atRest: 'key' | 'passphrase' | 'passkey'
  /** Which passkey opens it, when one does. */
  readonly passkey: PasskeyRef | undefined
  readonly storedBytes: number | undefined
  /** What files take of it; undefined until it was counted. */
  readonly files: FileUse | undefined
  /**
   * False: the browser may clear what is stored here when space is short. True: it promised not to. Undefined where nobody
   * clears it, or as long as there is no room and nobody was asked.
   */
  readonly kept: boolean | undefined
  readonly identity: IdentityState
  readonly contacts: ContactsState
}

export interface NewRoom {
  /** `open`: whoever has the link is in. `members`: those in it decide who comes. Default `open`. */
  readonly kind?: RoomKind | undefined
  readonly title?: string | undefined
  readonly relay?: string | undefined
  /** Of a members room: the open room it is made in place of. The people there are told, and each is let in at the door. */
  readonly from?: string | undefined
  /**
   * Whom of `from` (`Person.id`) to take along: they come in without a PIN. Whoever else has the old link is told no way
   * unless everybody known there is taken along. Left out: nobody in particular, and all come by a PIN.
   */
  readonly along?: readonly string[] | undefined
  /** Of a members room. */
  readonly policy?: Policy | undefined
}

/** One program of one person: all its rooms. */
export interface Chat {
  readonly state: ChatState
  subscribe(listener: () => void): () => void
  room(id: string): Room | undefined
  /** Makes a room, meeting at `relay` (an origin such as `https://chat.example`), or at none. */
  create(options?: NewRoom): Promise<Room>
  /** By the link of an open room or by an invite. Rejects with `LinkMalformed`. Joining a room one is in returns it. */
  join(link: string): Promise<Room>
  /** Stops the room and erases everything of it here. */
  forget(roomId: string): Promise<void>
  setName(name: string): Promise<void>
  setRelayOnly(relayOnly: boolean): Promise<void>
  /**
   * From now on a passphrase opens what is stored here; `current` is the one so far, if there is one. Takes about a second
   * of work. Rejects with `StorageLocked` for a missing or wrong `current`.
   */
  setPassphrase(next: string, current?: Opener): Promise<void>
  /** From now on a passkey opens what is stored here, or another one. Otherwise as `setPassphrase`. */
  setPasskey(next: PasskeyAnswer, current?: Opener): Promise<void>
  /** After so many minutes without anybody at it the interface locks itself; 0 never. Counts once there is a lock. */
  setLockAfter(minutes: number): Promise<void>
  /** What files may take here, in bytes; 0: as much as there is room. What is over it and held by three others goes at once. */
  setFileLimit(bytes: number): Promise<void>
  setNotifying(change: Partial<Notifying>): Promise<void>
  /** From now on what is stored here opens without one. Rejects with `StorageLocked` when `current` is wrong. */
  removePassphrase(current: Opener): Promise<void>
  /** Erases what three others hold as well, least used first. Resolves with the bytes that were freed. */
  freeSpace(): Promise<number>
  /** Who this person is beyond rooms: phrase, attested addresses, believed services. Rejects with `IdentityRefused`. */
  identify(command: IdentityCommand): Promise<string | undefined>
  /** Asking people of a room to be contacts, and what one does with those one has. Rejects with `IdentityRefused`. */
  contact(command: ContactCommand): Promise<string | undefined>
  /** The page became visible or hidden. */
  setVisible(visible: boolean): void
  /** Says goodbye in every room and closes the store. */
  close(): Promise<void>
}
