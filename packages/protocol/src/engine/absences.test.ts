import { describe, expect, it } from 'vitest'
import { Absences, answerMs, askAgainMs, maxAsked } from './absences.ts'

function rig(listed: readonly string[]): {
  absences: Absences
  asked: string[]
  told: string[]
  linked: Set<string>
  relay: { isThere: boolean }
} {
  const asked: string[] = []
  const told: string[] = []
  const linked = new Set<string>()
  const relay = { isThere: true }
  const absences = new Absences({
    isListed: (session) => listed.includes(session),
    isLinked: (session) => linked.has(session),
    ask: (session) => {
      if (relay.isThere) asked.push(session)
      return relay.isThere
    },
    changed: (session, isAbsent) => told.push(`${session} ${isAbsent ? 'absent' : 'here'}`),
  })
  return { absences, asked, told, linked, relay }
}

describe('absences', () => {
  it('ENG19 asks once, says so once, and asks again now and then', () => {
    const { absences, asked, told } = rig(['ana'])
    absences.fellSilent('ana', 0)
    absences.fellSilent('ana', 10)
    absences.fellSilent('nobody', 10)
    expect(asked).toEqual(['ana'])
    absences.answered('ana', false, 5_000)
    absences.answered('nobody', false, 5_000)
    expect([told, absences.has('ana')]).toEqual([['ana absent'], true])
    absences.tick(5_000 + askAgainMs - 1)
    expect(asked).toHaveLength(1)
    absences.tick(5_000 + askAgainMs)
    absences.answered('ana', false, 30_000)
    expect([asked.length, told.length]).toEqual([2, 1])
    absences.answered('ana', true, 60_000)
    expect([told.at(-1), absences.has('ana')]).toEqual(['ana here', false])
  })

  it('ENG19 a link, or the word of the relay, ends the doubt', () => {
    const { absences, asked, told, linked } = rig(['ana', 'ben'])
    absences.fellSilent('ana', 0)
    linked.add('ana')
    absences.answered('ana', false, 5_000)
    absences.fellSilent('ben', 0)
    absences.answered('ben', false, 5_000)
    absences.left('ben')
    absences.answered('ben', true, 6_000)
    absences.tick(1_000_000)
    expect([asked, told]).toEqual([['ana', 'ben'], ['ben absent']])
  })

  it('ENG19 asks again when an answer is lost or the relay was away, and of few at once', () => {
    const many = Array.from({ length: maxAsked + 4 }, (_, i) => `peer ${i}`)
    const { absences, asked, relay } = rig(many)
    relay.isThere = false
    for (const session of many) absences.fellSilent(session, 0)
    expect(asked).toEqual([])
    relay.isThere = true
    absences.tick(1_000)
    expect(asked).toHaveLength(maxAsked)
    absences.tick(1_500)
    expect(new Set(asked).size).toBe(many.length)
    absences.tick(1_000 + answerMs)
    expect(asked.length).toBeGreaterThan(many.length)
  })
})
