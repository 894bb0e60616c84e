import { createNobleCrypto, formatHex, formatInvite, inviteKeys, parseInvite } from '@kith/protocol'
import type {
  EngineEvent,
  EngineOptions,
  Input,
  MembershipSnapshot,
  Output,
  ReachReport,
  RoomMap,
} from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import type { Room } from './chat.ts'
import type { RoomEngine } from './chat-ports.ts'
import { ManualClock } from './memory/clock.ts'
import { MemoryLock } from './memory/lock.ts'
import { MemoryDisk, openMemoryStorage } from './memory/storage.ts'
import { openChat, type OpenChat } from './open-chat.ts'
import { maxHeld } from './held-posts.ts'
import { absentReport } from './absent-report.ts'

const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))
const roomId = new Uint8Array(32).fill(5)
const secret = new Uint8Array(16).fill(6)
const inviter = new Uint8Array(10).fill(7)
const mara = 'b'.repeat(64)
const noor = 'c'.repeat(64)
const sam = 'd'.repeat(64)
const link = formatInvite(crypto, {
  invite: { roomId, secret, inviter, expires: 2_000_000, uses: 1, asksPin: true },
  relay: 'https://relay.example',
})

/** Answers what it is told to, and keeps what it was asked. */
class MembersEngine implements RoomEngine {
  readonly options: EngineOptions
  readonly inputs: Input[] = []
  /** What is said of whatever is posted; undefined: nothing. */
  answer: 'posted' | 'noEpoch' | 'notAllowed' | undefined
  readonly #said: EngineEvent[] = []

  constructor(options: EngineOptions) {
    this.options = options
  }

  /** Said with the next input, as a real engine does. */
  say(...events: readonly EngineEvent[]): void {
    this.#said.push(...events)
  }

  handle(input: Input): readonly Output[] {
    this.inputs.push(input)
    const outputs = this.#said.splice(0).map((event): Output => ({ type: 'event', event }))
    if (input.type === 'post' && this.answer !== undefined) {
      const { tag } = input
      const event: EngineEvent =
        this.answer === 'posted'
          ? { type: 'posted', tag, id: String(tag).padStart(26, '0') }
          : { type: 'postRefused', tag, code: this.answer }
      return [...outputs, { type: 'event', event }]
    }
    if (input.type !== 'membership') return outputs
    const { tag, command } = input
    if (command.type === 'remove')
      return [...outputs, { type: 'event', event: { type: 'membershipRefused', tag, code: 'notAllowed' } }]
    const invite =
      command.type === 'invite'
        ? { id: 'ab'.repeat(16), secret, roomId, inviter, expires: 9_000, uses: command.uses, asksPin: command.asksPin }
        : undefined
    return [...outputs, { type: 'event', event: { type: 'membershipDone', tag, invite } }]
  }

  movedBoxes(): readonly [] {
    return []
  }

  headsOfDevice(): [] {
    return []
  }

  accepts(): boolean {
    return false
  }

  map(): RoomMap {
    return { self: 'me', mode: 'small', online: 1, nodes: [], links: [], gaps: [], trees: [] }
  }

  reachReport(session: string): ReachReport {
    return absentReport(session, '', 'up')
  }
}

async function open(disk: MemoryDisk = new MemoryDisk()): Promise<{ chat: OpenChat; engines: MembersEngine[] }> {
  const engines: MembersEngine[] = []
  const chat = await openChat({
    clock: new ManualClock(),
    crypto,
    storage: await openMemoryStorage(disk),
    lock: new MemoryLock(),
    platform: 'node',
    nextTurn: (run) => queueMicrotask(run),
    verifyMany: async (checks) => checks.map(() => true),
    createEngine: (options) => {
      const engine = new MembersEngine(options)
      engines.push(engine)
      return engine
    },
    dialRelay: () => ({ send: () => {}, close: () => {} }),
  })
  return { chat, engines }
}

async function started(engines: readonly MembersEngine[], count = 1): Promise<MembersEngine> {
  while (engines.length < count) await new Promise((resolve) => setTimeout(resolve))
  return engines[count - 1] as MembersEngine
}

