import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import type { ChatNoticeCode } from '@kith/peer'
import { en } from './en.ts'
import { formats } from './format.ts'
import { filesEn } from './files-en.ts'
import { identityEn } from './identity-en.ts'
import { keepersEn } from './keepers-en.ts'
import { mapEn } from './map-en.ts'
import { membersEn } from './members-en.ts'
import { chooseLocale, languages, loadMessages } from './messages.tsx'
import { notifyEn } from './notify-en.ts'
import { searchEn } from './search-en.ts'

const source = fileURLToPath(new URL('..', import.meta.url))
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name) && !name.startsWith('messages'))
  .map((name) => ({ name, text: readFileSync(`${source}/${name}`, 'utf8') }))

/** Paths of all leaves, with what stands there. */
function leaves(value: object, path: readonly string[] = []): (readonly [readonly string[], unknown])[] {
  return Object.entries(value).flatMap(([key, inner]) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? leaves(inner, [...path, key])
      : [[[...path, key], inner] as const],
  )
}

const said = leaves(en).filter(([[first]]) => first !== 'format' && first !== 'locale')

describe('the catalogue', () => {
  it('holds no word that nobody says', () => {
    // Groups that are read by a computed key are read whole.
    const computed = ['notice', 'keys', 'relayStates', 'themes', 'groups', 'path', 'delivery', 'formats', 'sections']
    const all = files.map(({ text }) => text).join('\n')
    const unused = said
      .map(([path]) => path)
      .filter((path) => !path.some((part) => computed.includes(part)))
      .filter((path) => !new RegExp(`\\.${path.at(-1)}\\b|\\b${path.at(-1)}[,}]`).test(all))
    expect(unused).toEqual([])
  })

  it('has words for every notice a room can give', () => {
    const codes: Record<ChatNoticeCode, true> = {
      clockWrong: true,
      relayKeyChanged: true,
      relayRefused: true,
      storeFull: true,
      storeBroken: true,
      forkFound: true,
      linkRefused: true,
      floodLimited: true,
      deviceAdded: true,
      deviceRemoved: true,
      unanswered: true,
    }
    for (const code of Object.keys(codes)) {
      const words = en.notice[code as keyof typeof en.notice]
      expect(typeof words).toBe('function')
      if (typeof words === 'function') {
        expect(words(undefined)).not.toMatch(/undefined|\s{2}/)
        expect(words('Mara')).not.toMatch(/undefined|\s{2}/)
      }
    }
  })

  it('never says “error”, and never says nothing', () => {
    for (const [path, words] of said) {
      const texts = Array.isArray(words) ? words : typeof words === 'string' ? [words] : []
      for (const text of texts) {
        expect(text.trim(), path.join('.')).not.toBe('')
        expect(text, path.join('.')).not.toMatch(/\berror\b|\bfail(ed|ure)?\b|\binvalid\b|\boops\b/i)
      }
    }
  })

  it('is the only place with words: no text stands in the pages themselves', () => {
    const literal = />\s*[A-Z][a-z]+[^<>{}=;()]*<\/|(?:aria-label|title|placeholder|alt)="[^"]*[a-z]/
    expect(files.filter(({ text }) => literal.test(text)).map(({ name }) => name)).toEqual([])
  })

  it('is found by the reader’s languages, and English where we do not speak them', async () => {
    expect(chooseLocale(['xx', 'en-AU'])).toBe('en')
    expect(chooseLocale(['xx'])).toBe('en')
    expect(await loadMessages('xx')).toBe(en)
  })

  it('counts in words', () => {
    expect(en.status.people(1)).toBe('1 person here')
    expect(en.status.people(1200)).toBe('1,200 people here')
    expect(en.status.relayAwayDirect(3, 4)).toBe('The relay is away. Direct links: 3 of 4.')
    expect(en.status.relayAwayDirect(4, 4)).toBe('The relay is away. All directly connected.')
    expect(en.composer.typing(['A'])).toBe('A is writing')
    expect(en.composer.typing(['A', 'B'])).toBe('A and B are writing')
    expect(en.composer.typing(['A', 'B', 'C', 'D'])).toBe('Several people are writing')
    expect(en.room.withNames(['A', 'B', 'C'], 2)).toBe('A, B, C, and 2 others')
    expect(en.app.title('Lake', 3)).toBe('(3) Lake · Kith')
  })
})

