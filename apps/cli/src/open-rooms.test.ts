import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { StorageLocked } from '@kith/peer'
import { FakeChat } from '@kith/peer/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parseArguments } from './arguments.ts'
import { configDataDir, userDataDir, type Place } from './data-dir.ts'
import { toFailure } from './failure.ts'
import { openRooms, type ChatCommand, type ChatSetup, type Opened } from './open-rooms.ts'

const secret = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8'
const link = `https://kith.example/#${secret}`
let place: Place
let folder: string

class StorageHeld extends Error {
  override readonly name = 'StorageHeld'
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kith-test-'))
  place = { platform: 'linux', home: folder, env: {} }
})

afterEach(async () => rm(folder, { recursive: true }))

interface Attempt {
  readonly setups: ChatSetup[]
  readonly chat: FakeChat
  readonly opened: Promise<Opened>
  readonly notes: string[]
}

function open(argv: readonly string[], held: readonly string[] = [], locked?: StorageLocked): Attempt {
  const setups: ChatSetup[] = []
  const notes: string[] = []
  const chat = new FakeChat()
  const opened = openRooms(
    parseArguments(argv) as ChatCommand,
    place,
    async (setup) => {
      setups.push(setup)
      if (held.includes(setup.dataDir)) throw new StorageHeld('held')
      if (locked !== undefined && setup.passphrase !== undefined) throw locked
      return chat
    },
    (text) => void notes.push(text),
  )
  return { setups, chat, opened, notes }
}

const main = (n: string): string => join(folder, '.local/share/kith', n)

describe('opening rooms', () => {
  it('makes a room at the relay, or at none', async () => {
    const at = open(['new', '--relay', 'https://kith.example', '--name', 'Robin'])
    const [room] = (await at.opened).rooms
    expect(room?.fresh).toBe(true)
    expect(room?.room.state.link).toMatch(/^https:\/\/kith\.example\/#/u)
    expect(at.setups).toEqual([{ dataDir: main('main'), relay: 'https://kith.example', name: 'Robin' }])

    const none = open(['new', '--no-relay', '--port', '0', '--peer', 'localhost:1'])
    expect((await none.opened).rooms[0]?.room.state.link).toMatch(/^kith:#/u)
    expect(none.setups[0]).toMatchObject({
      relay: null,
      listen: { port: 0 },
      addresses: [{ host: 'localhost', port: 1 }],
    })
  })

  it('joins several links, each room once', async () => {
    const { rooms } = await open(['join', link, link, link.replace('AAE', 'AAI')]).opened
    expect(rooms.map(({ fresh }) => fresh)).toEqual([false, false])
  })

  it('TRM7 says what is wrong with a link, and closes what it opened', async () => {
    const { opened, chat } = open(['join', 'https://kith.example/'])
    const failure = toFailure(await opened.catch((error: unknown) => error))
    expect(failure).toMatchObject({ code: 'linkMalformed', exitCode: 2 })
    expect(chat.closed).toBe(true)
  })

  it('TRM8 opens the chats of a configuration in their order, with peers and port and without a relay', async () => {
    const file = join(folder, 'alice.json')
    const chats = ['friends', 'band'].map((name, i) => ({ name, id: name, secret: secret.replace('AAE', `AA${i}`) }))
    await writeFile(file, JSON.stringify({ name: 'Alice', port: 12345, chats, peers: [{ address: 'b', port: 2 }] }))
    const { setups, opened } = open(['--config', file])
    expect((await opened).rooms.map(({ room }) => [room.state.title, room.state.link])).toEqual(
      chats.map(({ name, secret }) => [name, `kith:#${secret}`]),
    )
    expect(setups).toEqual([
      {
        dataDir: configDataDir(place, file),
        relay: null,
        name: 'Alice',
        listen: { port: 12345 },
        addresses: [{ host: 'b', port: 2 }],
      },
    ])
    const withRelay = await open(['--config', file, '--relay', 'https://kith.example', '--name', 'A']).opened
    expect(withRelay.rooms[0]?.room.state.link).toBe(`https://kith.example/#${chats[0]?.secret}`)
  })

  it('TRM8 says when the file is not there', async () => {
    const { opened } = open(['--config', join(folder, 'nobody.json')])
    await expect(opened).rejects.toMatchObject({ code: 'configUnreadable', exitCode: 2 })
  })

  it('TRM11 steps aside when another kith runs, unless a directory was named', async () => {
    const aside = open(['join', link], [main('main'), main('main-2')])
    expect((await aside.opened).dataDir).toBe(main('main-3'))
    expect(aside.notes.join()).toContain('main-3')
    const named = open(['join', link, '--data', '/d'], ['/d'])
    expect(toFailure(await named.opened.catch((error: unknown) => error))).toMatchObject({ exitCode: 4 })
  })

  it('reads the passphrase from the first line of its file, or from the environment', async () => {
    const file = join(folder, 'secret.txt')
    await writeFile(file, 'correct horse\nmore')
    const named = open(['join', link, '--passphrase-file', file])
    await named.opened
    expect(named.setups[0]?.passphrase).toBe('correct horse')
    place = { ...place, env: { KITH_PASSPHRASE: 'battery' } }
    const given = open(['join', link])
    await given.opened
    expect(given.setups[0]?.passphrase).toBe('battery')
    await writeFile(file, '\n')
    await expect(open(['join', link, '--passphrase-file', file]).opened).rejects.toMatchObject({ exitCode: 2 })
  })

  it('TRM12 locks what was not locked so far with the passphrase it is given, and says so', async () => {
    place = { ...place, env: { KITH_PASSPHRASE: 'battery' } }
    const { opened, chat, setups, notes } = open(['join', link], [], new StorageLocked('passphraseNotSet'))
    await opened
    expect(setups.map(({ passphrase }) => passphrase)).toEqual(['battery', undefined])
    expect(chat.state.atRest).toBe('passphrase')
    expect(notes.join()).toContain('From now on')
    const refused = open(['join', link], [], new StorageLocked('passphraseWrong'))
    await expect(refused.opened).rejects.toMatchObject({ reason: 'passphraseWrong' })
    expect(refused.notes).toEqual([])
  })

  it('says what to do when there is no room yet', async () => {
    await expect(open([]).opened).rejects.toMatchObject({ code: 'noRooms', exitCode: 2 })
  })
})

describe('places', () => {
  it.each<[NodeJS.Platform, Record<string, string>, string]>([
    ['linux', {}, '/h/.local/share/kith'],
    ['linux', { XDG_DATA_HOME: '/x' }, '/x/kith'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/h/.local/share/kith'],
    ['darwin', {}, '/h/Library/Application Support/kith'],
  ])('TRM11 on %s with %j', (platform, env, path) => {
    expect(userDataDir({ platform, home: '/h', env })).toBe(path)
  })

  it('TRM11 gives each configuration file a directory of its own', () => {
    const dirs = ['/a/alice.json', '/b/alice.json', '/a/bob.json'].map((file) => configDataDir(place, file))
    expect(new Set(dirs).size).toBe(3)
  })
})