function snapshot(me: string, change: Partial<MembershipSnapshot> = {}): MembershipSnapshot {
  const member = { isSelf: false, addedBy: mara, since: 1, vouchedBy: [], below: false, devices: [] }
  return {
    roomId: formatHex(roomId),
    founder: mara,
    standing: 'in',
    removedBy: undefined,
    role: 'member',
    mayAdd: true,
    mayGovern: false,
    mayPost: true,
    policy: {
      whoMayAdd: 'members',
      vouches: 2,
      history: 'all',
      whoMayPost: 'members',
      slowSeconds: 0,
      acceptedServices: ['ee'],
    },
    policySince: 0,
    members: [
      { ...member, identity: mara, name: 'Mara', role: 'founder', addedBy: undefined },
      { ...member, identity: me, name: '', role: 'member', isSelf: true },
    ],
    removed: [{ identity: sam, name: 'Sam', by: mara, at: 7, left: false }],
    pending: [
      { identity: noor, name: 'Noor', addedBy: mara, vouchedBy: [{ by: mara, method: 'pin', at: 3 }], needed: 2 },
    ],
    keeperTickets: [],
    invites: [
      {
        id: 'ab'.repeat(16),
        by: me,
        meet: new Uint8Array(32),
        key: inviteKeys(crypto, secret).key.publicKey,
        expires: 9_000,
        uses: 3,
        asksPin: true,
        revoked: false,
        usedBy: [noor],
      },
    ],
    epoch: undefined,
    operations: 4,
    ...change,
  }
}

