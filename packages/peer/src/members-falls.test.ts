import { describe, expect, it } from 'vitest'
import type { Person } from './chat.ts'
import { fallsWith } from './members-falls.ts'
import { unverified, type Role } from './members-state.ts'

interface Vouched {
  readonly by?: readonly string[]
  readonly addedBy?: string
  readonly role?: Role
  readonly below?: boolean
}

function person(id: string, { by = [], addedBy = by[0], role = 'member', below = true }: Vouched = {}): Person {
  return {
    id,
    name: id,
    me: id === 'me',
    online: true,
    typing: false,
    path: undefined,
    through: undefined,
    reaching: false,
    presences: [],
    membership: {
      role,
      addedBy,
      since: 1,
      vouches: by.map((voucher) => ({ by: voucher, method: 'pin', at: 1 })),
      below,
    },
    verification: unverified,
    quiet: undefined,
  }
}

function falls(people: readonly Person[], who: string, vouches = 1): readonly string[] {
  return fallsWith(people, who, vouches).map(({ id }) => id)
}

describe('fallsWith', () => {
  it('FAC16 follows the vouches from one to the next, and stops where somebody else vouches', () => {
    const people = [
      person('me', { role: 'founder', below: false }),
      person('spy', { by: ['me'] }),
      person('guest', { by: ['spy'] }),
      person('guestOfGuest', { by: ['guest'] }),
      person('friend', { by: ['spy', 'me'] }),
      person('other', { by: ['me'] }),
    ]
    expect(falls(people, 'spy')).toEqual(['guest', 'guestOfGuest'])
    expect(falls(people, 'guest')).toEqual(['guestOfGuest'])
    expect(falls(people, 'other')).toEqual([])
  })

  it('FAC16 asks for as many vouches as the room does, but never for more than there were', () => {
    const people = [
      person('me', { role: 'founder', below: false }),
      person('a', { by: ['me'] }),
      person('both', { by: ['a', 'me'] }),
      person('early', { by: ['me'] }),
    ]
    expect(falls(people, 'a', 2)).toEqual(['both'])
    expect(falls(people, 'a', 1)).toEqual([])
  })

  it('FAC16 leaves the founder, oneself and who does not stand below', () => {
    const people = [
      person('founder', { role: 'founder', by: ['spy'] }),
      person('me', { by: ['spy'] }),
      person('spy', { by: ['founder'] }),
      person('equal', { by: ['spy'], below: false }),
      person('unvouched', { addedBy: 'spy' }),
    ]
    expect(falls(people, 'spy')).toEqual(['unvouched'])
  })
})
