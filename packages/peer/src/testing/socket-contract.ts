/** The contract suite of plain sockets: a dialer and a listener, both ends given by the adapter. */
import type { Address } from '@kith/protocol'
import { afterEach, describe, expect, it } from 'vitest'
import type { RouteIncoming } from '../incoming.ts'
import type { AddressDialer } from '../transport.ts'
import { carryingContract, patterned, type Connected } from './carrying-contract.ts'
import { RecordedTransport } from './recorded-transport.ts'

export interface SocketPlace {
  readonly dialer: AddressDialer
  readonly address: Address
  /** An address where nobody listens. */
  readonly deadAddress: Address
  close(): Promise<void>
}

export function socketContract(name: string, open: (take: RouteIncoming) => Promise<SocketPlace>): void {
  const cleanUps: (() => Promise<void>)[] = []
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp()
  })

  async function place(take: RouteIncoming): Promise<SocketPlace> {
    const opened = await open(take)
    cleanUps.push(() => opened.close())
    return opened
  }

  function dial(opened: SocketPlace, address: Address): RecordedTransport {
    const near = new RecordedTransport()
    near.transport = opened.dialer(address, near.events)
    cleanUps.unshift(async () => near.close())
    return near
  }

  /** Both ends are up; the first frame, which the listener routes by, is taken off again. */
  async function connect(): Promise<Connected> {
    const far = new RecordedTransport()
    const opened = await place((incoming) => {
      far.transport = incoming.accept(far.events)
    })
    const near = dial(opened, opened.address)
    await near.until('up', (self) => self.ups.length === 1)
    near.send('control', patterned(33, 1))
    await far.until('the first frame', (self) => self.frames.length === 1)
    expect(far.frames.splice(0)).toEqual([patterned(33, 1)])
    return { near, far }
  }

  carryingContract(name, connect)

  describe(`socket contract: ${name}`, () => {
    it('TRN20 shows the router the first frame and delivers it again to who accepts', async () => {
      const seen: Uint8Array[] = []
      const far = new RecordedTransport()
      const opened = await place((incoming) => {
        seen.push(incoming.first)
        far.transport = incoming.accept(far.events)
      })
      const near = dial(opened, opened.address)
      await near.until('up', (self) => self.ups.length === 1)
      near.send('control', patterned(100, 1))
      near.send('bulk', patterned(200, 2))
      await far.until('both frames', (self) => self.frames.length === 2)
      expect(seen.map((bytes) => bytes.length)).toEqual([100])
      expect(far.frames.map((bytes) => bytes.length)).toEqual([100, 200])
      expect(far.ups).toHaveLength(1)
    })

    it('TRN21 closes what nobody takes', async () => {
      const opened = await place(() => {})
      const near = dial(opened, opened.address)
      await near.until('up', (self) => self.ups.length === 1)
      near.send('control', patterned(10, 1))
      await near.until('down', (self) => self.downs === 1, 3_000)
    })

    it('TRN22 reports down for an address where nobody is', async () => {
      const opened = await place(() => {})
      const near = dial(opened, opened.deadAddress)
      expect(near.downs).toBe(0)
      await near.until('down', (self) => self.downs === 1)
      expect(near.ups).toHaveLength(0)
    })
  })
}
