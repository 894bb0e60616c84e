import { FakeChat } from '@kith/peer/testing'
import { describe, expect, it } from 'vitest'
import { logChanges } from './debug-log.ts'

describe('--debug', () => {
  it('tells what changes, and neither words, names, keys nor links', async () => {
    const link = `https://kith.example/#${'A'.repeat(43)}`
    const chat = new FakeChat({ rooms: [{ title: 'Lake', link, people: [{ name: 'Mara', path: 'relay' }] }] })
    let log = ''
    const stop = logChanges(
      chat,
      (line) => void (log += line),
      () => 0,
    )
    chat.first.say('Mara', 'nobody may read this')
    chat.first.setPerson({ name: 'Mara', path: 'direct' })
    chat.first.setRelay('away')
    await new Promise((resolve) => setTimeout(resolve, 0))
    stop()
    expect(log).toMatch(/^1970-01-01T00:00:00\.000Z room [0-9a-f]{6} relay up$/mu)
    expect(log).toMatch(/relay away$/mu)
    expect(log).toMatch(/session [0-9a-f]{6} browser relay$/mu)
    expect(log).toMatch(/session [0-9a-f]{6} browser direct$/mu)
    for (const secret of ['read this', 'Mara', 'Lake', 'AAAA', 'kith.example', chat.first.state.me])
      expect(log).not.toContain(secret)
  })
})
