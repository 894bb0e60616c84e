import { describe, expect, it } from 'vitest'
import { complete } from './complete.ts'
import { editorWith } from './editor.ts'

const known = { rooms: ['Lake weekend', 'Lamp club', 'Band'], names: ['Mara', 'Jonas', 'Keen Wombat'] }
const after = (text: string, mode: 'chat' | 'menu' = 'chat'): string => complete(editorWith(text), mode, known).text

describe('Tab', () => {
  it('completes commands, rooms and names', () => {
    expect(after('/inv')).toBe('/invite ')
    expect(after('/re')).toBe('/re')
    expect(after('/rep')).toBe('/reply ')
    expect(after('/chat b')).toBe('/chat Band')
    expect(after('/why jo')).toBe('/why Jonas')
    expect(after('Jo')).toBe('Jonas: ')
    expect(after('hello @ma')).toBe('hello @Mara ')
    expect(after('hello @keen wo')).toBe('hello @Keen Wombat ')
    expect(after('hello jo')).toBe('hello Jonas ')
  })

  it('goes as far as it is clear', () => {
    expect(after('/chat L')).toBe('/chat La')
    expect(after('/chat lake')).toBe('/chat Lake weekend')
  })

  it('TRM6 knows the menu, where nothing has a slash', () => {
    expect(after('sh', 'menu')).toBe('show history ')
    expect(after('chat ba', 'menu')).toBe('chat Band')
    expect(after('inv', 'menu')).toBe('inv')
  })

  it('changes nothing when nothing fits', () => {
    expect(after('')).toBe('')
    expect(after('xyz')).toBe('xyz')
    expect(after('/chat zzz')).toBe('/chat zzz')
  })
})