describe('a members room', () => {
  it('FAC17 is entered by an invite: the room is there at once, on the way in, and again after closing', async () => {
    const disk = new MemoryDisk()
    const { chat, engines } = await open(disk)
    const room = await chat.join(link)
    expect(room.id).toBe(formatHex(roomId))
    expect(room.state).toMatchObject({ kind: 'members', link: '', members: undefined, entering: { phase: 'meeting' } })
    const engine = await started(engines)
    expect(engine.options.membership).toEqual({ roomId, records: [], inviteSecret: secret, inviter })
    const wanted = { phase: 'pinWanted', by: mara, name: 'Mara', triesLeft: 2, wrong: 1 } as const
    engine.say({ type: 'arrival', state: wanted })
    await room.govern({ type: 'enterPin', pin: '123456' })
    expect(engine.inputs.at(-1)).toMatchObject({ type: 'membership', command: { type: 'enterPin', pin: '123456' } })
    // Not known as a member yet: by the name it comes to the door with.
    expect(room.state.entering).toEqual({ phase: 'pinWanted', by: 'Mara', triesLeft: 2, wrong: 1 })
    expect(await chat.join(link)).toBe(room)
    await chat.close()
    const again = await open(disk)
    expect(again.chat.room(room.id)?.state.entering).toEqual({ phase: 'meeting' })
    const next = await started(again.engines)
    expect(next.options.membership?.inviteSecret).toEqual(secret)
    expect(next.options.persona.author).toEqual(engine.options.persona.author)

    // In: the invite is forgotten, and what the room's record says is shown.
    const inside = again.chat.room(room.id)!
    next.say({ type: 'membership', snapshot: snapshot(inside.state.me) })
    await inside.govern({ type: 'vouch', who: noor, method: 'link' })
    expect(inside.state.entering).toBeUndefined()
    expect(inside.state.members).toMatchObject({
      standing: 'in',
      policy: { vouches: 2 },
      invites: [{ usesLeft: 2, link: undefined }],
      newcomers: [{ id: noor, name: 'Noor', needed: 2, here: false }],
      removed: [{ id: sam, name: 'Sam', by: mara, left: false }],
    })
    expect(inside.state.people.map(({ name, membership }) => [name, membership?.role])).toContainEqual([
      'Mara',
      'founder',
    ])
    await again.chat.close()
    const third = await open(disk)
    expect((await started(third.engines)).options.membership?.inviteSecret).toBeUndefined()
  })

  it('FAC17 is founded by whoever makes it, and comes back with its record after closing', async () => {
    const disk = new MemoryDisk()
    const { chat, engines } = await open(disk)
    const room = await chat.create({ kind: 'members', title: 'Cabin', relay: 'https://relay.example' })
    expect(room.state).toMatchObject({ kind: 'members', link: '', title: 'Cabin', entering: undefined })
    const engine = await started(engines)
    expect(formatHex(engine.options.membership!.roomId)).toBe(room.id)
    const keys = engine.options.membership!.records.map(({ key }) => key.slice(0, 2))
    expect([...new Set(keys)].toSorted()).toEqual(['g/', 'k/'])
    await chat.close()
    const again = await open(disk)
    expect(again.chat.room(room.id)?.state.kind).toBe('members')
    expect((await started(again.engines)).options.membership).toEqual(engine.options.membership)
    await again.chat.forget(room.id)
    await again.chat.close()
    const left = await (await openMemoryStorage(disk)).read({ prefix: '', limit: 100 })
    expect(left.map(({ key }) => key)).not.toContainEqual(expect.stringContaining(room.id))
  })

  it('FAC17 is asked before its record was read, and answers when it was', async () => {
    const disk = new MemoryDisk()
    const first = await open(disk)
    const { id } = await first.chat.create({ kind: 'members', title: 'Cabin', relay: 'https://relay.example' })
    await first.chat.close()
    const { chat, engines } = await open(disk)
    const room = chat.room(id)!
    expect(engines.some(({ options }) => options.membership !== undefined)).toBe(false)
    const made = room.govern({ type: 'invite', uses: 1, lastsMs: 60_000, asksPin: false })
    void room.send('hello').catch(() => {})
    await made
    const engine = await started(engines)
    expect(engine.inputs.map(({ type }) => type)).toEqual(expect.arrayContaining(['membership', 'post']))
    await chat.close()
    await expect(room.govern({ type: 'leave' })).rejects.toMatchObject({ name: 'RoomClosed' })
  })

  it('FAC18 keeps the links of invites made here, and translates what one does', async () => {
    const disk = new MemoryDisk()
    const { chat, engines } = await open(disk)
    const room = await chat.join(link)
    const engine = await started(engines)
    engine.say({ type: 'membership', snapshot: snapshot(room.state.me) })
    const id = await room.govern({ type: 'invite', uses: 3, lastsMs: 60_000, asksPin: true })
    const [invite] = room.state.members!.invites
    expect(invite?.id).toBe(id)
    expect(parseInvite(crypto, invite!.link!)).toMatchObject({
      ok: true,
      value: { relay: 'https://relay.example', invite: { uses: 3, secret } },
    })
    engine.say({
      type: 'door',
      newcomers: [
        {
          identity: noor,
          name: 'Noor',
          invite: id!,
          pin: { digits: '204816', until: 99, triesLeft: 2 },
          wrongPins: 1,
          have: 1,
          needed: 2,
        },
      ],
    })
    await room.govern({ type: 'decline', who: sam })
    expect(room.state.members?.newcomers).toMatchObject([
      { id: noor, here: true, pin: { digits: '204816' }, vouches: [{ by: mara, method: 'pin' }] },
    ])
    await expect(room.govern({ type: 'remove', who: sam, with: [noor] })).rejects.toMatchObject({
      name: 'GovernRefused',
      code: 'notAllowed',
    })
    expect(engine.inputs.at(-1)).toMatchObject({ command: { type: 'remove', subject: sam, cascade: [noor] } })
    await room.govern({ type: 'setPolicy', policy: { ...room.state.members!.policy, slowSeconds: 10 } })
    expect(engine.inputs.at(-1)).toMatchObject({ command: { policy: { slowSeconds: 10, acceptedServices: ['ee'] } } })
    await chat.close()
    const again = await open(disk)
    const reopened = again.chat.room(room.id)!
    const next = await started(again.engines)
    next.say({ type: 'membership', snapshot: snapshot(reopened.state.me) })
    await reopened.govern({ type: 'revokeInvite', invite: id! })
    expect(reopened.state.members?.invites[0]?.link).toBeUndefined()
    const pending = reopened.govern({ type: 'leave' })
    await pending
    await again.chat.close()
    await expect(reopened.govern({ type: 'leave' })).rejects.toMatchObject({ name: 'RoomClosed' })
  })

  it('FAC17 knocks again by another invite after one was removed', async () => {
    const { chat, engines } = await open()
    const room = await chat.join(link)
    const engine = await started(engines)
    engine.say({ type: 'membership', snapshot: snapshot(room.state.me, { standing: 'removed', removedBy: mara }) })
    await room.govern({ type: 'leave' })
    expect(room.state.members).toMatchObject({ standing: 'removed', removedBy: mara })
    const second = formatInvite(crypto, {
      invite: { roomId, secret: new Uint8Array(16).fill(9), inviter, expires: 2_000_000, uses: 1, asksPin: false },
      relay: 'https://relay.example',
    })
    expect(await chat.join(second)).toBe(room)
    expect(room.state).toMatchObject({ entering: { phase: 'meeting' }, members: undefined })
    expect((await started(engines, 2)).options.membership?.inviteSecret).toEqual(new Uint8Array(16).fill(9))
    await chat.close()
  })

  it('FAC20 keeps whom one links with, and starts with it the next time', async () => {
    const disk = new MemoryDisk()
    const { chat, engines } = await open(disk)
    const room = await chat.join(link)
    const engine = await started(engines)
    engine.say({ type: 'membership', snapshot: snapshot(room.state.me) })
    room.setVisible(true)
    expect(room.state.members?.edgeRule).toBe('trusted')
    await room.govern({ type: 'setEdgeRule', rule: 'own' })
    expect(engine.inputs.at(-1)).toMatchObject({ command: { type: 'setEdgeRule', rule: 'own' } })
    expect(room.state.members?.edgeRule).toBe('own')
    await chat.close()
    const next = await open(disk)
    expect((await started(next.engines)).options.membership?.edgeRule).toBe('own')
    await next.chat.close()
  })

  const epoch = { id: 'ee'.repeat(32), recipients: 2, since: 5 }

  async function within(): Promise<{
    readonly disk: MemoryDisk
    readonly chat: OpenChat
    readonly room: Room
    readonly engine: MembersEngine
    tell(change: Partial<MembershipSnapshot>): void
    held(): readonly string[]
  }> {
    const disk = new MemoryDisk()
    const { chat, engines } = await open(disk)
    const room = await chat.join(link)
    const engine = await started(engines)
    const tell = (change: Partial<MembershipSnapshot>): void => {
      engine.say({ type: 'membership', snapshot: snapshot(room.state.me, change) })
      // What an engine says comes with some input.
      room.setVisible(true)
    }
    tell({})
    engine.answer = 'noEpoch'
    return { disk, chat, room, engine, tell, held: () => room.state.members?.held.map(({ text }) => text) ?? [] }
  }

  it('FAC19 what is written while the room has no key is held, shown, and goes out in its order when there is one', async () => {
    const { chat, room, engine, tell, held } = await within()
    const ids = [room.send('first'), room.send('second')]
    expect(held()).toEqual(['first', 'second'])
    tell({ operations: 5 })
    expect(engine.inputs.filter(({ type }) => type === 'post')).toHaveLength(2)
    // Too early once more: nothing is lost and nothing overtakes.
    tell({ epoch, operations: 6 })
    expect(held()).toEqual(['first', 'second'])
    engine.answer = 'posted'
    tell({ epoch, operations: 7 })
    expect(await Promise.all(ids)).toEqual(['1'.padStart(26, '0'), '2'.padStart(26, '0')])
    expect(held()).toEqual([])
    const texts = engine.inputs.flatMap((input) =>
      input.type === 'post' && input.content.type === 'text' ? [input.content.text] : [],
    )
    expect(texts).toEqual(['first', 'second', 'first', 'second', 'first', 'second'])
    await chat.close()
  })

  it('FAC23 in slow mode a message too soon after the last is refused, and told when the next may go', async () => {
    const { chat, room, engine, tell } = await within()
    engine.answer = 'posted'
    const policy = { ...snapshot(room.state.me).policy, slowSeconds: 10 }
    tell({ policy, epoch, operations: 5 })
    await room.send('first')
    const message = {
      id: '1'.padStart(26, '0'),
      entryId: 'aa'.repeat(32),
      author: room.state.me,
      session: 's1',
      name: 'Robin',
      time: 1_800_000_000_000,
      text: 'first',
      edited: false,
      deleted: false,
      replyTo: undefined,
      reactions: [],
      receipt: false,
      storedBy: 0,
      keptBy: 0,
      sent: true,
    }
    engine.say({ type: 'timeline', changes: [{ type: 'put', message }] })
    tell({ policy, epoch, operations: 5 })
    expect(room.state.members?.slowUntil).toBe(1_800_000_010_000)
    await expect(room.send('second')).rejects.toMatchObject({ name: 'MessageRefused', code: 'tooSoon' })
    // Whoever governs is not slowed.
    tell({ policy, epoch, role: 'admin', operations: 6 })
    await expect(room.send('third')).resolves.toBeDefined()
    await chat.close()
  })

  it('FAC19 of whoever is out by then it is refused, and no more is held than a person writes', async () => {
    const { chat, room, engine, tell, held } = await within()
    const sent = Array.from({ length: maxHeld }, (_, i) => room.send(`line ${i}`))
    await expect(room.send('one more')).rejects.toMatchObject({ code: 'noEpoch' })
    expect(held()).toHaveLength(maxHeld)
    engine.answer = 'notAllowed'
    tell({ standing: 'removed', operations: 5 })
    const outcomes = await Promise.allSettled(sent)
    expect(outcomes.every(({ status }) => status === 'rejected')).toBe(true)
    expect(held()).toEqual([])
    await chat.close()
  })

  it('FAC19 what is still held when the room closes is in the draft when it opens again', async () => {
    const { disk, chat, room } = await within()
    const sent = Promise.allSettled([room.send('one'), room.send('two')])
    room.setDraft('and three')
    await chat.close()
    expect((await sent).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    const next = await open(disk)
    await started(next.engines)
    expect(next.chat.state.rooms[0]?.draft).toBe('one\ntwo\nand three')
    await next.chat.close()
  })
})
