import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { createNobleCrypto, openRoomKeys, Room } from '@kith/protocol'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { generateConversation } from '../../bench/corpus.ts'
import { Cast } from './cast.ts'
import { parseLine, placeInTime, readConversation } from './conversation.ts'
import { authorHistory } from './history.ts'

const line = (time: string, nick: string, text: string): string =>
  JSON.stringify({ day: '2004-12-25', time, nick, text })

describe('a conversation from a file', () => {
  it('is read plain and gzipped, without lines that say nothing, up to the wanted count', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'kith-demo-'))
    const text = [
      line('09:14', 'ada', 'one'),
      '{broken',
      line('09:14', 'bob', ' '),
      line('09:14', 'bob', 'two'),
      line('09:15', 'ada', 'three'),
    ].join('\n')
    writeFileSync(join(folder, 'a.ndjson'), text)
    writeFileSync(join(folder, 'a.ndjson.gz'), gzipSync(text))
    const plain = await readConversation(join(folder, 'a.ndjson'), 10)
    expect(plain.map(({ nick, text: said }) => `${nick} ${said}`)).toEqual(['ada one', 'bob two', 'ada three'])
    expect(await readConversation(join(folder, 'a.ndjson.gz'), 10)).toEqual(plain)
    expect(await readConversation(join(folder, 'a.ndjson.gz'), 2)).toHaveLength(2)
    rmSync(folder, { recursive: true })
  })

  it('refuses what is no line', () => {
    for (const text of ['', 'null', '[]', '{}', line('late', 'ada', 'x'), line('09:14', '', 'x')]) {
      expect(parseLine(text)).toBeUndefined()
    }
  })

  it('puts every line strictly after the one before, and spreads a minute', () => {
    const times = fc.array(fc.tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 })))
    fc.assert(
      fc.property(times, (moments) => {
        const two = (number: number): string => String(number).padStart(2, '0')
        const raw = moments.map(([h, m]) => ({ day: '2004-12-25', time: `${two(h)}:${two(m)}`, nick: 'a', text: 'b' }))
        const placed = placeInTime(raw)
        return placed.every((each, i) => i === 0 || each.time > (placed[i - 1]?.time ?? 0))
      }),
    )
    const spread = placeInTime(['a', 'b'].map((nick) => ({ day: '2004-12-25', time: '09:14', nick, text: 'x' })))
    expect((spread[1]?.time ?? 0) - (spread[0]?.time ?? 0)).toBe(30_000)
  })
})

describe('the history of a demonstration', () => {
  it('is accepted by a room like any other: every person certified, every line there, nothing missing', async () => {
    const crypto = createNobleCrypto((length) => globalThis.crypto.getRandomValues(new Uint8Array(length)))
    const keys = openRoomKeys(crypto, crypto.random(32))
    const cast = new Cast(crypto, keys)
    const lines = generateConversation(120)
    const now = Date.UTC(2026, 0, 1)
    const history = await authorHistory(lines, { crypto, keys, cast, now }, () => undefined)
    expect(history.messages).toBe(120)
    expect(history.reactions).toBeGreaterThan(0)

    const room = new Room({ crypto, keys })
    const records = history.stores.map(({ key, value }) => ({ key, value: value as Uint8Array }))
    room.restore(
      records.filter(({ key }) => key.startsWith('o/')),
      now,
    )
    room.restore(
      records.filter(({ key }) => key.startsWith('e/')),
      now,
    )
    expect(room.counts).toMatchObject({ gaps: 0, missing: 0, authors: cast.size })
    expect(room.counts.entries).toBe(120 + history.reactions + room.counts.sessions)
  })
})
