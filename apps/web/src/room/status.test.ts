import { describe, expect, it } from 'vitest'
import type { Person } from '@kith/peer'
import { fakeChat, type Situation } from '@kith/peer/testing/fake-fixtures'
import { en } from '../messages/en.ts'
import { roomName, statusOf } from './status.ts'

function statusIn(situation: Situation): ReturnType<typeof statusOf> {
  return statusOf(fakeChat(situation).first.state, en)
}

describe('a room says its state in one line', () => {
  it.each([
    ['full', 'calm', '6 people here'],
    ['alone', 'calm', 'Only you so far'],
    ['joining', 'busy', 'Looking for the others…'],
    ['loading', 'busy', 'Looking for the others…'],
    ['catchingUp', 'busy', 'Catching up: 412 of 1,240'],
    ['relayAway', 'away', 'The relay is away. Direct links: 3 of 5.'],
    ['offline', 'away', 'Offline. What you write waits here.'],
    ['keepers', 'calm', '5 people here · 3 keepers'],
    ['keepersAlone', 'calm', 'Nobody else is here right now · 2 keepers'],
    ['failing', 'calm', '6 people here · 2 messages are missing'],
  ] as const)('%s', (situation, tone, text) => {
    expect(statusIn(situation)).toMatchObject({ tone, text })
  })

  it('shows progress only while catching up', () => {
    expect(statusIn('catchingUp').progress).toBeCloseTo(412 / 1240)
    expect(statusIn('full').progress).toBeUndefined()
  })

  it('says who is still being reached, and when known people are not here', () => {
    const { state } = fakeChat('relayAway').first
    expect(statusOf({ ...state, relay: 'up' }, en).text).toBe('6 people here · still reaching 2')
    const away = state.people.map((person): Person => (person.me ? person : { ...person, online: false }))
    expect(statusOf({ ...state, relay: 'up', people: away }, en).text).toBe('Nobody else is here right now')
  })
})

it('does not count what nobody has told yet', () => {
  const { state } = fakeChat('alone').first
  const early = { ...state, sync: { phase: 'catchingUp', have: 0, total: 0, gaps: 0 } as const }
  expect(statusOf({ ...early, relay: 'connecting' }, en)).toMatchObject({
    tone: 'busy',
    text: 'Looking for the others…',
  })
  expect(statusOf({ ...early, relay: 'connecting' }, en).progress).toBeUndefined()
})

describe('a room without a title is called by its people', () => {
  it('lists three and counts the rest', () => {
    const { state } = fakeChat('full').first
    expect(roomName(state, en)).toBe('Lake weekend')
    expect(roomName({ ...state, title: '' }, en)).toBe('Mara, Jonas, Aiko, and 3 others')
    expect(roomName(fakeChat('alone').first.state, en)).toBe('New room')
  })
})
