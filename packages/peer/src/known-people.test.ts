import { type Proof, formatHex } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import { type Evidence, KnownPeople, judgePerson, maxKnownPeople } from './known-people.ts'

const identity = new Uint8Array(32).fill(7)
const service = new Uint8Array(32).fill(9)
const membership = { role: 'member', addedBy: 'x', since: 0, below: false } as const

function proof(refused?: 'expired', of = identity): Proof {
  return {
    identity: of,
    notAfter: 2,
    claims: [{ type: 'email', claim: 'ada@example.org', service, notAfter: 2, refused }],
  }
}

function judge(known: KnownPeople, evidence: Partial<Evidence>) {
  return judgePerson(known, {
    who: 'ada-here',
    name: 'Ada',
    room: 'r1',
    proof: undefined,
    membership: undefined,
    me: 'me',
    contacts: new Map(),
    ...evidence,
  })
}

describe('how sure one can be of somebody', () => {
  it('VER2 the best that is known counts: compared, my PIN, an attested address, vouchers, nobody', () => {
    const known = new KnownPeople([])
    const vouch = (by: string, method: 'pin' | 'sas' | 'link') => ({ ...membership, vouches: [{ by, method, at: 0 }] })
    expect(judge(known, {}).level).toBe('none')
    expect(judge(known, { membership: vouch('ben', 'pin') })).toMatchObject({ level: 'vouched', by: ['ben'] })
    const attested = { level: 'attested', by: [formatHex(service)], claim: 'ada@example.org' }
    expect(judge(known, { proof: proof(), membership: vouch('ben', 'pin') })).toEqual(attested)
    expect(judge(known, { proof: proof('expired') })).toMatchObject({ level: 'none', claim: undefined })
    expect(judge(known, { proof: proof(), membership: vouch('me', 'pin') }).level).toBe('pin')
    expect(judge(known, { membership: vouch('me', 'sas') }).level).toBe('compared')
    known.add(['ada-here'], 'Ada', 'r1', 0)
    expect(judge(known, { membership: vouch('me', 'pin') }).level).toBe('compared')
  })

  it('VER3 a known name under another key is a warning: in the same room, or where they show who they are', () => {
    const known = new KnownPeople([])
    known.add(['ada-here', formatHex(identity)], 'Ada', 'r1', 0)
    expect(judge(known, { who: 'eve', name: ' ADA ' }).level).toBe('changed')
    // Elsewhere everybody is somebody else, which is no reason for alarm.
    expect(judge(known, { who: 'ada-there', room: 'r2' }).level).toBe('none')
    expect(judge(known, { who: 'ada-there', room: 'r2', proof: proof() }).level).toBe('compared')
    const other = new Uint8Array(32).fill(8)
    expect(judge(known, { who: 'eve', room: 'r2', proof: proof(undefined, other) }).level).toBe('changed')
    // An attested address does not hide it.
    const contacts = new Map([['ada', formatHex(identity)]])
    expect(judge(new KnownPeople([]), { room: 'r3', proof: proof(undefined, other), contacts }).level).toBe('changed')
    known.remove(['ada-here'])
    expect(judge(known, { who: 'eve' }).level).toBe('none')
  })

  it('VER4 compared twice under two keys is one person, and what is kept is bounded', () => {
    const known = new KnownPeople([])
    known.add(['a', 'passport'], 'Ada', 'r1', 0)
    known.add(['b', 'passport'], 'Ada', 'r2', 1)
    expect(known.all).toEqual([{ keys: ['a', 'passport', 'b'], name: 'Ada', rooms: ['r1', 'r2'], at: 1 }])
    for (let i = 0; i < maxKnownPeople + 5; i++) known.add([`k${i}`], `n${i}`, 'r', i)
    expect(known.all).toHaveLength(maxKnownPeople)
  })
})
