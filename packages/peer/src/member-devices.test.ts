import type { MemberInfo } from '@kith/protocol'
import { describe, expect, it } from 'vitest'
import { MemberDevices } from './member-devices.ts'

const [me, ada] = ['a'.repeat(64), 'b'.repeat(64)]

function member(identity: string, ...devices: readonly string[]): MemberInfo {
  const person = { name: '', role: 'member', addedBy: undefined, since: 0, vouchedBy: [], below: false } as const
  return { ...person, identity, isSelf: identity === me, devices: devices.map((one) => one.repeat(64)) }
}

describe('devices of members', () => {
  it('DEV12 a device that is new, or gone, is told until it is understood, also after a restart', () => {
    const first = new MemberDevices()
    expect(first.observe([member(me, '1'), member(ada, '2')])).toEqual({ changes: [], met: true })
    expect(first.observe([member(me, '1', '3'), member(ada, '2')])).toEqual({ changes: [], met: false })
    const more = [member(me, '1'), member(ada, '2', '4')]
    expect(first.observe(more).changes).toEqual([{ who: ada, change: 'added' }])
    const again = new MemberDevices(first.known)
    expect(again.observe(more).changes).toEqual([{ who: ada, change: 'added' }])
    again.told(7, ada)
    // Told once; a notice about something else is none of this.
    expect(again.observe(more).changes).toEqual([])
    expect(again.understood(8, more)).toBe(false)
    expect(again.understood(7, more)).toBe(true)
    expect(again.observe(more).changes).toEqual([])
    expect(again.observe([member(ada, '4')]).changes).toEqual([{ who: ada, change: 'removed' }])
    // One in place of another is a new one.
    expect(again.observe([member(ada, '4', '5')]).changes).toEqual([{ who: ada, change: 'added' }])
  })
})
