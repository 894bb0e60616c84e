import { FakeChat } from '@kith/peer/testing/fake-chat'
import { describe, expect, it } from 'vitest'
import { type IdentityInput, parseIdentityCommand, performIdentity } from './identity-commands.ts'

function scene() {
  const chat = new FakeChat({
    rooms: [{ title: 'Kitchen', link: 'https://chat.example/#x', people: [{ name: 'Mara' }], messages: [] }],
    paceMs: 0,
  })
  const room = chat.first
  const mara = room.state.people.find(({ name }) => name === 'Mara')!
  return { chat, room, mara, find: () => ({ who: mara.id, person: mara }) }
}

async function say(text: string, at = scene()): Promise<string> {
  const [word = '', ...rest] = text.split(' ')
  const parsed = parseIdentityCommand(word, rest.join(' '))
  if (parsed === undefined) return 'unknown'
  if (!parsed.ok) return parsed.code
  return (await performIdentity(parsed.value, at)).text
}

describe('who somebody is, in the terminal', () => {
  it('TRM40 shows the twelve words, restores them, and attests an address in two steps', async () => {
    const at = scene()
    expect(await say('phrase', at)).toMatch(/^(\w+ ){11}\w+\n/)
    await expect(say('restore too few', at)).rejects.toMatchObject({ code: 'phraseMalformed' })
    expect(await say('attest robin@example.org', at)).toContain('A code was mailed')
    expect(await say('attest 123 456', at).catch((error: Error) => error.message)).toContain('not the code')
    expect(await say('attest 123456', at)).toContain('robin@example.org is attested')
    expect(await say('identity', at)).toContain('robin@example.org, attested by chat.example')
    expect(await say('reveal', at)).toContain('see who you are')
    expect(at.room.state.shown).toBe(true)
    expect(await say('believe', at)).toContain('chat.example')
    expect(await say('doubt', at)).toContain('no longer')
  })

  it('TRM41 compares numbers, and says what was found', async () => {
    const at = scene()
    expect(await say('verify Mara', at)).toMatch(/^(\d{5} ){3}\d{5}\n(\d{5} ){3}\d{5}\n(\d{5} ){3}\d{5}\n/)
    expect(await say('verify Mara same', at)).toContain('verified')
    expect(at.room.state.people.find(({ name }) => name === 'Mara')?.verification.level).toBe('compared')
    await say('compare Mara', at)
    expect(await say('compare Mara', at)).toContain('271 828')
    expect(await say('verify Mara different', at)).toContain('stand between')
  })

  it('TRM42 keeps contacts', async () => {
    const at = scene()
    expect(await say('contacts', at)).toContain('Nobody yet')
    expect(await say('contact add Mara', at)).toContain('Asked Mara')
    expect(await say('contacts', at)).toContain('Mara has not answered')
    expect(await say('contact accept Nobody', at)).toContain('Nobody called')
    expect(await say('contact hug Mara', at)).toContain('As in /contact add Mara')
    expect(parseIdentityCommand('dance', '')).toBeUndefined()
    const input: IdentityInput = { what: 'contact', act: 'block', name: 'Mara' }
    expect((await performIdentity(input, at)).text).toContain('no contact')
  })
})
