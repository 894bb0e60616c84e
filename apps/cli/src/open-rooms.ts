/** From a command to a chat with the rooms it is about. */
import { readFile } from 'node:fs/promises'
import type { Chat, StorageLocked } from '@kith/peer'
import type { Address, ChatOptions, Command } from './arguments.ts'
import { parseConfig, type Config } from './config.ts'
import { configDataDir, profileDirs, type Place } from './data-dir.ts'
import { errorName, exitCodes, Failure, usage } from './failure.ts'
import type { OpenRoom } from './io.ts'

/** Where `kith new` meets when nobody says otherwise: the relay of `npm start` or `kith relay` on this machine. */
export const defaultRelay = 'http://localhost:6765'

export type ChatCommand = Extract<Command, { readonly type: 'new' | 'join' | 'device' | 'open' | 'config' | 'export' }>

/** What `createNodeChat` of `@kith/peer/node` takes. */
export interface ChatSetup {
  readonly dataDir: string
  /** Null: none, whatever a link says. */
  readonly relay?: string | null
  readonly name?: string
  readonly passphrase?: string
  readonly listen?: { readonly port: number }
  readonly addresses?: readonly Address[]
}

export type CreateChat = (setup: ChatSetup) => Promise<Chat>

export interface Opened {
  readonly chat: Chat
  readonly rooms: readonly OpenRoom[]
  readonly dataDir: string
}

/** Throws what `toFailure` can say. */
export async function openRooms(
  command: ChatCommand,
  place: Place,
  createChat: CreateChat,
  note: (text: string) => void,
): Promise<Opened> {
  const { options } = command
  const config = command.type === 'config' ? await readConfig(command.file) : undefined
  const name = options.name ?? config?.name
  const port = options.port ?? config?.port
  const addresses = [...(config?.peers ?? []), ...options.peers]
  const passphrase = await readPassphrase(options, place)
  // A configuration names its peers, so it needs a relay only when one is given.
  const relay = config !== undefined && options.relay === undefined ? null : options.relay
  const setup: Omit<ChatSetup, 'dataDir'> = {
    ...(relay === undefined ? {} : { relay }),
    ...(name === undefined ? {} : { name }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(port === undefined ? {} : { listen: { port } }),
    ...(addresses.length === 0 ? {} : { addresses }),
  }
  const { chat, dataDir } = await createIn(
    options.data === undefined
      ? command.type === 'config'
        ? [configDataDir(place, command.file)]
        : command.type === 'export'
          ? profileDirs(place).slice(0, 1)
          : profileDirs(place)
      : [options.data],
    setup,
    createChat,
    note,
  )
  try {
    await ready(chat)
    const rooms = await enter(command, chat, relay, config)
    if (rooms.length === 0 && command.type !== 'device')
      throw usage('noRooms', 'There is no room here yet. Make one with kith new, or join one with kith join LINK.')
    return { chat, rooms, dataDir }
  } catch (error) {
    await chat.close()
    throw error
  }
}

async function enter(
  command: ChatCommand,
  chat: Chat,
  relay: string | null | undefined,
  config: Config | undefined,
): Promise<readonly OpenRoom[]> {
  const rooms: OpenRoom[] = []
  switch (command.type) {
    case 'new':
      rooms.push({
        room: await chat.create({
          kind: command.members ? 'members' : 'open',
          relay: relay === null ? undefined : (relay ?? defaultRelay),
        }),
        fresh: true,
      })
      break
    case 'join':
      for (const link of command.links) rooms.push({ room: await chat.join(link), fresh: false })
      break
    case 'config':
      for (const { name, secret } of config?.chats ?? []) {
        const room = await chat.join(typeof relay === 'string' ? `${relay}/#${secret}` : `kith:#${secret}`)
        if (room.state.title !== name) await room.setTitle(name)
        rooms.push({ room, fresh: false })
      }
      break
    case 'device':
      break
    case 'export':
    case 'open':
      for (const { id } of chat.state.rooms) {
        const room = chat.room(id)
        if (room !== undefined) rooms.push({ room, fresh: false })
      }
      break
  }
  // Two links of one room are one room.
  return rooms.filter(({ room }, i) => rooms.findIndex((other) => other.room.id === room.id) === i)
}

/** The first directory no other kith holds. */
async function createIn(
  dirs: readonly string[],
  setup: Omit<ChatSetup, 'dataDir'>,
  createChat: CreateChat,
  note: (text: string) => void,
): Promise<{ readonly chat: Chat; readonly dataDir: string }> {
  for (const [i, dataDir] of dirs.entries()) {
    try {
      const chat = await createLocked({ dataDir, ...setup }, createChat, note)
      if (i > 0) note(`Another kith is running, so this one keeps its rooms in ${dataDir}.`)
      return { chat, dataDir }
    } catch (error) {
      if (errorName(error) !== 'StorageHeld' || i === dirs.length - 1) throw error
    }
  }
  throw new Failure('storageHeld', 'Too many kith are running. Choose a directory with --data DIR.', exitCodes.store)
}

/** A passphrase for a store that had none locks it from now on: that is what was asked for. */
async function createLocked(setup: ChatSetup, createChat: CreateChat, note: (text: string) => void): Promise<Chat> {
  const { passphrase, ...rest } = setup
  try {
    return await createChat(setup)
  } catch (error) {
    const isOpen = errorName(error) === 'StorageLocked' && (error as StorageLocked).reason === 'passphraseNotSet'
    if (!isOpen || passphrase === undefined) throw error
  }
  const chat = await createChat(rest)
  try {
    await chat.setPassphrase(passphrase)
  } catch (error) {
    await chat.close()
    throw error
  }
  note('What is kept here was not locked so far. From now on it opens with this passphrase only.')
  return chat
}

async function ready(chat: Chat): Promise<void> {
  if (chat.state.ready) return
  await new Promise<void>((resolve) => {
    const stop = chat.subscribe(() => {
      if (!chat.state.ready) return
      stop()
      resolve()
    })
  })
}

async function readConfig(file: string): Promise<Config> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    throw new Failure(
      'configUnreadable',
      `The configuration ${file} cannot be read. Is it there?`,
      exitCodes.usage,
      error,
    )
  }
  return parseConfig(text, file)
}

export async function readPassphrase(
  options: Pick<ChatOptions, 'passphraseFile'>,
  place: Place,
): Promise<string | undefined> {
  const { passphraseFile } = options
  if (passphraseFile === undefined) {
    const given = place.env['KITH_PASSPHRASE']
    return given === '' ? undefined : given
  }
  let text: string
  try {
    text = await readFile(passphraseFile, 'utf8')
  } catch (error) {
    throw new Failure(
      'passphraseUnreadable',
      `The passphrase file ${passphraseFile} cannot be read. Is it there?`,
      exitCodes.usage,
      error,
    )
  }
  const [passphrase = ''] = text.split(/\r?\n/u)
  if (passphrase === '') throw usage('passphraseEmpty', `The first line of ${passphraseFile} is empty.`)
  return passphrase
}
