import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { needsNumbers, parseCommand, parseInput } from './commands.ts'

describe('what can be typed', () => {
  it.each([
    ['chat band', { type: 'chat', name: 'band' }],
    ['chat Lake weekend', { type: 'chat', name: 'Lake weekend' }],
    ['chat', { type: 'chat', name: undefined }],
    ['exit', { type: 'exit' }],
    ['load history', { type: 'loadHistory' }],
    ['show history', { type: 'showHistory' }],
    ['  SHOW   History ', { type: 'showHistory' }],
  ])('TRM6 the menu takes “%s”, and so does the chat with a slash', (text, command) => {
    expect(parseCommand(text)).toEqual({ ok: true, value: command })
    expect(parseInput(`/${text.trim()}`)).toEqual({ ok: true, value: command })
  })

  it.each([
    ['/reply 2 yes\nlet us', { type: 'reply', number: 2, text: 'yes\nlet us' }],
    ['/reply #2 yes', { type: 'reply', number: 2, text: 'yes' }],
    ['/react 1 👍', { type: 'react', number: 1, emoji: '👍' }],
    ['/edit 1 what I meant', { type: 'edit', number: 1, text: 'what I meant' }],
    ['/delete 3', { type: 'delete', number: 3 }],
    ['/pin 12', { type: 'pin', number: 12, on: true }],
    ['/unpin #2', { type: 'pin', number: 2, on: false }],
    ['/pins', { type: 'pins' }],
    ['/pin 123456', { type: 'members', command: { does: 'pin', text: '123456' } }],
    ['/pin Noor', { type: 'members', command: { does: 'pin', text: 'Noor' } }],
    ['/name Robin', { type: 'name', name: 'Robin' }],
    ['/who', { type: 'who' }],
    ['/invite', { type: 'invite' }],
    ['/help', { type: 'help' }],
    ['/free', { type: 'freeSpace' }],
    ['/free 3f9a01', { type: 'freeFile', id: '3f9a01' }],
    ['/limit', { type: 'fileLimit', bytes: undefined }],
    ['/notify', { type: 'notify', how: undefined }],
    ['/notify on', { type: 'notify', how: true }],
    ['/notify Called', { type: 'notify', how: 'called' }],
    ['/limit 2GB', { type: 'fileLimit', bytes: 2_000_000_000 }],
    ['/limit auto', { type: 'fileLimit', bytes: 0 }],
    ['/join kith:#x', { type: 'join', link: 'kith:#x' }],
    ['hello /exit', { type: 'message', text: 'hello /exit' }],
    ['//etc/passwd', { type: 'message', text: '/etc/passwd' }],
  ])('TRM6 takes %j', (text, command) => {
    expect(parseInput(text)).toEqual({ ok: true, value: command })
  })

  it.each([
    '/dance',
    '/',
    '/reply',
    '/reply x y',
    '/reply 1',
    '/reply 0 x',
    '/edit 1',
    '/react 1',
    '/delete',
    '/pin',
    '/pin 0',
    '/unpin Noor',
    '/name',
    '/load',
    '/show',
    '/send',
    '/save',
    '/fetch',
    '/limit much',
  ])('TRM6 answers %s with a sentence', (text) => {
    const parsed = parseInput(text)
    expect(parsed.ok).toBe(false)
    if (!parsed.ok) expect(parsed.code).toMatch(/^[A-Z].*[a-z👍.]/u)
  })

  it('TRM6 never loses a message: what is no command is sent as it was typed', () => {
    fc.assert(
      fc.property(
        fc.string().filter((text) => !text.startsWith('/')),
        (text) => {
          expect(parseInput(text)).toEqual({ ok: true, value: { type: 'message', text } })
        },
      ),
    )
  })

  it('TRM6 shows numbers while a command names a message', () => {
    expect(['/reply', '/reply 1 x', '/edit 1', '/react ', '/delete', '/pin 1', '/unpin'].every(needsNumbers)).toBe(true)
    expect(['/replying', 'reply 1', '/who', '/pins', ''].some(needsNumbers)).toBe(false)
  })
})
