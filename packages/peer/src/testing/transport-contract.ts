/** The contract suite of signalled transports: every `Dialer` runs it in one line, also against another kind. */
import { afterEach, describe, expect, it } from 'vitest'
import type { Dialer } from '../transport.ts'
import { carryingContract, patterned, pause, type Connected } from './carrying-contract.ts'
import { RecordedTransport } from './recorded-transport.ts'

export interface TransportPlace {
  readonly offerer: Dialer
  readonly answerer: Dialer
}

/** How the test carries a signal to the other side. */
type Carry = (bytes: Uint8Array, deliver: (bytes: Uint8Array) => void) => void

export function transportContract(name: string, open: () => Promise<TransportPlace>): void {
  const made: RecordedTransport[] = []
  afterEach(() => {
    for (const transport of made.splice(0)) transport.close()
  })

  async function dial(carry: Carry = (bytes, deliver) => deliver(bytes)): Promise<Connected> {
    const { offerer, answerer } = await open()
    const near = new RecordedTransport()
    const far = new RecordedTransport()
    made.push(near, far)
    near.onSignal = (bytes): void => carry(bytes, (carried) => far.transport?.signal(carried))
    far.onSignal = (bytes): void => carry(bytes, (carried) => near.transport?.signal(carried))
    far.transport = answerer(false, far.events)
    near.transport = offerer(true, near.events)
    return { near, far }
  }

  async function connect(carry?: Carry): Promise<Connected> {
    const sides = await dial(carry)
    await Promise.all([sides.near, sides.far].map((side) => side.until('up', (self) => self.ups.length === 1, 20_000)))
    return sides
  }

  carryingContract(name, () => connect())

  describe(`transport contract: ${name}`, () => {
    it('TRN7 reports nothing before the caller holds the transport', async () => {
      const { offerer } = await open()
      const recorded = new RecordedTransport()
      made.push(recorded)
      recorded.transport = offerer(true, recorded.events)
      expect([recorded.signals.length, recorded.ups.length, recorded.downs]).toEqual([0, 0, 0])
      await recorded.until('its offer', (self) => self.signals.length > 0)
    })

    it('TRN7 ignores what is sent before it is up', async () => {
      const { near, far } = await dial()
      near.send('control', patterned(10, 1))
      await near.until('up', (self) => self.ups.length === 1, 20_000)
      near.send('control', patterned(20, 2))
      await far.until('a frame', (self) => self.frames.length > 0, 20_000)
      expect(far.frames.map((frame) => frame.length)).toEqual([20])
    })

    it('TRN8 keeps signals small', async () => {
      const { near, far } = await connect()
      for (const bytes of [...near.signals, ...far.signals]) expect(bytes.length).toBeLessThanOrEqual(8 * 1024)
    })

    it('TRN9 bears signals that come late, twice and out of order', async () => {
      const held: (() => void)[] = []
      let release = false
      const { near, far } = await connect((bytes, deliver) => {
        held.push(() => deliver(bytes))
        if (release) return
        release = true
        setTimeout(() => {
          release = false
          const batch = held.splice(0).toReversed()
          for (const carry of [...batch, ...batch]) carry()
        }, 60)
      })
      near.send('control', patterned(10, 1))
      await far.until('a frame', (self) => self.frames.length === 1)
    })

    it('TRN10 bears garbage instead of signals', async () => {
      let turn = 0
      const { near, far } = await connect((bytes, deliver) => {
        for (const garbage of [new Uint8Array(0), patterned(40, ++turn), patterned(20_000, 1), mutated(bytes, turn)]) {
          // A mutation may be a valid signal with another meaning; those are TRN11's. This one breaks the layout.
          deliver(garbage)
        }
        deliver(bytes)
      })
      expect([near.downs, far.downs]).toEqual([0, 0])
    })

    it('TRN5 can be closed before it ever came up', async () => {
      const { near, far } = await dial(() => {})
      await near.until('its offer', (self) => self.signals.length > 0)
      near.close()
      far.close()
      await pause(50)
      for (const side of [near, far]) expect([side.ups.length, side.downs, side.late]).toEqual([0, 1, 0])
    })
  })
}

/** The signal with a version nobody knows and its end torn off. */
function mutated(bytes: Uint8Array, turn: number): Uint8Array {
  const copy = bytes.slice(0, Math.max(1, bytes.length - 1 - (turn % 3)))
  copy[0] = 0xff
  return copy
}
