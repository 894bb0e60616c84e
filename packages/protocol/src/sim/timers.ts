/** Timers of simulated programs. One that is put off keeps its place in the queue of events, and looks again when that comes. */
import type { Millis } from '../machine.ts'
import type { SimPeer, Timer } from './peer.ts'
import { events } from './world.ts'
import type { World } from './world.ts'

const never = -1
/** Tabs in the background: see `SimPeer.throttled`. */
const throttleMs = 1_000
const deepThrottleMs = 60_000

export class Timers {
  readonly #world: World

  constructor(world: World) {
    this.#world = world
  }

  /** `asked` is by the clock of the machine. */
  set(peer: SimPeer, name: string, asked: Millis): void {
    let at = Math.ceil(Math.max(this.#world.now, asked - peer.skewMs))
    if (peer.throttled) {
      const step = peer.transports.size > 0 ? throttleMs : deepThrottleMs
      at = Math.ceil(at / step) * step
    }
    const before = peer.timers.get(name)
    if (before !== undefined && before.queuedAt <= at) {
      before.at = at
      return
    }
    if (before !== undefined) before.at = never
    const timer: Timer = { name, at, queuedAt: at }
    peer.timers.set(name, timer)
    this.#world.post(at, events.timer, peer.index, peer.index, 0, 0, timer)
  }

  cancel(peer: SimPeer, name: string): void {
    const timer = peer.timers.get(name)
    if (timer !== undefined) timer.at = never
    peer.timers.delete(name)
  }

  /** Its event came. */
  due(peer: SimPeer, timer: Timer): void {
    if (timer.at === never || peer.timers.get(timer.name) !== timer) return
    if (timer.at > this.#world.now) {
      timer.queuedAt = timer.at
      this.#world.post(timer.at, events.timer, peer.index, peer.index, 0, 0, timer)
      return
    }
    peer.timers.delete(timer.name)
    this.#world.give(peer, { type: 'timerFired', name: timer.name })
  }
}
