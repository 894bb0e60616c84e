import { fakeChat } from '@kith/peer/testing/fake-fixtures'
import { fakePin } from '@kith/peer/testing/fake-members'
import type { FakeChat } from '@kith/peer/testing/fake-chat'
import { describe, expect, it } from 'vitest'
import { AskedWatch } from '../asked-watch.ts'
import { perform } from '../actions.ts'
import type { Outcome } from '../outcome.ts'
import { parseInput } from '../commands.ts'
import { parseLine } from '../json/lines.ts'
import { HappeningsPrinter } from './happenings.ts'
import { MembersPrinter, membersLine } from './lines.ts'
import { MembersWatch } from './watch.ts'

async function type(chat: FakeChat, text: string): Promise<Outcome> {
  const parsed = parseInput(text)
  if (!parsed.ok) return { type: 'hint', text: parsed.code }
  return perform(parsed.value, { chat, room: chat.first, rooms: [chat.first], numbersFrom: undefined })
}

async function said(chat: FakeChat, text: string): Promise<string> {
  const outcome = await type(chat, text)
  return 'text' in outcome ? outcome.text : outcome.type === 'invite' ? outcome.link : outcome.type
}

describe('members rooms in a terminal', () => {
  it('TRM16 lists who is in, with a sign and a word for how sure that is', async () => {
    const text = await said(fakeChat('members'), '/members')
    expect(text.split('\n')).toEqual([
      'Members: 7, 2 verified by you',
      '  Robin (you), founder',
      '  Mara, admin · ✓ compared by you · vouched: you (sas)',
      '  Jonas · # you gave them a PIN · vouched: you (pin), Mara (sas)',
      '  Aiko · + vouched for by Mara · vouched: Mara (pin)',
      '  Tomás · @ attested: tomas@lake.example · vouched: you (link)',
      '  Priya · + vouched for by Mara, Jonas · vouched: Mara (pin), Jonas (sas)',
      '  Wren · ? not verified · vouched: Priya (link)',
      '',
      'invites:',
      expect.stringMatching(/^ {2}invite 1 {2}for 1 more, 24 h left, with a PIN$/),
      expect.stringContaining('https://kith.example/#i'),
    ])
  })

  it('TRM22 shows the command that runs a keeper, counts those that are here, and takes a ticket back', async () => {
    const chat = fakeChat('membersKeepers')
    const text = await said(chat, '/keeper')
    expect(text).toContain('2 keepers are here.')
    expect(text).toMatch(/^npx kith keep 'kith-keep:[A-Za-z0-9_-]+'$/mu)
    expect(text).toContain('cannot read any of it')
    const [mine] = chat.first.state.members?.keeperTickets ?? []
    expect(await said(chat, `/revoke ${mine?.id ?? ''}`)).toContain('turned away')
    expect(chat.first.state.members?.keeperTickets.map(({ id }) => id)).not.toContain(mine?.id)
    // Without one of mine, one is made.
    expect(await said(chat, '/keeper')).toMatch(/npx kith keep 'kith-keep:/u)
    expect(await said(chat, '/members')).toContain('Members: 7')
    const open = await said(fakeChat('full'), '/keeper')
    expect(open).toContain('No keeper is here.')
    expect(open).not.toContain('/revoke')
  })

  it('TRM16 removes nobody before it was said who falls with them', async () => {
    const chat = fakeChat('members')
    expect(await said(chat, '/remove Priya')).toBe(
      '/remove Priya --yes removes Priya for good. Here only because of them, and removed too: Wren (--alone keeps them).',
    )
    expect(chat.first.state.people).toHaveLength(7)
    expect(await said(chat, '/remove Priya --alone --yes')).toBe('Priya is removed.')
    expect(chat.first.state.people.map(({ name }) => name)).toContain('Wren')
    const other = fakeChat('members')
    expect(await said(other, '/remove Priya --yes')).toBe('Removed: Priya, Wren.')
  })

  it('TRM16 warns once of a known name with another key', () => {
    const { first } = fakeChat('membersChanged')
    const watch = new MembersWatch()
    expect(watch.observe(first.state)).toEqual([
      expect.stringContaining('WARNING: this Mara has another key than the Mara you compared numbers with.'),
    ])
    expect(watch.observe(first.state)).toEqual([])
  })

  it('TRM15 takes six digits for the PIN on the way in, and sends nothing', async () => {
    const chat = fakeChat('enteringPin')
    const watch = new MembersWatch()
    expect(watch.observe(chat.first.state)).toEqual([
      'Mara sees six digits. Ask for them by phone or in person and type them here (3 tries left).',
    ])
    expect(await said(chat, 'let me in please')).toContain('Mara sees six digits')
    await type(chat, '123 456')
    expect(watch.observe(chat.first.state)).toEqual([expect.stringMatching(/^That was not the PIN.*\(2 tries left\)/)])
    await type(chat, `/pin ${fakePin}`)
    expect(watch.observe(chat.first.state)).toEqual(['You are in.'])
    expect(chat.first.timeline.length).toBe(0)
    const refused = fakeChat('enteringRefused')
    expect(await said(refused, 'hello?')).toContain('Too many wrong PINs')
  })

  it('TRM15 says who is at the door and the PIN to tell them, once', async () => {
    const chat = fakeChat('membersDoor')
    const watch = new MembersWatch()
    expect(watch.observe(chat.first.state)).toEqual([
      'Noor wants to come in; a wrong PIN was entered; tell them 204 816 by phone or in person (2 minutes, 2 tries).',
      'Sam is let in by Mara and needs 1 more; /pin Sam shows a PIN, /vouch Sam needs none, /decline Sam.',
    ])
    expect(watch.observe(chat.first.state)).toEqual([])
    await type(chat, '/pin sam')
    expect(watch.observe(chat.first.state)).toEqual([expect.stringContaining(`tell them ${fakePin.slice(0, 3)} `)])
    expect(await said(chat, '/decline Noor')).toBe('Sent away.')
    expect(await said(chat, '/decline Nobody')).toBe('Nobody called “Nobody” is at the door.')
  })

  it('FAC19 says once what waits for the new key of the room', () => {
    const { first } = fakeChat('membersHeld')
    const watch = new MembersWatch()
    expect(watch.observe(first.state)).toEqual([
      'Waiting, for the room is getting a new key; goes out by itself: Who has the key to the shed?',
    ])
    expect(watch.observe(first.state)).toEqual([])
  })

  it('makes invites, changes rules and roles, mutes and hides', async () => {
    const chat = fakeChat('members')
    const { first } = chat
    expect(await said(chat, '/invite --no-pin --uses 3 --expires 30m')).toMatch(/^https:\/\/kith\.example\/#i/)
    expect(first.state.members?.invites.at(-1)).toMatchObject({ usesLeft: 3, asksPin: false })
    expect(await said(chat, '/invite --uses none')).toBe('--uses takes a number from 1 to 100.')
    expect(await said(chat, '/policy slow 30')).toBe('The rules are changed, for everybody.')
    await type(chat, '/policy history 30d')
    await type(chat, '/policy write admins')
    expect(first.state.members?.policy).toMatchObject({ slowSeconds: 30, history: { days: 30 }, whoMayPost: 'admins' })
    expect(await said(chat, '/connect')).toContain('whom enough people you trust have vouched for')
    expect(await said(chat, '/connect checked')).toContain('only with whom you checked yourself')
    expect(first.state.members?.edgeRule).toBe('own')
    expect(await said(chat, '/connect everybody')).toContain('As in /connect checked')
    expect(await said(chat, '/policy history ever')).toBe('As in /policy history all, sinceJoin, or 30d')
    expect(await said(chat, '/role Jonas admin')).toBe('Jonas is an admin now.')
    expect(await said(chat, '/mute Tomás')).toBe('Tomás is muted, here and for you only.')
    expect(first.state.people.find(({ name }) => name === 'Tomás')?.quiet).toBe('muted')
    expect(await said(chat, '/unmute Tomás')).toBe('Tomás is heard again.')
    expect(await said(fakeChat('full'), '/policy slow 30')).toContain('This is an open room')
    expect(await said(fakeChat('full'), '/hide Mara')).toBe('Mara is hidden, here and for you only.')
  })

  it('TRM17 prints the way in and the door as lines, when they change', async () => {
    const entering = fakeChat('enteringPin')
    const printer = new MembersPrinter()
    expect(printer.observe(entering.first.state)).toMatchObject([
      { type: 'entering', phase: 'pinWanted', triesLeft: 3 },
    ])
    expect(printer.observe(entering.first.state)).toEqual([])
    await entering.first.govern({ type: 'enterPin', pin: fakePin })
    expect(printer.observe(entering.first.state)).toMatchObject([{ type: 'entering', phase: 'in', by: null }])
    const door = fakeChat('membersDoor')
    const other = new MembersPrinter()
    expect(other.observe(door.first.state)).toMatchObject([
      { type: 'newcomer', name: 'Noor', state: 'here', pin: '204816', triesLeft: 2, vouches: 0, needed: 2 },
      { type: 'newcomer', name: 'Sam', pin: null, vouches: 1 },
    ])
    await door.first.govern({ type: 'decline', who: door.first.state.members!.newcomers[0]!.id })
    expect(other.observe(door.first.state)).toMatchObject([{ name: 'Noor', state: 'gone', pin: null }])
    expect(membersLine(door.first.state)).toMatchObject({ kind: 'members', standing: 'in', role: 'founder' })
  })

  it('TRM17 prints what happens to this program as lines, once each', () => {
    const observe = (printer: HappeningsPrinter, { first, state }: ReturnType<typeof fakeChat>, at = Date.now()) =>
      printer.observe(first.state, state.contacts.requests, at)
    const removed = fakeChat('membersRemoved')
    const printer = new HappeningsPrinter()
    expect(observe(printer, removed)).toMatchObject([{ type: 'standing', standing: 'removed' }])
    expect(observe(printer, removed)).toEqual([])
    expect(observe(new HappeningsPrinter(), fakeChat('membersHeld'))).toEqual([
      { type: 'held', text: 'Who has the key to the shed?' },
    ])
    const open = fakeChat('full')
    const { state } = open.first
    const moved = { by: state.me, name: 'Mara', invite: 'https://kith.example/#i-x', chosen: false }
    const comparing = [{ with: state.people[1]!.id, phase: 'digits', digits: '123456', theySay: false }] as const
    const requests = [{ room: state.id, who: state.people[2]!.id, name: 'Jonas' }]
    const members = { ...fakeChat('members').first.state.members!, slowUntil: 5_000 }
    const watching = new HappeningsPrinter()
    const now = { ...state, moved, comparing, members }
    expect(watching.observe(now, requests, 1_000)).toMatchObject([
      { type: 'moved', invite: moved.invite },
      { type: 'slow', until: 5_000 },
      { type: 'comparing', phase: 'digits', digits: '123456' },
      { type: 'contactRequest', name: 'Jonas' },
    ])
    expect(watching.observe(now, requests, 2_000)).toEqual([])
    expect(watching.observe({ ...now, comparing: [] }, [], 6_000)).toMatchObject([
      { type: 'slow', until: null },
      { type: 'comparing', phase: 'over', digits: null },
    ])
    expect(watching.observe(now, requests, 7_000)).toMatchObject([{ type: 'comparing' }, { type: 'contactRequest' }])
  })

  it('TRM17 reads commands as lines, and no others', () => {
    expect(parseLine('{"type":"command","text":"vouch Noor"}')).toMatchObject({
      ok: true,
      value: { type: 'command', command: { does: 'vouch', name: 'Noor' } },
    })
    expect(parseLine('{"type":"members"}')).toMatchObject({ ok: true })
    for (const text of ['"exit"', '"vouch"', '7', 'null', '""'])
      expect(parseLine(`{"type":"command","text":${text}}`)).toEqual({ ok: false, code: 'commandMalformed' })
  })

  it('TRM15 says when somebody is not at the door any more, so that no PIN stands there that opens nothing', () => {
    const chat = fakeChat('membersDoor')
    const watch = new MembersWatch()
    const names = (chat.first.state.members?.newcomers ?? []).map(({ name }) => name)
    expect(names.length).toBeGreaterThan(0)
    expect(watch.observe(chat.first.state)).toHaveLength(names.length)
    chat.first.setMembers({ newcomers: [] })
    expect(watch.observe(chat.first.state)).toEqual(names.map((name) => `${name} is not at the door any more.`))
    expect(watch.observe(chat.first.state)).toEqual([])
  })

  it('TRM63 says once what somebody asks: to be a contact, to compare six digits', async () => {
    const chat = fakeChat('full')
    const { first } = chat
    const mara = first.state.people.find(({ name }) => name === 'Mara')!
    const watch = new AskedWatch()
    const request = { room: first.id, who: mara.id, name: 'Mara' }
    expect(watch.observe(first.state, [{ ...request, room: 'another' }])).toEqual([])
    expect(watch.observe(first.state, [request])).toEqual([expect.stringContaining('/contact accept Mara')])
    expect(watch.observe(first.state, [request])).toEqual([])
    await first.verify({ type: 'startSas', who: mara.id })
    expect(watch.observe(first.state, [request])).toEqual([expect.stringContaining('271 828')])
    expect(watch.observe(first.state, [])).toEqual([])
    expect(watch.observe(first.state, [request])).toHaveLength(1)
  })
})
