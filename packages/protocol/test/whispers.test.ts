/** What one program whispers to another while the link between them gives way to a better one, or loses what it carries. */
import { describe, expect, it } from 'vitest'
import type { Engine } from '../src/engine/engine.ts'
import type { Input } from '../src/engine/input.ts'
import { Talk } from './talk.ts'

const whisper = new TextEncoder().encode('will you be my contact?')

describe('a whisper', () => {
  it.each([
    { path: 'relay', carried: 'relayFrame', webrtc: false },
    { path: 'direct', carried: 'transportFrame', webrtc: true },
  ] as const)('WHI1 that is lost on a $path link is heard all the same, once', ({ path, carried, webrtc }) => {
    let losing = 0
    const wrap = (engine: Engine, person: number) => ({
      handle: (input: Input, now: number) => {
        if (person !== 1 || input.type !== carried || losing === 0) return engine.handle(input, now)
        losing -= 1
        return []
      },
    })
    const talk = new Talk({ people: [{ webrtc }, { webrtc }], wrap })
    talk.start()
    expect(talk.network.runUntil(() => talk.paths().every((one) => one === path), 20_000)).toBe(true)
    losing = 1
    talk.give(0, { type: 'whisper', session: talk.engine(1).session, whisper })
    talk.network.runFor(30_000)
    expect(losing).toBe(0)
    expect(talk.events(1, 'whisper').map(({ whisper: heard }) => heard)).toEqual([whisper])
  })

  it('WHI1 that is said while two go over from the relay to a direct link is heard once, in turn', () => {
    const talk = new Talk({ people: [{}, {}], latencyMs: [150, 250] })
    talk.start()
    talk.network.runUntil(() => talk.seen(0, 1)?.path === 'relay', 10_000)
    const said = Array.from({ length: 60 }, (_, i) => Uint8Array.of(i))
    for (const each of said) {
      talk.give(0, { type: 'whisper', session: talk.engine(1).session, whisper: each })
      talk.network.runFor(50)
    }
    expect(talk.network.runUntil(() => talk.events(1, 'whisper').length === 60, 60_000)).toBe(true)
    expect(talk.seen(0, 1)?.path).toBe('direct')
    talk.network.runFor(10_000)
    expect(talk.events(1, 'whisper').map(({ whisper: heard }) => heard)).toEqual(said)
  })
})
