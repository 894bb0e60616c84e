import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatHex } from '../codec/text.ts'
import {
  answerMs,
  askMs,
  deadMs,
  Heartbeat,
  hiddenDeadMs,
  hiddenSuspectMs,
  lateAskMs,
  leastAskMs,
  leastDeadMs,
  meshBeatMs,
  suspectMs,
  vouchedDeadMs,
  wakeMs,
} from './heartbeat.ts'
import {
  alarmSilentMs,
  allSilentMs,
  halfSilentMs,
  hiddenAllSilentMs,
  lagKeptMs,
  lagPatience,
  lateMs,
  Liveness,
  maxProbes,
  maxProbesAnswered,
  togetherMs,
} from './liveness.ts'
import type { LivenessOutput } from './liveness.ts'
import { decodeProbe, encodeProbe, probeTag } from './probe-wire.ts'
import type { ProbeMessage } from './probe-wire.ts'
import type { Beat } from './wire.ts'

const start = 1_000_000
const session = (index: number): string => index.toString(16).padStart(2, '0').repeat(32)

const own = 'ff'.repeat(32)

/** One peer with links, driven by its own timer. Whoever it asks answers, unless it is mute. */
class Rig {
  readonly beats = new Map<string, Heartbeat>()
  readonly log: { readonly at: number; readonly output: LivenessOutput }[] = []
  readonly liveness: Liveness
  now = start
  timerAt: number | undefined
  /** Who says something, and how often. */
  readonly speaking = new Map<string, number>()
  /** Who answers when asked, besides those who speak anyway. */
  readonly answering = new Set<string>()

  constructor(links: number, self = own) {
    this.liveness = new Liveness(self, (output) => this.take(output))
    for (let i = 1; i <= links; i++) {
      const heartbeat = new Heartbeat(this.now)
      this.beats.set(session(i), heartbeat)
      this.speaking.set(session(i), 500)
      this.liveness.watch(session(i), heartbeat, this.now)
    }
  }

  take(output: LivenessOutput): void {
    if (output.type === 'timer') this.timerAt = output.at
    else this.log.push({ at: this.now, output })
    if (output.type === 'beat') this.beats.get(output.session)?.stamp(this.now)
    if (output.type === 'send' && output.message.type === 'ask' && this.answering.has(output.to)) {
      this.beats.get(output.to)?.heard(this.now)
    }
    if (output.type === 'dead') this.liveness.forget(output.session, this.now)
  }

  run(forMs: number): void {
    for (const end = this.now + forMs; this.now < end; this.now += 10) {
      for (const [who, everyMs] of this.speaking) if (this.now % everyMs === 0) this.beats.get(who)?.heard(this.now)
      if (this.timerAt !== undefined && this.timerAt <= this.now) {
        const due = this.timerAt
        this.timerAt = undefined
        this.liveness.timerFired(Math.max(due, this.now))
      }
    }
  }

  of(type: LivenessOutput['type']): LivenessOutput[] {
    return this.log.filter(({ output }) => output.type === type).map(({ output }) => output)
  }

  at(type: LivenessOutput['type']): number | undefined {
    return this.log.find(({ output }) => output.type === type)?.at
  }
}

