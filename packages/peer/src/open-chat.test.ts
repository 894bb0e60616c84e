import {
  createNobleCrypto,
  formatBase64url,
  formatHex,
  openRoomKeys,
  verifyChain,
  encodeChain,
  certifySession,
  createSession,
} from '@kith/protocol'
import type { EngineOptions, Input, Output, PeerInfo, ReachReport, RoomMap } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import { BrokenRecords } from './broken-records.ts'
import type { ChatPorts, RoomEngine } from './chat-ports.ts'
import { maxRooms } from './chat-store.ts'
import { ChatClosed, LinkMalformed, MessageRefused, RelayMalformed, RoomClosed, TooManyRooms } from './errors.ts'
import { ManualClock } from './memory/clock.ts'
import { MemoryLock } from './memory/lock.ts'
import { MemoryDisk, openMemoryStorage } from './memory/storage.ts'
import { openChat, type OpenChat } from './open-chat.ts'
import { absentReport } from './absent-report.ts'
import { maxNameLength } from './names.ts'
import { markDelayMs } from './room-mark.ts'
import { recertifyAfterMs } from './persona.ts'
import { parseRelay, relaySocketUrl } from './relay-address.ts'
import { StorageBroken, StorageFull, StorageLocked } from './storage-errors.ts'

const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))

class ScriptedEngine implements RoomEngine {
  readonly options: EngineOptions
  readonly inputs: Input[] = []
  readonly outputs: Output[] = []
  stopped = false
  accepting = false
  refusing: string | undefined
  #posts = 0

  constructor(options: EngineOptions) {
    this.options = options
  }