describe('the other languages', () => {
  const parts = {
    files: filesEn,
    identity: identityEn,
    keepers: keepersEn,
    map: mapEn,
    members: membersEn,
    notify: notifyEn,
    search: searchEn,
  }
  const english = leaves({ ...en, parts }).filter(([[first]]) => first !== 'format' && first !== 'locale')
  const others = Object.keys(languages).filter((language) => language !== 'en')

  it('are three, chosen by the browser or by the reader', async () => {
    expect(others).toEqual(['de', 'es', 'fr'])
    expect(chooseLocale(['de-AT', 'en'])).toBe('de')
    expect(chooseLocale(['de-AT', 'en'], 'fr')).toBe('fr')
    expect(chooseLocale(['es-MX'], 'xx')).toBe('es')
    for (const language of others) expect((await loadMessages(language)).locale).toBe(language)
  })

  it.each(others)('%s says all that English says, and says it in its own words', async (language) => {
    const { format, locale, ...words } = await loadMessages(language)
    const said = leaves(words)
    expect(format.number(1)).toBe('1')
    expect(locale).toBe(language)
    const byPath = new Map(said.map(([path, text]) => [path.join('.'), text]))
    expect([...byPath.keys()].toSorted()).toEqual(english.map(([path]) => path.join('.')).toSorted())
    let same = 0
    for (const [path, text] of english) {
      const own = byPath.get(path.join('.'))
      expect(typeof own, path.join('.')).toBe(typeof text)
      if (typeof own !== 'string') continue
      // The table of the map leaves out an unknown quality everywhere.
      if (text !== '') expect(own.trim(), path.join('.')).not.toBe('')
      if (own === text) same++
    }
    // Kith, Emoji, Code, ms, Admin, Alt and their like are the same words.
    expect(same).toBeLessThan(english.length / 20)
  })

  it('count as their readers do', async () => {
    const { status: de } = await loadMessages('de')
    const { status: fr, parts: partsFr } = await loadMessages('fr')
    const { status: es } = await loadMessages('es')
    expect(de.people(1)).toBe('1 Person hier')
    expect(de.gaps(1200)).toBe('1.200 Nachrichten fehlen')
    expect(es.gaps(1)).toBe('falta 1 mensaje')
    expect(es.gaps(0)).toBe('faltan 0 mensajes')
    // Nothing is singular in French.
    expect(fr.gaps(0)).toBe('0 message manque')
    expect(partsFr?.files.holders(2)).toBe('2 autres l’ont')
  })
})

describe('formats', () => {
  const { day, brief, bytes, plural } = formats('en')
  const now = new Date(2026, 10, 20, 12).getTime()
  const at = (year: number, month: number, date: number, hour = 9): number =>
    new Date(year, month, date, hour).getTime()

  it('names days as people do', () => {
    expect(day(at(2026, 10, 20), now)).toBe('Today')
    expect(day(at(2026, 10, 19, 23), now)).toBe('Yesterday')
    expect(day(at(2026, 10, 16), now)).toBe('Monday')
    expect(day(at(2026, 10, 10), now)).toMatch(/Tuesday.*November|November.*10/)
    expect(day(at(2025, 10, 10), now)).toMatch(/2025/)
  })

  it('is brief in lists', () => {
    expect(brief(at(2026, 10, 20), now)).toMatch(/9:00/)
    expect(brief(at(2026, 10, 18), now)).toBe('Wed')
    expect(brief(at(2026, 9, 1), now)).toMatch(/Oct/)
    expect(brief(at(2024, 9, 1), now)).toMatch(/24/)
  })

  it('writes sizes and plural forms', () => {
    expect(bytes(1)).toBe('1 byte')
    expect(bytes(3_400_000)).toBe('3.4 MB')
    expect(bytes(120_000)).toBe('120 kB')
    expect(plural(2, { one: '# thing', other: '# things' })).toBe('2 things')
  })
})