describe('liveness of links in a mesh', () => {
  it('GOS70 asks who is not heard, in time and no more often than that, and beats now and then', () => {
    for (const [self, waitMs] of [
      [own, askMs],
      ['00'.repeat(32), askMs + lateAskMs],
    ] as const) {
      const rig = new Rig(8, self)
      rig.speaking.clear()
      for (const who of rig.beats.keys()) rig.answering.add(who)
      rig.run(60_000)
      for (const who of rig.beats.keys()) {
        const asked = rig.log.filter(({ output }) => output.type === 'send' && output.to === who)
        const waits = asked.slice(1).map(({ at }, i) => at - (asked[i]?.at ?? 0))
        expect(Math.max(...waits)).toBeLessThanOrEqual(waitMs + 10)
        expect(Math.min(...waits)).toBeGreaterThanOrEqual(waitMs - togetherMs)
        const beats = rig.of('beat').filter((output) => 'session' in output && output.session === who)
        expect(beats.length).toBeGreaterThanOrEqual(Math.floor(60_000 / meshBeatMs))
        expect(beats.length).toBeLessThanOrEqual(60_000 / (meshBeatMs - togetherMs) + 1)
      }
      expect(rig.of('suspect')).toEqual([])
    }
  })

  it('GOS70 asks nobody who is heard, and sooner where somebody was often heard', () => {
    const rig = new Rig(2)
    for (const who of rig.beats.keys()) rig.speaking.set(who, 200)
    rig.run(20_000)
    expect(rig.of('send')).toEqual([])
    rig.speaking.delete(session(1))
    rig.answering.add(session(1))
    const heardAt = rig.beats.get(session(1))?.heardAt ?? 0
    rig.run(3_000)
    expect((rig.at('send') ?? 0) - heardAt).toBeGreaterThanOrEqual(leastAskMs - togetherMs)
    expect((rig.at('send') ?? 0) - heardAt).toBeLessThanOrEqual(leastAskMs + 20)
  })

  it('GOS70 answers who asks, not without bound', () => {
    const rig = new Rig(2)
    rig.liveness.receive(session(1), { type: 'ask' }, rig.now)
    expect(rig.of('send')).toEqual([{ type: 'send', to: session(1), message: { type: 'here' } }])
    for (let i = 0; i < 1_000; i++) rig.liveness.receive(session(1), { type: 'ask' }, rig.now)
    rig.liveness.receive(session(9), { type: 'ask' }, rig.now)
    expect(rig.of('send')).toHaveLength(maxProbesAnswered)
  })

  it('GOS76 asks everybody who has been silent for a moment when one is suspect', () => {
    const rig = new Rig(3)
    for (const who of rig.beats.keys()) rig.speaking.set(who, 2_000)
    rig.run(8_010)
    rig.speaking.clear()
    rig.speaking.set(session(3), 100)
    rig.run(alarmSilentMs + 200)
    rig.log.length = 0
    rig.liveness.doubt(session(1), rig.now)
    const asked = rig.of('send').map((output) => (output.type === 'send' ? [output.message.type, output.to] : []))
    expect(asked).toContainEqual(['ask', session(2)])
    expect(asked).not.toContainEqual(['ask', session(3)])
  })

  it('GOS76 suspects half of its links after two seconds of silence, and all of them after one and a half', () => {
    for (const [silent, waitMs] of [
      [4, halfSilentMs],
      [8, allSilentMs],
      [3, suspectMs],
    ] as const) {
      const rig = new Rig(8)
      // Long enough to know what is usual.
      rig.run(20_000)
      for (let i = 1; i <= silent; i++) rig.speaking.delete(session(i))
      const heardAt = rig.beats.get(session(1))?.heardAt ?? 0
      rig.run(3_500)
      expect(rig.of('suspect')).toHaveLength(silent)
      expect((rig.at('suspect') ?? 0) - heardAt).toBeGreaterThanOrEqual(waitMs)
      expect((rig.at('suspect') ?? 0) - heardAt).toBeLessThanOrEqual(waitMs + 100)
    }
  })

  it('GOS76 believes in who is in the background only while somebody else is heard', () => {
    const hidden = { sentAt: 1, echo: 0, heldBack: 0, held: 0, hidden: true, urgent: false }
    for (const isAlone of [false, true]) {
      const rig = new Rig(3)
      rig.run(2_000)
      rig.beats.get(session(3))?.received({ ...hidden, digest: undefined, settled: undefined } as Beat, rig.now)
      for (const i of isAlone ? [1, 2, 3] : [2, 3]) rig.speaking.delete(session(i))
      rig.run(3_500)
      const suspects = rig.of('suspect').map((output) => ('session' in output ? output.session : ''))
      expect(suspects.includes(session(3))).toBe(isAlone)
    }
  })

  it('GOS71 suspects nobody who was not asked, and gives who was asked late the time to answer', () => {
    const heartbeat = new Heartbeat(start, 'mesh')
    expect(heartbeat.isUnanswered(start + 60_000)).toBe(false)
    expect(heartbeat.isDead(start + 60_000)).toBe(false)
    heartbeat.asked(start + 60_000)
    expect(heartbeat.isUnanswered(start + 60_000 + answerMs)).toBe(true)
    expect(heartbeat.isDead(start + 60_000 + leastDeadMs - 1)).toBe(false)
    expect(heartbeat.isDead(start + 60_000 + leastDeadMs)).toBe(true)
  })

  it('GOS71 suspects after three silent seconds and gives up after five', () => {
    const rig = new Rig(4)
    rig.run(2_000)
    rig.speaking.delete(session(2))
    const heardAt = rig.beats.get(session(2))?.heardAt ?? 0
    rig.run(6_000)
    expect(rig.of('suspect')).toEqual([{ type: 'suspect', session: session(2), isSuspect: true }])
    expect((rig.at('suspect') ?? 0) - heardAt).toBeGreaterThanOrEqual(suspectMs)
    expect((rig.at('suspect') ?? 0) - heardAt).toBeLessThanOrEqual(suspectMs + 20)
    expect(rig.of('dead')).toEqual([{ type: 'dead', session: session(2) }])
    expect((rig.at('dead') ?? 0) - heardAt).toBeLessThanOrEqual(deadMs + togetherMs)
    expect((rig.at('dead') ?? 0) - heardAt).toBeGreaterThanOrEqual(deadMs)
  })

  it('GOS71 takes a suspicion back when something is heard', () => {
    const rig = new Rig(3)
    rig.speaking.delete(session(1))
    rig.run(4_000)
    expect(rig.liveness.isSuspect(session(1))).toBe(true)
    rig.speaking.set(session(1), 500)
    rig.run(1_000)
    expect(rig.liveness.isSuspect(session(1))).toBe(false)
    expect(rig.of('suspect')).toHaveLength(2)
    expect(rig.of('dead')).toEqual([])
  })

  it('GOS71 suspects at once what the transport calls disconnected', () => {
    const rig = new Rig(2)
    rig.run(1_000)
    rig.speaking.delete(session(1))
    const at = rig.now
    rig.liveness.doubt(session(1), at)
    expect(rig.liveness.isSuspect(session(1))).toBe(true)
    rig.run(wakeMs + togetherMs + 10)
    expect(rig.of('dead')).toEqual([{ type: 'dead', session: session(1) }])
  })

  it('GOS72 asks two other neighbours, and waits longer when one of them hears it', () => {
    const rig = new Rig(5)
    rig.run(1_000)
    rig.speaking.delete(session(3))
    const heardAt = rig.beats.get(session(3))?.heardAt ?? 0
    rig.run(3_500)
    const probes = rig.log.filter(({ output }) => output.type === 'send' && output.message.type === 'probe')
    expect(probes).toHaveLength(maxProbes)
    const target = session(3).slice(0, 16)
    for (const { output } of probes) {
      expect(output).toMatchObject({ message: { type: 'probe', target } })
      if (output.type === 'send') expect(output.to).not.toBe(session(3))
    }
    const asked = probes[0]?.output.type === 'send' ? probes[0].output.to : ''
    rig.liveness.receive(asked, { type: 'probeAnswer', target, heardAgoMs: 100 }, rig.now)
    rig.run(5_000)
    const dead = rig.at('dead') ?? 0
    expect(dead - heardAt).toBeGreaterThanOrEqual(vouchedDeadMs)
    expect(dead - heardAt).toBeLessThanOrEqual(vouchedDeadMs + togetherMs)
  })

  it('GOS72 takes a good word only from whom it asked, and bad words from nobody', () => {
    const rig = new Rig(5)
    rig.run(1_000)
    rig.speaking.delete(session(3))
    const heardAt = rig.beats.get(session(3))?.heardAt ?? 0
    const target = session(3).slice(0, 16)
    rig.liveness.receive(session(1), { type: 'probeAnswer', target, heardAgoMs: 0 }, rig.now)
    rig.run(3_500)
    const asked = rig.log.flatMap(({ output }) =>
      output.type === 'send' && output.message.type === 'probe' ? [output.to] : [],
    )
    const others = [...rig.beats.keys()].filter((who) => !asked.includes(who))
    for (const who of others) rig.liveness.receive(who, { type: 'probeAnswer', target, heardAgoMs: 0 }, rig.now)
    for (const who of asked) rig.liveness.receive(who, { type: 'probeAnswer', target, heardAgoMs: undefined }, rig.now)
    expect(rig.of('dead')).toEqual([])
    rig.run(5_000)
    expect((rig.at('dead') ?? 0) - heardAt).toBeLessThanOrEqual(deadMs + togetherMs)
  })

  it('GOS72 answers how long ago it heard somebody, not without bound', () => {
    const rig = new Rig(3)
    rig.run(1_000)
    rig.speaking.clear()
    const heardAgoMs = rig.now - (rig.beats.get(session(2))?.heardAt ?? 0)
    rig.log.length = 0
    rig.liveness.receive(session(1), { type: 'probe', target: session(2).slice(0, 16) }, rig.now)
    rig.liveness.receive(session(1), { type: 'probe', target: session(9).slice(0, 16) }, rig.now)
    expect(rig.of('send')).toEqual([
      {
        type: 'send',
        to: session(1),
        message: { type: 'probeAnswer', target: session(2).slice(0, 16), heardAgoMs },
      },
      {
        type: 'send',
        to: session(1),
        message: { type: 'probeAnswer', target: session(9).slice(0, 16), heardAgoMs: undefined },
      },
    ])
    for (let i = 0; i < 1_000; i++) {
      rig.liveness.receive(session(1), { type: 'probe', target: session(2).slice(0, 16) }, rig.now)
    }
    expect(rig.of('send')).toHaveLength(maxProbesAnswered)
    rig.liveness.receive(session(8), { type: 'probe', target: session(2).slice(0, 16) }, rig.now)
    expect(rig.of('send')).toHaveLength(maxProbesAnswered)
  })

  it('GOS73 is patient with a far end that said it is hidden', () => {
    const rig = new Rig(2)
    const beat = { type: 'beat', sentAt: start, echo: 0, heldBack: 0, digest: new Uint8Array(8), held: 0 } as const
    rig.beats.get(session(1))?.received({ ...beat, hidden: true, urgent: false, settled: undefined }, rig.now)
    rig.speaking.delete(session(1))
    rig.run(20_000)
    expect((rig.at('suspect') ?? 0) - start).toBeGreaterThanOrEqual(hiddenSuspectMs)
    expect((rig.at('dead') ?? 0) - start).toBeGreaterThanOrEqual(hiddenDeadMs)
    expect((rig.at('dead') ?? 0) - start).toBeLessThanOrEqual(hiddenDeadMs + togetherMs)
  })

  it('GOS73 in the background asks everybody soon when nobody at all is heard', () => {
    const rig = new Rig(4)
    rig.liveness.setHidden(true, rig.now)
    // As long as one is heard, the others may be silent.
    for (const index of [2, 3, 4]) rig.speaking.delete(session(index))
    rig.run(hiddenAllSilentMs + 1_000)
    expect(rig.of('send')).toEqual([])
    for (const who of rig.beats.keys()) rig.speaking.set(who, 500)
    rig.run(1_000)
    rig.speaking.clear()
    const silentAt = rig.beats.get(session(1))?.heardAt ?? 0
    rig.run(hiddenAllSilentMs + lateAskMs + answerMs + 200)
    expect(rig.of('send').flatMap((output) => ('to' in output ? [output.to] : []))).toContain(session(1))
    expect(rig.of('suspect')).toHaveLength(4)
    expect((rig.at('send') ?? 0) - silentAt).toBeGreaterThanOrEqual(hiddenAllSilentMs - togetherMs)
  })

  it('GOS73 asks seldom enough for a throttled tab', () => {
    const rig = new Rig(1)
    rig.speaking.clear()
    rig.answering.add(session(1))
    rig.liveness.setHidden(true, rig.now)
    rig.run(60_000)
    const spoke = rig.log.filter(({ output }) => output.type === 'send').map(({ at }) => at)
    const waits = spoke.slice(1).map((at, i) => at - (spoke[i] ?? 0))
    expect(Math.min(...waits)).toBeGreaterThan(1_000)
    expect(rig.of('suspect')).toEqual([])
  })

  it('GOS74 judges nobody by the time this machine slept', () => {
    const rig = new Rig(4)
    rig.run(3_000)
    rig.log.length = 0
    rig.now += 600_000
    rig.speaking.delete(session(4))
    rig.liveness.timerFired(rig.now)
    expect(rig.of('send')).toEqual(
      [1, 2, 3, 4].map((i) => ({ type: 'send', to: session(i), message: { type: 'ask' } })),
    )
    expect(rig.of('suspect')).toEqual([])
    expect(rig.of('dead')).toEqual([])
    rig.run(wakeMs + 500)
    expect(rig.of('dead')).toEqual([{ type: 'dead', session: session(4) }])
    expect(lateMs).toBeLessThan(600_000)
  })

  it('GOS77 waits longer for others while its own timers are late, and no longer than that', () => {
    const rig = new Rig(4)
    rig.run(3_000)
    const lagMs = 1_500
    rig.now = (rig.timerAt ?? rig.now) + lagMs
    rig.liveness.timerFired(rig.now)
    rig.speaking.delete(session(4))
    const heardAt = rig.beats.get(session(4))?.heardAt ?? 0
    rig.run(deadMs + lagPatience * lagMs + 1_000)
    for (const [type, ms] of [
      ['suspect', suspectMs],
      ['dead', deadMs],
    ] as const) {
      expect(rig.of(type)).toHaveLength(1)
      expect((rig.at(type) ?? 0) - heardAt, type).toBeGreaterThanOrEqual(ms + lagPatience * lagMs)
    }
    rig.speaking.delete(session(3))
    rig.run(lagKeptMs)
    rig.log.length = 0
    rig.speaking.delete(session(2))
    const silentFrom = rig.beats.get(session(2))?.heardAt ?? 0
    rig.run(deadMs + 500)
    expect((rig.at('dead') ?? 0) - silentFrom).toBeLessThanOrEqual(deadMs + 300)
  })

  it('GOS71 leaves a link of a small room alone', () => {
    const rig = new Rig(1)
    const heartbeat = rig.beats.get(session(1)) as Heartbeat
    rig.liveness.forget(session(1), rig.now)
    expect(heartbeat.pace).toBe('small')
    expect(heartbeat.isSuspect(rig.now + 6_000)).toBe(false)
    expect(heartbeat.isDead(rig.now + 6_000)).toBe(false)
  })
})

describe('probes', () => {
  const target = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => formatHex(bytes))
  const message: fc.Arbitrary<ProbeMessage> = fc.oneof(
    fc.constant({ type: 'ask' as const }),
    fc.constant({ type: 'here' as const }),
    fc.record({ type: fc.constant('probe' as const), target }),
    fc.record({
      type: fc.constant('probeAnswer' as const),
      target,
      heardAgoMs: fc.option(fc.nat(), { nil: undefined }),
    }),
  )

  it('GOS75 decode to what was encoded', () => {
    fc.assert(
      fc.property(message, (value) => {
        expect(decodeProbe(encodeProbe(value))).toEqual({ ok: true, value })
      }),
    )
  })

  it('GOS75 are rejected, not thrown on, when they are nonsense', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (bytes) => {
        const framed = Uint8Array.of(probeTag, ...bytes)
        const decoded = decodeProbe(framed)
        if (decoded.ok) expect(encodeProbe(decoded.value)).toEqual(framed)
        else expect(['malformed', 'unknownTag']).toContain(decoded.code)
      }),
    )
  })
})