  handle(input: Input): readonly Output[] {
    this.inputs.push(input)
    if (input.type === 'stop') this.stopped = true
    if (input.type !== 'post') return this.outputs.splice(0)
    if (this.refusing !== undefined) {
      return [{ type: 'event', event: { type: 'postRefused', tag: input.tag, code: this.refusing } }]
    }
    const { content } = input
    const id = String(++this.#posts).padStart(26, '0')
    const outputs: Output[] = [{ type: 'event', event: { type: 'posted', tag: input.tag, id } }]
    if (content.type === 'text') {
      const author = formatHex(this.options.persona.author)
      outputs.push({
        type: 'event',
        event: {
          type: 'timeline',
          changes: [
            {
              type: 'put',
              message: {
                id,
                entryId: String(this.#posts).padStart(64, 'a'),
                author,
                session: author,
                name: this.options.name,
                time: 1,
                text: content.text,
                edited: false,
                deleted: false,
                replyTo: undefined,
                reactions: [],
                receipt: false,
                storedBy: 0,
                keptBy: 0,
                sent: false,
              },
            },
          ],
        },
      })
    }
    return outputs
  }

  movedBoxes(): readonly [] {
    return []
  }

  headsOfDevice(): [] {
    return []
  }

  accepts(): boolean {
    return this.accepting
  }

  map(now: number): RoomMap {
    return { self: 'me', mode: 'small', online: now, nodes: [], links: [], gaps: [], trees: [] }
  }

  reachReport(session: string, now: number): ReachReport {
    return { ...absentReport(session, 'asked of the engine', 'up'), heardAt: now }
  }

  posts(): readonly Extract<Input, { type: 'post' }>[] {
    return this.inputs.filter((input) => input.type === 'post')
  }
}

interface Scene {
  readonly chat: OpenChat
  readonly engines: ScriptedEngine[]
  readonly clock: ManualClock
  readonly disk: MemoryDisk
}

async function open(
  ports: Partial<ChatPorts> = {},
  disk: MemoryDisk = new MemoryDisk(),
  clock: ManualClock = new ManualClock(),
): Promise<Scene> {
  const engines: ScriptedEngine[] = []
  const chat = await openChat({
    clock,
    crypto,
    storage: await openMemoryStorage(disk),
    lock: new MemoryLock(),
    platform: 'node',
    nextTurn: (run) => queueMicrotask(run),
    verifyMany: async (checks) => checks.map(() => true),
    createEngine: (options) => {
      const engine = new ScriptedEngine(options)
      engines.push(engine)
      return engine
    },
    dialRelay: () => ({ send: () => {}, close: () => {} }),
    ...ports,
  })
  return { chat, engines, clock, disk }
}

const secret = formatBase64url(new Uint8Array(32).fill(7))
const link = `https://relay.example/#${secret}`

describe('OpenChat', () => {
  it('FAC1 makes a room with a secret of its own, and the same room comes back after closing', async () => {
    const first = await open({ defaultRelay: 'https://relay.example' })
    const room = await first.chat.create({ title: '  Kitchen\n table ' })
    const other = await first.chat.create()
    expect(room.state).toMatchObject({ title: 'Kitchen table', relayHost: 'relay.example', relay: 'connecting' })
    expect(room.state.link).toMatch(/^https:\/\/relay\.example\/#[\w-]{43}$/)
    expect(other.state.link).not.toBe(room.state.link)
    await first.chat.close()

    const second = await open({}, first.disk)
    expect(second.chat.state.rooms.map(({ id, link }) => [id, link])).toEqual([
      [room.id, room.state.link],
      [other.id, other.state.link],
    ])
    expect(second.chat.room(room.id)?.state).toMatchObject({ title: 'Kitchen table', me: room.state.me })
    expect(other.state.me).not.toBe(room.state.me)
  })

  it('FAC2 gives the engine a persona whose certificate holds, also a year later', async () => {
    const first = await open()
    await first.chat.join(link)
    await first.chat.close()
    const clock = new ManualClock(first.clock.now() + recertifyAfterMs * 3)
    const second = await open({}, first.disk, clock)
    for (const [engine, now] of [
      [first.engines[0]!, first.clock.now()],
      [second.engines[0]!, clock.now()],
    ] as const) {
      const { persona } = engine.options
      const session = createSession(crypto)
      const statement = certifySession(crypto, persona.device.sign, session.sign.publicKey, now)
      const chain = encodeChain([...persona.statements, statement])
      const verified = verifyChain(crypto, chain, { session: session.sign.publicKey, time: now })
      expect(verified.ok && formatHex(verified.value.author)).toBe(formatHex(persona.author))
    }
    expect(second.engines[0]!.options.persona.author).toEqual(first.engines[0]!.options.persona.author)
    expect(second.engines[0]!.options.persona.statements).not.toEqual(first.engines[0]!.options.persona.statements)
  })

  it('FAC3 joins by link, once, whatever the spelling', async () => {
    const { chat, engines } = await open()
    const [a, b] = await Promise.all([chat.join(link), chat.join(` <HTTPS://relay.example/#${secret}>\n`)])
    expect(a).toBe(b)
    expect(a.id).toBe(openRoomKeys(crypto, new Uint8Array(32).fill(7)).id)
    expect(engines).toHaveLength(1)
    expect(engines[0]!.options).toMatchObject({ relayOrigin: 'https://relay.example', webrtc: false, platform: 'node' })
  })

  it('FAC3 says what is wrong with a link or a relay', async () => {
    const { chat } = await open()
    await expect(chat.join('https://relay.example/#short')).rejects.toThrow(LinkMalformed)
    await expect(chat.join('hello')).rejects.toThrow('Copy the whole link again')
    await expect(chat.create({ relay: 'relay.example' })).rejects.toThrow(RelayMalformed)
    await expect(chat.create({ relay: 'ftp://relay.example' })).rejects.toThrow('It looks like https://chat.example')
    expect(parseRelay('https://Relay.Example:8443/')).toBe('https://relay.example:8443')
    expect(() => parseRelay('https://relay.example/path')).toThrow(RelayMalformed)
    expect(relaySocketUrl('https://chat.example')).toBe('wss://chat.example/ws')
    expect(relaySocketUrl('http://localhost:6765/')).toBe('ws://localhost:6765/ws')
  })

  it('FAC3 meets where the newer link says, and at the default where a link says nothing', async () => {
    const { chat, engines } = await open({ defaultRelay: 'http://localhost:6765' })
    const room = await chat.join(`kith:#${secret}`)
    expect(room.state.relayHost).toBe('localhost:6765')
    const same = await chat.join(link)
    expect(same).toBe(room)
    expect(room.state).toMatchObject({ relayHost: 'relay.example', link })
    expect(engines.map(({ stopped, options }) => [stopped, options.relayOrigin])).toEqual([
      [true, 'http://localhost:6765'],
      [false, 'https://relay.example'],
    ])
  })

  it('FAC3 uses no relay where none may be used, and keeps the link as it is', async () => {
    const { chat, engines } = await open({ noRelay: true })
    const room = await chat.join(link)
    expect(engines[0]!.options.relayOrigin).toBeUndefined()
    expect(room.state.link).toBe(link)
  })

  it('FAC4 sends, edits, deletes and reacts by the ids of the timeline', async () => {
    const { chat, engines } = await open()
    const room = await chat.join(link)
    const id = await room.send('hello')
    expect(room.timeline.at(0)).toMatchObject({ id, text: 'hello', mine: true, delivery: 'waiting' })
    await room.send('yes', { replyTo: id })
    await room.edit(id, 'hello!')
    await room.react(id, '🌱', true)
    await room.delete(id)
    const target = new Uint8Array(32).fill(0xaa)
    target[31] = 0xa1
    expect(engines[0]!.posts().map(({ content }) => content)).toEqual([
      { type: 'text', text: 'hello' },
      { type: 'text', text: 'yes', replyTo: target },
      { type: 'edit', target, text: 'hello!' },
      { type: 'reaction', target, emoji: '🌱', on: true },
      { type: 'delete', target },
    ])
  })

  it('FAC4 rejects with what to do', async () => {
    const { chat, engines } = await open()
    const room = await chat.join(link)
    await expect(room.edit('0'.repeat(26), 'x')).rejects.toMatchObject({
      name: 'MessageRefused',
      code: 'unknownTarget',
    })
    engines[0]!.refusing = 'tooLong'
    await expect(room.send('x')).rejects.toThrow('Send it in several parts.')
    engines[0]!.refusing = 'somethingNew'
    await expect(room.send('x')).rejects.toThrow(MessageRefused)
  })

  it('FAC5 forgets a room with everything of it, and what is still waiting is told', async () => {
    const { chat, engines, disk } = await open()
    const room = await chat.join(link)
    const kept = await chat.create()
    engines[0]!.handle = (): readonly Output[] => []
    room.setDraft('half a thought')
    const waiting = room.send('never answered')
    await chat.forget(room.id)
    await expect(waiting).rejects.toThrow(RoomClosed)
    await expect(room.send('later')).rejects.toThrow(RoomClosed)
    expect(chat.state.rooms.map(({ id }) => id)).toEqual([kept.id])
    await chat.close()
    const storage = await openMemoryStorage(disk)
    const keys = (await storage.read({ prefix: '', limit: 100 })).map(({ key }) => key)
    expect(keys.filter((key) => key.includes(room.id))).toEqual([])
    expect(keys).toContain(`chat/room/${kept.id}`)
  })

  it('FAC6 TEL3 keeps drafts, read marks, titles, names and what is told', async () => {
    const { chat, clock, disk } = await open({ defaultName: 'Robin' })
    const room = await chat.join(link)
    const id = await room.send('hello')
    room.markRead()
    room.setDraft('half')
    room.setDraft('half a thought')
    clock.advance(markDelayMs)
    await room.setTitle('Kitchen')
    await room.setName('Rob')
    await room.setTelling('called')
    await chat.setName('Robert')
    await chat.setNotifying({ on: true, show: 'nothing' })
    await chat.close()
    const again = await open({ defaultName: 'Somebody' }, disk)
    expect(again.chat.state.settings).toEqual({
      name: 'Robert',
      relayOnly: false,
      lockAfter: 15,
      fileLimit: 0,
      notifying: { on: true, show: 'nothing', sound: false },
    })
    const reopened = again.chat.room(room.id)!
    expect(reopened.state).toMatchObject({ draft: 'half a thought', title: 'Kitchen', telling: 'called' })
    expect(reopened.state.people[0]).toMatchObject({ me: true, name: 'Rob' })
    expect(again.engines[0]!.options.name).toBe('Rob')
    expect(id).toBe('0'.repeat(25) + '1')
  })

  it('FAC14 keeps whom I hid, until the room is forgotten', async () => {
    const { chat, disk, engines } = await open()
    const room = await chat.join(link)
    const who = 'b'.repeat(64)
    await room.setQuiet(who, 'hidden')
    expect(engines[0]!.inputs.map(({ type }) => type)).toEqual(['start'])
    await chat.close()
    const again = await open({}, disk)
    const reopened = again.chat.room(room.id)!
    expect(reopened.state.people.find(({ id }) => id === who)?.quiet).toBe('hidden')
    await reopened.setQuiet(who, undefined)
    expect(reopened.state.people.find(({ id }) => id === who)?.quiet).toBeUndefined()
    await again.chat.forget(room.id)
    await again.chat.close()
    const left = await (await openMemoryStorage(disk)).read({ prefix: 'chat/', limit: 100 })
    expect(left.map(({ key }) => key)).toEqual(['chat/identity', 'chat/settings'])
  })

  it('FAC15 lets nobody in or out of an open room', async () => {
    const { chat } = await open()
    const room = await chat.join(link)
    expect(room.state).toMatchObject({ kind: 'open', members: undefined, entering: undefined })
    await expect(room.govern({ type: 'leave' })).rejects.toMatchObject({ name: 'GovernRefused', code: 'open' })
  })

  it('FAC6 writes a draft that was just typed when it closes', async () => {
    const { chat, disk } = await open()
    const room = await chat.join(link)
    room.setDraft('last words')
    await chat.close()
    const again = await open({}, disk)
    expect(again.chat.room(room.id)?.state.draft).toBe('last words')
  })

  it('FAC6 cleans names: one line, not too long, never half a character, never empty', async () => {
    const { chat, engines } = await open()
    await chat.join(link)
    await chat.setName(` ${'🦊'.repeat(maxNameLength + 5)} `)
    expect([...chat.state.settings.name]).toHaveLength(maxNameLength)
    await chat.setName(' \n ')
    expect([...chat.state.settings.name]).toHaveLength(maxNameLength)
    await chat.setName('Ada\nLovelace')
    expect(chat.state.settings.name).toBe('Ada Lovelace')
    expect(engines[0]!.inputs.at(-1)).toEqual({ type: 'setName', name: 'Ada Lovelace' })
  })

  it('FAC6 has a friendly name until somebody chooses one, and keeps it', async () => {
    const { chat, disk } = await open()
    expect(chat.state.settings.name).toMatch(/^[A-Z][a-z]+ [A-Z][a-z]+$/)
    await chat.close()
    expect((await open({}, disk)).chat.state.settings.name).toBe(chat.state.settings.name)
  })

  it('FAC7 begins new sessions without direct links when only the relay may be used', async () => {
    const dialed: (string | undefined)[] = []
    const { chat, engines } = await open({
      addresses: [{ host: '192.0.2.1', port: 1 }],
      dialerFor: (relay) => {
        dialed.push(relay)
        return () => ({ signal: () => {}, send: () => {}, close: () => {} })
      },
    })
    const room = await chat.join(link)
    expect(engines[0]!.options).toMatchObject({
      webrtc: true,
      relayOnly: false,
      addresses: [{ host: '192.0.2.1', port: 1 }],
    })
    await room.send('before')
    await chat.setRelayOnly(true)
    expect(engines.map(({ stopped }) => stopped)).toEqual([true, false])
    expect(engines[1]!.options).toMatchObject({ webrtc: false, relayOnly: true, addresses: [] })
    expect(chat.room(room.id)).toBe(room)
    expect(room.timeline.length).toBe(1)
    await room.send('after')
    expect(dialed).toEqual(['https://relay.example'])
  })

  it('FAC8 routes a socket to the room it is for, and to nobody else', async () => {
    const { chat, engines } = await open()
    await chat.join(link)
    await chat.create()
    const accepted: number[] = []
    const incoming = {
      binding: { local: new Uint8Array(32), remote: new Uint8Array(32) },
      first: Uint8Array.of(1),
      accept: () => {
        accepted.push(engines.findIndex(({ accepting }) => accepting))
        return { signal: () => {}, send: () => {}, close: () => {} }
      },
    }
    chat.route(incoming)
    engines[1]!.accepting = true
    chat.route(incoming)
    expect(accepted).toEqual([1])
  })

  it('VIE4 keeps the state of the chat while nothing changes, and notifies once per turn', async () => {
    const { chat } = await open()
    const room = await chat.join(link)
    await room.send('hello')
    await new Promise((resolve) => setTimeout(resolve, 5))
    const { state } = chat
    expect(chat.state).toBe(state)
    let calls = 0
    chat.subscribe(() => calls++)
    room.setDraft('a')
    room.setDraft('b')
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(calls).toBe(1)
    expect(chat.state).not.toBe(state)
    expect(chat.state.rooms[0]).toBe(room.state)
    expect(chat.state.settings).toBe(state.settings)
  })

  it('FAC10 shows how the store is locked, as it is now, and changes it for who gives the present passphrase', async () => {
    const { chat } = await open()
    let calls = 0
    chat.subscribe(() => calls++)
    expect(chat.state.atRest).toBe('key')
    await chat.setPassphrase('one')
    expect(chat.state.atRest).toBe('passphrase')
    await expect(chat.setPassphrase('two')).rejects.toMatchObject({ name: 'StorageLocked', reason: 'passphraseNeeded' })
    await expect(chat.setPassphrase('two', 'no')).rejects.toThrow(StorageLocked)
    await chat.setPassphrase('two', 'one')
    await expect(chat.removePassphrase('one')).rejects.toMatchObject({ reason: 'passphraseWrong' })
    await chat.removePassphrase('two')
    expect(chat.state.atRest).toBe('key')
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect(calls).toBeGreaterThan(0)
    await chat.setPassphrase('three')
    await chat.close()
    expect(chat.state.atRest).toBe('passphrase')
    await expect(chat.setPassphrase('four', 'three')).rejects.toThrow(ChatClosed)
    await expect(chat.removePassphrase('three')).rejects.toThrow(ChatClosed)
  })

  it('FAC11 asks to keep what is stored once there is a room, once, and shows the answer', async () => {
    let asked = 0
    const keepStored = async (): Promise<boolean> => ++asked > 1
    const { chat } = await open({ keepStored })
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect([asked, chat.state.kept]).toEqual([0, undefined])
    await chat.join(link)
    await chat.create()
    await new Promise((resolve) => setTimeout(resolve, 5))
    expect([asked, chat.state.kept]).toEqual([1, false])
  })

  it('FAC12 tells a damaged record once, in the room it is of, also when it was found before the chat was there', async () => {
    const broken = new BrokenRecords()
    const damage = (key: string): void => broken.add(new StorageBroken('damaged', { key }))
    const disk = new MemoryDisk()
    const before = await open({}, disk)
    const { id } = await before.chat.join(link)
    const { id: otherId } = await before.chat.create()
    await before.chat.close()
    damage(`room/${id}/e/1`)
    const { chat } = await open({ broken }, disk)
    const [mine, other] = [id, otherId].map((each) => chat.room(each)!)
    const codes = (): (readonly string[])[] => [mine!, other!].map(({ state }) => state.notices.map(({ code }) => code))
    expect(codes()).toEqual([['storeBroken'], []])
    mine!.dismissNotice(mine!.state.notices[0]!.id)
    damage(`room/${id}/e/1`)
    expect(codes()).toEqual([[], []])
    damage(`room/${other!.id}/e/9`)
    damage('chat/settings')
    expect(codes()).toEqual([['storeBroken'], ['storeBroken']])
  })

  it('FAC12 calls nothing damaged because the store is full', async () => {
    const memory = await openMemoryStorage(new MemoryDisk())
    let failure: Error | undefined
    const storage = {
      write: async (...args: Parameters<typeof memory.write>) => {
        if (failure !== undefined) throw failure
        return memory.write(...args)
      },
      read: memory.read.bind(memory),
      clear: memory.clear.bind(memory),
      close: memory.close.bind(memory),
    }
    const { chat, engines } = await open({ storage })
    const room = await chat.join(link)
    const codes = async (): Promise<readonly string[]> => {
      engines[0]!.outputs.push({ type: 'store', request: 1, changes: [] })
      room.setTyping(true)
      room.setTyping(false)
      await new Promise((resolve) => setTimeout(resolve, 5))
      return room.state.notices.map(({ code }) => code)
    }
    failure = new StorageFull('this test')
    expect(await codes()).toEqual([])
    failure = new StorageBroken('gone')
    expect(await codes()).toEqual(['storeBroken'])
  })

  it('FAC13 asks the engine for the map, and for how a session or the best-reached program of a person is reached', async () => {
    const { chat, engines, clock } = await open()
    const room = await chat.join(link)
    expect(await room.map()).toMatchObject({ self: 'me', online: clock.now() })
    const peer = (session: string, path: PeerInfo['path']): Output => ({
      type: 'event',
      event: {
        type: 'peer',
        peer: { session, author: 'ada', name: 'Ada', platform: 'browser', path, state: 'linked', rttMs: undefined },
      },
    })
    engines[0]?.outputs.push(peer('s1', 'relay'), peer('s2', 'direct'))
    room.setTyping(true)
    expect(await room.reachReport('ada')).toMatchObject({ session: 's2', heardAt: clock.now() })
    expect(await room.reachReport('s1')).toMatchObject({ session: 's1', name: 'asked of the engine' })
    const absent = await room.reachReport('bob')
    expect(absent).toMatchObject({ session: 'bob', path: undefined, attempts: [], isInTopic: false })
    await chat.close()
    await expect(room.map()).rejects.toBeInstanceOf(RoomClosed)
    await expect(room.reachReport('ada')).rejects.toBeInstanceOf(RoomClosed)
  })

  it('FAC9 ends every room at once when it closes, and answers nothing afterwards', async () => {
    const { chat, engines } = await open()
    const room = await chat.join(link)
    const closing = chat.close()
    expect(engines[0]!.stopped).toBe(true)
    await closing
    await chat.close()
    await expect(chat.join(link)).rejects.toThrow(ChatClosed)
    await expect(room.send('x')).rejects.toThrow(RoomClosed)
  })

  it('FAC9 holds a bounded number of rooms', async () => {
    const { chat } = await open()
    for (let i = 0; i < maxRooms; i++) await chat.create()
    await expect(chat.create()).rejects.toThrow(TooManyRooms)
  })
})
