/**
 * Which devices the other members have, as this person was last told. A device that speaks for somebody from now on, or no
 * longer, is told until it is understood, also after a restart: whoever took over somebody's keys would add one.
 */
import type { MemberInfo } from '@kith/protocol'

/** By `Person.id`: the beginnings of device keys, 16 hex characters each, in order. */
export type KnownDevices = ReadonlyMap<string, readonly string[]>

export interface DeviceChange {
  readonly who: string
  readonly change: 'added' | 'removed'
}

const prefixLength = 16
/** More members than any interface lists; of those above it nothing is told. */
export const maxKnownDevices: number = 4096

export class MemberDevices {
  readonly #known: Map<string, readonly string[]>
  /** By id of the notice that tells of it: whose devices changed. */
  readonly #told = new Map<number, string>()

  constructor(known: KnownDevices = new Map()) {
    this.#known = new Map(known)
  }

  get known(): KnownDevices {
    return this.#known
  }

  /** What is to be told and is not yet; `met`: somebody was seen for the first time, which is to be kept. */
  observe(members: readonly MemberInfo[]): { readonly changes: readonly DeviceChange[]; readonly met: boolean } {
    const changes: DeviceChange[] = []
    const told = new Set(this.#told.values())
    let met = false
    for (const { identity: who, isSelf, devices } of members) {
      if (isSelf) continue
      const now = namesOf(devices)
      const before = this.#known.get(who)
      if (before === undefined) {
        if (this.#known.size >= maxKnownDevices) continue
        this.#known.set(who, now)
        met = true
      } else if (told.has(who)) continue
      else if (now.some((device) => !before.includes(device))) changes.push({ who, change: 'added' })
      else if (now.length < before.length) changes.push({ who, change: 'removed' })
    }
    return { changes, met }
  }

  /** A notice tells of it now. */
  told(notice: number, who: string): void {
    this.#told.set(notice, who)
  }

  /** The person put a notice away. True when it was one of these: what they know now is to be kept. */
  understood(notice: number, members: readonly MemberInfo[]): boolean {
    const who = this.#told.get(notice)
    if (who === undefined) return false
    this.#told.delete(notice)
    const member = members.find(({ identity }) => identity === who)
    if (member !== undefined) this.#known.set(who, namesOf(member.devices))
    return true
  }
}

function namesOf(devices: readonly string[]): readonly string[] {
  return devices.map((device) => device.slice(0, prefixLength)).toSorted()
}
