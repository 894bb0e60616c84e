import { describe, expect, it } from 'vitest'
import { createSeededCrypto } from '../crypto/seeded.ts'
import { Dials, unheardMs } from './dials.ts'
import type { Output } from './output.ts'

const start = 1_000_000
const far = { session: '00'.repeat(32), platform: 'node' } as const

function stage(): { readonly dials: Dials; readonly said: Output[]; readonly dialled: () => string[] } {
  const said: Output[] = []
  const dials = new Dials('ff'.repeat(32), 'node', createSeededCrypto('dials').random, (output) => said.push(output))
  const dialled = (): string[] => said.flatMap((output) => (output.type === 'dial' ? [output.transport] : []))
  return { dials, said, dialled }
}

describe('calls to whoever waits for one', () => {
  it('ENG46 are made anew when an earlier one was perhaps not listened to', () => {
    const { dials, said, dialled } = stage()
    dials.dialDue([far], start)
    const [first] = dialled()
    dials.dial(far, start + unheardMs - 1)
    expect(dialled()).toEqual([first])
    dials.dial(far, start + unheardMs)
    expect(dialled()).toHaveLength(2)
    expect(said).toContainEqual({ type: 'hangUp', transport: first })
    // What the host says of the one that was given up changes nothing.
    expect(dials.ended(first as string, 'transportDown', start + unheardMs)).toBeUndefined()
    expect(dials.storyOf(far.session)?.state).toBe('trying')
  })

  it('ENG46 leave alone one whose transport is open', () => {
    const { dials, said, dialled } = stage()
    dials.dial(far, start)
    dials.opened(dialled()[0] as string)
    dials.dial(far, start + 10 * unheardMs)
    expect(dialled()).toHaveLength(1)
    expect(said.filter(({ type }) => type === 'hangUp')).toEqual([])
  })
})

describe('what an offerer signals', () => {
  const name = 'aa'.repeat(8)
  const caller = { session: 'ff'.repeat(32), platform: 'node' } as const

  it('ENG47 is a call until the far end answered', () => {
    const { dials, dialled } = stage()
    dials.dial(far, start)
    const [transport] = dialled() as [string]
    const first = dials.addressee(transport)
    expect([first?.opening, dials.addressee(transport)?.opening]).toEqual([true, true])
    dials.signalled(far, first?.name as string, false, Uint8Array.of(1), start)
    expect(dials.addressee(transport)?.opening).toBe(false)
  })

  it('ENG47 makes one transport of however many calls of one attempt, and answers with descriptions', () => {
    const said: Output[] = []
    const dials = new Dials('00'.repeat(32), 'node', createSeededCrypto('called').random, (output) => said.push(output))
    expect(dials.isUnderWay(caller.session, name)).toBe(false)
    for (let i = 0; i < 3; i++) dials.signalled(caller, name, true, Uint8Array.of(i), start)
    expect(said.map(({ type }) => type)).toEqual(['dial', 'signal', 'signal', 'signal'])
    expect(dials.isUnderWay(caller.session, name)).toBe(true)
    const transport = (said[0] as Extract<Output, { type: 'dial' }>).transport
    expect(dials.addressee(transport)?.opening).toBe(false)
  })
})

describe('a call to somebody who leaves the topic of the relay', () => {
  it('GOS55 goes on in a mesh, and ends in a small room', () => {
    for (const isGone of [false, true]) {
      const { dials, said, dialled } = stage()
      dials.dial(far, start)
      const [call] = dialled()
      dials.left(far.session, isGone)
      expect(said.some((output) => output.type === 'hangUp' && output.transport === call)).toBe(isGone)
      expect(dials.storyOf(far.session)?.state).toBe(isGone ? undefined : 'trying')
    }
  })
})
